"""Stimuli with a name, one a file: blank, flash, grating, broadband, steps."""
