"""Scenarios by name."""

from typing import Any

from bridge.errors import InputError
from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.scenarios.scenario import Scenario


def choose_scenario(name: str, **options: Any) -> Scenario:
    """Return a scenario.

    Parameters
    ----------
    name
        Key of :data:`~ratemodel.scenarios.registry.SCENARIOS`.
    **options
        Its options; their defaults where not given.

    Raises
    ------
    InputError
        If there is no such scenario, or it has no such option or not with this value.
    """
    if name not in SCENARIOS:
        raise InputError(f"scenario {name!r}: there are {', '.join(SCENARIOS)}")
    kind = SCENARIOS[name]
    return kind.build(**dict(kind.options.parse(options, f"scenario {name}")))
