"""The call behind the command: what it refuses, and that its runs can be repeated."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_report import report_of, scores

import v1bridge as vb
import validation.runs.validation
from bridge.errors import InputError, RunFolderError
from bridge.rate_model import RateModel
from validation.experiment.column import read_column

SMALL = {
    "spiking": {
        "device": "numpy",
        "dt_ms": 1.0,
        "calibration_trials": 2,
        "trials_per_seed": 4,
    },
    "rate": {
        "variants": ["low_pass"],
        "forms": ["plain"],
        "dt_ms": 1.0,
        "tau_r_ms": 3.0,
    },
    "reduction": {"method": "siegert"},
    "protocol": {"n_directions": 2},
}


@pytest.fixture
def seen(monkeypatch):
    """Stand in for the run; what it was given."""
    given = []

    def run(config, folder, progress, loaded=None):
        given.append((config, loaded))
        model = RateModel(variant="low_pass", tau_r_ms=3.0)
        return report_of({"low_pass": scores(model, "fail")}, {})

    monkeypatch.setattr(validation.runs.validation, "run_validation", run)
    return given


def test_columns_are_taken_as_they_come(seen, tmp_path):
    column = vb.build_column(60)
    vb.validate(column, tmp_path / "a", quick=True, config=SMALL)
    config, given = seen[0]
    assert given.column is column
    assert config.protocol.quick
    assert config.spiking.trials_per_seed == 4  # a key that is given wins
    read = vb.read_sonata(tmp_path / "a" / "column")
    assert read.hash == column.hash
    vb.validate(60, tmp_path / "b", config=SMALL)
    vb.validate("60", tmp_path / "c", config=SMALL)
    assert [c.column.size for c, _ in seen[1:]] == [60, 60]
    vb.validate(tmp_path / "a" / "column", tmp_path / "d", config=SMALL)
    assert seen[3][0].column.path == str(tmp_path / "a" / "column")


def test_files_are_read_once(seen, tmp_path, monkeypatch):
    calls = []

    def counted(config, **options):
        calls.append(read_column(config, **options))
        return calls[-1]

    vb.write_sonata(vb.build_column(60), tmp_path / "net")
    for name in ("validation.runs.validate", "validation.runs.validation"):
        monkeypatch.setattr(f"{name}.read_column", counted)
    vb.validate(tmp_path / "net", tmp_path / "run", config=SMALL)
    assert [loaded for _, loaded in seen] == calls
    assert len(calls) == 1
    assert not (tmp_path / "run/column").exists()  # it lies where it was read


@pytest.mark.parametrize(
    ("column", "change", "words"),
    [
        (60, {"ratee": {}}, "ratee: unknown key"),
        (60, {"rate": None}, "rate: must be a section"),
        (60, {"rate": {"variants": ["lowpass"]}}, "'low_pass'"),
        (60, {"column": {"size": 80}}, "column.size in config"),
        (60, {"criteria": "none.toml"}, "none.toml: no such file"),
        (60, "small.toml", "config must hold keys"),
        ("nowhere", {}, "nowhere"),
        (-1, {}, "column.size"),
        (3.5, {}, "column.size"),
    ],
)
def test_what_cannot_be_used_is_said_before_any_work(
    seen, tmp_path, column, change, words
):
    config = {**SMALL, **change} if isinstance(change, dict) else change
    with pytest.raises(InputError) as caught:
        vb.validate(column, tmp_path / "run", config=config)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not seen
    assert not (tmp_path / "run").exists()


def test_a_column_object_takes_no_other_column_keys(seen, tmp_path):
    config = {**SMALL, "column": {"surround": False}}
    with pytest.raises(InputError, match=r"column\.surround in config"):
        vb.validate(vb.build_column(60), tmp_path / "run", config=config)


def test_a_column_in_the_runs_folder_is_not_overwritten(seen, tmp_path):
    run = tmp_path / "run"
    vb.validate(vb.build_column(60), run, config=SMALL)
    again = SMALL
    vb.validate(run / "column", run, config=again, existing="overwrite")
    assert vb.read_sonata(run / "column").n_cells == 60
    (run / "column").rename(run / "mine")
    with pytest.raises(RunFolderError, match=r"holds an input, column\.path"):
        vb.validate(run / "mine", run, config=again, existing="overwrite")
    with pytest.raises(InputError, match="choose one of refuse, overwrite, resume"):
        vb.validate(60, run, config=again, existing="replace")


def test_a_run_of_inputs_that_changed_is_not_resumed(seen, tmp_path):
    vb.write_sonata(vb.build_column(60), tmp_path / "net")
    (tmp_path / "mine.toml").write_text("")
    config = {**SMALL, "criteria": str(tmp_path / "mine.toml")}
    run = tmp_path / "run"
    vb.validate(tmp_path / "net", run, config=config)
    (run / "report.json").unlink(missing_ok=True)  # it shall go on, not be read
    vb.write_sonata(vb.build_column(60, 2), tmp_path / "net", overwrite=True)
    with pytest.raises(RunFolderError, match=r"column\.path .*net\) changed"):
        vb.validate(tmp_path / "net", run, config=config, existing="resume")
    vb.write_sonata(vb.build_column(60), tmp_path / "net", overwrite=True)
    (tmp_path / "mine.toml").write_text("# another\n")
    with pytest.raises(RunFolderError, match=r"criteria .*mine\.toml\) changed"):
        vb.validate(tmp_path / "net", run, config=config, existing="resume")
    assert len(seen) == 1


@pytest.mark.slow
def test_a_script_without_a_guard_validates_once(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import json, v1bridge as vb\n"
        "print('once')\n"
        f"config = json.loads({json.dumps(json.dumps(SMALL))})\n"
        "config['spiking'] |= {'device': 'cpp', 'dt_ms': 0.1}\n"
        "column = vb.build_column(200)\n"
        "print(vb.validate(column, 'run', quick=True, config=config))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("once") == 1
    assert "RunReport(n200: low_pass: " in done.stdout
