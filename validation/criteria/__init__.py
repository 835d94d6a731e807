"""Thresholds and how a measurement is held against them."""
