"""Compares the rate model with the spiking model, judges, and reports."""
