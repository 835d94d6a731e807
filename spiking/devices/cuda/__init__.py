"""The compiled program on an NVIDIA GPU."""
