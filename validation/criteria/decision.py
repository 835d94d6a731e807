"""Whether a noisy measurement lies within its limits."""

from typing import Literal

from bridge.certificate.scores import Interval

Decision = Literal["pass", "fail", "inconclusive"]


def decide(
    value: float | None, interval: Interval | None, low: float, high: float
) -> Decision:
    """Judge a value by limits, given what the data can resolve.

    Within the limits it passes. Outside it fails, unless the interval still
    reaches into the limits and is wider than half of them: then the data are too
    noisy to tell. (A 95 % interval half as wide as the limits puts a perfect model
    four standard errors inside them, so chance alone fails none.)

    Parameters
    ----------
    value
        The estimate; ``None`` where there is none.
    interval
        Its confidence interval.
    low, high
        The limits.
    """
    if value is None or interval is None:
        return "inconclusive"
    if low <= value <= high:
        return "pass"
    overlaps = interval[0] <= high and interval[1] >= low
    is_wide = interval[1] - interval[0] > 0.5 * (high - low)
    return "inconclusive" if overlaps and is_wide else "fail"


def pass_if(condition: bool) -> Decision:
    """Return whether a condition that leaves nothing open holds."""
    return "pass" if condition else "fail"
