"""Changes that make a rate model wrong: each must fail."""
