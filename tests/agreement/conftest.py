"""Foreign files that several of these tests read."""

from pathlib import Path

import pytest

from bridge.column.column import Column
from bridge.sonata.read import read_sonata


@pytest.fixture(scope="session")
def layer_4(shared_data: Path) -> Path:
    """A layer 4 of the Allen Institute's BMTK workshop, as SONATA files."""
    return shared_data / "allen/bmtk_workshop/Ch6_l4model"


@pytest.fixture(scope="session")
def l4(layer_4: Path) -> Column:
    return read_sonata(layer_4)
