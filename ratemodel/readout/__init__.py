"""Pools of cells whose rates answer a task."""
