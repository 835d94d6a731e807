"""Fixtures that tests of several packages use."""

import importlib.util
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column

_HEEDED = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
}


@pytest.fixture(scope="session", autouse=True)
def usual_signals() -> Iterator[None]:
    """Heed signals as in a terminal: in the background, shells have them ignored."""
    before = {number: signal.getsignal(number) for number in _HEEDED}
    for number, usual in _HEEDED.items():
        if before[number] is signal.SIG_IGN:
            signal.signal(number, usual)
    yield
    for number, found in before.items():
        signal.signal(number, found)


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
