"""Random connections in place of those of the data, as many as before."""

import numpy as np
from numpy.typing import NDArray

from bridge.column.edges import Edges
from bridge.column.populations import EXCITATORY
from bridge.errors import InputError


def rewire_at_random(edges: Edges, population: NDArray[np.integer], seed: int) -> Edges:
    """Return as many connections as ``edges`` has, between cells drawn at random.

    First a random recursive tree of ``n_cells - 1`` connections: cells come in
    random order and each gets a connection from one of those before it, so every
    cell is reached from the first. The others join pairs drawn uniformly, without
    self-connections, no pair twice.

    Each connection copies weight, delay, receptor and number of synapses of an
    existing one, drawn at random among those on its receptor: excitatory or
    inhibitory source, excitatory or inhibitory target. So signs follow Dale's law,
    and delays and receptors suit source and target. Weights have the existing
    spread but not the scale that cells of the data's wiring need.

    Parameters
    ----------
    edges
        Connections within the column.
    population
        Population of each cell, index into
        :data:`~bridge.column.populations.POPULATIONS`, ``(n_cells,)``.
    seed
        Seed of the wiring.

    Returns
    -------
    Edges
        The first ``n_cells - 1`` are the tree.

    Raises
    ------
    InputError
        If there are too few connections for a tree, more than there are pairs, or
        no connection exists between two of the four kinds of cells.
    """
    n, n_edges = len(population), edges.n_edges
    if not n - 1 <= n_edges <= n * (n - 1):
        raise InputError(
            f"random synapses: {n_edges} connections cannot reach {n} cells, each "
            f"pair connected once; between {n - 1} and {n * (n - 1)} can"
        )
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    parent = rng.integers(0, np.arange(1, n))
    tree = order[parent] * n + order[1:]
    # enough to replace the pairs that the tree has already
    drawn = rng.choice(n * (n - 1), min(n_edges + n, n * (n - 1)), replace=False)
    source, target = np.divmod(drawn, n - 1)
    target += target >= source
    others = source * n + target
    others = others[~np.isin(others, tree)][: n_edges - (n - 1)]
    source, target = np.divmod(np.concatenate([tree, others]), n)

    is_excitatory = EXCITATORY[np.asarray(population)]
    receptor = np.where(is_excitatory[target], 0, 2) + ~is_excitatory[source]
    copied = np.empty(n_edges, dtype=np.intp)
    for port in np.unique(receptor):
        place = np.flatnonzero(receptor == port)
        existing = np.flatnonzero(edges.receptor == port)
        if existing.size == 0:
            raise InputError(
                f"random synapses: the column has no connection on receptor {port} "
                "to copy; use more cells"
            )
        copied[place] = rng.choice(existing, place.size)
    return Edges(
        source,
        target,
        edges.weight_pa[copied],
        edges.delay_ms[copied],
        receptor,
        edges.n_synapses[copied],
    )
