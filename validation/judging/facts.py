"""What the judge knows of a group beside its measures."""

import math
from dataclasses import dataclass

from bridge.certificate.scores import SpikingState
from validation.judging.evaluable import why_too_poor
from validation.measures.registry import measures
from validation.measuring.compared import Compared
from validation.statistics.numbers import Numbers, known


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
    reason
        Why the data cannot judge a model; ``None`` where they can.
    anchors
        Scores of the anchors, by name and measure.
    """

    n_cells: int
    spiking: SpikingState
    is_finite: bool = True
    reason: str | None = None
    anchors: dict[str, Numbers] | None = None

    @classmethod
    def of(cls, compared: Compared, group: int) -> "GroupFacts":
        """Return the facts of a group."""
        prepared = compared.prepared
        state = _state(compared, group)
        reasons = [
            why_too_poor(state, prepared.criteria.evaluable),
            *(measure.why_not_judged(compared, group) for measure in measures()),
        ]
        return cls(
            n_cells=int(prepared.reference.group_members[group].sum()),
            spiking=state,
            is_finite=bool(compared.is_finite[group]),
            reason=next((reason for reason in reasons if reason is not None), None),
            anchors=prepared.anchors[group],
        )


def _state(compared: Compared, group: int) -> SpikingState:
    prepared = compared.prepared
    rate = float(prepared.spiking.rate_hz[0, group])
    signal = math.sqrt(max(float(prepared.spiking.signal_variance[0, group]), 0.0))
    return SpikingState(
        rate_hz=rate,
        half_correlation=known(prepared.half_correlation[group]),
        ceiling=known(prepared.ceiling[group]),
        modulation=known(signal / rate) if rate > 0.0 else None,
        regime=prepared.regime[group],
    )
