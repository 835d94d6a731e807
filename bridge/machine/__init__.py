"""The machine a run is on: compiler, cache of what it compiled, cores."""
