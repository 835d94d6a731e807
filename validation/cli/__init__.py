"""The words of the command line and their help."""
