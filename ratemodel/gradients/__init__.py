"""Sequences of steps and the way back through them."""
