"""The main job on the embedded 3k column, in its quick form, through the command."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from validation.baselines.registry import BASELINES
from validation.experiment.sabotages.registry import SABOTAGES
from validation.measures.registry import measures

pytestmark = [pytest.mark.slow, pytest.mark.agreement]

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
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
    spiking, models = (
        xr.load_dataset(run_folder / "rates.nc", engine="h5netcdf", group=group)
        for group in ("spiking", "rate_models")
    )
    report = json.loads((run_folder / "report.json").read_text())
    for rates in (spiking, models):
        assert rates["population_rate"].attrs["units"] == "Hz"
        assert float(rates["time"][0]) == 500.0
        assert rates.attrs["column_hash"] == report["column"]["hash"]
    names = ["low_pass", "low_pass_extended", "low_pass_membrane"]
    assert list(models["model"].values) == names
    assert list(spiking["seed"].values) == [1, 2]


def test_report_has_the_promised_keys(report: dict[str, Any]) -> None:
    assert report["column"]["n_neurons"] == 3000
    assert sum(report["column"]["populations"].values()) == 3000
    for variant in report["variants"].values():
        assert {"verdict", "model", "summaries"} <= set(variant)
        for score in variant["populations"].values():
            assert set(score["measures"]) == {measure.name for measure in measures()}
    assert report["reliable"], report["doubts"]
    sabotages = {c["sabotage"] for c in report["controls"].values()}
    assert sabotages == {None, *SABOTAGES}
    assert set(report["baselines"]) == set(BASELINES)
    assert report["timings"]


def test_the_other_noise_seed_is_not_found_wrong(report: dict[str, Any]) -> None:
    control = report["controls"]["other_seed"]
    assert control["seen"]
    assert len(control["found_wrong"]) <= 1


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_blatant_sabotage_is_seen(report: dict[str, Any], name: str) -> None:
    found = [c for c in report["controls"].values() if c["sabotage"] == name]
    assert found[0]["strength"] == SABOTAGES[name].strengths[0]
    assert found[0]["seen"]
    assert found[0]["model"] == report["best"]
    assert found[0]["verdict"] in ("fail", "lenient")


def test_the_stimulus_alone_explains_much_and_fails(report: dict[str, Any]) -> None:
    scores = report["baselines"]["stimulus_only"]
    populations = scores["populations"].values()
    fires = [s for s in populations if s["spiking"]["rate_hz"] >= 0.2]
    # it is no straw man: 0.85 was measured, and the plain form has 0.72
    assert np.median([value(s, "explained_variance") for s in fires]) > 0.8
    assert scores["verdict"] == "fail"


def value(score: dict[str, Any], measure: str) -> float:
    return float(score["measures"][measure]["value"])


def test_the_extended_model_follows_the_column(report: dict[str, Any]) -> None:
    extended = report["variants"]["low_pass_extended"]["populations"]
    plain = report["variants"]["low_pass"]["populations"]
    judged = [p for p, s in extended.items() if s["verdict"] != "inconclusive"]
    # the project's aims for the best extended variant; the quick form's shorter
    # probes leave about 1 % more in the mean rates than the default form
    errors = [abs(value(extended[p], "mean_rate")) for p in judged]
    assert np.median(errors) < 0.05
    for population in EXCITATORY:
        assert value(extended[population], "explained_variance") > 0.9
        gain = value(extended[population], "explained_variance") - value(
            plain[population], "explained_variance"
        )
        assert gain > 0.03


def test_config_of_the_run_is_complete(run_folder: Path) -> None:
    from bridge.files.toml_file import read_toml
    from validation.config.validate import parse_config

    path = run_folder / "config.toml"
    assert parse_config(read_toml(path), str(path)).to_toml() == path.read_text()


def test_pictures_of_the_results_page_are_those_of_the_report(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import results_page

    def without_ids(text: str) -> str:
        # matplotlib names a path after its last digits; rates.nc keeps seven
        return re.sub(r"\b[mp][0-9a-f]{10}\b", "", text)

    html = (run_folder / "report.html").read_text()
    drawn = list(results_page.pictures(run_folder))
    assert [name for name, _, _ in drawn] == list(results_page.PICTURES)
    for _, suffix, content in drawn:
        if suffix == "svg":
            svg = without_ids(content.decode().removeprefix("<svg"))
            assert svg in without_ids(html)
        else:
            assert base64.b64encode(content).decode() in html
