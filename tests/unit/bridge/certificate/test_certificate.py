import json
import os

import pytest

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import (
    MeasureResult,
    PopulationScore,
    Scores,
    SpikingState,
)
from bridge.errors import CertificateError, InputError
from bridge.files.hashing import content_hash
from bridge.rate_model import RateModel

MODEL = RateModel(
    variant="low_pass", extensions=("adaptation", "cascade"), tau_r_ms=3.0
)
CRITERIA = {"tiers": {"nrmse": 0.1}}
PROTOCOL = {
    "calibration": ["steps"],
    "test": ["blank"],
    "trials": {"per_seed": 20, "cap": 30, "enough": True},
    "tasks": [],
    "task_settings": {},
    "perturbations": [],
    "surround": "none",
    "duration_ms": 1500.0,
    "drop_ms": 500.0,
    "bin_ms": 10.0,
    "spiking_dt_ms": 0.1,
    "n_seeds": 2,
}
EXPLAINED = (
    *("scores", "populations", "e4", "measures"),
    *("explained_variance", "value"),
)


def make(**change):
    score = PopulationScore(
        n_cells=593,
        verdict="default",
        spiking=SpikingState(rate_hz=2.5),
        measures={
            "explained_variance": MeasureResult(value=0.91, interval=(0.9, 0.92))
        },
        anchors={"other_seed": {"nrmse": None}},
    )
    values = {
        "model": MODEL,
        "column_hash": "a" * 64,
        "reduction_hash": "b" * 64,
        "dt_ms": change.get("model", MODEL).dt_ms,
        "protocol": PROTOCOL,
        "criteria": CRITERIA,
        "criteria_hash": content_hash(CRITERIA),
        "controls": {},
        "reliable": True,
        "scores": Scores(
            name="low_pass",
            verdict="default",
            model=change.get("model", MODEL),
            firing=("e4",),
            judged=("e4",),
            populations={"e4": score},
            classes={"e4": score},
        ),
        "versions": {"v1bridge": "0.1"},
    }
    return Certificate.model_validate(values | change)


def test_round_trip_through_a_file(tmp_path):
    path = tmp_path / "low_pass.json"
    certificate = make()
    certificate.write(path)
    assert Certificate.read(path) == certificate
    assert certificate.verdict == "default"
    assert certificate.reaches("lenient")
    assert not certificate.reaches("strict")


def test_equal_content_has_an_equal_seal():
    assert make().content == make().content
    assert make().content != make(column_hash="c" * 64).content


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("model", "variant"), "equilibrium"),
        (("scores", "verdict"), "strict"),
        (EXPLAINED, 0.99),
        (("criteria", "tiers", "nrmse"), 0.5),
        (("model", "tau_r_ms"), 5.0),
    ],
)
def test_a_changed_certificate_is_refused(path, value):
    content = json.loads(make().to_json())
    node = content
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    with pytest.raises(CertificateError, match="it was changed after it was written"):
        Certificate.from_json(json.dumps(content))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[1, 2]", "is not a v1bridge certificate"),
        ('{"a": 1}', "is not a v1bridge certificate"),
        ('{"format": "v1bridge-certificate-9"}', "format: "),
        ('{"format": "v1bridge-certificate-3"}', "more problems"),
        ('{"format": "v1bridge-certificate-1"}', "is of format 1, which says less"),
        ('{"format": "v1bridge-certificate-2"}', "is of format 2, which says less"),
    ],
)
def test_foreign_files_are_refused_in_one_line(text, message):
    with pytest.raises(CertificateError) as caught:
        Certificate.from_json(text, "x.json")
    assert str(caught.value).startswith("x.json: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_removed_seal_and_unknown_keys_are_refused():
    content = json.loads(make().to_json())
    with pytest.raises(CertificateError, match="surprise: Extra inputs"):
        Certificate.from_json(json.dumps(content | {"surprise": 1}))
    del content["content"]
    with pytest.raises(CertificateError, match="has no content hash"):
        Certificate.from_json(json.dumps(content))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such certificate"):
        Certificate.read(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a folder"):
        Certificate.read(tmp_path)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not a text file"):
        Certificate.read(tmp_path / "b.json")
    with pytest.raises(InputError, match="cannot be written"):
        make().write(tmp_path / "no" / "folder.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dt_ms": 5.0}, "dt_ms is 5, that of its model 1"),
        ({"criteria_hash": "0" * 64}, "criteria_hash is not that of its criteria"),
        ({"criteria": {"tiers": {"nrmse": 0.2}}}, "criteria_hash is not that of its"),
        ({"model": MODEL.with_tau_r(4.0), "scores": make().scores}, "of another model"),
        ({"protocol": PROTOCOL | {"test": ["steps"]}}, "steps judges and was fitted"),
    ],
)
def test_what_contradicts_itself_is_none(change, words):
    with pytest.raises(ValueError, match=words):
        make(**change)


def test_it_says_the_step_where_everybody_finds_it():
    content = json.loads(make(model=MODEL.with_step(2.0)).to_json())
    assert content["dt_ms"] == content["model"]["dt_ms"] == 2.0
    assert content["protocol"]["n_seeds"] == 2  # what a run says beside is kept
    assert "is_named_by_step" not in content["model"]


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    pipe = tmp_path / "low_pass.json"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a regular file"):
        Certificate.read(pipe)


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 100_000, "{", "\x00"])
def test_what_is_no_json_is_one_line(tmp_path, text):
    path = tmp_path / "low_pass.json"
    path.write_text(text)
    with pytest.raises(CertificateError, match="is not"):
        Certificate.read(path)


@pytest.mark.parametrize("value", ["NaN", "1e400", "-Infinity", "9" * 400])
def test_numbers_that_are_none_are_refused(tmp_path, value):
    path = tmp_path / "low_pass.json"
    path.write_text(make().to_json().replace("2.5", value))
    with pytest.raises(CertificateError):
        Certificate.read(path)
