"""How much may be asked for: far above what a study needs, far below what hangs.

What fits into the memory of a machine is looked at apart from these, see
:mod:`validation.experiment.memory`.
"""

MOST_TRIALS = 100_000
"""Trials of a stimulus and seed."""

MOST_JOBS = 1000
"""Processes side by side, and runs of a sweep in each direction of its grid."""

MOST_STEPS = 20
"""Steps at which every rate model is judged."""

LONGEST_MS = 600_000.0
"""Duration of a simulated trial or probe, ms: ten minutes."""

SHORTEST_STEP_MS = 0.001
"""Time step, ms: the spiking model counts in microseconds."""

LAST_SEED = 2**31 - 1
"""Largest seed of the noise."""
