"""Sections of a validation's configuration."""

import math
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bridge.config_section import OneOf, Section, as_distinct
from bridge.rate_model import FORMS
from bridge.reduction.transfer.points import LGN_LEVELS_HZ
from ratemodel.variants.registry import VARIANTS
from spiking.devices.registry import AUTO, DEVICES
from validation.config.limits import (
    LAST_SEED,
    LONGEST_MS,
    MOST_JOBS,
    MOST_TRIALS,
    SHORTEST_STEP_MS,
)

VariantName = Annotated[str, OneOf(tuple(VARIANTS))]
FormName = Annotated[str, OneOf(tuple(FORMS))]
Seed = Annotated[int, Field(ge=0, le=LAST_SEED)]
Trials = Annotated[int, Field(ge=2, le=MOST_TRIALS)]


def _check_tau_r(value: Any) -> Any:
    if isinstance(value, str) and value in ("fit", "sampled"):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and math.isfinite(value) and value > 0:
        return float(value)
    raise ValueError("must be 'fit', 'sampled' or a positive time in ms")


_check_distinct = partial(
    as_distinct, empty="must name at least one", twice="names something twice"
)


class SpikingConfig(Section):
    """How the spiking reference is simulated.

    Attributes
    ----------
    device
        One of :data:`spiking.devices.registry.DEVICES`; ``"auto"`` is ``"cuda"``
        where that can be used, else ``"cpp"``: a run folder names the one that was
        used.
    dt_ms
        Time step, ms.
    seeds
        Independent noise seeds of the same wiring; at least two, because the
        agreement between seeds is what a model is judged against.
    calibration_trials
        Trials per stimulus and seed of the calibration stimuli.
    trials_per_seed, max_trials_per_seed
        Trials per stimulus and seed at first, and the cap up to which they grow
        until every population reaches ``ceiling_target``.
    ceiling_target
        Noise ceiling (correlation) at which no more trials are added.
    """

    device: Annotated[str, OneOf((*DEVICES, AUTO))] = "cpp"
    dt_ms: Annotated[float, Field(ge=SHORTEST_STEP_MS, le=1)] = 0.1
    seeds: Annotated[
        tuple[Seed, ...],
        BeforeValidator(_check_distinct),
        Field(min_length=2, max_length=MOST_JOBS),
    ] = (1, 2)
    calibration_trials: Trials = 6
    trials_per_seed: Trials = 20
    max_trials_per_seed: Trials = 30
    ceiling_target: Annotated[float, Field(gt=0, lt=1)] = 0.9

    @model_validator(mode="after")
    def _cap_is_a_cap(self) -> "SpikingConfig":
        if (len(self.seeds) - 1) * self.trials_per_seed < 4:
            raise ValueError(
                f"trials_per_seed ({self.trials_per_seed}) leaves fewer than 4 trials "
                "to judge the last seed with"
            )
        if self.max_trials_per_seed < self.trials_per_seed:
            raise ValueError(
                f"max_trials_per_seed ({self.max_trials_per_seed}) is below "
                f"trials_per_seed ({self.trials_per_seed})"
            )
        return self


class RateConfig(Section):
    """Which rate models are judged.

    Attributes
    ----------
    variants, forms
        Any of :data:`ratemodel.variants.registry.VARIANTS` and of
        :data:`bridge.rate_model.FORMS`.
    dt_ms
        Time step, ms.
    tau_r_ms
        Rate time constant: ``"fit"`` on the calibration stimuli, ``"sampled"``
        per neuron, or a value in ms.
    """

    variants: Annotated[tuple[VariantName, ...], BeforeValidator(_check_distinct)] = (
        tuple(VARIANTS)
    )
    forms: Annotated[tuple[FormName, ...], BeforeValidator(_check_distinct)] = tuple(
        FORMS
    )
    dt_ms: Annotated[float, Field(ge=SHORTEST_STEP_MS, le=10)] = 0.5
    tau_r_ms: Annotated[float | str, BeforeValidator(_check_tau_r)] = "fit"


class ReductionConfig(Section):
    """How the transfer functions are found.

    Attributes
    ----------
    method
        ``"measured"`` (noisy f-I curves), ``"siegert"`` or ``"noise_free"``; for a
        column with trained weights also ``"trained"``, its default: those that the
        network was trained with.
    lgn_levels_hz
        Stationary LGN rates under whose network noise the curves are measured, Hz.
    probe_duration_ms
        Simulated time per point of a measured f-I curve, ms.
    seed
        Seed of the probes.
    """

    method: Literal["measured", "siegert", "noise_free", "trained"] = "measured"
    lgn_levels_hz: Annotated[
        tuple[Annotated[float, Field(gt=0, le=200)], ...],
        BeforeValidator(_check_distinct),
        Field(min_length=3, max_length=100),
    ] = LGN_LEVELS_HZ
    probe_duration_ms: Annotated[float, Field(ge=500, le=LONGEST_MS)] = 5000.0
    seed: Seed = 1000


class ProtocolConfig(Section):
    """Which stimuli, for how long.

    Attributes
    ----------
    quick
        The short form: fewer trials, shorter stimuli; same steps.
    duration_ms
        Duration of each stimulus, ms, the dropped start included.
    drop_ms
        Start of every trial that is left out, ms.
    bin_ms
        Bin of the population rates, ms.
    n_directions
        Directions of the drifting grating, evenly spaced over 360 degrees.
    surround
        Rates of the surround: ``"frozen"`` at its reference rates, or
        ``"responding"``: those that the populations it stands for have in a first
        pass, in which it is frozen.
    """

    quick: bool = False
    duration_ms: Annotated[float, Field(gt=0, le=60000)] = 2500.0
    drop_ms: Annotated[float, Field(ge=0, le=60000)] = 500.0
    bin_ms: Annotated[float, Field(ge=SHORTEST_STEP_MS, le=100)] = 10.0
    n_directions: Annotated[int, Field(ge=2, le=36)] = 8
    surround: Literal["frozen", "responding"] = "frozen"

    @model_validator(mode="after")
    def _something_is_left(self) -> "ProtocolConfig":
        if self.duration_ms < self.drop_ms + 1000:
            raise ValueError(
                f"duration_ms ({self.duration_ms:g}) leaves less than 1000 ms after "
                f"drop_ms ({self.drop_ms:g})"
            )
        for name in ("duration_ms", "drop_ms"):
            bins = getattr(self, name) / self.bin_ms
            if abs(bins - round(bins)) > 1e-9:
                raise ValueError(f"{name} is not a multiple of bin_ms")
        return self

    @property
    def directions_deg(self) -> tuple[float, ...]:
        """Directions of the drifting grating, degrees."""
        return tuple(360.0 * k / self.n_directions for k in range(self.n_directions))
