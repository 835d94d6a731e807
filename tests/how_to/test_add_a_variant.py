"""docs/how-to/add-a-variant.md, followed."""

import json

import pytest
from pages import follow


@pytest.mark.slow
def test_the_page_adds_a_variant_that_is_judged(tmp_path):
    follow("add-a-variant", tmp_path)
    run = tmp_path / "runs/static"
    report = json.loads((run / "report.json").read_text())
    assert list(report["variants"]) == ["static"]
    assert report["variants"]["static"]["model"]["tau_r_ms"] is None
    # what changes nothing in a variant without inertia is no control of it
    sabotages = {control["sabotage"] for control in report["controls"].values()}
    assert "time_reversed" in sabotages
    assert not {"rates_slowed", "synapses_slowed"} & sabotages
    certificate = json.loads((run / "certificates/static.json").read_text())
    assert certificate["model"]["variant"] == "static"
    assert "Static, plain" in (run / "report.html").read_text()
