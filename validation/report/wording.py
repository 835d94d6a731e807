"""Verdicts and numbers in words, with a colour that is never the only sign."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bridge.certificate.scores import PASSING, Outcome, Scores
from bridge.rate_model import FORMS
from ratemodel.variants.registry import VARIANTS
from validation.report.run_report import RunReport


class Look(NamedTuple):
    """How a verdict is shown: a word, a sign and two colours (colour-blind safe)."""

    word: str
    sign: str
    background: str
    text: str


LOOKS: Mapping[Outcome, Look] = {
    "strict": Look("strict", "✔✔", "#08519c", "#ffffff"),
    "default": Look("pass", "✔", "#6baed6", "#08243f"),
    "lenient": Look("lenient", "~", "#fee8c8", "#5b3a00"),
    "fail": Look("fail", "✘", "#d95f0e", "#ffffff"),
    "inconclusive": Look("inconclusive", "?", "#e8e8e8", "#404040"),
}
"""Looks of the verdicts, from the hardest tier down."""


def form_of(scores: Scores) -> str:
    """Return the form of the rate model that was scored."""
    return "plain" if scores.model is None else scores.model.form


def title_of(scores: Scores) -> str:
    """Return the title of a model: ``"Low-pass, extended"``."""
    if scores.model is None:
        return scores.name.replace("_", " ")
    variant = scores.model.variant
    known = VARIANTS.get(variant)
    title = variant.replace("_", " ").capitalize() if known is None else known.title
    return f"{title}, {scores.model.form}"


def most_complete_first(variants: Mapping[str, Scores]) -> dict[str, Scores]:
    """Return the models of a report sorted by form: membrane, extended, plain."""
    order = list(FORMS)

    def rank(name: str) -> int:
        form = form_of(variants[name])
        return -order.index(form) if form in order else -len(order)

    return {name: variants[name] for name in sorted(variants, key=rank)}


def number(value: float | None, digits: int = 2) -> str:
    """Return a number for a table; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """Return a fraction in percent, signed; a dash where there is none."""
    return "–" if value is None else f"{100 * value:+.1f} %"


def time_constant(value: Any) -> str:
    """Return a time constant or the range of several, ms."""
    if value is None:
        return "–"
    if isinstance(value, int | float):
        return f"{value:.1f}"
    numbers = [float(v) for v in value if v is not None]
    if not numbers:
        return "–"
    low, high = min(numbers), max(numbers)
    return f"{low:.1f}" if high - low < 0.05 else f"{low:.1f} to {high:.1f}"


def tau_r_of(scores: Scores) -> str:
    """Return the model's tau_r in words, ms."""
    return time_constant(None if scores.model is None else scores.model.tau_r_ms)


def one_sentence(report: RunReport) -> str:
    """Return the verdict of a run in one sentence."""
    variants = report.variants
    passing = [name for name, s in variants.items() if s.verdict in PASSING]
    where = f"the spiking column ({report.column.n_neurons:,} cells)"
    if not report.reliable:
        return f"No verdict below can be relied on: {'; '.join(report.doubts)}."
    if passing:
        tier = variants[report.best].verdict
        others = f"; {len(passing)} of {len(variants)} models pass"
        return (
            f"{title_of(variants[report.best])} follows {where} at the {tier} tier"
            f"{others if len(variants) > 1 else ''}."
        )
    if variants and variants[report.best].verdict == "lenient":
        title = title_of(variants[report.best])
        return f"{title} follows {where} only at the lenient tier."
    if variants and all(s.verdict == "inconclusive" for s in variants.values()):
        return f"Inconclusive: {where} is too silent or too noisy to judge a model."
    return f"No rate model follows {where} at any tier."
