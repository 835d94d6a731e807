"""One validation from column to report."""

from pathlib import Path

import numpy as np

from bridge.files.provenance import collect_provenance
from bridge.files.run_folder import RunFolder
from bridge.progress import Progress
from validation.baselines.stimulus_only import STIMULUS_ONLY
from validation.config.validate import ValidateConfig
from validation.experiment.column import LoadedColumn, provenance_of, read_column
from validation.experiment.experiment import Experiment
from validation.experiment.trained.trained_run import read_trained_run
from validation.judging.prepare import prepare_reference
from validation.judging.ranking import best_model
from validation.judging.reliability import doubts
from validation.judging.unjudged import judges_all
from validation.measures.criteria import load_criteria
from validation.report.data import ReportData
from validation.report.run_report import RunReport
from validation.runs.baselines import baseline_rates
from validation.runs.charge import charge_facts
from validation.runs.clock import Clock
from validation.runs.controls import run_controls, score
from validation.runs.facts import column_facts, protocol_facts, reduction_facts
from validation.runs.results import write_results


def run_validation(
    config: ValidateConfig,
    folder: RunFolder,
    progress: Progress,
    loaded: LoadedColumn | None = None,
) -> RunReport:
    """Validate the rate variants of one column.

    Everything but the configuration is written into the folder's staging area.

    Parameters
    ----------
    config
        The complete configuration.
    folder
        Open run folder.
    progress
        Receives the progress.
    loaded
        The column that ``config.column`` names, where it is at hand.

    Returns
    -------
    RunReport
        What was found.
    """
    clock = Clock()
    criteria = load_criteria(Path(config.criteria) if config.criteria else None)
    weights = config.column.weights
    trained = None if weights is None else read_trained_run(Path(weights))

    with clock("column"):
        if loaded is None:
            loaded = read_column(config.column, dt_ms=config.spiking.dt_ms)
        column, reading = loaded
        experiment = Experiment.of(column, config, folder.stages, progress, trained)
    if config.protocol.surround == "responding":
        with clock("first pass"):
            experiment = experiment.with_responding_surround()
    with clock("transfer functions"):
        reduced = experiment.reduce(trained)
    with clock("baselines"):
        without_network = baseline_rates(experiment, reduced.parameters)
        stimulus_only = without_network[STIMULUS_ONLY.name]
    with clock("spiking reference"):
        # With all that decides, or trials would be enough before a verdict is possible.
        reference = experiment.reference(
            lambda r: judges_all(r, criteria, stimulus_only)
        )
        raster = experiment.raster()
    with clock("tau_r"):
        models, tau_r_notes = experiment.models(reduced.parameters)
    with clock("rate models"):
        responses = experiment.respond(models, reduced.parameters)
    with clock("scores"):
        prepared = prepare_reference(reference, criteria, np.random.default_rng(0))
        baselines = {name: score(prepared, r) for name, r in without_network.items()}
        prepared = prepared.with_stimulus_only(stimulus_only)
        scores = {name: score(prepared, rates) for name, rates in responses.items()}
    with clock("controls"):
        controls = run_controls(
            experiment, reduced.parameters, prepared, models, responses, scores
        )
    reasons = doubts(controls, baselines)

    notes = tau_r_notes
    if trained is not None:
        notes = (*trained.notes(config.reduction.method, models), *tau_r_notes)
    report = RunReport(
        column=column_facts(column, charge_facts(experiment, reference)),
        protocol=protocol_facts(experiment, prepared),
        reduction=reduction_facts(reduced),
        variants=scores,
        best=best_model(models, scores).name,
        controls=controls,
        baselines=baselines,
        reliable=not reasons,
        doubts=reasons,
        timings=clock.seconds,
        trained=None if trained is None else trained.facts(),
        notes=(*notes, *experiment.notes),
    )
    provenance = (
        collect_provenance()
        | provenance_of(reading)
        | {
            "device": config.spiking.device,
            "seeds": list(config.spiking.seeds),
            "timings_s": clock.seconds,
        }
    )
    data = ReportData(
        report,
        reference,
        responses,
        column,
        criteria,
        config.to_toml(),
        provenance,
        raster,
    )
    write_results(folder.staging, data, reduced.parameters, models)
    return report
