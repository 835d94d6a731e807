"""The main job on the embedded 3k column, in its quick form, through the command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from validation.experiment.sabotages import SABOTAGES

pytestmark = [pytest.mark.slow, pytest.mark.agreement]

EXCITATORY = ("e23", "e4", "e5", "e6")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "quick"
    command = [sys.executable, "-m", "v1bridge", "validate", "--quick"]
    command += ["--variants", "low_pass", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def report(run_folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run_folder / "report.json").read_text())
    return content


def test_folder_is_whole(run_folder: Path) -> None:
    found = {str(p.relative_to(run_folder)) for p in run_folder.rglob("*.*")}
    assert found >= {
        "report.html",
        "report.json",
        "rates.nc",
        "parameters.npz",
        "config.toml",
        "provenance.json",
        "certificates/low_pass.json",
        "certificates/low_pass_extended.json",
    }
    with xr.open_dataset(run_folder / "rates.nc", engine="h5netcdf") as rates:
        assert rates["spiking_rate"].attrs["units"] == "Hz"
        models = ["low_pass", "low_pass_extended", "low_pass_membrane"]
        assert list(rates["model"].values) == models
        assert float(rates["time"][0]) == 500.0
        assert list(rates["seed"].values) == [1, 2]
        report = json.loads((run_folder / "report.json").read_text())
        assert rates.attrs["column_hash"] == report["column"]["hash"]


def test_report_has_the_promised_keys(report: dict[str, Any]) -> None:
    assert report["column"]["n_neurons"] == 3000
    assert sum(report["column"]["populations"].values()) == 3000
    for variant in report["variants"].values():
        assert {"verdict", "tau_r_ms", "bandwidth_hz"} <= set(variant)
        for score in variant["populations"].values():
            assert {
                "rate_spiking_hz",
                "rate_model_hz",
                "rate_error",
                "r_over_ceiling",
                "explained_variance",
                "nrmse",
                "lag_ms",
                "verdict",
            } <= set(score)
    assert set(report["controls"]) == {"other_seed", *SABOTAGES}
    assert report["timings"]


def test_the_other_noise_seed_passes(report: dict[str, Any]) -> None:
    assert report["controls"]["other_seed"]["verdict"] in ("default", "strict")


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotaged_model_fails(report: dict[str, Any], name: str) -> None:
    control = report["controls"][name]
    assert control["expected"] == "fail"
    assert control["verdict"] in ("fail", "lenient")
    # a failure says something only where the model did better before
    whole = report["variants"]["low_pass_extended"]["pass_fraction"]
    assert control["pass_fraction"]["default"] < whole["default"]
    assert control["pass_fraction"]["lenient"] < whole["lenient"]


def test_the_extended_model_follows_the_column(report: dict[str, Any]) -> None:
    extended = report["variants"]["low_pass_extended"]["populations"]
    plain = report["variants"]["low_pass"]["populations"]
    judged = [p for p, s in extended.items() if s["verdict"] != "inconclusive"]
    # the project's aims for the best extended variant; the quick form's shorter
    # probes leave about 1 % more in the mean rates than the default form
    errors = [abs(extended[p]["rate_error"]) for p in judged]
    assert np.median(errors) < 0.05
    for population in EXCITATORY:
        assert extended[population]["explained_variance"] > 0.9
        gain = (
            extended[population]["explained_variance"]
            - plain[population]["explained_variance"]
        )
        assert gain > 0.03


def test_config_of_the_run_is_complete(run_folder: Path) -> None:
    from bridge.files.toml_file import read_toml
    from validation.config.validate import parse_config

    path = run_folder / "config.toml"
    assert parse_config(read_toml(path), str(path)).to_toml() == path.read_text()
