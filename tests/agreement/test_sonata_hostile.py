"""HDF5 files that lie about their sizes, or reach into other files."""

import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from tiny_network import write_network

from bridge.errors import InputError
from bridge.sonata.read import read_sonata

pytestmark = pytest.mark.agreement

NODES, EDGES = "v1_nodes.h5", "v1_v1_edges.h5"


def replaced(name: str, make: Callable[[h5py.Group, str, Path], object]) -> object:
    """Return what puts something else in the place of a dataset."""

    def change(root: Path) -> None:
        kind = "edges/v1_to_v1/" if name.startswith(("edge", "source")) else "nodes/v1/"
        file = EDGES if kind.startswith("edges") else NODES
        with h5py.File(root / "network" / file, "r+") as opened:
            group = opened[kind]
            if name in group:
                del group[name]
            make(group, name, root)

    return change


def huge(n: int) -> Callable[[h5py.Group, str, Path], object]:
    return lambda group, name, _: group.create_dataset(
        name, (n,), dtype="f8", chunks=(65536,)
    )


def elsewhere(group: h5py.Group, name: str, root: Path) -> None:
    secret = root / "secret.txt"
    secret.write_bytes(b"SECRETKEY" * 30)
    group.create_dataset(name, (8,), dtype="f8", external=[(str(secret), 0, 64)])


def linked(group: h5py.Group, name: str, root: Path) -> None:
    with h5py.File(root / "other.h5", "w") as other:
        other["x"] = np.zeros(8)
    group[name] = h5py.ExternalLink(str(root / "other.h5"), "/x")


CASES = {
    "values in another file": (replaced("0/x", elsewhere), "in another file"),
    "a link to another file": (replaced("0/x", linked), "is a link to another file"),
    "10^12 values": (replaced("0/x", huge(10**12)), "which the file does not hold"),
    "2^62 values": (replaced("0/x", huge(2**62)), "which the file does not hold"),
    "10^12 values that nobody needs": (
        replaced("0/gid", huge(10**12)),
        "",
    ),
    "10^12 ids": (replaced("node_type_id", huge(10**12)), "does not hold"),
    "a few values too many": (
        replaced("0/x", lambda g, n, _: g.create_dataset(n, data=np.zeros(9))),
        "0/x has 9 values for 8 rows",
    ),
    "a group for values": (
        replaced("0/x", lambda g, n, _: g.create_group(n)),
        "0/x is not a dataset",
    ),
    "values for a group": (
        replaced("0", lambda g, n, _: g.create_dataset(n, data=np.zeros(8))),
        "/nodes/v1/0 is not a group",
    ),
    "a table for a list": (
        replaced("0/x", lambda g, n, _: g.create_dataset(n, data=np.zeros((8, 2)))),
        "0/x is not a list (shape (8, 2))",
    ),
    "one value for a list": (
        replaced("edge_type_id", lambda g, n, _: g.create_dataset(n, data=1)),
        "edge_type_id is not a list",
    ),
    "a group for ids": (
        replaced("source_node_id", lambda g, n, _: g.create_group(n)),
        "source_node_id is not a dataset",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_believed_before_it_is_looked_at(tmp_path: Path, case: str) -> None:
    change, message = CASES[case]
    network = write_network(tmp_path / "net")
    before = read_sonata(network).hash
    change(network)
    start = time.monotonic()
    if message:
        with pytest.raises(InputError) as caught:
            read_sonata(network)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "SECRET" not in str(caught.value)
    else:
        assert read_sonata(network).hash == before
    assert time.monotonic() - start < 5.0
