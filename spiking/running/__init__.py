"""The spiking model as its users see it: run, count, return."""
