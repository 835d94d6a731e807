"""A finished training: its weights, and what a validation takes from it."""
