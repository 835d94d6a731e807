"""A rate network: one variant of one column, run over a batch of stimuli."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from bridge.arrays import FloatArray, FloatingArray
from bridge.errors import InputError
from bridge.progress import Progress, SilentProgress, task
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from bridge.stimulus.stimulus_info import StimulusInfo
from ratemodel.analysis.stability import Linearisation
from ratemodel.analysis.steady_state import SteadyState, solve_steady_state
from ratemodel.connections.coupling import couple, to_torch
from ratemodel.connections.delay_shares import DelayShares
from ratemodel.network.device import check_dtype, resolve_device
from ratemodel.network.external import ExternalInput
from ratemodel.network.recording import BinRecorder, simpson, trapezoid
from ratemodel.network.result import RateResult
from ratemodel.network.source_window import SourceWindow
from ratemodel.network.surround import SurroundInput
from ratemodel.variants.assembly import assemble, assemble_published, channels_for
from ratemodel.variants.contract import RateVariant, advance, injected_during
from ratemodel.variants.registry import VARIANTS
from ratemodel.variants.time_constants import expand_tau_r

INPUT_GRID_MS = 1.0
"""Distance of the times at which LGN rates are read, at most: input is known between
the steps as well, and sharing a delay between whole steps of 5 ms would smooth it."""


class RateNetwork:
    """One discrete variant of the rate model on one column.

    Parameters
    ----------
    parameters
        The reduced column.
    model
        Variant, extensions, tau_r and step.
    tau_r_ms
        Values of tau_r to run as one batch, ms, ``(n_tau, 1 | 17 | n_cells)``, in
        place of the model's.
    dtype
        ``torch.float32`` or ``torch.float64``.
    device
        ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.

    Attributes
    ----------
    channels, coupling
        Layout of the input, and the matrix of all connections.
    recurrent_delays, lgn_delays
        Delays of the connections, in steps.

    Raises
    ------
    InputError
        If there is no such variant, or a time or shape is not usable.
    DeviceError
        If the device is not there.
    """

    def __init__(
        self,
        parameters: RateParameters,
        model: RateModel,
        *,
        tau_r_ms: ArrayLike | None = None,
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        self.parameters = parameters
        self.model = model
        self.dtype, self.device = check_dtype(dtype), resolve_device(device)
        wanted = model.tau_r_ms if tau_r_ms is None else tau_r_ms
        self.tau_r_ms = self._checked_tau_r(wanted)
        self.is_sweep = np.ndim(wanted) == 2 if wanted is not None else False
        self.channels = channels_for(parameters, model)
        variant = self.assemble(1)
        recurrent, lgn = parameters.recurrent.delay_ms, parameters.lgn_edges.delay_ms
        self.recurrent_delays = self._delays(recurrent, variant.hold_steps)
        self.lgn_delays = self._delays(
            lgn, variant.input_hold_steps, math.ceil(self.dt_ms / INPUT_GRID_MS - 1e-9)
        )
        self.coupling = couple(
            parameters, self.channels, self.recurrent_delays, self.lgn_delays
        )
        self._matrix = to_torch(self.coupling.matrix, self.dtype, self.device)

    @property
    def dt_ms(self) -> float:
        """Step, ms."""
        return self.model.dt_ms

    @property
    def n_tau(self) -> int:
        """Number of tau_r values run at once."""
        return 1 if self.tau_r_ms is None else self.tau_r_ms.shape[0]

    def run(
        self,
        stimuli: Sequence[Stimulus],
        *,
        bin_ms: float = 10.0,
        drop_ms: float = 500.0,
        progress: Progress | None = None,
    ) -> RateResult:
        """Run every stimulus from rest (all states zero) and bin the rates.

        Parameters
        ----------
        stimuli
            Stimuli of equal duration; they run as one batch.
        bin_ms
            Width of a bin, a multiple of ``dt_ms``; an incomplete last bin is
            not run.
        drop_ms
            Start that cell means leave out.
        progress
            Receives the progress, in ms.

        Raises
        ------
        InputError
            If a stimulus does not fit, or bins and drop do not suit the run.
        """
        external = ExternalInput(
            stimuli,
            self.parameters.n_lgn,
            self.coupling.lgn_delays,
            self.parameters.population,
            self.dt_ms,
            self.dtype,
            self.device,
        )
        steps_per_bin = round(bin_ms / self.dt_ms)
        if steps_per_bin < 1 or abs(bin_ms / self.dt_ms - steps_per_bin) > 1e-6:
            raise InputError(
                f"rate model: bin_ms {bin_ms} is not a multiple of dt_ms {self.dt_ms}"
            )
        n_bins = external.n_steps // steps_per_bin
        first_bin = int(np.ceil(drop_ms / bin_ms - 1e-9))
        if not 0 <= first_bin < n_bins:
            raise InputError(
                f"rate model: drop_ms {drop_ms} leaves no bin of a run of "
                f"{n_bins * bin_ms} ms"
            )
        name = f"rate model, {self.model.variant}"
        progress = progress or SilentProgress()
        with torch.inference_mode(), task(progress, name, n_bins * bin_ms):
            recorder = self._record(
                external, stimuli, steps_per_bin, n_bins, first_bin, progress, name
            )
        return RateResult(
            self.model,
            tuple(StimulusInfo.from_stimulus(s) for s in stimuli),
            self.parameters.column_hash,
            self.parameters.population,
            self._shaped(recorder.population_rates()),
            self._shaped(recorder.cell_rates()),
            float(bin_ms),
            float(drop_ms),
        )

    def _record(
        self,
        external: ExternalInput,
        stimuli: Sequence[Stimulus],
        steps_per_bin: int,
        n_bins: int,
        first_bin: int,
        progress: Progress,
        name: str,
    ) -> BinRecorder:
        model = self.assemble(len(stimuli))
        batch = self.n_tau * len(stimuli)
        state = model.init(batch)
        like = torch.zeros(
            self.parameters.n_cells, batch, dtype=self.dtype, device=self.device
        )
        window = SourceWindow(self.coupling.n_external, self.coupling.n_blocks, like)
        synaptic = like.new_zeros(self.channels.n_rows, batch)
        # where steps are coarse, the trapezoid is the larger error of the two
        rule = simpson if "delays" in self.model.extensions else trapezoid
        recorder = BinRecorder(
            self.parameters.population, rule(steps_per_bin), n_bins, first_bin, like
        )
        n_steps = n_bins * steps_per_bin
        surround = self._surround(stimuli, model)

        def drive(step: int, sources: torch.Tensor, rate: torch.Tensor) -> torch.Tensor:
            pushed = window.push(sources, rate)
            torch.addmm(synaptic, self._matrix, pushed, beta=0, out=synaptic)
            if surround is not None:
                synaptic.add_(surround.at(step).repeat(1, self.n_tau))
            return synaptic

        before: torch.Tensor | None = None
        for step in range(n_steps):
            sources, injected = external.at(step)
            if injected is not None:
                injected = injected.repeat(1, self.n_tau)
            counted = injected_during(model, before, injected)
            rate, following = advance(
                model, state, counted, partial(drive, step, sources)
            )
            if _differ(injected, before):
                rate = model.rate(state, injected)
                recorder.jump(step, model.rate(state, before), rate)
            before, state = injected, following
            if recorder.add(step, rate):
                progress.advance(name, steps_per_bin * self.dt_ms)
        recorder.add(n_steps, model.rate(state, before))
        progress.advance(name, steps_per_bin * self.dt_ms)
        return recorder

    def steady_state(
        self,
        lgn_rate_hz: ArrayLike,
        *,
        current_pa: ArrayLike | None = None,
        initial_hz: ArrayLike | None = None,
        tolerance_hz: float = 1e-8,
    ) -> SteadyState:
        """Solve for the fixed point under constant input.

        All variants share it; the extensions in use count: adaptation at its
        steady current, variance at its steady value.

        Parameters
        ----------
        lgn_rate_hz
            Rate of each LGN cell, Hz, ``(n_lgn,)``.
        current_pa
            Current into every cell of a population, pA, ``(17,)``.
        initial_hz
            Rates to start from, Hz, ``(n_cells,)``; zero where not given.
        tolerance_hz
            Largest residual ``|F - r|`` accepted.

        Raises
        ------
        InputError
            If a vector has the wrong shape or a value that is not finite.
        ConvergenceError
            If no fixed point is found.
        """
        return solve_steady_state(
            self.parameters,
            self.model.extensions,
            lgn_rate_hz,
            current_pa=current_pa,
            initial_hz=initial_hz,
            tolerance_hz=tolerance_hz,
        )

    def linearise(self, steady: SteadyState, tau_index: int = 0) -> Linearisation:
        """Linearise the variant around a steady state, in double precision.

        Parameters
        ----------
        steady
            From :meth:`steady_state`.
        tau_index
            Which value of a sweep of tau_r.
        """
        tau = None if self.tau_r_ms is None else self.tau_r_ms[tau_index, None]
        device = torch.device("cpu")
        common = (self.parameters, self.model, self.channels, tau)
        running = assemble(*common, dtype=torch.float64, device=device)
        continuous = assemble_published(*common, dtype=torch.float64, device=device)
        return Linearisation(running, continuous, self.coupling, steady, self.dt_ms)

    def _checked_tau_r(self, tau_r_ms: ArrayLike | None) -> FloatArray | None:
        variant = self.model.variant
        if variant not in VARIANTS:
            raise InputError(
                f"rate variant {variant!r}: there are {', '.join(VARIANTS)}"
            )
        if VARIANTS[variant].tau_r_grid_ms is None:
            if tau_r_ms is not None:
                raise InputError(f"tau_r_ms: the {variant} variant has none")
            return None
        if tau_r_ms is None:
            raise InputError(f"tau_r_ms: the {variant} variant needs it")
        return expand_tau_r(tau_r_ms, self.parameters.population)

    def assemble(self, n_stimuli: int) -> RateVariant[Any]:
        """Return the variant, ready to step a batch of so many stimuli."""
        return assemble(
            self.parameters,
            self.model,
            self.channels,
            self.tau_r_ms,
            n_stimuli=n_stimuli,
            dtype=self.dtype,
            device=self.device,
        )

    def _delays(
        self, delay_ms: FloatArray, hold_steps: float, per_step: int = 1
    ) -> DelayShares:
        if "delays" not in self.model.extensions:
            return DelayShares.none(delay_ms.size)
        return DelayShares.from_delays(delay_ms, self.dt_ms, hold_steps, per_step)

    def _surround(
        self, stimuli: Sequence[Stimulus], variant: RateVariant[Any]
    ) -> SurroundInput | None:
        """Return what the surround adds, where the stimuli state its rates."""
        if all(s.surround_hz is None for s in stimuli):
            return None
        return SurroundInput(
            self.parameters,
            self.channels,
            stimuli,
            has_delays="delays" in self.model.extensions,
            hold_steps=variant.input_hold_steps,
            dt_ms=self.dt_ms,
            dtype=self.dtype,
            device=self.device,
        )

    def _shaped(self, values: FloatingArray) -> FloatArray:
        result = values.astype(np.float64)
        if not self.is_sweep:
            return result
        return result.reshape(self.n_tau, -1, *values.shape[1:])

    def __repr__(self) -> str:
        return f"RateNetwork({self.model.name}, {self.parameters!r})"


def _differ(injected: torch.Tensor | None, before: torch.Tensor | None) -> bool:
    if injected is None or before is None:
        return False
    return not torch.equal(injected, before)
