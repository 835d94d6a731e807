"""Connects the input channels of the tasks to a column, in place of its LGN."""

import numpy as np
from numpy.typing import NDArray

from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError

_IN_L4 = np.array([name[1] == "4" for name in POPULATIONS])


def wire_channels(
    lgn_edges: Edges,
    population: NDArray[np.integer],
    n_channels: int,
    seed: int,
) -> Edges:
    """Give the LGN connections of a column new sources: the input channels.

    Half of the channels (``n_channels // 2``, drawn at random) project to L4 only,
    the others to cells of other layers only. Every cell keeps the number of its
    LGN connections, their weights in pA, receptors and delays, and draws its
    sources anew, at random and each once. So at equal rates of the channels it
    gets the mean input it got from the LGN: in the 3,000-cell column 16
    connections and 670 pA (peak, summed) for a cell of e4, 22 and 290 pA for one
    of e5. Populations that the LGN does not reach get no channel.

    Parameters
    ----------
    lgn_edges
        LGN connections of the column.
    population
        Population of each cell, index into
        :data:`~bridge.column.populations.POPULATIONS`, ``(n_cells,)``.
    n_channels
        Number of input channels.
    seed
        Seed of the wiring.

    Returns
    -------
    Edges
        ``source`` numbers the channels; the order is that of ``lgn_edges``.

    Raises
    ------
    InputError
        If the LGN does not reach both L4 and other layers, or a cell has more LGN
        connections than its half has channels.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_channels)
    halves = {True: order[: n_channels // 2], False: order[n_channels // 2 :]}
    to_l4 = _IN_L4[np.asarray(population)[lgn_edges.target]]
    source = np.empty(lgn_edges.n_edges, dtype=np.int32)
    for is_l4, channels in halves.items():
        edges = np.flatnonzero(to_l4 == is_l4)
        if edges.size == 0:
            where = "L4" if is_l4 else "layers other than L4"
            raise InputError(
                f"input wiring: the column's LGN does not reach {where}, so the input "
                "channels cannot"
            )
        by_target = edges[np.argsort(lgn_edges.target[edges], kind="stable")]
        starts = np.flatnonzero(np.diff(lgn_edges.target[by_target], prepend=-1))
        for own in np.split(by_target, starts[1:]):
            if own.size > channels.size:
                raise InputError(
                    f"input wiring: a cell has {own.size} LGN connections, but only "
                    f"{channels.size} of the {n_channels} channels can reach it; use "
                    "more channels"
                )
            source[own] = rng.choice(channels, own.size, replace=False)
    return Edges(
        source,
        lgn_edges.target,
        lgn_edges.weight_pa,
        lgn_edges.delay_ms,
        lgn_edges.receptor,
        lgn_edges.n_synapses,
    )
