"""Fixtures that tests of several packages use."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data beside the repository; skips without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the published data are not beside the repository: {folder}")
    return folder


@pytest.fixture(scope="session")
def column_3k() -> Column:
    """The 3,000-cell column of seed 1, with its surround."""
    return build_column("3k", 1)


@pytest.fixture
def one_torch_thread() -> Iterator[None]:
    """Let torch use one thread: two on a shared machine wait for each other."""
    import torch  # most tests do without

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def with_nest() -> None:
    """Skip where the extra ``nest`` is missing.

    NEST is run in processes of its own: once it is imported, code that torch
    compiles ends in a segmentation fault.
    """
    for name in ("nest", "bmtk"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs the extra nest ({name} is missing)")
