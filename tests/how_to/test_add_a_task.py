"""docs/how-to/add-a-task.md, followed."""

import json
import tomllib

import pytest
from pages import follow


@pytest.mark.slow
def test_the_page_adds_a_task_that_is_trained(tmp_path):
    followed = follow("add-a-task", tmp_path)
    shown = followed.said["v1bridge train --help"]
    assert "orientation|classification|change|side|all" in shown
    results = json.loads((tmp_path / "runs/side/results.json").read_text())
    assert results["steps"] == 2
    assert list(results["test"]) == ["side"]
    assert results["test"]["side"]["n_trials"] == 20
    stored = tomllib.loads((tmp_path / "runs/side/config.toml").read_text())
    assert stored["tasks"]["side"]["width_deg"] == 40.0
