"""Transfer functions: their form, how they are measured, fitted and predicted."""
