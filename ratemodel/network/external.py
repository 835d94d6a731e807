"""What stimuli feed into the network, resampled to its step chunk by chunk."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.arrays import FloatingArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus

CHUNK_VALUES = 2_000_000
"""Numbers held at once: 8 MB in single precision."""


class ExternalInput:
    """LGN rates, the constant 1, and injected currents, step by step.

    Parameters
    ----------
    stimuli
        Stimuli of equal duration.
    n_lgn
        Number of LGN cells.
    lgn_delays
        Delays at which LGN rates are wanted, steps, whole or not; zero rates before
        time 0.
    population
        Population of each cell, ``(n_cells,)``.
    dt_ms
        Step, ms.
    dtype, device
        Of the tensors.

    Raises
    ------
    InputError
        If stimuli differ in duration, do not fit the LGN, or their sample
        interval is neither a multiple nor a divisor of the step.
    """

    def __init__(
        self,
        stimuli: Sequence[Stimulus],
        n_lgn: int,
        lgn_delays: tuple[float, ...],
        population: NDArray[np.int8],
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        _check(stimuli, n_lgn)
        self.n_steps = int(np.floor(stimuli[0].duration_ms / dt_ms + 1e-6))
        self._sampling = [sampling(s.dt_ms, dt_ms, s.name) for s in stimuli]
        self._stimuli = stimuli
        self._n_lgn, self._lgn_delays = n_lgn, lgn_delays
        self._dtype, self._device = dtype, device
        self._population = torch.as_tensor(
            population.astype(np.int64), dtype=torch.int64, device=device
        )
        self._injects = any(s.current_pa is not None for s in stimuli)
        per_step = (len(lgn_delays) * n_lgn + 1) * len(stimuli)
        self._chunk = max(CHUNK_VALUES // per_step, 1)
        self._start, self._stop = 0, 0

    def at(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Return the input of a step; steps must not go back.

        Returns
        -------
        tuple
            External sources in the order of the coupling,
            ``(n_external, n_stimuli)``, and injected current, pA,
            ``(n_cells, n_stimuli)``, or None where no stimulus injects any.
        """
        if step >= self._stop:
            self._start = step
            self._stop = min(step + self._chunk, self.n_steps)
            self._sources = self._source_rates()
            self._currents = self._injected_currents() if self._injects else None
        k = step - self._start
        if self._currents is None:
            return self._sources[k], None
        return self._sources[k], self._currents[k].index_select(0, self._population)

    def _source_rates(self) -> Tensor:
        """Return ``(n_steps, n_external, n_stimuli)`` for the current chunk."""
        n_external = len(self._lgn_delays) * self._n_lgn + 1
        shape = (self._stop - self._start, n_external, len(self._stimuli))
        sources = np.ones(shape, dtype=np.float32)
        for block, delay in enumerate(self._lgn_delays):
            columns = slice(block * self._n_lgn, (block + 1) * self._n_lgn)
            for index in range(len(self._stimuli)):
                sources[:, columns, index] = self._lgn_rates(index, delay)
        return torch.from_numpy(sources).to(self._device, self._dtype)

    def _lgn_rates(self, index: int, delay: float) -> FloatingArray:
        """Return the mean rates of every step, ``delay`` steps ago.

        The exact mean of the samples over a step that begins between two of them,
        ``(n_steps, n_lgn)``.
        """
        samples_per_step = self._sampling[index][1]
        back = math.floor(delay * samples_per_step + 1e-9)
        share = delay * samples_per_step - back
        newer = self._shifted(index, back)
        if share < 1e-9:
            return newer
        mean: FloatingArray = newer + share * (self._shifted(index, back + 1) - newer)
        return mean

    def _shifted(self, index: int, back: int) -> FloatingArray:
        """Return means over steps that begin so many samples, or steps, ago."""
        steps_per_sample, samples_per_step = self._sampling[index]
        first, stop = (k * samples_per_step - back for k in (self._start, self._stop))
        taken = np.arange(max(first, 0), max(stop, 0)) // steps_per_sample
        rates = self._stimuli[index].lgn_rate_hz[taken]
        rates = np.pad(rates, ((stop - first - taken.size, 0), (0, 0)))
        if samples_per_step == 1:
            return rates
        mean: FloatingArray = rates.reshape(-1, samples_per_step, self._n_lgn).mean(1)
        return mean

    def _injected_currents(self) -> Tensor:
        """Return ``(n_steps, 17, n_stimuli)`` for the current chunk."""
        steps = np.arange(self._start, self._stop)
        currents = np.zeros((steps.size, len(POPULATIONS), len(self._stimuli)))
        for index, stimulus in enumerate(self._stimuli):
            if stimulus.current_pa is not None:
                currents[..., index] = _resample(
                    stimulus.current_pa, steps, *self._sampling[index]
                )
        return torch.from_numpy(currents).to(self._device, self._dtype)


def sampling(sample_ms: float, dt_ms: float, name: str) -> tuple[int, int]:
    """Return steps per sample and samples per step; one of them is 1."""
    for longer, shorter in ((sample_ms, dt_ms), (dt_ms, sample_ms)):
        ratio = round(longer / shorter)
        if ratio >= 1 and abs(longer / shorter - ratio) < 1e-6:
            return (ratio, 1) if longer is sample_ms else (1, ratio)
    raise InputError(
        f"stimulus {name}: its sample interval {sample_ms} ms is neither a multiple "
        f"nor a divisor of the step {dt_ms} ms"
    )


def _resample(
    values: FloatingArray,
    steps: NDArray[np.intp],
    steps_per_sample: int,
    samples_per_step: int,
) -> FloatingArray:
    """Return the mean of ``values`` (axis 0) over each step."""
    if samples_per_step == 1:
        return values[steps // steps_per_sample]
    taken = values[steps[:, None] * samples_per_step + np.arange(samples_per_step)]
    mean: FloatingArray = taken.mean(axis=1)
    return mean


def _check(stimuli: Sequence[Stimulus], n_lgn: int) -> None:
    if not stimuli:
        raise InputError("rate model: no stimulus to run")
    duration = stimuli[0].duration_ms
    for stimulus in stimuli:
        name, rates = stimulus.name, stimulus.lgn_rate_hz
        if rates.shape[1] != n_lgn:
            raise InputError(
                f"stimulus {name}: rates of {rates.shape[1]} LGN cells, the column "
                f"has {n_lgn}"
            )
        if abs(stimulus.duration_ms - duration) > 1e-6:
            raise InputError(
                f"stimulus {name}: lasts {stimulus.duration_ms} ms, "
                f"{stimuli[0].name} lasts {duration} ms; run them apart"
            )
        if stimulus.current_pa is None:
            continue
        expected = (rates.shape[0], len(POPULATIONS))
        if np.shape(stimulus.current_pa) != expected:
            raise InputError(
                f"stimulus {name}: current_pa has shape "
                f"{np.shape(stimulus.current_pa)}, not {expected}"
            )
        if not np.isfinite(stimulus.current_pa).all():
            raise InputError(
                f"stimulus {name}: current_pa has a value that is not finite"
            )
