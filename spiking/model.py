"""The spiking model of a column: stimuli in, spike counts out."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import POPULATIONS, Column
from bridge.errors import InputError
from bridge.progress import Progress, SilentProgress, task
from bridge.stimulus.stimulus import Stimulus
from spiking.cores import available_cores
from spiking.devices import device_runner
from spiking.network_arrays import network_arrays
from spiking.result import SpikingResult, TrialSpikes
from spiking.source_spikes import draw_spikes, place_spikes
from spiking.spike_counts import count_by_bin, intervals
from spiking.trial import Trial

GivenSpikes = Mapping[tuple[int, int], tuple[NDArray[np.floating], NDArray[np.integer]]]
"""LGN spikes by (stimulus index, trial): times in ms, rows of the LGN cells."""


class SpikingModel:
    """A column of GLIF3 cells, ready to run trials.

    Parameters
    ----------
    column
        The column.
    dt_ms
        Time step, ms.
    device
        ``"cpp"`` (compiled once per network size, needs a C++ compiler),
        ``"cython"`` or ``"numpy"``.
    n_jobs
        Processes that trials are spread over (device ``cpp``); default: one
        per core.

    Raises
    ------
    DeviceError
        If there is no such device.
    InputError
        If the time step does not suit the column.
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
        self.device = device
        self.n_jobs = available_cores() if n_jobs is None else n_jobs
        self._runner = device_runner(device)
        self._arrays = network_arrays(column, dt_ms)

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
        n_steps = self._check(stimuli, bin_ms, drop_ms)
        n_cells, n_stimuli = self.column.n_cells, len(stimuli)
        bin_steps = round(bin_ms / self.dt_ms)
        n_bins = n_steps // bin_steps
        shape = (n_stimuli, n_trials, n_cells)
        counts = np.zeros(
            (n_stimuli, n_trials, n_bins, len(POPULATIONS)), dtype=np.int64
        )
        neuron_counts = np.zeros(shape, dtype=np.int32)
        n_intervals = np.zeros(shape, dtype=np.int32)
        sums, squares = np.zeros(shape), np.zeros(shape)
        raw: dict[tuple[int, int], TrialSpikes] = {}

        def maker(s: int, trial: int) -> Callable[[], Trial]:
            given = None if lgn_spikes is None else lgn_spikes[s, trial]
            return lambda: self._trial(stimuli[s], (s, trial), seed, given)

        numbered = (
            (s * n_trials + k, maker(s, first_trial + k))
            for k in range(n_trials)
            for s in range(n_stimuli)
        )
        meter = progress or SilentProgress()
        name = "spiking model"
        total_ms = n_stimuli * n_trials * n_steps * self.dt_ms
        with task(meter, name, total_ms):
            for number, spikes in self._runner(
                self._arrays,
                numbered,
                min(self.n_jobs, n_stimuli * n_trials),
                lambda ms: meter.advance(name, ms),
            ):
                s, k = divmod(number, n_trials)
                counts[s, k] = count_by_bin(
                    spikes, self.column.population, bin_steps, n_bins, len(POPULATIONS)
                )
                late = spikes[spikes[:, 0] >= round(drop_ms / self.dt_ms)]
                neuron_counts[s, k] = np.bincount(late[:, 1], minlength=n_cells)
                statistics = intervals(late, n_cells, self.dt_ms)
                n_intervals[s, k] = statistics.n_intervals
                sums[s, k] = statistics.sum_ms
                squares[s, k] = statistics.square_sum_ms2
                if record_spikes:
                    times_ms = (spikes[:, 0] + 1) * self.dt_ms
                    raw[s, k] = TrialSpikes(
                        s, first_trial + k, times_ms, spikes[:, 1].copy()
                    )
        return SpikingResult(
            stimulus_names=tuple(stimulus.name for stimulus in stimuli),
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

    def _check(self, stimuli: Sequence[Stimulus], bin_ms: float, drop_ms: float) -> int:
        """Check the stimuli; return the length of a trial in steps."""
        if not stimuli:
            raise InputError("spiking model: no stimulus given")
        steps = {
            s.name: self._steps(s.duration_ms, f"stimulus {s.name}: duration")
            for s in stimuli
        }
        n_steps = next(iter(steps.values()))
        for stimulus in stimuli:
            name = stimulus.name
            if stimulus.lgn_rate_hz.shape[1] != self.column.lgn.n_cells:
                raise InputError(
                    f"stimulus {name}: rates of {stimulus.lgn_rate_hz.shape[1]} LGN "
                    f"cells, the column has {self.column.lgn.n_cells}"
                )
            if steps[name] != n_steps:
                raise InputError(
                    f"stimulus {name}: lasts {stimulus.duration_ms} ms, "
                    f"{stimuli[0].name} lasts {stimuli[0].duration_ms} ms; "
                    "run them separately"
                )
            self._steps(stimulus.dt_ms, f"stimulus {name}: dt_ms")
            current = stimulus.current_pa
            expected = (stimulus.lgn_rate_hz.shape[0], len(POPULATIONS))
            if current is not None and np.shape(current) != expected:
                raise InputError(
                    f"stimulus {name}: current_pa has shape {np.shape(current)}, "
                    f"not {expected}"
                )
        if n_steps % self._steps(bin_ms, "bin_ms"):
            raise InputError(
                f"bin_ms = {bin_ms} does not divide {stimuli[0].duration_ms} ms"
            )
        if not 0.0 <= drop_ms < n_steps * self.dt_ms:
            raise InputError(f"drop_ms = {drop_ms} leaves nothing of a trial")
        return n_steps

    def _steps(self, time_ms: float, what: str) -> int:
        steps = round(time_ms / self.dt_ms)
        if steps < 1 or abs(steps * self.dt_ms - time_ms) > 1e-6 * time_ms:
            raise InputError(
                f"{what} of {time_ms} ms is not a multiple of dt = {self.dt_ms} ms"
            )
        return steps

    def _trial(
        self,
        stimulus: Stimulus,
        place: tuple[int, int],
        seed: int,
        given: tuple[NDArray[np.floating], NDArray[np.integer]] | None,
    ) -> Trial:
        random = np.random.SeedSequence(seed, spawn_key=place)
        key = int(random.generate_state(1, dtype=np.uint64)[0])
        sample_steps = round(stimulus.dt_ms / self.dt_ms)
        n_steps = stimulus.lgn_rate_hz.shape[0] * sample_steps
        if given is None:
            rng = np.random.Generator(np.random.PCG64(random.spawn(1)[0]))
            step, source = draw_spikes(
                stimulus.lgn_rate_hz, sample_steps, self.dt_ms, rng
            )
        else:
            step, source = place_spikes(*given, n_steps, self.dt_ms)
        return Trial(
            key=key,
            n_steps=n_steps,
            source_step=step,
            source_id=source,
            injected_pa=np.zeros(self.column.n_cells),
            current_pa=stimulus.current_pa,
            current_group=self.column.population.astype(np.int32),
            sample_steps=sample_steps,
        )
