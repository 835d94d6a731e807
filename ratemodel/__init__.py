"""The firing-rate model of the column (PyTorch); a package of v1bridge."""
