"""The configuration of a validation run: checked whole, before any work."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from bridge.config_section import Section, as_distinct, key, reason
from bridge.errors import InputError
from bridge.reduction.transfer.points import LGN_LEVELS_HZ

STIMULUS_DT_MS = 1.0
"""Sample interval of the stimuli of a validation, ms."""

CALIBRATION_SEED_OFFSET = 10_000
"""Added to the seeds for the calibration stimuli: no noise is seen twice."""

VARIANTS = ("instantaneous", "low_pass", "equilibrium")
"""The three discrete rate variants."""

EXTENSIONS = {
    "plain": (),
    "extended": ("adaptation", "cascade", "delays", "variance"),
    "membrane": ("adaptation", "cascade", "delays", "membrane", "variance"),
}
"""What each form adds to a variant, in the certificate's order. Plain: the variant
as published. Extended: with alpha cascade, adaptation, delays and a
variance-dependent transfer function. Membrane: all of that, with the lag of the
membrane, its threshold crossings and the cells just reset."""

FORMS = tuple(EXTENSIONS)
"""The forms, from the simplest to the most complete."""

_ENDS = {"steps", "epochs", "minutes"}

_QUICK: dict[str, dict[str, Any]] = {
    "spiking": {
        "calibration_trials": 2,
        "trials_per_seed": 16,
        "max_trials_per_seed": 16,
    },
    "rate": {"dt_ms": 1.0},
    "protocol": {"duration_ms": 1500.0, "n_directions": 4},
    "reduction": {"probe_duration_ms": 1500.0},
}


def _check_size(value: Any) -> Any:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if value in ("3k", "6k"):
        return value
    raise ValueError("must be '3k', '6k' or a positive number of cells")


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


class BuiltColumn(Section):
    """A column built from the embedded Allen V1 tables.

    Attributes
    ----------
    size
        ``"3k"``, ``"6k"``, or the number of innermost cells.
    radius_um
        Radius of the cylinder, um; takes the place of ``size``.
    seed
        Seed of the wiring.
    surround
        Replace the input that the cut took away by Poisson input.
    weights
        Run folder of ``v1bridge train`` whose weights the column gets.
    """

    size: Annotated[int | str, BeforeValidator(_check_size)] = "3k"
    radius_um: Annotated[float, Field(gt=0, le=845)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    surround: bool = True
    weights: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_extent(self) -> "BuiltColumn":
        if self.radius_um is not None and "size" in self.model_fields_set:
            raise ValueError("give either size or radius_um, not both")
        return self


class FileColumn(Section):
    """A column read from SONATA files.

    Attributes
    ----------
    path
        Folder, circuit configuration or simulation configuration.
    surround
        Use the virtual surround that the files hold, if they hold one.
    weights
        Run folder of ``v1bridge train`` whose weights the column gets.
    """

    path: Annotated[str, Field(min_length=1)]
    surround: bool = True
    weights: Annotated[str, Field(min_length=1)] | None = None


def _column_kind(value: Any) -> str:
    has_path = isinstance(value, FileColumn) or (
        isinstance(value, Mapping) and "path" in value
    )
    return "files" if has_path else "built"


ColumnConfig = Annotated[
    Annotated[BuiltColumn, Tag("built")] | Annotated[FileColumn, Tag("files")],
    Discriminator(_column_kind),
]


class SpikingConfig(Section):
    """How the spiking reference is simulated.

    Attributes
    ----------
    device
        ``"cpp"`` (compiled once, then reused), ``"cuda"`` (on an NVIDIA GPU),
        ``"cython"`` or ``"numpy"``; ``"auto"`` is ``"cuda"`` where that can be
        used, else ``"cpp"``: a run folder names the one that was used.
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

    device: Literal["cpp", "cuda", "cython", "numpy", "auto"] = "cpp"
    dt_ms: Annotated[float, Field(gt=0, le=1)] = 0.1
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0, lt=2**31)], ...],
        BeforeValidator(_check_distinct),
        Field(min_length=2),
    ] = (1, 2)
    calibration_trials: Annotated[int, Field(ge=2)] = 6
    trials_per_seed: Annotated[int, Field(ge=2)] = 20
    max_trials_per_seed: Annotated[int, Field(ge=2)] = 30
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
        Any of :data:`VARIANTS`, and any of :data:`FORMS`.
    dt_ms
        Time step, ms.
    tau_r_ms
        Rate time constant: ``"fit"`` on the calibration stimuli, ``"sampled"``
        per neuron, or a value in ms.
    """

    variants: Annotated[
        tuple[Literal["instantaneous", "low_pass", "equilibrium"], ...],
        BeforeValidator(_check_distinct),
    ] = ("instantaneous", "low_pass", "equilibrium")
    forms: Annotated[
        tuple[Literal["plain", "extended", "membrane"], ...],
        BeforeValidator(_check_distinct),
    ] = ("plain", "extended", "membrane")
    dt_ms: Annotated[float, Field(gt=0, le=10)] = 0.5
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
        Field(min_length=3),
    ] = LGN_LEVELS_HZ
    probe_duration_ms: Annotated[float, Field(ge=500)] = 5000.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1000


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
    """

    quick: bool = False
    duration_ms: Annotated[float, Field(gt=0, le=60000)] = 2500.0
    drop_ms: Annotated[float, Field(ge=0)] = 500.0
    bin_ms: Annotated[float, Field(gt=0, le=100)] = 10.0
    n_directions: Annotated[int, Field(ge=2, le=36)] = 8

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


