"""From measures to verdicts."""
