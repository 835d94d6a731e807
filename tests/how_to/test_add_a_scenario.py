"""docs/how-to/add-a-scenario.md, followed."""

import json
import tomllib

import numpy as np
import pytest
from pages import follow

from bridge.column.building.build import build_column
from bridge.reduction.parameters_file import read_parameters


@pytest.mark.slow
def test_the_page_adds_a_scenario_that_is_trained(tmp_path):
    followed = follow("add-a-scenario", tmp_path)
    shown = " ".join(followed.said["v1bridge train --help"].replace("│", " ").split())
    assert "weak_recurrence: recurrent weights start at a share" in shown
    run = tmp_path / "runs/weak"
    assert json.loads((run / "results.json").read_text())["steps"] == 2
    stored = tomllib.loads((run / "config.toml").read_text())["scenario"]
    assert stored["recurrent_share"] == 0.75
    untrained = read_parameters(run / "parameters.npz").recurrent.weight_pa
    of_the_data = build_column(200, 1).recurrent.weight_pa
    np.testing.assert_allclose(np.sort(untrained), np.sort(0.75 * of_the_data))
