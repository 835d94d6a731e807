"""What may be trained: the parameters of a rate model and who vouches for them."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import require_certificate
from bridge.column.column import Column
from bridge.errors import CertificateError, InputError
from bridge.rate_model import FORMS, RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import FILE_NAME, read_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.reducible import require_reducible
from bridge.reduction.time_constants import with_sampled_tau_r
from bridge.reduction.transfer.points import theoretical_data
from bridge.sonata.reading.report import Reading
from ratemodel.scenarios.scenario import Scenario
from ratemodel.variants.registry import VARIANTS
from validation.config.sections import ReductionConfig
from validation.config.train import STEP_MS, TrainConfig
from validation.experiment.column import read_column
from validation.experiment.trained.trained_run import TrainedRun, read_trained_run
from validation.training.inputs import validation_folder
from validation.training.wanted import wanted_by

UNCERTIFIED = RateModel.of_form("low_pass", "extended", 1.5, STEP_MS)
"""The model where no certificate says which."""


@dataclass(frozen=True)
class Certified:
    """A rate model that may be trained.

    Attributes
    ----------
    parameters
        Of the column; with ``start`` of the network to be trained: its connections
        and the weights before all training, with everything else as found for the
        trained one.
    model
        Variant, extensions, tau_r and step.
    certificate
        What vouches for it, or None.
    problem
        Why it does not, where training goes on all the same; empty if it does.
    scenario
        What of the column's network is trained.
    untrained_hash
        Hash of the column that the configuration names.
    start
        The run whose trained weights the parameters were found for, and training
        starts from; None where they are of the column.
    reading
        What was read of the column's files; None where it was built.
    """

    parameters: RateParameters
    model: RateModel
    certificate: Certificate | None
    problem: str
    scenario: Scenario
    untrained_hash: str
    start: TrainedRun | None = None
    reading: Reading | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what results say about it."""
        if self.certificate is None or self.problem:
            return {"validated": False, "why_not": self.problem}
        if self.start is not None:
            has_lgn = self.start.lgn is not None
            what = "network" if has_lgn else "recurrent weights"
            covers = f"the trained {what} of {self.start.folder.name} at the start"
        elif self.scenario.changes_network:
            covers = f"the column, not the network of scenario {self.scenario.name}"
        else:
            covers = "the untrained network"
        scores = self.certificate.scores
        return {
            "validated": True,
            "certificate": self.certificate.content,
            "covers": covers,
            "dt_ms": self.certificate.dt_ms,
            "verdict": scores.verdict,
            "populations": {n: p.verdict for n, p in scores.populations.items()},
        }


def certified_model(config: TrainConfig) -> Certified:
    """Return what a configuration wants to train, if a certificate vouches for it.

    Parameters
    ----------
    config
        The complete configuration, of
        :func:`validation.training.certificate_choice.with_certificate`.

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
    untrained, reading = read_column(config.column)
    require_reducible(untrained)
    parameters = _parameters(config, untrained, certificate is not None)
    model = _with_drawn_tau_r(config, certificate, model, parameters)
    start = _start_of(config, parameters, untrained)
    column = untrained if start is None else start.put_into(untrained)
    if certificate is not None:
        problem = ""
        try:
            require_certificate(
                certificate,
                wanted_by(config, model, column.hash, parameters),
                wanted.tier,
            )
        except CertificateError as error:
            problem = re.sub("^certificate", str(wanted.certificate), str(error))
            if not wanted.unvalidated:
                raise CertificateError(problem) from None
    if parameters.column_hash != column.hash:
        which = "this one" if start is None else f"that with {start.folder}'s weights"
        raise InputError(
            f"the parameters in {validation_folder(config)} are of column "
            f"{parameters.column_hash[:12]}, {which} is {column.hash[:12]}"
        )
    if start is not None:
        parameters = _before_training(start, parameters)
    scenario = config.scenario.choose()
    return Certified(
        parameters,
        scenario.rate_model(model, parameters.population),
        certificate,
        problem,
        scenario,
        untrained.hash,
        start,
        reading,
    )


def _model(config: TrainConfig, certificate: Certificate | None) -> RateModel:
    wanted = config.model
    known = UNCERTIFIED if certificate is None else certificate.model
    variant = wanted.variant or known.variant
    if variant not in VARIANTS:
        raise CertificateError(
            f"{wanted.certificate}: certifies variant {variant}; there are "
            f"{', '.join(VARIANTS)}"
        )
    extensions = known.extensions if wanted.form is None else FORMS[wanted.form]
    tau_r = known.tau_r_ms
    if isinstance(wanted.tau_r_ms, float):
        tau_r = wanted.tau_r_ms
    elif VARIANTS[variant].tau_r_grid_ms is None:
        if wanted.tau_r_ms == "sampled":
            raise InputError(f"model.tau_r_ms: the {variant} variant has none")
        tau_r = None
    return RateModel(
        variant=variant, extensions=extensions, tau_r_ms=tau_r, dt_ms=wanted.step_ms
    )


def _with_drawn_tau_r(
    config: TrainConfig,
    certificate: Certificate | None,
    model: RateModel,
    parameters: RateParameters,
) -> RateModel:
    """Return the model with a tau_r of every cell, where it is to be drawn.

    The certificate states means and the seed: the same draw gives the same cells.
    """
    asked, seed = config.model.tau_r_ms, ReductionConfig().seed
    draw = None if certificate is None else certificate.model.tau_r_draw
    is_drawn = asked == "sampled" or (asked is None and draw is not None)
    if not is_drawn or model.tau_r_ms is None:
        return model
    return with_sampled_tau_r(
        model, parameters.tau_s_ms, seed if draw is None else draw.seed
    )


def _start_of(
    config: TrainConfig, parameters: RateParameters, column: Column
) -> TrainedRun | None:
    """Return the run to start from, where the parameters were found for its weights."""
    if config.training.start is None or parameters.column_hash == column.hash:
        return None
    return read_trained_run(Path(config.training.start))


def _before_training(start: TrainedRun, found: RateParameters) -> RateParameters:
    """Return the network that a run began with, but for what was found since.

    Trained weights are shares of those before training, and stay so.
    """
    before = start.parameters
    return replace(
        found,
        column_hash=before.column_hash,
        n_lgn=before.n_lgn,
        recurrent=before.recurrent,
        lgn_edges=before.lgn_edges,
    )


def _parameters(
    config: TrainConfig, column: Column, is_certified: bool
) -> RateParameters:
    folder = validation_folder(config)
    if folder is not None:
        return read_parameters(folder / FILE_NAME)
    if is_certified:
        raise InputError(
            f"{config.model.certificate}: does not lie in the run folder of 'v1bridge "
            "validate'; name that with --validation"
        )
    return reduce_column(column, theoretical_data(column, "siegert")).parameters
