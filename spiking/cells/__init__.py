"""The GLIF3 cell: its exact step and its equations."""
