"""The spiking model of the column (GLIF3, Brian2)."""
