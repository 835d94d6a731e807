import pytest

from validation.criteria.decision import decide


@pytest.mark.parametrize(
    ("value", "interval", "expected"),
    [
        (0.0, (-0.1, 0.1), "pass"),
        (0.5, (0.0, 1.0), "pass"),  # touches the limit
        (0.0, (-1.1, 1.1), "inconclusive"),  # within, but not shown to be
        (0.9, (0.7, 1.1), "inconclusive"),
        (1.2, (1.1, 1.3), "fail"),  # disjoint from the limits
        (1.2, (0.9, 1.5), "inconclusive"),  # reaches in
        (1.2, (0.0, 2.4), "inconclusive"),
        (9.0, (5.0, 13.0), "fail"),  # wide but disjoint
        (-1.2, (-2.4, 0.0), "inconclusive"),
        (None, None, "inconclusive"),
        (0.0, None, "inconclusive"),
    ],
)
def test_decisions_between_minus_one_and_one(value, interval, expected):
    assert decide(value, interval, -1.0, 1.0) == expected
