"""The report of a validation run, and the comparison of several runs."""