class ConfigWithColumn(Section):
    """A configuration with a section ``column``, which is of one of two kinds."""

    @classmethod
    def in_one_line(cls, error: ValidationError) -> str:
        """Return every problem, with the key as a file has it, in one line."""
        return "; ".join(f"{_key(e['loc'])}: {_reason(e)}" for e in error.errors())


class ValidateConfig(ConfigWithColumn):
    """Everything that decides the outcome of ``v1bridge validate``.

    Attributes
    ----------
    column, spiking, rate, reduction, protocol
        Sections of the same names.
    criteria
        TOML file with pass criteria; the embedded ones where it is left out.
    """

    column: ColumnConfig = BuiltColumn()
    spiking: SpikingConfig = SpikingConfig()
    rate: RateConfig = RateConfig()
    reduction: ReductionConfig = ReductionConfig()
    protocol: ProtocolConfig = ProtocolConfig()
    criteria: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _steps_fit(self) -> "ValidateConfig":
        bin_ms = self.protocol.bin_ms
        for section, dt_ms in (
            ("spiking", self.spiking.dt_ms),
            ("rate", self.rate.dt_ms),
        ):
            steps = bin_ms / dt_ms
            if round(steps) < 1 or abs(steps - round(steps)) > 1e-9:
                raise ValueError(
                    f"protocol.bin_ms ({bin_ms:g}) is not a multiple of "
                    f"{section}.dt_ms ({dt_ms:g})"
                )
            ratio = max(dt_ms, STIMULUS_DT_MS) / min(dt_ms, STIMULUS_DT_MS)
            if abs(ratio - round(ratio)) > 1e-9 or (section == "spiking" and dt_ms > 1):
                raise ValueError(
                    f"{section}.dt_ms ({dt_ms:g}) and the {STIMULUS_DT_MS:g} ms "
                    "samples of a stimulus do not divide one another"
                )
        if self.protocol.duration_ms % STIMULUS_DT_MS:
            raise ValueError(
                f"protocol.duration_ms ({self.protocol.duration_ms:g}) is not a "
                f"multiple of {STIMULUS_DT_MS:g} ms"
            )
        return self

    @model_validator(mode="after")
    def _trained_functions_exist(self) -> "ValidateConfig":
        if self.reduction.method == "trained" and self.column.weights is None:
            raise ValueError(
                'reduction.method "trained" needs column.weights, the run that trained'
            )
        return self

    @model_validator(mode="after")
    def _noise_is_seen_once(self) -> "ValidateConfig":
        test = set(self.spiking.seeds)
        calibration = {CALIBRATION_SEED_OFFSET + seed for seed in test}
        if test & calibration or self.reduction.seed in test | calibration:
            raise ValueError(
                f"spiking.seeds {self.spiking.seeds}, the same plus "
                f"{CALIBRATION_SEED_OFFSET} (calibration) and reduction.seed "
                f"({self.reduction.seed}) must all differ"
            )
        return self

    def to_toml(self) -> str:
        """Return the complete configuration as TOML; reading it gives it back."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))


def parse_config(content: Mapping[str, Any], where: str) -> ValidateConfig:
    """Check a configuration and fill in the defaults.

    With ``protocol.quick`` the defaults of the quick form are used where a key
    is not given.

    Parameters
    ----------
    content
        Sections and keys as in a TOML file.
    where
        What to call the source in an error message.

    Returns
    -------
    ValidateConfig
        The complete configuration.

    Raises
    ------
    InputError
        One line that names every unknown key and every bad value.
    """
    filled: dict[str, Any] = dict(content)
    protocol = filled.get("protocol")
    is_quick = isinstance(protocol, Mapping) and protocol.get("quick") is True
    for section, defaults in _QUICK.items():
        given = filled.get(section, {})
        if is_quick and isinstance(given, Mapping):
            filled[section] = {**defaults, **given}
    column, reduction = filled.get("column"), filled.get("reduction", {})
    is_trained = isinstance(column, Mapping) and column.get("weights") is not None
    if is_trained and isinstance(reduction, Mapping):
        filled["reduction"] = {"method": "trained", **reduction}
    if isinstance(filled.get("spiking"), Mapping):
        filled["spiking"] = _with_trials(filled["spiking"])
    return ValidateConfig.parse(filled, where)


def merged_config(
    path: Path | None, options: Mapping[str, Mapping[str, Any]]
) -> ValidateConfig:
    """Check the configuration of a file with options of the command line on top.

    Parameters
    ----------
    path
        TOML file, or ``None`` for the defaults.
    options
        Keys that were given as options, by section.

    Returns
    -------
    ValidateConfig
        The complete configuration.

    Raises
    ------
    InputError
        One line that names everything that is wrong.
    """
    content = merged_sections(path, options)
    return parse_config(content, "options" if path is None else str(path))


def merged_sections(
    path: Path | None, options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the sections of a file with options on top, not yet checked.

    A column or an end of training given as an option takes the place of the one in
    the file, and sections inside a section are merged key by key.

    Parameters
    ----------
    path
        TOML file, or ``None`` for no sections.
    options
        Keys that were given as options, by section.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    content = {} if path is None else read_config(path)
    for section, given in options.items():
        stored = content.get(section, {})
        if not given:
            continue
        if not isinstance(stored, Mapping):
            stored = {}
        if section == "column" and "path" in given:
            stored = {k: v for k, v in stored.items() if k == "surround"}
        if section == "column" and "size" in given:
            stored = {k: v for k, v in stored.items() if k not in ("path", "radius_um")}
        if section == "training" and _ENDS & set(given):
            stored = {k: v for k, v in stored.items() if k not in _ENDS}
        content[section] = merge_keys(stored, given)
    return content


def merge_keys(stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of both, inner sections merged as well; ``given`` wins.

    Parameters
    ----------
    stored, given
        Keys as in a TOML file.
    """
    result = dict(stored)
    for name, value in given.items():
        inner = stored.get(name)
        is_section = isinstance(value, Mapping) and isinstance(inner, Mapping)
        result[name] = merge_keys(inner, value) if is_section and inner else value
    return result


