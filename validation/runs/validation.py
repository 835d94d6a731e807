"""One validation from column to report."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import Scores
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.files.json_file import write_json
from bridge.files.provenance import collect_provenance
from bridge.files.run_folder import RunFolder
from bridge.progress import Progress
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import FILE_NAME, write_parameters
from bridge.reduction.time_constants import sample_tau_r_ms
from spiking.running.model import SpikingModel
from validation.config.validate import CALIBRATION_SEED_OFFSET, ValidateConfig
from validation.criteria.criteria import Criteria, load_criteria
from validation.experiment.column import load_column
from validation.experiment.parallel import map_in_processes
from validation.experiment.protocol import Protocol, build_protocol
from validation.experiment.rate_models import RateModel, extensions_of, respond
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.spiking_reference import run_seeds, spiking_reference
from validation.experiment.tau_r_fit import fit_tau_r_ms
from validation.experiment.trained_run import TrainedRun, read_trained_run
from validation.experiment.transfer_functions import reduction_of
from validation.judging.score import score_model
from validation.measures.shared import PreparedReference, prepare_reference
from validation.report.data import Raster, ReportData
from validation.report.page import render_report
from validation.responses.model_rates import ModelRates, hold_out_seed
from validation.responses.rates_file import rates_dataset
from validation.responses.reference import Reference

RANK = {"strict": 3, "default": 2, "lenient": 1, "fail": 0, "inconclusive": -1}
PASSING = ("default", "strict")
RASTER_STIMULUS = "flash"


@dataclass
class _Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[step] = round(self.seconds.get(step, 0.0) + spent, 2)


def run_validation(
    config: ValidateConfig, folder: RunFolder, progress: Progress
) -> dict[str, Any]:
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

    Returns
    -------
    dict
        Content of ``report.json``.
    """
    clock = _Clock()
    criteria = load_criteria(Path(config.criteria) if config.criteria else None)
    with clock("column"):
        column = load_column(config.column)
        protocol = build_protocol(
            column.lgn,
            duration_ms=config.protocol.duration_ms,
            drop_ms=config.protocol.drop_ms,
            directions_deg=config.protocol.directions_deg,
        )

    with clock("spiking reference"):
        reference = spiking_reference(
            column,
            protocol.test,
            config.spiking,
            bin_ms=config.protocol.bin_ms,
            drop_ms=config.protocol.drop_ms,
            stages=folder.stages,
            progress=progress,
        )
        raster = _raster(column, protocol, config, progress)
    with clock("transfer functions"):
        weights = config.column.weights
        trained = None if weights is None else read_trained_run(Path(weights))
        parameters, found = _rate_parameters(column, trained, config, folder, progress)
    with clock("tau_r"):
        models = _models(column, parameters, protocol, config, folder, progress)
    with clock("rate models"):
        responses = _respond_all(
            [{"model": model} for model in models],
            parameters,
            protocol,
            config,
            label="rate models",
            progress=progress,
        )
    with clock("scores"):
        prepared = prepare_reference(reference, criteria, np.random.default_rng(0))
        scores = {
            name: _score(prepared, rates, criteria) for name, rates in responses.items()
        }
    best = best_model(models, scores)
    with clock("controls"):
        chosen = model_to_sabotage(models, scores)
        controls = _controls(
            chosen,
            scores[chosen.name],
            parameters,
            protocol,
            prepared,
            criteria,
            config,
            progress,
        )
    report = {
        "column": {
            "name": column.name,
            "hash": column.hash,
            "n_neurons": column.n_cells,
            "n_edges": column.recurrent.n_edges,
            "populations": {
                name: int(n)
                for name, n in zip(
                    POPULATIONS,
                    np.bincount(column.population, minlength=len(POPULATIONS)),
                    strict=True,
                )
            },
        },
        "protocol": _protocol_facts(config, protocol, reference),
        "reduction": {
            "method": config.reduction.method,
            "hash": parameters.reduction_hash,
            **found,
        },
        "variants": {name: score.to_json() for name, score in scores.items()},
        "best": best.name,
        "controls": controls,
        "timings": clock.seconds,
    }
    if trained is not None:
        notes = trained.notes(config.reduction.method)
        report |= {"trained": trained.to_json(), "notes": notes}
    provenance = collect_provenance() | {
        "device": config.spiking.device,
        "seeds": list(config.spiking.seeds),
        "timings_s": clock.seconds,
    }
    _write_certificates(
        folder.staging, column, parameters, models, scores, criteria, report, provenance
    )
    rates_dataset(
        protocol.test,
        reference,
        responses,
        seeds=config.spiking.seeds,
        column_hash=column.hash,
    ).to_netcdf(folder.staging / "rates.nc", engine="h5netcdf")
    write_parameters(parameters, folder.staging / FILE_NAME)
    write_json(folder.staging / "provenance.json", provenance)
    write_json(folder.staging / "report.json", report)
    html = render_report(
        ReportData(
            report,
            reference,
            responses,
            column,
            criteria,
            config.to_toml(),
            provenance,
            raster,
        )
    )
    (folder.staging / "report.html").write_text(html, encoding="utf-8")
    return report


