"""Steady states of a rate network and whether they are stable."""
