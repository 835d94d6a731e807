"""What the judge knows of a group beside its measures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.certificate.scores import SpikingState, Tier
from validation.judging.evaluable import why_too_poor
from validation.measures.registry import measures
from validation.measuring.compared import Compared
from validation.statistics.numbers import Numbers, known

JUDGED_TIERS: tuple[Tier, ...] = ("lenient", "default")
"""Tiers that data must be able to judge before a population can reach them."""


@dataclass(frozen=True)
class GroupFacts:
    """A population or class, and whether its data can judge a model.

    Attributes
    ----------
    n_cells
        Number of cells.
    spiking
        State of the spiking population.
    is_finite
        Whether the model's rates are numbers.
    reasons
        Why the data cannot judge a model, by the tiers that they cannot judge. What
        they can judge by the default tier, they can by the strict one, as far as its
        intervals reach.
    anchors
        Scores of the anchors, by name and measure.
    """

    n_cells: int
    spiking: SpikingState
    is_finite: bool = True
    reasons: Mapping[Tier, str] = field(default_factory=dict)
    anchors: dict[str, Numbers] | None = None

    @classmethod
    def of(cls, compared: Compared, group: int) -> "GroupFacts":
        """Return the facts of a group."""
        prepared = compared.prepared
        state = _state(compared, group)
        return cls(
            n_cells=int(prepared.reference.group_members[group].sum()),
            spiking=state,
            is_finite=bool(compared.is_finite[group]),
            reasons=_reasons(compared, group, state),
            anchors=prepared.anchors[group],
        )


def _reasons(compared: Compared, group: int, state: SpikingState) -> dict[Tier, str]:
    """Return why the data cannot judge a group, by tier."""
    too_poor = why_too_poor(state, compared.prepared.criteria.evaluable)
    found: dict[Tier, str] = {}
    for tier in JUDGED_TIERS:
        reasons = (m.why_not_judged(compared, group, tier) for m in measures())
        reason = too_poor or next((r for r in reasons if r is not None), None)
        if reason is not None:
            found[tier] = reason
    return found


def _state(compared: Compared, group: int) -> SpikingState:
    prepared = compared.prepared
    rate = float(prepared.without_one.rate_hz[0, group])
    signal = math.sqrt(max(float(prepared.without_one.signal_variance[0, group]), 0.0))
    return SpikingState(
        rate_hz=rate,
        half_correlation=known(prepared.half_correlation[group]),
        ceiling=known(prepared.ceiling[group]),
        modulation=known(signal / rate) if rate > 0.0 else None,
        regime=prepared.regime[group],
    )
