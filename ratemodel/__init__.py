"""The firing-rate model of the column (PyTorch)."""
