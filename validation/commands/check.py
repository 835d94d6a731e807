"""``v1bridge check``: whether a certificate vouches for what is to be used."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.differences import differences
from bridge.certificate.gate import why_worthless
from bridge.certificate.scores import TIERS, Tier
from bridge.certificate.wanted import Wanted
from bridge.errors import CertificateError, InputError
from bridge.files.provenance import software_versions
from bridge.rate_model import FORMS, RateModel
from bridge.reduction.parameters_file import FILE_NAME, read_parameters
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
from ratemodel.trials.input_config import InputConfig
from validation.commands.tables import show_reading
from validation.config.train import LONGEST_STEP_MS, ModelConfig, TrainConfig
from validation.config.validate import merged_config
from validation.experiment.column import read_column
from validation.experiment.sets.task_settings import task_settings
from validation.experiment.trained.trained_run import options_with_run
from validation.terminal import PlainConsole
from validation.training.certificate_choice import with_certificate
from validation.training.inputs import run_of
from validation.training.wanted import (
    NEEDED_STIMULI,
    criteria_in_force,
    criteria_words,
    needed_perturbations,
    trained_surround,
)


def check_certificate(
    path: Path,
    options: Mapping[str, Mapping[str, Any]],
    tier: str,
    *,
    dt_ms: float | None = None,
    tasks: Sequence[str] = (),
    use_lgn: bool = False,
    variant: str | None = None,
    form: str | None = None,
    criteria: str | None = None,
) -> None:
    """Compare a certificate with what is to be used and print what it says.

    Parameters
    ----------
    path
        File of the certificate, or what else ``v1bridge train`` takes for one, see
        :func:`validation.training.certificate_choice.with_certificate`. The
        parameters of the run that it lies in are compared as well.
    options
        Section ``column`` of a configuration.
    tier
        Lowest tier that is good enough.
    dt_ms
        Step, ms; that of the certificate where it is left out.
    variant, form
        Which model is to be used; the certificate's where they are left out, which
        must be said where the path holds certificates of several.
    tasks, use_lgn
        Tasks to be trained, with the defaults of ``v1bridge train``, and whether
        through LGN filters.
    criteria
        File of the criteria in force; the built-in ones where it is left out.

    Raises
    ------
    InputError
        If the certificate, the column or an option cannot be used.
    CertificateError
        If the certificate is about something else, of which the first difference is
        named, or good for nothing at this tier.
    """
    known = [name for name in TIERS if name == tier]
    if not known:
        raise InputError(f"--tier {tier}: choose one of {', '.join(TIERS)}")
    if dt_ms is not None and not 0.0 < dt_ms <= LONGEST_STEP_MS:
        most = f"{LONGEST_STEP_MS:g}"
        raise InputError(f"--dt-ms {dt_ms:g}: must be above 0 and at most {most}")
    for name in tasks:
        if name not in TASKS:
            raise InputError(f"--task {name}: choose one of {', '.join(TASKS)}")
    if use_lgn and not tasks:
        raise InputError("--lgn: has no effect without --task")
    path = _chosen(path, known[0], dt_ms, variant, form)
    certificate = Certificate.read(path)
    config = merged_config(None, options_with_run(options))
    column, reading = read_column(config.column)
    show_reading(reading)
    model, run = _model(certificate.model, variant, form, dt_ms), run_of(path)
    reduction_hash = None
    if run is not None and (run / FILE_NAME).is_file():
        reduction_hash = read_parameters(run / FILE_NAME).reduction_hash
    wanted = Wanted(
        model=model,
        column_hash=column.hash,
        reduction_hash=reduction_hash,
        criteria=criteria_in_force(criteria),
        criteria_called=criteria_words(criteria),
        stimuli=NEEDED_STIMULI,
        perturbations=needed_perturbations(column.population),
        tasks=task_settings(TasksConfig(), InputConfig(use_lgn=use_lgn), tasks),
        surround=trained_surround(column.surround),
        versions=software_versions(),
    )
    found = differences(certificate, wanted)
    if found:
        raise CertificateError(f"{path}: {found[0]}; validate what you want to use")
    problem = why_worthless(certificate, known[0])
    if problem:
        raise CertificateError(f"{path}: {problem}")
    shown = " + ".join([model.variant, *model.extensions])
    PlainConsole().print(
        f"{shown} at dt {certificate.dt_ms:g} ms on column {column.hash[:12]}: "
        f"{certificate.verdict}",
        soft_wrap=True,
    )


def _model(
    certified: RateModel, variant: str | None, form: str | None, dt_ms: float | None
) -> RateModel:
    """Return the model that is to be used: the certified one, but for what is given."""
    changes: dict[str, Any] = {}
    if variant is not None:
        changes["variant"] = variant
    if form is not None:
        changes["extensions"] = FORMS[form]
    model = certified.model_copy(update=changes)
    return model if dt_ms is None else model.with_step(dt_ms)


def _chosen(
    path: Path, tier: Tier, dt_ms: float | None, variant: str | None, form: str | None
) -> Path:
    """Return the file that a training would take."""
    given = {
        "certificate": str(path),
        "tier": tier,
        "dt_ms": dt_ms,
        "variant": variant,
        "form": form,
    }
    given = {key: value for key, value in given.items() if value is not None}
    model = ModelConfig.parse(given, "check")
    settled = with_certificate(TrainConfig(model=model)).model.certificate
    return path if settled is None else Path(settled)
