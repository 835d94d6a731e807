"""The part of the test set that the controls are judged on."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from bridge.stimulus.stimulus import Stimulus
from validation.judging.prepare import prepare_reference
from validation.measuring.prepared import PreparedReference
from validation.responses.model_rates import ModelRates

LONGEST_MS = 1000.0
"""Of every stimulus this much is shown after the dropped start, ms."""


@dataclass(frozen=True)
class Shown:
    """One stimulus of each kind that changes, and its first second.

    A hundred sabotaged models on the whole test set would take longer than all the
    rest of a run. What is seen on a part is seen; what is not might be on the whole.

    Attributes
    ----------
    stimuli
        Their places in the test set.
    names
        Their names.
    n_bins
        Bins of each.
    """

    stimuli: tuple[int, ...]
    names: tuple[str, ...]
    n_bins: int

    @classmethod
    def of(cls, prepared: PreparedReference) -> Self:
        """Return the first flash and grating and the last, strongest, broadband one.

        All of the test set where one of them is missing.
        """
        reference = prepared.reference
        kinds = [info.kind for info in reference.stimuli]
        chosen = list(range(len(kinds)))
        if {"flash", "grating", "broadband"} <= set(kinds):
            last = len(kinds) - 1 - kinds[::-1].index("broadband")
            chosen = sorted([kinds.index("flash"), kinds.index("grating"), last])
        return cls(
            tuple(chosen),
            tuple(reference.stimuli[i].name for i in chosen),
            min(reference.n_bins, max(round(LONGEST_MS / reference.bin_ms), 1)),
        )

    def reference(self, prepared: PreparedReference) -> PreparedReference:
        """Return the part of a reference, prepared anew.

        Rates of single cells, which decide nothing, stay those of the whole trials.
        """
        whole, at = prepared.reference, list(self.stimuli)
        part = replace(
            whole,
            rates_hz=whole.rates_hz[:, at, :, : self.n_bins],
            neuron_rates_hz=whole.neuron_rates_hz[:, at],
            stimuli=tuple(whole.stimuli[i] for i in at),
            others={},
        )
        made = prepare_reference(part, prepared.criteria, np.random.default_rng(0))
        yardstick = prepared.stimulus_only
        if yardstick is None:
            return made
        return made.with_stimulus_only(self.rates(yardstick))

    def rates(self, whole: ModelRates) -> ModelRates:
        """Return the part of a model's rates."""
        at = list(self.stimuli)
        return replace(
            whole,
            rates_hz=whole.rates_hz[at, : self.n_bins],
            neuron_rates_hz=whole.neuron_rates_hz[at],
            others={},
        )

    def stimulus(self, whole: Stimulus, bin_ms: float, drop_ms: float) -> Stimulus:
        """Return a stimulus cut off where the part ends."""
        n_samples = round((drop_ms + self.n_bins * bin_ms) / whole.dt_ms)
        current = whole.current_pa
        return replace(
            whole,
            lgn_rate_hz=whole.lgn_rate_hz[:n_samples],
            current_pa=None if current is None else current[:n_samples],
        )