def read_config(path: Path) -> dict[str, Any]:
    """Return the keys of a TOML file, not yet checked.

    Parameters
    ----------
    path
        A TOML file.

    Returns
    -------
    dict
        Sections and keys.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a text file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not valid TOML: {error}") from None


def _with_trials(spiking: Mapping[str, Any]) -> dict[str, Any]:
    """Let the trial number that was given move the one that was not."""
    fields = SpikingConfig.model_fields
    first = spiking.get("trials_per_seed")
    cap = spiking.get("max_trials_per_seed")
    result = dict(spiking)
    if isinstance(first, int) and cap is None:
        result["max_trials_per_seed"] = max(
            fields["max_trials_per_seed"].default, first
        )
    if isinstance(cap, int) and first is None:
        result["trials_per_seed"] = min(fields["trials_per_seed"].default, cap)
    return result


def _key(location: Iterable[str | int]) -> str:
    parts = list(location)
    if parts[:1] == ["column"]:
        parts = [p for p in parts if p not in ("built", "files")]
    return key(parts)


def _reason(item: Any) -> str:
    is_of_files = item["type"] == "extra_forbidden" and "files" in item["loc"]
    if is_of_files and item["loc"][-1] in BuiltColumn.model_fields:
        return "has no effect on a column that is read from column.path"
    return reason(item)
