"""Writes what a validation found into its run folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.parts import CertifiedControl, CertifiedProtocol
from bridge.files.hashing import content_hash
from bridge.files.json_file import write_json
from bridge.files.written_file import make_folder, write_text
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import FILE_NAME, write_parameters
from validation.report.data import ReportData
from validation.report.page import render_report
from validation.report.run_report import FILE
from validation.responses.rates_file import write_rates


def write_results(
    staging: Path,
    data: ReportData,
    parameters: RateParameters,
    models: Sequence[RateModel],
) -> None:
    """Write certificates, rates, parameters, provenance and both reports.

    Parameters
    ----------
    staging
        Staging area of the run folder.
    data
        What the report shows.
    parameters
        Parameters of the rate model.
    models
        The rate models that were judged.
    """
    write_certificates(staging / "certificates", data, parameters, models)
    write_rates(
        staging / "rates.nc",
        data.reference,
        data.models,
        seeds=data.report.protocol.seeds,
        column_hash=data.column.hash,
    )
    write_parameters(parameters, staging / FILE_NAME)
    write_json(staging / "provenance.json", data.provenance)
    write_json(staging / FILE, data.report.to_json())
    write_text(staging / "report.html", render_report(data))


def write_certificates(
    folder: Path,
    data: ReportData,
    parameters: RateParameters,
    models: Sequence[RateModel],
) -> None:
    """Write a certificate for every rate model, whatever its verdict."""
    make_folder(folder)
    protocol = data.report.protocol.model_dump(mode="json")
    criteria: dict[str, Any] = data.criteria.model_dump(mode="json")
    forms = {model.name: model.form for model in models}
    controls = {
        name: CertifiedControl(
            model=control.model,
            form=None if control.model is None else forms[control.model],
            strength=control.strength,
            expected=control.expected,
            is_required=control.is_required,
            verdict=control.verdict,
            seen=control.seen,
        )
        for name, control in data.report.controls.items()
    }
    versions: Mapping[str, str] = data.provenance["versions"]
    for model in models:
        Certificate(
            model=model.by_population(parameters.population),
            dt_ms=model.dt_ms,
            column_hash=data.column.hash,
            reduction_hash=parameters.reduction_hash,
            protocol=CertifiedProtocol.model_validate(protocol),
            criteria=criteria,
            criteria_hash=content_hash(criteria),
            controls=controls,
            reliable=data.report.reliable,
            scores=data.report.variants[model.name],
            versions=dict(versions),
        ).write(folder / f"{model.name}.json")
