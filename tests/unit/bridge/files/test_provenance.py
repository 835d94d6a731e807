"""What a result says about its origin."""

import getpass
import json
import platform
from pathlib import Path

import numpy as np
import pytest

from bridge.files.provenance import collect_provenance
from bridge.version import __version__


def test_versions_and_machine_are_named() -> None:
    found = collect_provenance()
    assert found["v1bridge"] == __version__
    assert found["versions"]["numpy"] == np.__version__
    assert found["python"] == platform.python_version()
    assert found["platform"]["n_cores"] >= 1
    json.dumps(found, allow_nan=False)


def test_neither_host_nor_home_is_named() -> None:
    text = json.dumps(collect_provenance())
    assert str(Path.home()) not in text
    node = platform.node()
    if len(node) > 3:
        assert node not in text
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        pytest.skip("the user has no name")
    assert f"/{user}" not in text
