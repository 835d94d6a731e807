"""The parts of a run folder: its marker, its lock, how its files are replaced."""
