"""The column, the stimulus, the reduction and the contracts both models share."""

__version__ = "0.1.0"
