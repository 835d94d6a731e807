"""When a sabotage counts as noticed."""

import pytest

from bridge.certificate.scores import Scores
from validation.judging.controls import is_noticed


def _scores(verdict, default, lenient=1.0):
    return Scores(
        name="x",
        verdict=verdict,
        pass_fraction={"default": default, "lenient": lenient},
        populations={},
        classes={},
    )


@pytest.mark.parametrize(
    ("before", "after", "noticed"),
    [
        (_scores("default", 0.9), _scores("fail", 0.3), True),
        (_scores("lenient", 0.6), _scores("lenient", 0.2), True),
        (_scores("default", 0.9), _scores("default", 0.8), False),
        (_scores("lenient", 0.6), _scores("lenient", 0.6), False),  # nothing changed
        (_scores("fail", 0.0, 0.4), _scores("fail", 0.0, 0.4), False),
        (_scores("fail", 0.0, 0.4), _scores("fail", 0.0, 0.1), True),
        (_scores("default", 0.9), _scores("inconclusive", 0.0), False),
    ],
)
def test_a_model_must_get_worse_to_be_noticed(before, after, noticed):
    assert is_noticed(before, after) is noticed
