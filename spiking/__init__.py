"""The spiking model of the column (GLIF3, Brian2); a package of v1bridge."""