def best_model(models: list[RateModel], scores: Mapping[str, Scores]) -> RateModel:
    """Return the model that comes first.

    By verdict, then by populations passed, then by explained variance.
    """

    def rank(model: RateModel) -> tuple[float, float, float]:
        score = scores[model.name]
        explained = [
            p.explained_variance
            for p in score.populations.values()
            if p.verdict != "inconclusive" and p.explained_variance is not None
        ]
        return (
            float(RANK[score.verdict]),
            score.pass_fraction.get("default", 0.0),
            float(np.mean(explained)) if explained else -np.inf,
        )

    return max(models, key=rank)


def model_to_sabotage(
    models: list[RateModel], scores: Mapping[str, Scores]
) -> RateModel:
    """Return the model that the controls change.

    The best low-pass model, which has both tau_s and tau_r to spoil, or the best of
    all where there is no low-pass model. One without a membrane where there is one:
    the membrane takes over what tau_r did, and five times what is left of it, 0.5 ms,
    costs one of nine populations in the short form of a run.
    """
    without = [model for model in models if model.form != "membrane"] or models
    low_pass = [model for model in without if model.variant == "low_pass"]
    return best_model(low_pass or without, scores)


def _rate_parameters(
    column: Column,
    trained: TrainedRun | None,
    config: ValidateConfig,
    folder: RunFolder,
    progress: Progress,
) -> tuple[RateParameters, dict[str, Any]]:
    """Return the rate model's parameters, and how F was found, if it was."""
    if trained is not None and config.reduction.method == "trained":
        return trained.parameters_of(column), {}
    reduction = reduction_of(
        column,
        config.reduction,
        config.spiking,
        stages=folder.stages,
        progress=progress,
    )
    return reduction.parameters, {
        "lgn_levels_hz": list(config.reduction.lgn_levels_hz),
        "fit_rms_hz": {
            "plain": _by_population(column, reduction.quality_adapted.rms_hz),
            "extended": _by_population(column, reduction.quality.rms_hz),
        },
    }


def _models(
    column: Column,
    parameters: RateParameters,
    protocol: Protocol,
    config: ValidateConfig,
    folder: RunFolder,
    progress: Progress,
) -> list[RateModel]:
    wanted = [(v, f) for f in config.rate.forms for v in config.rate.variants]
    tau_r: Any = config.rate.tau_r_ms
    if tau_r == "sampled":
        tau_r = sample_tau_r_ms(parameters.tau_s_ms, config.reduction.seed)
    counts = None
    if isinstance(tau_r, str) and any(v != "instantaneous" for v, _ in wanted):
        name = f"calibration-{column.hash[:12]}"
        counts = folder.stages.load(name)
        if counts is None:
            counts = run_seeds(
                _spiking_model(column, config),
                protocol.calibration,
                [CALIBRATION_SEED_OFFSET + s for s in config.spiking.seeds],
                n_trials=config.spiking.calibration_trials,
                first_trial=0,
                bin_ms=config.protocol.bin_ms,
                drop_ms=config.protocol.drop_ms,
                progress=progress,
            )
            folder.stages.save(name, counts)
    fitted: dict[tuple[str, str], Any] = {}
    if counts is not None:
        to_fit = [(v, f) for v, f in wanted if v != "instantaneous"]
        values = map_in_processes(
            fit_tau_r_ms,
            [
                {
                    "parameters": parameters,
                    "variant": variant,
                    "extensions": extensions_of(form),
                    "stimuli": protocol.calibration,
                    "counts": counts["counts"],
                    "dt_ms": config.rate.dt_ms,
                    "bin_ms": config.protocol.bin_ms,
                    "drop_ms": config.protocol.drop_ms,
                }
                for variant, form in to_fit
            ],
            label="fits of tau_r",
            progress=progress,
        )
        fitted = dict(zip(to_fit, values, strict=True))
    return [
        RateModel(v, f, None if v == "instantaneous" else fitted.get((v, f), tau_r))
        for v, f in wanted
    ]


def _respond_all(
    calls: list[dict[str, Any]],
    parameters: RateParameters,
    protocol: Protocol,
    config: ValidateConfig,
    *,
    label: str,
    progress: Progress,
) -> dict[str, ModelRates]:
    """Run models, or sabotaged ones, on the test stimuli; return rates by name."""
    shared = {
        "parameters": parameters,
        "stimuli": protocol.test,
        "dt_ms": config.rate.dt_ms,
        "bin_ms": config.protocol.bin_ms,
        "drop_ms": config.protocol.drop_ms,
    }
    found = map_in_processes(
        respond, [call | shared for call in calls], label=label, progress=progress
    )
    return {rates.name: rates for rates in found}


