"""Which sabotages a run tries, and what its certificates say of them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sample_report import control, report_of, scores

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import why_worthless
from bridge.rate_model import RateModel
from validation.experiment.sabotages.registry import SABOTAGES
from validation.measures.criteria import load_criteria
from validation.runs.controls import strengths_of
from validation.runs.results import write_certificates


@pytest.mark.parametrize("name", SABOTAGES)
def test_the_most_blatant_strength_is_tried_whatever_the_run(name: str) -> None:
    sabotage = SABOTAGES[name]
    for is_quick in (False, True):
        for is_best in (False, True):
            shown = strengths_of(sabotage, is_quick=is_quick, is_best=is_best)
            assert shown[0] == sabotage.strengths[0]
            runs_again = sabotage.at(sabotage.strengths[1]).needs_run
            all_of_them = not is_quick or (is_best and not runs_again)
            assert len(shown) == (3 if all_of_them else 1)


def test_certificates_say_which_form_was_sabotaged(tmp_path: Path) -> None:
    models = [RateModel.of_form("low_pass", f, 3.0) for f in ("plain", "extended")]
    found = {model.name: scores(model, "default") for model in models}
    sabotage: dict[str, Any] = {"model": "low_pass_extended", "strength": 0.3}
    controls = {
        "other_seed": control("pass", "default", True),
        "low_pass_extended/slow/0.3": control("fail", "fail", True, **sabotage),
    }
    report = report_of(found, controls)
    report = report.model_copy(update={"reliable": True})
    data: Any = SimpleNamespace(
        report=report,
        criteria=load_criteria(),
        column=SimpleNamespace(hash="a" * 64),
        provenance={"versions": {}},
    )
    parameters: Any = SimpleNamespace(
        population=np.zeros(3, dtype=np.int8), reduction_hash="b" * 64
    )
    write_certificates(tmp_path, data, parameters, models)
    plain, extended = (
        Certificate.read(tmp_path / f"{model.name}.json") for model in models
    )
    assert extended.controls["other_seed"].form is None
    own = extended.controls["low_pass_extended/slow/0.3"]
    assert (own.model, own.form) == ("low_pass_extended", "extended")
    told = [why_worthless(judged(own), "default") for own in (plain, extended)]
    assert "made a model of the plain form worse" in told[0]
    assert told[1] == ""


def judged(certificate: Certificate) -> Certificate:
    """Return the certificate with all populations that fire judged."""
    scores = certificate.scores
    judged = scores.model_copy(update={"judged": scores.firing})
    return certificate.model_copy(update={"scores": judged})
