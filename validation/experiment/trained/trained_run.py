"""The run folder of ``v1bridge train``, as far as validation needs it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bridge.arrays import FloatingArray
from bridge.column.column import Column
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.files.run_folder import CONFIG
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import FILE_NAME, read_parameters
from bridge.reduction.trained_column import trained_column, with_weights_of
from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.tasks.config import TasksConfig
from ratemodel.trials.input_config import InputConfig
from validation.experiment.trained.trained_weights import WEIGHTS, read_trained_weights
from validation.report.run_report import TrainedFacts


@dataclass(frozen=True)
class TrainedRun:
    """A network that was trained.

    Attributes
    ----------
    folder
        The run folder.
    column
        Section ``column`` of its configuration.
    scenario, scenario_seed
        What of the data's network was kept, and the seed of what was drawn.
    lgn
        LGN cells that were the input channels; None where those were pixels.
    recurrent_pa, input_pa
        Trained weights, pA.
    tasks, inputs
        Sections ``tasks`` and ``input`` of its configuration.
    model
        The rate model.
    covered
        What a certificate vouched for before training; None for nothing.
    """

    folder: Path
    column: dict[str, Any]
    scenario: str
    scenario_seed: int
    lgn: LgnCells | None
    recurrent_pa: FloatingArray
    input_pa: FloatingArray
    tasks: TasksConfig
    inputs: InputConfig
    model: RateModel
    covered: str | None

    def put_into(self, column: Column) -> Column:
        """Return the column with the trained weights.

        Raises
        ------
        InputError
            If the network was trained on another column, or the file of its
            parameters is missing or damaged.
        """
        untrained = self.parameters  # its message names the folder itself
        try:
            return trained_column(
                column,
                untrained,
                self.recurrent_pa,
                with_cells=SCENARIOS[self.scenario].cells,
                lgn=self.lgn,
                input_pa=self.input_pa,
            )
        except InputError as error:
            raise InputError(f"{self.folder}: {error}") from None

    @cached_property
    def parameters(self) -> RateParameters:
        """The network before training, read once.

        Raises
        ------
        InputError
            If the file is missing or damaged.
        """
        return read_parameters(self.folder / FILE_NAME)

    def parameters_of(self, column: Column) -> RateParameters:
        """Return the rate model as training left it, for :meth:`put_into`'s column.

        Raises
        ------
        InputError
            If the file of its parameters is missing or damaged.
        """
        return with_weights_of(column, self.parameters)

    def facts(self) -> TrainedFacts:
        """Return what a report says about it."""
        return TrainedFacts(
            run=self.folder.name,
            scenario=self.scenario,
            scenario_seed=self.scenario_seed,
            input="pixels" if self.lgn is None else "lgn",
            validated_before_training=self.covered is not None,
            model=self.model.by_population(self.parameters.population),
        )

    def notes(self, method: str, judged: Collection[RateModel] = ()) -> tuple[str, ...]:
        """Return the sentences that a report must not leave out.

        Parameters
        ----------
        method
            How the transfer functions were found.
        judged
            The rate models that are judged.
        """
        notes = [f"The column has the trained weights of {self.folder.name}."]
        if method == "trained":
            notes.append(
                "The transfer functions of the rate model are those that the network "
                "was trained with."
            )
        else:
            notes.append(
                "The transfer functions of the rate model were found anew for the "
                "trained weights: it is not the network that was trained."
            )
        draw = self.model.tau_r_draw
        if draw is not None and all(m.tau_r_draw != draw for m in judged):
            notes.append(
                "Its tau_r was drawn for every cell, and no model judged here has that "
                "draw."
            )
        if self.lgn is None:
            notes.append(
                "Its network was trained with pixels as input channels, which have no "
                "place in the visual field: the column keeps its own LGN, and only the "
                "recurrent weights are the trained ones."
            )
        if self.covered is None:
            notes.append(
                "Nothing vouched for the rate model when it was trained: the run was "
                "started with --unvalidated."
            )
        else:
            notes.append(f"The certificate before training covers {self.covered}.")
        return tuple(notes)


def require_finished(folder: Path, *files: str, called: str = "") -> None:
    """Refuse a folder that lacks the weights, or one of these files.

    Parameters
    ----------
    folder
        Run folder of ``v1bridge train``.
    files
        Files that are needed beside the weights.
    called
        What the message begins with, such as the key that named the folder.

    Raises
    ------
    InputError
        If it is not the folder of a finished training.
    """
    if not all((folder / name).is_file() for name in (WEIGHTS, *files)):
        raise InputError(
            f"{called}{folder}: is not the folder of a finished 'v1bridge train'"
        )


def read_trained_run(folder: Path) -> TrainedRun:
    """Read what a training left behind.

    Parameters
    ----------
    folder
        Run folder of ``v1bridge train``.

    Raises
    ------
    InputError
        If it is none, or a file is missing, damaged or changed.
    """
    # torch takes seconds to import, and few commands get here
    from ratemodel.trials.input_channels import lgn_cells
    from validation.config.train import merged_train_config

    require_finished(folder, FILE_NAME)
    config = merged_train_config(folder / CONFIG, {})
    kept = read_trained_weights(folder)
    has_lgn = config.input.use_lgn
    return TrainedRun(
        folder,
        config.column.model_dump(mode="json", exclude_none=True),
        config.scenario.name,
        config.scenario.seed,
        lgn_cells(config.input, config.tasks.screen) if has_lgn else None,
        kept.recurrent_pa.numpy(),
        kept.input_pa.numpy(),
        config.tasks,
        config.input,
        kept.model,
        kept.covered,
    )


def options_with_run(
    options: Mapping[str, Mapping[str, Any]],
) -> dict[str, Mapping[str, Any]]:
    """Let a training run that is named say what else is not given.

    Parameters
    ----------
    options
        Keys of a validation, by section.

    Returns
    -------
    dict
        With ``column.weights``, the run's column where no other is named, and the
        rate model that was trained where no variant or form is: that one is to be
        judged, with the tau_r and at the step that it was trained with.
    """
    column, rate = options.get("column", {}), options.get("rate", {})
    is_section = isinstance(column, Mapping) and isinstance(rate, Mapping)
    if not (is_section and isinstance(column.get("weights"), str)):
        return dict(options)  # what is wrong with it, the configuration says
    column, rate = dict(column), dict(rate)
    run = read_trained_run(Path(column["weights"]))
    if set(column) == {"weights"}:
        column |= run.column | column
    model = run.model
    if not {"variants", "forms", "tau_r_ms"} & set(rate):
        rate |= {"variants": [model.variant], "forms": [model.form]}
        if model.tau_r_draw is not None:
            reduction = {"seed": model.tau_r_draw.seed}
            given = options.get("reduction", {})
            if isinstance(given, Mapping):
                options = {**options, "reduction": reduction | dict(given)}
            rate["tau_r_ms"] = "sampled"
        elif model.tau_r_ms is not None:
            rate["tau_r_ms"] = model.tau_r_ms
        rate = {"with_sampled": False} | rate
    return dict(options) | {"column": column, "rate": {"dt_ms": model.dt_ms} | rate}
