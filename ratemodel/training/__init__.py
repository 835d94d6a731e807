"""Training of the rate model: what learns, from what, and how it is kept."""