def _spiking_model(column: Column, config: ValidateConfig) -> SpikingModel:
    return SpikingModel(
        column, dt_ms=config.spiking.dt_ms, device=config.spiking.device
    )


def _score(
    prepared: PreparedReference, rates: ModelRates, criteria: Criteria
) -> Scores:
    return score_model(prepared, rates, criteria, np.random.default_rng(0))


def _controls(
    model: RateModel,
    unchanged: Scores,
    parameters: RateParameters,
    protocol: Protocol,
    prepared: PreparedReference,
    criteria: Criteria,
    config: ValidateConfig,
    progress: Progress,
) -> dict[str, Any]:
    kept, other = hold_out_seed(prepared.reference)
    rng = np.random.default_rng(0)
    seed = score_model(prepare_reference(kept, criteria, rng), other, criteria, rng)
    controls = {
        "other_seed": {
            "description": "the spiking model itself with other noise",
            "expected": "pass",
            "as_expected": seed.verdict in PASSING,
            **_outcome(seed),
        }
    }
    wanted = [
        name
        for name, sabotage in SABOTAGES.items()
        if model.variant not in sabotage.spares
        and sabotage.needs in (None, *prepared.reference.population_names)
    ]
    responses = _respond_all(
        [{"model": model, "sabotage": name} for name in wanted],
        parameters,
        protocol,
        config,
        label="controls",
        progress=progress,
    )
    for name, rates in responses.items():
        scores = _score(prepared, rates, criteria)
        controls[name] = {
            "description": f"{model.name}: {SABOTAGES[name].description}",
            "expected": "fail",
            "as_expected": is_noticed(unchanged, scores),
            "unchanged_pass_fraction": unchanged.pass_fraction,
            **_outcome(scores),
        }
    return controls


def is_noticed(unchanged: Scores, sabotaged: Scores) -> bool:
    """Say whether the judge saw that a model was made worse.

    The sabotaged model must fail the default tier, be judged at all, and pass
    fewer populations than the model it was made from, at the default tier where
    that model passes any and at the lenient tier otherwise: a model that fails
    anyway would prove nothing by failing.
    """
    if sabotaged.verdict not in ("fail", "lenient"):
        return False
    tier = "default" if unchanged.pass_fraction.get("default", 0.0) > 0 else "lenient"
    before = unchanged.pass_fraction.get(tier, 0.0)
    return sabotaged.pass_fraction.get(tier, 0.0) < before


def _outcome(scores: Scores) -> dict[str, Any]:
    return {
        "verdict": scores.verdict,
        "pass_fraction": scores.pass_fraction,
        "n_evaluable": scores.n_evaluable,
    }


def _raster(
    column: Column, protocol: Protocol, config: ValidateConfig, progress: Progress
) -> Raster:
    stimulus = next(s for s in protocol.test if s.name == RASTER_STIMULUS)
    result = _spiking_model(column, config).run(
        [stimulus],
        n_trials=1,
        seed=config.spiking.seeds[0],
        record_spikes=True,
        bin_ms=config.protocol.bin_ms,
        drop_ms=config.protocol.drop_ms,
        progress=progress,
    )
    spikes = result.spikes[0]
    return Raster(
        stimulus.name,
        np.asarray(spikes.times_ms),
        np.asarray(spikes.ids, dtype=np.int64),
        stimulus.duration_ms,
    )


def _protocol_facts(
    config: ValidateConfig, protocol: Protocol, reference: Reference
) -> dict[str, Any]:
    return {
        "calibration": [s.name for s in protocol.calibration],
        "test": [s.name for s in protocol.test],
        "duration_ms": config.protocol.duration_ms,
        "drop_ms": config.protocol.drop_ms,
        "bin_ms": config.protocol.bin_ms,
        "seeds": list(config.spiking.seeds),
        "trials_per_seed": int(reference.rates_hz.shape[2]),
        "device": config.spiking.device,
        "spiking_dt_ms": config.spiking.dt_ms,
        "rate_dt_ms": config.rate.dt_ms,
    }


def _by_population(column: Column, values: np.ndarray) -> dict[str, float]:
    return {
        name: round(float(values[cells].mean()), 4)
        for name in POPULATIONS
        if (cells := column.cells_of(name)).size
    }


def _write_certificates(
    staging: Path,
    column: Column,
    parameters: RateParameters,
    models: list[RateModel],
    scores: Mapping[str, Scores],
    criteria: Criteria,
    report: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    folder = staging / "certificates"
    folder.mkdir(exist_ok=True)
    for model in models:
        Certificate(
            variant=model.variant,
            extensions=model.extensions,
            time_constants_ms={
                "tau_r": model.tau_r_by_population(parameters.population)
            },
            column_hash=column.hash,
            reduction_hash=parameters.reduction_hash,
            protocol=report["protocol"],
            criteria=criteria.model_dump(mode="json"),
            scores=scores[model.name],
            versions=provenance["versions"],
        ).write(folder / f"{model.name}.json")
