"""Stimuli with a name, one a file: flash, grating, broadband and others."""
