"""What runs the network: which device, and how trials are handed to it."""
