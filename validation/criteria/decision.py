"""Whether a noisy measurement lies within its limits."""

from typing import Literal

from bridge.certificate.scores import Interval

Decision = Literal["pass", "fail", "inconclusive"]


def decide(
    value: float | None, interval: Interval | None, low: float, high: float
) -> Decision:
    """Judge a value by limits, given what the data can resolve.

    It passes where its whole interval lies within the limits, and fails where none
    of it does: noise makes the interval wider, and so passes nothing.

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
    if is_within(interval, low, high):
        return "pass"
    overlaps = interval[0] <= high and interval[1] >= low
    return "inconclusive" if overlaps else "fail"


def is_within(interval: Interval | None, low: float, high: float) -> bool:
    """Return whether a whole interval lies within limits; none does not."""
    return interval is not None and low <= interval[0] and interval[1] <= high


def pass_if(condition: bool) -> Decision:
    """Return whether a condition that leaves nothing open holds."""
    return "pass" if condition else "fail"
