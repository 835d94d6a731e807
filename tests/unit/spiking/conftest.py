"""A compile cache of their own for the spiking tests."""

from pathlib import Path

import pytest
from small_column import make_column

from bridge.column.column import Column


@pytest.fixture(scope="session")
def compile_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cache folder that starts empty and that the spiking tests share."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(autouse=True)
def use_compile_cache(compile_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("V1BRIDGE_CACHE", str(compile_cache))


@pytest.fixture(scope="session")
def column() -> Column:
    return make_column()
