"""Sections of a validation's configuration."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bridge.column.populations import POPULATIONS
from bridge.config_section import OneOf, Section, as_distinct
from bridge.rate_model import FORMS
from bridge.reduction.transfer.points import LGN_LEVELS_HZ
from ratemodel.tasks.registry import TASKS
from ratemodel.variants.registry import VARIANTS
from spiking.devices.registry import AUTO, DEVICES
from validation.config.limits import (
    LAST_SEED,
    LONGEST_MS,
    MOST_JOBS,
    MOST_STEPS,
    MOST_TRIALS,
    SHORTEST_STEP_MS,
)
from validation.config.numbers import is_finite_number

RATE_STEPS_MS = (1.0, 5.0)
"""Steps of a full run, ms: a fine one to compare with, a coarse one to train at."""

TAU_R_WORDS = ("fit", "fit_by_population", "sampled")
"""Ways of finding tau_r."""

MOST_GROWN = 56
"""Trials per seed at which growing trials end. The noise of 2 x 32 short trials leaves
i4Htr3a, i5Sst and i6Htr3a of the 3k column unjudged by a factor of up to 1.7; it falls
with the root of the number of trials, and longer stimuli help. 2 x 56 of the 6k column
still fit into 6 GiB. The population at 0.6 Hz would need over a thousand."""

VariantName = Annotated[str, OneOf(tuple(VARIANTS))]
PopulationName = Annotated[str, OneOf(POPULATIONS)]
TaskName = Annotated[str, OneOf(tuple(TASKS))]
FormName = Annotated[str, OneOf(tuple(FORMS))]
Seed = Annotated[int, Field(ge=0, le=LAST_SEED)]
Trials = Annotated[int, Field(ge=2, le=MOST_TRIALS)]


def _check_trials(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value == "auto" or (is_number and 2 <= value <= MOST_TRIALS):
        return value
    raise ValueError(f"must be 'auto' or a whole number from 2 to {MOST_TRIALS}")


def _check_tau_r(value: Any) -> Any:
    if isinstance(value, str) and value in TAU_R_WORDS:
        return value
    if _is_time(value):
        return float(value)
    is_list = isinstance(value, list | tuple) and len(value) == len(POPULATIONS)
    if is_list and all(map(_is_time, value)):
        return tuple(float(v) for v in value)
    words = ", ".join(repr(word) for word in TAU_R_WORDS)
    raise ValueError(
        f"must be {words}, a positive time in ms or {len(POPULATIONS)} of them"
    )


def _is_time(value: Any) -> bool:
    return is_finite_number(value) and value > 0


def _as_steps(value: Any) -> Any:
    """Return steps from the finest, one as a list of one."""
    value = [value] if _is_time(value) else value
    if isinstance(value, list | tuple) and all(map(_is_time, value)):
        value = sorted(map(float, value))
    return _check_distinct(value)


_check_distinct = partial(
    as_distinct, empty="must name at least one", twice="names something twice"
)


def _check_any(value: Any) -> Any:
    """Allow an empty list beside distinct names."""
    return () if value in ((), []) else _check_distinct(value)


PERTURBED = ("e4", "e5", "i4Pvalb", "i23Sst")
"""One excitatory population of the input layer and one of the output; the strongest
and the slowest kind of inhibition."""


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
    trials_per_seed
        Trials per stimulus and seed; ``"auto"`` lets them grow until every population
        that fires can be judged by the default tier.
    max_trials_per_seed
        Where trials that grow end, whatever can be judged by then; :data:`MOST_GROWN`
        where it is left out. None where the number of trials is given: there is
        nothing to cap.
    """

    device: Annotated[str, OneOf((*DEVICES, AUTO))] = "cpp"
    dt_ms: Annotated[float, Field(ge=SHORTEST_STEP_MS, le=1)] = 0.1
    seeds: Annotated[
        tuple[Seed, ...],
        BeforeValidator(_check_distinct),
        Field(min_length=2, max_length=MOST_JOBS),
    ] = (1, 2)
    calibration_trials: Trials = 6
    trials_per_seed: Annotated[int | str, BeforeValidator(_check_trials)] = "auto"
    max_trials_per_seed: Trials | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in_cap(cls, content: Any) -> Any:
        if not isinstance(content, Mapping):
            return content
        if "ceiling_target" in content:
            raise ValueError(
                "ceiling_target is no more: trials grow until every population that "
                'fires can be judged (trials_per_seed = "auto")'
            )
        if content.get("trials_per_seed", "auto") != "auto":
            return content
        return {"max_trials_per_seed": MOST_GROWN, **content}

    @model_validator(mode="after")
    def _cap_is_a_cap(self) -> "SpikingConfig":
        if self.trials_per_seed != "auto" and self.max_trials_per_seed is not None:
            raise ValueError(
                f"max_trials_per_seed ({self.max_trials_per_seed}) is the cap of "
                f"trials that grow, and trials_per_seed is {self.trials_per_seed}: "
                "leave one of them out"
            )
        if (len(self.seeds) - 1) * self.most_trials < 4:
            key = "max_trials_per_seed" if self.grows else "trials_per_seed"
            raise ValueError(
                f"{key} ({self.most_trials}) leaves fewer than 4 trials to judge the "
                "last seed with"
            )
        return self

    @property
    def grows(self) -> bool:
        """Whether trials are added until every firing population can be judged."""
        return self.trials_per_seed == "auto"

    @property
    def most_trials(self) -> int:
        """Trials per stimulus and seed, at most."""
        if isinstance(self.trials_per_seed, int):
            return self.trials_per_seed
        return self.max_trials_per_seed or MOST_GROWN  # filled in where trials grow


class RateConfig(Section):
    """Which rate models are judged.

    Attributes
    ----------
    variants, forms
        Any of :data:`ratemodel.variants.registry.VARIANTS` and of
        :data:`bridge.rate_model.FORMS`.
    dt_ms
        Time steps, ms, or one: every model is judged at each, and gets a certificate
        for each. A fit of tau_r is made at the finest.
    tau_r_ms
        Rate time constant: ``"fit"`` on the calibration stimuli, one value for the
        network; ``"fit_by_population"``; ``"sampled"`` from tau_s, cell by cell; or a
        value, or 17, in ms.
    with_sampled
        Judge the plain forms also with a sampled tau_r, the setting of Chen (2024).
    """

    variants: Annotated[tuple[VariantName, ...], BeforeValidator(_check_distinct)] = (
        tuple(VARIANTS)
    )
    forms: Annotated[tuple[FormName, ...], BeforeValidator(_check_distinct)] = tuple(
        FORMS
    )
    dt_ms: Annotated[
        tuple[Annotated[float, Field(ge=SHORTEST_STEP_MS, le=10)], ...],
        BeforeValidator(_as_steps),
        Field(max_length=MOST_STEPS),
    ] = RATE_STEPS_MS
    tau_r_ms: Annotated[
        float | str | tuple[float, ...], BeforeValidator(_check_tau_r)
    ] = "fit"
    with_sampled: bool = True


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
    perturbed
        Populations that get a current, one at a time, during a grating; empty for
        no perturbation.
    tasks, trials_per_task
        Tasks of which trials are shown, empty for none, and how many of each task
        and input.
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
    perturbed: Annotated[tuple[PopulationName, ...], BeforeValidator(_check_any)] = (
        PERTURBED
    )
    tasks: Annotated[tuple[TaskName, ...], BeforeValidator(_check_any)] = tuple(TASKS)
    trials_per_task: Annotated[int, Field(ge=1, le=64)] = 4
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
