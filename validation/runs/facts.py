"""What a report says of column, protocol and reduction."""

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS, count_by_population
from validation.experiment.experiment import Experiment
from validation.experiment.reduced import Reduced
from validation.judging.unjudged import unjudged_populations
from validation.measuring.prepared import PreparedReference
from validation.report.run_report import (
    ChargeFacts,
    ColumnFacts,
    ProtocolFacts,
    ReductionFacts,
    SurroundKind,
    TrialFacts,
)


def column_facts(column: Column, charge: ChargeFacts | None = None) -> ColumnFacts:
    """Return name, hash, sizes and charge of a column."""
    counts = count_by_population(column.population)
    return ColumnFacts(
        name=column.name,
        hash=column.hash,
        n_neurons=column.n_cells,
        n_edges=column.recurrent.n_edges,
        populations={n: int(c) for n, c in zip(POPULATIONS, counts, strict=True)},
        charge=charge,
    )


def protocol_facts(
    experiment: Experiment, prepared: PreparedReference
) -> ProtocolFacts:
    """Return how the reference was made."""
    config = experiment.config
    return ProtocolFacts(
        calibration=tuple(s.name for s in experiment.protocol.calibration),
        test=tuple(s.name for s in experiment.protocol.test),
        perturbations=tuple(
            s.name
            for own in experiment.sets
            for s in own.stimuli
            if s.current_pa is not None
        ),
        tasks=tuple(
            s.name for own in experiment.sets if own.role == "task" for s in own.stimuli
        ),
        task_settings={
            kind: dict(settings)
            for own in experiment.sets
            for kind, settings in own.task_settings.items()
        },
        duration_ms=config.protocol.duration_ms,
        drop_ms=config.protocol.drop_ms,
        bin_ms=config.protocol.bin_ms,
        surround=surround_of(experiment),
        seeds=config.spiking.seeds,
        trials=TrialFacts(
            per_seed=int(prepared.reference.rates_hz.shape[2]),
            cap=config.spiking.most_trials,
            enough=not unjudged_populations(prepared),
        ),
        device=config.spiking.device,
        spiking_dt_ms=config.spiking.dt_ms,
        rate_dt_ms=config.rate.dt_ms,
    )


def surround_of(experiment: Experiment) -> SurroundKind:
    """Return what the surround does, if there is one."""
    if not experiment.column.surround.n_streams:
        return "none"
    return experiment.config.protocol.surround


def reduction_facts(reduced: Reduced) -> ReductionFacts:
    """Return how the transfer functions were found."""
    return ReductionFacts(
        method=reduced.method,
        hash=reduced.parameters.reduction_hash,
        lgn_levels_hz=reduced.lgn_levels_hz,
        fit_rms_hz=reduced.fit_rms_hz,
    )
