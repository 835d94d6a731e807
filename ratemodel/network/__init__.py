"""The rate network: its input, its steps in time, what is recorded."""
