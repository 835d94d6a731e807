"""How often a simulation says how far it is."""

REPORT_MS = 100.0
"""Biological time between two reports of progress, ms."""


def report_steps(dt_ms: float) -> int:
    """Return the number of steps of ``dt_ms`` between two reports."""
    return max(1, round(REPORT_MS / dt_ms))
