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
    """Return the title of a model: ``"Low-pass, extended"``.

    ``"Low-pass, plain, sampled, 2 ms"`` where tau_r was drawn cell by cell and the
    step is one of several.
    """
    if scores.model is None:
        return scores.name.replace("_", " ")
    variant = scores.model.variant
    known = VARIANTS.get(variant)
    title = variant.replace("_", " ").capitalize() if known is None else known.title
    return ", ".join([title, scores.model.form, *_of_several(scores)])


def _of_several(scores: Scores) -> list[str]:
    """Return what tells a model from others of its variant and form."""
    model = scores.model
    if model is None:
        return []
    step = f"{model.dt_ms:g}"
    words = ["sampled"] if model.tau_r_draw is not None else []
    return words + ([f"{step} ms"] if scores.name.endswith(f"_{step}ms") else [])


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


def share_of(scores: Scores, tier: Outcome) -> str:
    """Return in how many of the firing populations a tier is reached."""
    passed = round(scores.pass_fraction.get(tier, 0.0) * scores.n_firing)
    return f"in {passed} of {scores.n_firing} firing populations"


def trials_sentence(report: RunReport) -> str:
    """Return how many trials there were, and whether they were enough."""
    trials = report.protocol.trials
    took = f"{trials.per_seed} trials each (at most {trials.cap})"
    if trials.enough:
        return f"{took} were enough to judge every firing population."
    short = {
        name: None
        for scores in report.variants.values()
        for name, score in scores.populations.items()
        if name in scores.firing and score.reason is not None
    }
    which = ", ".join(short) or "every firing population"
    return f"{took} were not enough to judge {which} by the default tier."


def charge_sentence(report: RunReport) -> str:
    """Return which share of the charge does not respond; empty where unknown."""
    charge, surround = report.column.charge, report.protocol.surround
    if charge is None:
        return ""
    what = {
        "none": "The input that the cut took away is replaced by nothing",
        "frozen": "The surround, which stands for cells that were left out, is frozen "
        "at its reference rates",
        "responding": "The surround, which stands for cells that were left out, has "
        "the rates of its populations in a first pass with a frozen one",
    }[surround]
    return (
        f"{what}: {charge.frozen_share:.0%} of the recurrent charge (column and "
        f"surround) and, with the background, {charge.frozen_share_of_all:.0%} of all "
        f"synaptic charge do not respond. Of all charge {charge.recurrent:.0%} is "
        f"recurrent, {charge.surround:.0%} of the surround, {charge.background:.0%} of "
        f"the background, {charge.lgn:.0%} of the LGN."
    )


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
            f"{title_of(variants[report.best])} follows {where} at the {tier} tier, "
            f"{share_of(variants[report.best], tier)}"
            f"{others if len(variants) > 1 else ''}."
        )
    if variants and variants[report.best].verdict == "lenient":
        title = title_of(variants[report.best])
        share = share_of(variants[report.best], "lenient")
        return f"{title} follows {where} only at the lenient tier, {share}."
    if variants and all(s.verdict == "inconclusive" for s in variants.values()):
        judged, firing = report.verdict.judged, report.verdict.firing
        return (
            f"Inconclusive: {where} is too silent or too noisy to judge a model; "
            f"{len(judged)} of {len(firing)} firing populations can be judged."
        )
    return f"No rate model follows {where} at any tier."
