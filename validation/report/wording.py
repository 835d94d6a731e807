"""Names and verdicts in words, with a colour that is never the only sign."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bridge.rate_model import FORMS


class Look(NamedTuple):
    """How a verdict is shown: a word, a sign and two colours (colour-blind safe)."""

    word: str
    sign: str
    background: str
    text: str


LOOKS: Mapping[str, Look] = {
    "strict": Look("strict", "✔✔", "#08519c", "#ffffff"),
    "default": Look("pass", "✔", "#6baed6", "#08243f"),
    "lenient": Look("lenient", "~", "#fee8c8", "#5b3a00"),
    "fail": Look("fail", "✘", "#d95f0e", "#ffffff"),
    "inconclusive": Look("inconclusive", "?", "#e8e8e8", "#404040"),
}
"""Looks of the verdicts, from the hardest tier down."""

PASSING = ("strict", "default")
"""Verdicts that count as a pass: the default tier or the strict one."""

_VARIANTS = {
    "instantaneous": "Instantaneous",
    "low_pass": "Low-pass",
    "equilibrium": "Equilibrium",
}


def parts_of(variant: str) -> tuple[str, str]:
    """Return the variant and the form of a model named in a report."""
    for form in tuple(FORMS)[1:]:
        if variant.endswith(f"_{form}"):
            return variant.removesuffix(f"_{form}"), form
    return variant, "plain"


def most_complete_first(variants: Mapping[str, Any]) -> dict[str, Any]:
    """Return the models of a report sorted by form: membrane, extended, plain."""
    names = sorted(variants, key=lambda name: -list(FORMS).index(parts_of(name)[1]))
    return {name: variants[name] for name in names}


def title_of(variant: str) -> str:
    """Return the title of a variant: ``"Low-pass, extended"``."""
    base, form = parts_of(variant)
    title = _VARIANTS.get(base, base.replace("_", " ").capitalize())
    return f"{title}, {form}"


def is_as_expected(control: Mapping[str, Any]) -> bool:
    """Tell whether a control came out as it must.

    A control that must pass has to reach the default tier, one that must fail has
    to miss it; an inconclusive one proves nothing.
    """
    if "as_expected" in control:
        return bool(control["as_expected"])
    verdict = control["verdict"]
    if verdict == "inconclusive":
        return False
    has_passed = verdict in PASSING or verdict == "pass"
    return has_passed == bool(control["expected"] == "pass")


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


def one_sentence(report: Mapping[str, Any]) -> str:
    """Return the verdict of a run in one sentence."""
    variants = report["variants"]
    passing = [name for name, s in variants.items() if s["verdict"] in PASSING]
    broken = [n for n, c in report["controls"].items() if not is_as_expected(c)]
    where = f"the spiking column ({report['column']['n_neurons']:,} cells)"
    unclear = [n for n in broken if report["controls"][n]["verdict"] == "inconclusive"]
    if broken and broken == unclear:
        return (
            f"No verdict below can be relied on: too few or too silent data for "
            f"{len(broken)} of {len(report['controls'])} controls "
            f"({', '.join(broken)}); more trials are needed."
        )
    if broken:
        return (
            f"No verdict below can be relied on: {len(broken)} of "
            f"{len(report['controls'])} controls did not come out as they must "
            f"({', '.join(broken)})."
        )
    if passing:
        best = max(passing, key=lambda name: _merit(variants[name]))
        if report.get("best") in passing:
            best = report["best"]
        tier = variants[best]["verdict"]
        others = f"; {len(passing)} of {len(variants)} models pass"
        return (
            f"{title_of(best)} follows {where} at the {tier} tier"
            f"{others if len(variants) > 1 else ''}."
        )
    lenient = [n for n, s in variants.items() if s["verdict"] == "lenient"]
    if lenient:
        best = max(lenient, key=lambda name: _merit(variants[name]))
        return f"{title_of(best)} follows {where} only at the lenient tier."
    if variants and all(s["verdict"] == "inconclusive" for s in variants.values()):
        return f"Inconclusive: {where} is too silent or too noisy to judge a model."
    return f"No rate model follows {where} at any tier."


def _merit(scores: Mapping[str, Any]) -> tuple[int, float]:
    fractions = scores.get("pass_fraction") or {}
    return (
        -list(LOOKS).index(scores["verdict"]),
        float(fractions.get("default") or 0.0),
    )
