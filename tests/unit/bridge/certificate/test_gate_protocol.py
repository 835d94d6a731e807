"""Every part of a certificate's protocol counts: stimuli, times, tasks, trials."""

import json

import pytest
from gate_cases import certificate, of_tasks, resealed, wanted
from sample_certificate import PROTOCOL, SETTINGS

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import require_certificate
from bridge.certificate.parts import CertifiedProtocol
from bridge.errors import CertificateError
from ratemodel.tasks.config import TasksConfig
from ratemodel.trials.input_config import InputConfig
from validation.experiment.sets.task_settings import task_settings

NEEDED = ("e4_drive", "i4Pvalb_suppress")
PROTOCOL_CHANGES = {
    "calibration": [(["steps", "flash"], "flash judges and was fitted to")],
    "test": [(["blank"], "not judged on the stimuli flash")],
    "trials": [({"per_seed": 0, "cap": 4, "enough": True}, "per_seed")],
    "tasks": [
        ([], "task_settings are not those of its tasks"),
        (["change_pixels_1"], "task_settings are not those of its tasks"),
    ],
    "task_settings": [({}, "task_settings are not those of its tasks")],
    "perturbations": [
        ([], "not judged on the perturbations e4_drive, i4Pvalb_suppress"),
        (["e4_drive", "e5_drive"], "on the perturbations i4Pvalb_suppress"),
    ],
    "surround": [
        ("responding", "the surround is frozen, certified is responding"),
        ("none", "the surround is frozen, certified is none"),
        ("gone", "surround"),
    ],
    "duration_ms": [(1400.0, "judged on 900 ms of a stimulus")],
    "drop_ms": [(600.0, "judged on 900 ms of a stimulus"), (-1.0, "drop_ms")],
    "bin_ms": [(100.0, "in bins of 100 ms, at most 10 ms"), (0.0, "bin_ms")],
    "spiking_dt_ms": [(0.5, "by spikes at steps of 0.5 ms, at most 0.1 ms")],
}
"""By field of the protocol: other values, and what the gate says."""


@pytest.mark.parametrize("field", CertifiedProtocol.model_fields)
def test_every_part_of_the_protocol_counts(field):
    asked = wanted(perturbations=NEEDED)
    assert require_certificate(certificate(), asked)
    for value, words in PROTOCOL_CHANGES[field]:  # one that is missing has no test
        text = resealed(certificate().to_json(), ("protocol", field, value))
        with pytest.raises(CertificateError, match=words):
            require_certificate(Certificate.from_json(text), asked)


@pytest.mark.parametrize("field", CertifiedProtocol.model_fields)
def test_no_part_of_the_protocol_can_be_left_out(field):
    content = json.loads(certificate().to_json())
    del content["protocol"][field]
    with pytest.raises(CertificateError, match=rf"protocol\.{field}: Field required"):
        Certificate.from_json(resealed(json.dumps(content)))


def test_a_column_without_surround_needs_none():
    own = certificate(protocol=PROTOCOL | {"surround": "none"})
    assert require_certificate(own, wanted(surround="none"))
    with pytest.raises(CertificateError, match="surround is none, certified is frozen"):
        require_certificate(certificate(), wanted(surround="none"))


@pytest.mark.parametrize(
    ("certified", "asked", "words"),
    [
        ((), ("change_lgn",), "to be trained on change_lgn, certified on no task"),
        (
            ("orientation_pixels_1", "orientation_pixels_2", "change_pixels_1"),
            ("change_lgn",),
            "on change_lgn, certified on orientation_pixels, change_pixels",
        ),
        ((), (), "not judged on trials of any task"),
    ],
)
def test_tasks_that_did_not_judge_are_not_trained(certified, asked, words):
    tasks = {name: SETTINGS[name] for name in asked}
    with pytest.raises(CertificateError, match=words):
        require_certificate(of_tasks(*certified), wanted(tasks=tasks))


@pytest.mark.parametrize(
    ("section", "changes", "words"),
    [
        ("input", {"pixels": {"gain_hz": 200}}, "input.pixels.gain_hz is 200.0, certi"),
        ("input", {"pixels": {"rows": 8}}, "input.pixels.rows is 8, certified with 16"),
        ("input", {"seed": 2}, "input.seed is 2, certified with 1"),
        ("input", {"lgn": {"rows": 4}}, ""),  # which pixels do not use
        ("tasks", {"screen": {"contrast": 0.5}}, "tasks.screen.contrast is 0.5"),
        (
            "tasks",
            {"orientation": {"gray_ms": 20}},
            "trials of orientation_pixels are others: tasks.orientation.gray_ms is 20",
        ),
        ("tasks", {"change": {"probability": 0.4}}, ""),  # which is not trained
        ("tasks", {"seed": 5, "split": {"seed": 3}}, ""),
    ],
)
def test_a_training_at_another_drive_is_another_one(section, changes, words):
    sections = {"input": InputConfig(), "tasks": TasksConfig(tasks=("orientation",))}
    sections[section] = type(sections[section]).parse(changes, "x")
    asked = wanted(
        tasks=task_settings(sections["tasks"], sections["input"], ("orientation",))
    )
    if not words:
        assert require_certificate(certificate(), asked)
        return
    with pytest.raises(CertificateError, match=words) as caught:
        require_certificate(certificate(), asked)
    assert "\n" not in str(caught.value)


def test_every_key_of_a_drive_counts():
    for kind, settings in SETTINGS.items():
        word = kind.rsplit("_", 1)[1]
        assert set(settings["input"]) == {word, "seed"}
        fields = type(getattr(InputConfig(), word)).model_fields
        assert set(settings["input"][word]) == set(fields)
        name = kind.removesuffix(f"_{word}")
        own = set(type(TasksConfig().of(name)).model_fields) - {"images", "white"}
        assert set(settings["tasks"][name]) == own


def test_too_few_trials_to_judge_are_refused():
    few = {"per_seed": 2, "cap": 4, "enough": False}
    changes = [
        ("protocol", "trials", few),
        ("scores", "firing", ["e23", "e4", "e5", "e6", "i1Htr3a"]),
    ]
    for n, is_enough in ((5, True), (4, True), (3, False), (0, False)):
        judged = ("scores", "judged", changes[1][2][:n])
        text = resealed(certificate().to_json(), *changes, judged)
        own = Certificate.from_json(text)
        if is_enough:
            assert require_certificate(own, wanted())
            continue
        with pytest.raises(CertificateError, match="2 trials per seed were too few"):
            require_certificate(own, wanted())
    silent = [("scores", "firing", []), ("scores", "judged", [])]
    own = Certificate.from_json(resealed(certificate().to_json(), *silent))
    with pytest.raises(CertificateError, match="too few"):
        require_certificate(own, wanted())
