"""Compares the rate model with the spiking model; a package of v1bridge."""
