"""The tasks the rate model is trained on: what is shown, and the right answer."""
