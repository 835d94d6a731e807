"""Configurations: their sections, checked whole before any work."""
