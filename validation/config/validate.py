"""The configuration of a validation run: checked whole, before any work."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    Field,
    model_validator,
)

from validation.config.column import BuiltColumn, ColumnConfig, ConfigWithColumn
from validation.config.numbers import is_finite_number
from validation.config.sections import (
    RATE_STEPS_MS,
    ProtocolConfig,
    RateConfig,
    ReductionConfig,
    SpikingConfig,
)
from validation.config.with_options import merged_sections

STIMULUS_DT_MS = 1.0
"""Sample interval of the stimuli of a validation, ms."""

CALIBRATION_SEED_OFFSET = 10_000
"""Added to the seeds for the calibration stimuli: no noise is seen twice."""


_QUICK: dict[str, dict[str, Any]] = {
    "spiking": {
        "calibration_trials": 2,
        "max_trials_per_seed": 32,
    },
    "rate": {"dt_ms": (2.0,), "with_sampled": False},
    "protocol": {
        "duration_ms": 1500.0,
        "n_directions": 4,
        "perturbed": ["e4", "i4Pvalb"],
        "trials_per_task": 1,
    },
    "reduction": {"probe_duration_ms": 1500.0},
}


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
            *(("rate", dt_ms) for dt_ms in self.rate.dt_ms),
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
    def _surround_can_respond(self) -> "ValidateConfig":
        if self.protocol.surround == "frozen":
            return self
        if not self.column.surround:
            raise ValueError(
                f'protocol.surround "{self.protocol.surround}" and column.surround '
                "false exclude each other: there is no surround to respond"
            )
        bin_ms = self.protocol.bin_ms
        if bin_ms % STIMULUS_DT_MS:
            raise ValueError(
                f'protocol.surround "{self.protocol.surround}" needs bins of whole '
                f"samples: protocol.bin_ms ({bin_ms:g}) is not a multiple of "
                f"{STIMULUS_DT_MS:g} ms"
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
    filled["rate"] = _with_steps(filled.get("rate", {}), protocol, is_quick)
    for section, defaults in _QUICK.items():
        given = filled.get(section, {})
        if is_quick and isinstance(given, Mapping):
            filled[section] = {**defaults, **given}
            if given.get("trials_per_seed", "auto") != "auto":
                # a number that is given has no cap, unless one is given as well
                filled[section] = {**defaults, "max_trials_per_seed": None, **given}
    column, reduction = filled.get("column"), filled.get("reduction", {})
    is_trained = isinstance(column, Mapping) and column.get("weights") is not None
    if is_trained and isinstance(reduction, Mapping):
        filled["reduction"] = {"method": "trained", **reduction}
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


def _with_steps(rate: Any, protocol: Any, is_quick: bool) -> Any:
    """Leave steps out that nobody asked for and that do not fit the bin."""
    bin_ms = protocol.get("bin_ms") if isinstance(protocol, Mapping) else None
    if not isinstance(rate, Mapping) or "dt_ms" in rate:
        return rate
    if not is_finite_number(bin_ms):
        return rate
    given = _QUICK["rate"]["dt_ms"] if is_quick else RATE_STEPS_MS
    steps = [dt for dt in given if abs(bin_ms / dt - round(bin_ms / dt)) < 1e-9]
    return {**rate, "dt_ms": steps} if steps else rate
