"""No command writes where one of its inputs lies, nor over what another one wrote.

To add a case, add a row to ``CASES``, as in ``test_bad_input``.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from one_line import refusal
from sample_report import report_of, scores

from bridge.column.building.build import build_column
from bridge.files.json_file import write_json
from bridge.files.run_folder import open_run_folder
from bridge.files.spike_file import write_spikes
from bridge.rate_model import RateModel
from bridge.sonata.config import circuit_config
from bridge.sonata.write import write_sonata

TRAIN = "train --unvalidated --size 60 --task classification "
CASES = [
    ("report", "report {tmp}/run --out {tmp}/run --overwrite", "is an input, run 1"),
    ("report below", "report {tmp}/run --out {tmp}/run/x", "lies in an input"),
    ("report above", "report {tmp}/run --out {tmp}", "holds an input, run 1"),
    ("report of link", "report {tmp}/link --out {tmp}/run --overwrite", "is an input"),
    (
        "report over a training",
        "report {tmp}/run --out {tmp}/trained --overwrite",
        "was written by 'v1bridge train'",
    ),
    (
        "column",
        "column --column {tmp}/sonata --out {tmp}/sonata --overwrite",
        "is an input, column.path",
    ),
    (
        "column below",
        "column --column {tmp}/sonata --out {tmp}/sonata/copy",
        "lies in an input, column.path",
    ),
    (
        "column by its configuration",
        "column --column {tmp}/sonata/circuit_config.json --out {tmp}/sonata "
        "--overwrite",
        "holds an input, column.path",
    ),
    (
        "column of a configuration elsewhere",
        "column --column {tmp}/elsewhere.json --out {tmp}/sonata --overwrite",
        "holds an input, column.path's v1_nodes.h5",
    ),
    (
        "simulate",
        "simulate --column {tmp}/sonata --out {tmp}/sonata/network --overwrite",
        "lies in an input, column.path",
    ),
    (
        "spikes",
        "simulate --size 60 --lgn-spikes {tmp}/spikes/lgn.h5 --out {tmp}/spikes",
        "holds an input, --lgn-spikes",
    ),
    (
        "validate",
        "validate --column {tmp}/sonata --out {tmp}/sonata --overwrite",
        "is an input, column.path",
    ),
    (
        "weights",
        "validate {tmp}/weights.toml --out {tmp}/trained --overwrite",
        "is an input, column.weights",
    ),
    (
        "criteria",
        "validate {tmp}/criteria.toml --out {tmp}/spikes",
        "holds an input, criteria",
    ),
    (
        "configuration",
        "validate {tmp}/configs/mine.toml --out {tmp}/configs",
        "holds an input, configuration",
    ),
    (
        "certificate",
        "train --certificate {tmp}/run/certificates/a.json --out {tmp}/run --resume",
        "holds an input, model.certificate",
    ),
    (
        "start",
        TRAIN + "--start {tmp}/trained --out {tmp}/trained --overwrite",
        "is an input, training.start",
    ),
    (
        "images",
        TRAIN + "--images {tmp}/images/im.npz --out {tmp}/images",
        "holds an input, tasks.classification.images",
    ),
    (
        "folder of images",
        TRAIN + "--images {tmp}/images --out {tmp}/images/run",
        "lies in an input, tasks.classification.images",
    ),
    (
        "evaluate into the run",
        "evaluate {tmp}/trained --out {tmp}/trained/new.json",
        "lies in an input, RUN",
    ),
    ("evaluate over a file", "evaluate {tmp}/run --out {tmp}/weights.toml", "is there"),
    ("evaluate nowhere", "evaluate {tmp}/run --out {tmp}/no/x.json", "no such folder"),
    (
        "sweep onto its start",
        "sweep {tmp}/grid.toml --out {tmp}/earlier",
        "is an input, training.start",
    ),
    (
        "sweep over its grid",
        "sweep {tmp}/sweep/sweep.md --out {tmp}/sweep",
        "is an input, the grid",
    ),
    (
        "sweep over a table of others",
        "sweep {tmp}/plain.toml --out {tmp}/sweep",
        "sweep.md: was not written by v1bridge",
    ),
    (
        "sweep over a run of another command",
        "sweep {tmp}/plain.toml --out {tmp}/mixed",
        "was written by 'v1bridge report'",
    ),
]


def write_run(path: Path, command: str, name: str, content: str = "{}") -> None:
    with open_run_folder(path, "", command=command) as folder:
        (folder.staging / name).write_text(content)
        folder.commit()


def make_files(tmp: Path) -> None:
    report = report_of(
        {"low_pass": scores(RateModel(variant="low_pass", tau_r_ms=3.0), "fail")}, {}
    )
    write_run(tmp / "run", "validate", "report.json", json.dumps(report.to_json()))
    (tmp / "run/certificates").mkdir()
    (tmp / "run/certificates/a.json").write_text("{}")
    (tmp / "link").symlink_to("run")
    write_run(tmp / "trained", "train", "results.json")
    write_sonata(build_column(60, 1), tmp / "sonata", input_ms=0.0)
    circuit = circuit_config([("v1", True)])
    circuit["manifest"] = {"$BASE_DIR": str(tmp / "sonata")}
    write_json(tmp / "elsewhere.json", circuit)
    for name in ("spikes", "images", "configs", "sweep"):
        (tmp / name).mkdir()
    write_spikes(tmp / "spikes/lgn.h5", "lgn", np.ones(2), np.arange(2))
    rng = np.random.default_rng(0)
    np.savez(
        tmp / "images/im.npz",
        images=rng.integers(0, 256, (40, 8, 8), dtype=np.uint8),
        labels=np.arange(40) % 4,
    )
    texts = {
        "weights.toml": f"[column]\nsize = 60\nweights = '{tmp}/trained'\n",
        "criteria.toml": f"criteria = '{tmp}/spikes/mine.toml'\n",
        "configs/mine.toml": "[column]\nsize = 60\n",
        "grid.toml": f"start = '{tmp}/earlier'\n[grid]\nsizes = [60]\n",
        "plain.toml": "[grid]\nsizes = [60]\n[train.model]\nunvalidated = true\n",
        "sweep/sweep.md": "[grid]\nsizes = [60]\n",
    }
    for name, text in texts.items():
        (tmp / name).write_text(text)
    write_run(tmp / "mixed/60-default-1", "report", "comparison.json")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    make_files(folder)
    return folder


@pytest.mark.parametrize(
    ("words", "needle"),
    [case[1:] for case in CASES],
    ids=[case[0].replace(" ", "_") for case in CASES],
)
def test_a_place_that_would_hurt_is_refused_before_any_work(
    files: Path, words: str, needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [word.replace("{tmp}", str(files)) for word in words.split()]
    assert needle in refusal(arguments, files, capsys)
