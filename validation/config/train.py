"""The configuration of a training run: checked whole, before any work."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bridge.certificate.scores import Tier
from bridge.config_section import Section
from ratemodel.readout.config import ReadoutConfig
from ratemodel.scenarios.config import ScenarioConfig
from ratemodel.tasks.config import TasksConfig
from ratemodel.training.config import TrainingConfig
from ratemodel.trials.input_config import InputConfig
from validation.config.column import BuiltColumn, ColumnConfig, ConfigWithColumn
from validation.config.limits import SHORTEST_STEP_MS
from validation.config.sections import FormName, VariantName
from validation.config.with_options import merged_sections

Name = Annotated[str, Field(min_length=1)]

LONGEST_STEP_MS = 10.0
"""Beyond, a step is longer than most time constants."""

STEP_MS = 2.0
"""Step where no certificate says which, ms."""


def _check_tau_r(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value == "sampled" or (is_number and 0 < value < float("inf")):
        return float(value) if is_number else value
    raise ValueError("must be 'sampled' or a positive time in ms")


class ModelConfig(Section):
    """Which rate model is trained, and what vouches for it.

    Attributes
    ----------
    certificate
        File of the certificate; or a run folder of ``v1bridge validate``, or the file
        of a form without its step: then the coarsest step that reaches the tier is
        taken.
    validation
        Run folder of ``v1bridge validate`` with the parameters of the rate model;
        the one that the certificate lies in where it is left out.
    tier
        Lowest verdict that is good enough.
    criteria
        TOML file with the criteria that tiers have their meaning from; the built-in
        ones where it is left out. A certificate of other criteria is refused.
    unvalidated
        Train without a certificate that matches; written into all results.
    variant, form, tau_r_ms
        As the certificate says where they are left out; without a certificate
        low-pass, extended, 1.5 ms. tau_r ``"sampled"`` is drawn from tau_s, cell by
        cell.
    dt_ms
        Step, ms; that of the certificate where it is left out, without one 2 ms. Any
        other than the certificate's is refused. Time and memory go with the number
        of steps.
    """

    certificate: Name | None = None
    validation: Name | None = None
    tier: Tier = "default"
    criteria: Name | None = None
    unvalidated: bool = False
    variant: VariantName | None = None
    form: FormName | None = None
    tau_r_ms: Annotated[float | str, BeforeValidator(_check_tau_r)] | None = None
    dt_ms: Annotated[float, Field(ge=SHORTEST_STEP_MS, le=LONGEST_STEP_MS)] | None = (
        None
    )

    @property
    def step_ms(self) -> float:
        """Step, ms, before a certificate has been asked."""
        return STEP_MS if self.dt_ms is None else self.dt_ms


class TrainConfig(ConfigWithColumn):
    """Everything that decides the outcome of ``v1bridge train``.

    Attributes
    ----------
    column, model, tasks, input, readout, scenario, training
        Sections of the same names.
    """

    column: ColumnConfig = BuiltColumn()
    model: ModelConfig = ModelConfig()
    tasks: TasksConfig = TasksConfig()
    input: InputConfig = InputConfig()
    readout: ReadoutConfig = ReadoutConfig()
    scenario: ScenarioConfig = ScenarioConfig()
    training: TrainingConfig = TrainingConfig()


def merged_train_config(
    path: Path | None, options: Mapping[str, Mapping[str, Any]]
) -> TrainConfig:
    """Check the configuration of a file with options of the command line on top.

    Parameters
    ----------
    path
        TOML file, or ``None`` for the defaults.
    options
        Keys that were given as options, by section.

    Raises
    ------
    InputError
        One line that names everything that is wrong.
    """
    where = "options" if path is None else str(path)
    return TrainConfig.parse(merged_sections(path, options), where)
