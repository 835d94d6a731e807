"""What may be trained: the parameters of a rate model and who vouches for them."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.certificate import Certificate
from bridge.column.column import Column
from bridge.errors import CertificateError, InputError
from bridge.gate import require_certificate
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import FILE_NAME, read_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.trained_column import with_weights_of
from bridge.reduction.transfer_data import theoretical_data
from ratemodel.scenarios.scenario import Scenario
from ratemodel.training.setup import RateModelChoice
from validation.column_source import load_column
from validation.config import EXTENSIONS
from validation.train_config import TrainConfig
from validation.trained_run import read_trained_run

UNCERTIFIED = {"variant": "low_pass", "form": "extended", "tau_r_ms": 1.5}
"""The model where no certificate says which."""


@dataclass(frozen=True)
class Certified:
    """A rate model that may be trained.

    Attributes
    ----------
    parameters
        Of the untrained column.
    model
        Variant, extensions, tau_r and step.
    certificate
        What vouches for it, or None.
    problem
        Why it does not, where training goes on all the same; empty if it does.
    scenario
        What of the column's network is trained.
    start
        Name of the run whose trained network the certificate covers, and training
        starts from; empty where it covers the column.
    """

    parameters: RateParameters
    model: RateModelChoice
    certificate: Certificate | None
    problem: str
    scenario: Scenario
    start: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what results say about it."""
        if self.certificate is None or self.problem:
            return {"validated": False, "why_not": self.problem}
        if self.start:
            covers = f"the trained network of {self.start}, which training started from"
        elif self.scenario.changes_network:
            covers = f"the column, not the network of scenario {self.scenario.name}"
        else:
            covers = "the untrained network"
        scores = self.certificate.scores
        return {
            "validated": True,
            "certificate": self.certificate.content,
            "covers": covers,
            "verdict": scores.verdict,
            "populations": {n: p.verdict for n, p in scores.populations.items()},
        }


def certified_model(config: TrainConfig) -> Certified:
    """Return what a configuration wants to train, if a certificate vouches for it.

    Parameters
    ----------
    config
        The complete configuration.

    Raises
    ------
    CertificateError
        If there is no certificate, or it vouches for something else or for too
        little, and the configuration does not say ``unvalidated``.
    InputError
        If a file or the column cannot be used.
    """
    wanted = config.model
    if wanted.certificate is None and not wanted.unvalidated:
        raise CertificateError(
            "training needs a certificate: give --certificate "
            "RUN/certificates/VARIANT.json of 'v1bridge validate', or --unvalidated"
        )
    problem = "no certificate was given"
    certificate = None
    if wanted.certificate is not None:
        try:
            certificate = Certificate.read(Path(wanted.certificate))
        except CertificateError as error:
            if not wanted.unvalidated:
                raise
            problem = str(error)
    model = _model(config, certificate)
    untrained = load_column(config.column)
    column = _starting_column(config, untrained, certificate)
    parameters = _parameters(config, column, certificate is not None)
    if certificate is not None:
        problem = ""
        try:
            require_certificate(
                certificate,
                variant=model.variant,
                extensions=model.extensions,
                tau_r_ms=_time_constant(model.tau_r_ms),
                column_hash=column.hash,
                reduction_hash=parameters.reduction_hash,
                tier=wanted.tier,
            )
        except CertificateError as error:
            problem = re.sub("^certificate", str(wanted.certificate), str(error))
            if not wanted.unvalidated:
                raise CertificateError(problem) from None
    if parameters.column_hash != column.hash:
        raise InputError(
            f"the parameters in {_run_folder(config)} are of column "
            f"{parameters.column_hash[:12]}, this one is {column.hash[:12]}"
        )
    start = ""
    if column is not untrained:
        parameters = with_weights_of(untrained, parameters)
        start = Path(str(config.training.start)).name
    scenario = config.scenario.choose()
    return Certified(parameters, model, certificate, problem, scenario, start)


def model_facts(model: RateModelChoice) -> str:
    """Return which rate model was trained as text, for the files of a run."""
    return json.dumps(
        {
            "variant": model.variant,
            "extensions": list(model.extensions),
            "tau_r_ms": model.tau_r_ms,
            "dt_ms": model.dt_ms,
        }
    )


def model_of(facts: str) -> RateModelChoice:
    """Return the rate model of :func:`model_facts`."""
    content = json.loads(facts)
    return RateModelChoice(
        content["variant"],
        tuple(content["extensions"]),
        content["tau_r_ms"],
        content["dt_ms"],
    )


def _model(config: TrainConfig, certificate: Certificate | None) -> RateModelChoice:
    wanted = config.model
    if certificate is None:
        variant = wanted.variant or str(UNCERTIFIED["variant"])
        extensions = EXTENSIONS[wanted.form or str(UNCERTIFIED["form"])]
        tau_r: Any = wanted.tau_r_ms or UNCERTIFIED["tau_r_ms"]
    else:
        variant = wanted.variant or certificate.variant
        extensions = certificate.extensions
        if wanted.form is not None:
            extensions = EXTENSIONS[wanted.form]
        tau_r = wanted.tau_r_ms or certificate.time_constants_ms.get("tau_r")
    if variant == "instantaneous" and wanted.tau_r_ms is None:
        tau_r = None
    return RateModelChoice(variant, extensions, tau_r, wanted.dt_ms)


def _starting_column(
    config: TrainConfig, column: Column, certificate: Certificate | None
) -> Column:
    """Return the column as training finds it.

    It has trained weights where training starts from those and the certificate is
    not of the column without them.
    """
    start = config.training.start
    if start is None or certificate is None or certificate.column_hash == column.hash:
        return column
    return read_trained_run(Path(start)).put_into(column)


def _parameters(
    config: TrainConfig, column: Column, is_certified: bool
) -> RateParameters:
    folder = _run_folder(config)
    if folder is not None:
        return read_parameters(folder / FILE_NAME)
    if is_certified:
        raise InputError(
            f"{config.model.certificate}: does not lie in the run folder of 'v1bridge "
            "validate'; name that with --validation"
        )
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def _run_folder(config: TrainConfig) -> Path | None:
    if config.model.validation is not None:
        return Path(config.model.validation)
    if config.model.certificate is None:
        return None
    beside = Path(config.model.certificate).absolute().parent
    return beside.parent if beside.name == "certificates" else None


def _time_constant(tau_r_ms: Any) -> float | tuple[float, ...] | None:
    return tuple(tau_r_ms) if isinstance(tau_r_ms, list | tuple) else tau_r_ms
