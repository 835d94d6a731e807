"""Test stimuli that are not shown like the others: a set of their own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from pydantic import JsonValue

from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from validation.responses.reference import SetRole


@dataclass(frozen=True)
class InputWiring:
    """Input channels in place of a column's LGN.

    Attributes
    ----------
    channels
        The channels, as far as a column wants to know them.
    edges
        Their connections.
    """

    channels: LgnCells
    edges: Edges

    def put_into(self, column: Column) -> Column:
        """Return the column with these channels; it has another hash."""
        return replace(column, lgn=self.channels, lgn_edges=self.edges)

    def rewire(self, parameters: RateParameters) -> RateParameters:
        """Return the rate model with these channels."""
        return replace(parameters, n_lgn=self.channels.n_cells, lgn_edges=self.edges)


@dataclass(frozen=True)
class StimulusSet:
    """Test stimuli of equal duration that share dropped start and input wiring.

    Attributes
    ----------
    name, role
        Name in reports and files; what the set is for.
    stimuli
        The stimuli.
    drop_ms
        Time at the start of every trial that no measure sees, ms.
    wiring
        Channels that take the place of the column's LGN; ``None`` for the LGN.
    task_settings
        What task trials with this input were made with, see
        :func:`~validation.experiment.sets.task_settings.task_settings`.

    Raises
    ------
    InputError
        If the stimuli differ in duration, or nothing is left of it.
    """

    name: str
    role: SetRole
    stimuli: tuple[Stimulus, ...]
    drop_ms: float = 0.0
    wiring: InputWiring | None = None
    task_settings: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        durations = {s.duration_ms for s in self.stimuli}
        if len(durations) != 1 or not 0.0 <= self.drop_ms < durations.pop():
            raise InputError(
                f"stimuli {self.name}: they differ in duration, or nothing is measured"
            )

    def column(self, column: Column) -> Column:
        """Return the column as this set drives it."""
        return column if self.wiring is None else self.wiring.put_into(column)

    def parameters(self, parameters: RateParameters) -> RateParameters:
        """Return the rate model as this set drives it."""
        return parameters if self.wiring is None else self.wiring.rewire(parameters)


def in_whole_bins(time_ms: float, bin_ms: float) -> float:
    """Return a time in ms, raised to a whole number of bins."""
    return math.ceil(time_ms / bin_ms - 1e-9) * bin_ms


def in_whole_bins_and_samples(time_ms: float, bin_ms: float, sample_ms: float) -> float:
    """Return a time in ms, raised to a whole number of bins that is one of samples.

    Bins may be such that a sample lies across the end of one (1.6 ms and 1 ms): these
    meet every few bins (8 ms). A stimulus ends with both.
    """
    # bin / sample = p / q in lowest terms: q bins are p samples
    share = Fraction(bin_ms / sample_ms).limit_denominator(10_000)
    together_ms = share.numerator * sample_ms
    return math.ceil(time_ms / together_ms - 1e-9) * together_ms


def lasting(stimulus: Stimulus, duration_ms: float) -> Stimulus:
    """Return a stimulus that is longer by its last sample, held."""
    missing = round(duration_ms / stimulus.dt_ms) - len(stimulus.lgn_rate_hz)
    rates = np.pad(stimulus.lgn_rate_hz, ((0, missing), (0, 0)), mode="edge")
    return replace(stimulus, lgn_rate_hz=rates)
