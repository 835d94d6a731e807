"""The compiled program on the CPU."""
