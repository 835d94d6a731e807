"""Validation of a column with trained weights, through the command."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.certificate.certificate import Certificate
from bridge.column.building.build import build_column
from bridge.reduction.parameters_file import read_parameters, write_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.trained_column import trained_column
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.training.checkpoint import write_tensors

pytestmark = [pytest.mark.slow]

SETTINGS = """\
[scenario]
name = "default"
seed = 1
[input]
use_lgn = false
seed = 1
[tasks.screen]
field_deg = 120.0
[column]
size = 200
seed = 1
"""
VALIDATION = """\
[spiking]
trials_per_seed = 4
[protocol]
quick = true
"""
MODEL = {"variant": "low_pass", "extensions": [], "tau_r_ms": 2.0, "dt_ms": 5.0}


@pytest.mark.parametrize("transfer", [None, "siegert"])
def test_the_trained_column_is_what_gets_validated(
    tmp_path: Path, transfer: str | None
) -> None:
    column = build_column(200, 1)
    untrained = reduce_column(column, theoretical_data(column, "siegert")).parameters
    rng = np.random.default_rng(0)
    weight = column.recurrent.weight_pa * rng.uniform(
        0.8, 1.2, untrained.recurrent.n_edges
    )
    weight[::20] *= -1.0  # as training without Dale's law may leave them
    run = tmp_path / "run"
    run.mkdir()
    write_parameters(untrained, run / "parameters.npz")
    tensors = {
        "recurrent_pa": torch.tensor(weight),
        "input_pa": torch.tensor(column.lgn_edges.weight_pa),
    }
    facts = {"certified": '{"validated": false}', "model": json.dumps(MODEL)}
    write_tensors(run / "weights.safetensors", tensors, facts)
    (run / "config.toml").write_text(SETTINGS)
    (tmp_path / "validation.toml").write_text(VALIDATION)

    out = tmp_path / "validated"
    command = [sys.executable, "-m", "v1bridge", "validate"]
    command += [str(tmp_path / "validation.toml"), "--weights", str(run)]
    command += [] if transfer is None else ["--transfer", transfer]
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

    report = json.loads((out / "report.json").read_text())
    trained = trained_column(column, untrained, weight)
    assert report["column"]["hash"] == trained.hash != column.hash
    assert trained.hash[:12] in done.stdout
    # the rate model that was trained is the one judged, with its tau_r
    assert list(report["variants"]) == ["low_pass"]
    assert report["variants"]["low_pass"]["model"]["tau_r_ms"] == 2.0
    assert report["trained"]["validated_before_training"] is False
    html = (out / "report.html").read_text()
    assert all(note.split(":")[0] in html for note in report["notes"])
    certificate = Certificate.read(out / "certificates" / "low_pass.json")
    assert certificate.column_hash == trained.hash
    # judged at the step it was trained at, where no other is asked for
    assert certificate.dt_ms == certificate.model.dt_ms == MODEL["dt_ms"]
    assert report["protocol"]["rate_dt_ms"] == [MODEL["dt_ms"]]
    assert certificate.controls.keys() == report["controls"].keys()
    assert certificate.reliable == report["reliable"]
    assert certificate.reduction_hash != untrained.reduction_hash
    judged = read_parameters(out / "parameters.npz")
    np.testing.assert_array_equal(judged.recurrent.weight_pa, weight)
    # unless it is to be found anew, F is what the network was trained with
    kept = np.array_equal(judged.transfer.threshold_pa, untrained.transfer.threshold_pa)
    assert kept == (transfer is None)
    says = "those that the network was trained with" if kept else "were found anew"
    assert any(says in note for note in report["notes"])
