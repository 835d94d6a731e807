"""Changes that make a rate model wrong, each at three strengths."""
