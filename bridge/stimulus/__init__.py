"""Stimuli that drive the spiking and the rate model alike."""
