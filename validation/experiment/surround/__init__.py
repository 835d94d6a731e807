"""The surround of a column whose rates follow those of the column."""
