"""What a report says of column, protocol and reduction."""

from collections.abc import Collection

from bridge.certificate.scores import Scores
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS, count_by_population
from validation.experiment.experiment import Experiment
from validation.experiment.reduced import Reduced
from validation.report.run_report import (
    ColumnFacts,
    ProtocolFacts,
    ReductionFacts,
    TrialFacts,
)
from validation.responses.reference import Reference


def column_facts(column: Column) -> ColumnFacts:
    """Return name, hash and sizes of a column."""
    counts = count_by_population(column.population)
    return ColumnFacts(
        name=column.name,
        hash=column.hash,
        n_neurons=column.n_cells,
        n_edges=column.recurrent.n_edges,
        populations={n: int(c) for n, c in zip(POPULATIONS, counts, strict=True)},
    )


def protocol_facts(
    experiment: Experiment,
    reference: Reference,
    scores: Collection[Scores],
    min_rate_hz: float,
) -> ProtocolFacts:
    """Return how the reference was made.

    Parameters
    ----------
    experiment
        The experiment.
    reference
        The spiking responses.
    scores
        Of all models: whether the trials sufficed to judge.
    min_rate_hz
        Rate from which a population counts as one that fires, Hz.
    """
    config = experiment.config
    per_seed = int(reference.rates_hz.shape[2])
    return ProtocolFacts(
        calibration=tuple(s.name for s in experiment.protocol.calibration),
        test=tuple(s.name for s in experiment.protocol.test),
        duration_ms=config.protocol.duration_ms,
        drop_ms=config.protocol.drop_ms,
        bin_ms=config.protocol.bin_ms,
        seeds=config.spiking.seeds,
        trials_per_seed=per_seed,
        trials=TrialFacts(
            per_seed=per_seed,
            cap=config.spiking.max_trials_per_seed,
            enough=_is_enough(scores, min_rate_hz),
        ),
        device=config.spiking.device,
        spiking_dt_ms=config.spiking.dt_ms,
        rate_dt_ms=config.rate.dt_ms,
    )


def _is_enough(scores: Collection[Scores], min_rate_hz: float) -> bool:
    """Say whether four in five of the populations that fire could be judged."""
    found: dict[str, bool] = {}
    for own in scores:
        for name, population in own.populations.items():
            if population.spiking.rate_hz >= min_rate_hz:
                is_judged = population.verdict != "inconclusive"
                found[name] = found.get(name, False) or is_judged
    return bool(found) and 5 * sum(found.values()) >= 4 * len(found)


def reduction_facts(reduced: Reduced) -> ReductionFacts:
    """Return how the transfer functions were found."""
    return ReductionFacts(
        method=reduced.method,
        hash=reduced.parameters.reduction_hash,
        lgn_levels_hz=reduced.lgn_levels_hz,
        fit_rms_hz=reduced.fit_rms_hz,
    )
