"""Measures of the further sets of test stimuli: perturbations and task trials."""
