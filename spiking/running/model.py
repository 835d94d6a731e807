"""The spiking model of a column: stimuli in, spike counts out."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import NamedTuple

import numpy as np

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.machine.cores import available_cores
from bridge.progress import Progress, SilentProgress, task
from bridge.stimulus.stimulus import Stimulus
from bridge.stimulus.stimulus_info import StimulusInfo
from spiking.devices.choose import choose_device, device_runner
from spiking.network.network_arrays import NetworkArrays, network_arrays
from spiking.running.result import SpikingResult, TrialSpikes
from spiking.running.run_checks import (
    GivenSpikes,
    check_bins,
    check_counts,
    check_given_spikes,
    check_stimuli,
)
from spiking.running.spike_counts import count_by_bin, intervals
from spiking.trials.surround_spikes import SurroundSources
from spiking.trials.trial import Trial
from spiking.trials.trial_drawing import draw_trial


class _Responding(NamedTuple):
    """The network with a surround that responds, and what draws its spikes."""

    arrays: NetworkArrays
    sources: SurroundSources


class SpikingModel:
    """A column of GLIF3 cells, ready to run trials.

    Parameters
    ----------
    column
        The column.
    dt_ms
        Time step, ms.
    device
        One of :data:`spiking.devices.registry.DEVICES`; ``"auto"`` is ``"cuda"``
        where that can be used, else ``"cpp"``. The attribute ``device`` holds the
        one in use.
    n_jobs
        Processes that trials are spread over (device ``cpp``); default: one
        per core.

    Raises
    ------
    DeviceError
        If there is no such device, or it cannot be used.
    InputError
        If the time step does not suit the column, or ``n_jobs`` is below 1.
    """

    def __init__(
        self,
        column: Column,
        *,
        dt_ms: float = 0.1,
        device: str = "cpp",
        n_jobs: int | None = None,
    ) -> None:
        self.column = column
        self.dt_ms = dt_ms
        self.n_jobs = available_cores() if n_jobs is None else n_jobs
        check_counts(n_jobs=self.n_jobs)
        self._arrays = network_arrays(column, dt_ms)
        self._responding: _Responding | None = None
        self.device = choose_device(device, lambda: self._arrays).name
        self._runner = device_runner(self.device)

    def run(
        self,
        stimuli: Sequence[Stimulus],
        *,
        n_trials: int,
        seed: int,
        bin_ms: float = 10.0,
        drop_ms: float = 500.0,
        record_spikes: bool = False,
        lgn_spikes: GivenSpikes | None = None,
        first_trial: int = 0,
        progress: Progress | None = None,
    ) -> SpikingResult:
        """Run every stimulus ``n_trials`` times.

        Each trial starts from rest at t = 0 with random numbers of its own,
        which follow from the seed, the position of the stimulus and the number
        of the trial alone: not from the device, the number of processes or the
        other trials.

        Parameters
        ----------
        stimuli
            Stimuli of equal duration.
        n_trials
            Trials per stimulus.
        seed
            Seed of all random numbers.
        bin_ms
            Width of the bins of the population counts, ms.
        drop_ms
            Start of each trial left out of the per-cell statistics, ms.
        record_spikes
            Keep the raw spikes.
        lgn_spikes
            Given LGN spike trains instead of Poisson spikes at the rates of the
            stimulus, by (stimulus index, trial).
        first_trial
            Number of the first trial, to add trials to an earlier run.
        progress
            Told the biological milliseconds that are done.

        Returns
        -------
        SpikingResult
            Counts, and spikes if asked for.

        Raises
        ------
        InputError
            If a stimulus does not fit the column, the time step or the others.
        DeviceError
            If the device cannot run.
        """
        n_steps = check_stimuli(stimuli, self.column.lgn.n_cells, self.dt_ms)
        n_bins = check_bins(n_steps, self.dt_ms, bin_ms, drop_ms)
        check_counts(n_trials=n_trials, first_trial=first_trial, seed=seed)
        n_cells, n_stimuli = self.column.n_cells, len(stimuli)
        places = [
            (s, first_trial + k) for k in range(n_trials) for s in range(n_stimuli)
        ]
        if lgn_spikes is not None:
            check_given_spikes(lgn_spikes, places, self.column.lgn.n_cells)
        responding = None
        if stimuli[0].surround_hz is not None:
            responding = self._with_responding_surround()
        shape = (n_stimuli, n_trials, n_cells)
        counts = np.zeros(
            (n_stimuli, n_trials, n_bins, len(POPULATIONS)), dtype=np.int64
        )
        neuron_counts = np.zeros(shape, dtype=np.int32)
        n_intervals = np.zeros(shape, dtype=np.int32)
        sums, squares = np.zeros(shape), np.zeros(shape)
        raw: dict[tuple[int, int], TrialSpikes] = {}

        def draw(place: tuple[int, int]) -> Trial:
            return draw_trial(
                stimuli[place[0]],
                place,
                seed,
                dt_ms=self.dt_ms,
                population=self.column.population,
                given=None if lgn_spikes is None else lgn_spikes[place],
                surround=None if responding is None else responding.sources,
            )

        trials = [(k, partial(draw, place)) for k, place in enumerate(places)]
        meter = progress or SilentProgress()
        name = "spiking model"
        total_ms = n_stimuli * n_trials * n_steps * self.dt_ms
        running = self._runner(
            self._arrays if responding is None else responding.arrays,
            trials,
            min(self.n_jobs, len(places)),
            lambda ms: meter.advance(name, ms),
        )
        with task(meter, name, total_ms), closing(running):
            for number, spikes in running:
                s, trial = places[number]
                k = trial - first_trial
                counts[s, k] = count_by_bin(
                    spikes,
                    self.column.population,
                    n_steps // n_bins,
                    n_bins,
                    len(POPULATIONS),
                )
                late = spikes[spikes[:, 0] >= round(drop_ms / self.dt_ms)]
                neuron_counts[s, k] = np.bincount(late[:, 1], minlength=n_cells)
                statistics = intervals(late, n_cells, self.dt_ms)
                n_intervals[s, k] = statistics.n_intervals
                sums[s, k] = statistics.sum_ms
                squares[s, k] = statistics.square_sum_ms2
                if record_spikes:
                    times_ms = (spikes[:, 0].astype(np.float64) + 1.0) * self.dt_ms
                    raw[s, k] = TrialSpikes(s, trial, times_ms, spikes[:, 1].copy())
        return SpikingResult(
            stimuli=tuple(StimulusInfo.from_stimulus(s) for s in stimuli),
            column_hash=self.column.hash,
            population=self.column.population,
            bin_ms=bin_ms,
            drop_ms=drop_ms,
            dt_ms=self.dt_ms,
            device=self.device,
            counts=counts,
            neuron_counts=neuron_counts,
            n_intervals=n_intervals,
            interval_sum_ms=sums,
            interval_square_sum_ms2=squares,
            spikes=tuple(raw[key] for key in sorted(raw)),
        )

    def _with_responding_surround(self) -> "_Responding":
        """Return the network of stimuli that state surround rates, made once."""
        if self._responding is None:
            sources = SurroundSources.of(self.column.surround)
            arrays = network_arrays(self.column, self.dt_ms, responding_surround=True)
            self._responding = _Responding(arrays, sources)
        return self._responding

    def __repr__(self) -> str:
        return f"SpikingModel({self.column!r}, dt {self.dt_ms:g} ms, {self.device})"
