"""docs/how-to/add-a-measure.md, followed."""

import json
import tomllib

import pytest
from pages import follow


@pytest.mark.slow
def test_the_page_adds_a_measure_that_is_judged_and_shown(tmp_path):
    followed = follow("add-a-measure", tmp_path)
    criteria = tomllib.loads(followed.said["v1bridge criteria"])
    asked = criteria["tiers"]["default"]["sparseness"]["difference"]
    assert asked == {"value": 0.1, "reason": "half of the lenient tier"}
    run = tmp_path / "runs/sparse"
    report = json.loads((run / "report.json").read_text())
    populations = report["variants"]["low_pass"]["populations"].values()
    found = [p["measures"]["sparseness"] for p in populations]
    assert any(result["value"] is not None for result in found)
    anchors = report["variants"]["low_pass"]["populations"]["e4"]["anchors"]
    assert "sparseness" in anchors["constant_rate"]
    page = (run / "report.html").read_text()
    assert "activity ratio, model / spiking - 1" in page
    assert "sparseness: difference" in page
