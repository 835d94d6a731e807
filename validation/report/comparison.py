"""Several runs side by side."""

from collections.abc import Mapping
from typing import Any

from bridge.certificate.scores import TIERS, Scores
from bridge.column.populations import POPULATIONS
from validation.measures.registry import measures
from validation.report.measure_table import small_print, small_print_words
from validation.report.page import page_environment, style_sheet
from validation.report.rows import passing_of, summaries_of
from validation.report.run_report import RunReport
from validation.report.wording import LOOKS, one_sentence, tau_r_of, title_of

Variants = dict[str, dict[str, Scores]]


def by_variant(reports: Mapping[str, RunReport]) -> Variants:
    """Return the scores by variant and run; a run without a variant is left out."""
    names: list[str] = []
    for report in reports.values():
        names += [name for name in report.variants if name not in names]
    return {
        name: {
            run: report.variants[name]
            for run, report in reports.items()
            if name in report.variants
        }
        for name in names
    }


def compare(reports: Mapping[str, RunReport]) -> dict[str, Any]:
    """Pick what a comparison of runs shows.

    Parameters
    ----------
    reports
        Reports by the name of the run.

    Returns
    -------
    dict
        ``runs.<run>.{column, sentence}`` and, by variant,
        ``variants.<variant>.<run>.{verdict, firing, judged, passing, model,
        summaries, populations}``.
    """
    return {
        "runs": {
            name: {
                "sentence": one_sentence(report),
                "column": {
                    "hash": report.column.hash,
                    "n_neurons": report.column.n_neurons,
                },
            }
            for name, report in reports.items()
        },
        "variants": {
            name: {run: _scores(scores) for run, scores in runs.items()}
            for name, runs in by_variant(reports).items()
        },
    }


def render_comparison(reports: Mapping[str, RunReport]) -> str:
    """Return the comparison as a single page without outside parts."""
    environment = page_environment()
    environment.filters.update(
        tau=tau_r_of,
        small_print=small_print,
        summaries=summaries_of,
        share=passing_of,
    )
    return environment.get_template("comparison.html.j2").render(
        css=style_sheet(environment),
        looks=LOOKS,
        runs={name: (r, one_sentence(r)) for name, r in reports.items()},
        small_print=small_print_words(),
        variants=[
            {
                "name": name,
                "title": title_of(next(iter(runs.values()))),
                "runs": runs,
                "populations": populations_of(runs),
            }
            for name, runs in by_variant(reports).items()
        ],
    )


def populations_of(runs: Mapping[str, Scores]) -> list[str]:
    """Return the populations that any of the runs has, in the column's order."""
    known = {name for scores in runs.values() for name in scores.populations}
    return [name for name in POPULATIONS if name in known]


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        "verdict": scores.verdict,
        "firing": list(scores.firing),
        "judged": list(scores.judged),
        "passing": {tier: list(scores.passing(tier)) for tier in TIERS},
        "model": None if scores.model is None else scores.model.model_dump(mode="json"),
        "summaries": scores.summaries,
        "populations": {
            name: {
                "verdict": score.verdict,
                "rate_spiking_hz": score.spiking.rate_hz,
                "nrmse_interval": score.nrmse_interval,
                **{
                    measure.name: {
                        column.key: score.value(measure.name, column.key)
                        for column in measure.columns
                    }
                    for measure in measures()
                },
            }
            for name, score in scores.populations.items()
        },
    }
