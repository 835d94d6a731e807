"""Delays that are too long."""

from dataclasses import replace

from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage


def scale_delays(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the delays of all connections, those of the LGN as well."""

    def scaled(edges: Edges) -> Edges:
        return replace(edges, delay_ms=factor * edges.delay_ms)

    return replace(
        parameters,
        recurrent=scaled(parameters.recurrent),
        lgn_edges=scaled(parameters.lgn_edges),
    )


DELAYS_SCALED = Sabotage(
    "delays_scaled",
    "delays times {:g}",
    (4.0, 2.0, 1.2),
    lambda factor: Change(lambda p: scale_delays(p, factor)),
    needs_extension="delays",
)
