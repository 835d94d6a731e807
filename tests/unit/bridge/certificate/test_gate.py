"""Every field of a certificate counts: changed and sealed anew, it is refused."""

import json

import numpy as np
import pytest
from gate_cases import MODEL, certificate, of_tasks, resealed, wanted
from sample_certificate import (
    CONTROLS,
    SETTINGS,
    sabotaged,
)

from bridge.certificate.certificate import Certificate
from bridge.certificate.differences import differences
from bridge.certificate.gate import require_certificate
from bridge.certificate.parts import CertifiedControl
from bridge.errors import CertificateError, InputError
from bridge.files.hashing import content_hash
from bridge.rate_model import RateModel, TauRDraw

DRAWN = MODEL.model_copy(
    update={
        "tau_r_ms": (2.0,) * 16 + (3.0,),
        "tau_r_draw": TauRDraw(seed=1000, hash="e" * 64),
    }
)


def other_criteria(content):
    """Return criteria that ask less, and their hash."""
    criteria = json.loads(json.dumps(content["criteria"]))
    criteria["verdict"]["required_fraction"]["value"] = 0.5
    return criteria, content_hash(criteria)


CONTENT = json.loads(certificate().to_json())
LESS, LESS_HASH = other_criteria(CONTENT)
DRAW = {"seed": 7, "hash": "f" * 64}
UNSEEN = CONTROLS | {"other_seed": CONTROLS["other_seed"] | {"seen": False}}
MODEL_CHANGES = {
    "variant": ("equilibrium", "variant is low_pass, certified is equilibrium"),
    "extensions": ([], "extensions are cascade, certified are none"),
    "tau_r_ms": (5.0, "tau_r is 3 ms, certified is 5 ms"),
    "dt_ms": (5.0, "certified at dt 5 ms, to be used at 1 ms"),
    "tau_r_draw": (None, "certified is one not drawn per cell"),
}
"""By field of the model: another value, and how the gate names the difference."""

CHANGES = {
    "format": ([("format", "v1bridge-certificate-2")], "is of format 2"),
    "model": ([], ""),  # field by field, below
    "dt_ms": ([("dt_ms", 5.0)], "dt_ms is 5, that of its model 1"),
    "column_hash": (
        [("column_hash", "c" * 64)],
        "column hash is aaaaaaaaaaaa, certified is cccccccccccc",
    ),
    "reduction_hash": (
        [("reduction_hash", "d" * 64)],
        "reduction hash is bbbbbbbbbbbb, certified is dddddddddddd",
    ),
    "protocol": ([("protocol", "test", ["blank"])], "not judged on the stimuli flash"),
    "criteria": (
        [("criteria", LESS), ("criteria_hash", LESS_HASH)],
        "judged by other criteria than the built-in criteria: "
        "verdict.required_fraction is .*, certified with 0.5",
    ),
    "criteria_hash": (
        [("criteria_hash", LESS_HASH)],
        "criteria_hash is not that of its criteria",
    ),
    "controls": (
        [("controls", UNSEEN)],
        r"controls did not come out as they must \(other_seed\)",
    ),
    "reliable": ([("reliable", False)], "says that no verdict can be relied on"),
    "scores": (
        [("scores", "verdict", "lenient")],
        "verdict lenient, default is needed",
    ),
    "versions": (
        [("versions", "v1bridge", "0.0")],
        "v1bridge is .*, certified with 0.0",
    ),
    "content": ([], "it was changed after it was written"),
}
"""By field of the certificate: other values, and what the gate says."""


@pytest.mark.parametrize("field", Certificate.model_fields)
def test_every_field_counts(field, tmp_path):
    changes, words = CHANGES[field]  # a field that is missing here has no test
    if field == "model":
        return
    text = resealed(certificate().to_json(), *changes)
    if field == "content":
        text = text.replace(json.loads(text)["content"], "0" * 64)
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(CertificateError, match=words) as caught:
        require_certificate(path, wanted())
    assert "\n" not in str(caught.value)
    path.write_text(resealed(certificate().to_json()))
    assert require_certificate(path, wanted())  # sealed anew but unchanged


STATED = [n for n, field in RateModel.model_fields.items() if not field.exclude]


@pytest.mark.parametrize("field", STATED)
def test_every_field_of_the_model_counts(field, tmp_path):
    value, words = MODEL_CHANGES[field]  # a field that is missing here has no test
    model = DRAWN if field == "tau_r_draw" else MODEL
    changes = [("model", field, value), ("scores", "model", field, value)]
    if field == "dt_ms":
        changes.append(("dt_ms", value))
    path = tmp_path / "c.json"
    path.write_text(resealed(certificate(model=model).to_json(), *changes))
    with pytest.raises(CertificateError, match=words):
        require_certificate(path, wanted(model))


def test_what_was_validated_is_let_through(tmp_path):
    assert require_certificate(certificate(), wanted()) == certificate()
    certificate().write(tmp_path / "c.json")
    assert require_certificate(tmp_path / "c.json", wanted()) == certificate()
    tasks = {"change_lgn": SETTINGS["change_lgn"]}
    own = of_tasks("orientation_pixels_1", "change_lgn_12")
    assert require_certificate(own, wanted(tasks=tasks))


def test_all_differences_are_named_in_one_line():
    model = MODEL.model_copy(update={"variant": "equilibrium", "dt_ms": 5.0})
    with pytest.raises(CertificateError) as caught:
        require_certificate(certificate(), wanted(model, column_hash="c" * 64))
    message = str(caught.value)
    for words in ("variant is", "certified at dt 1 ms, to be used at 5 ms", "column h"):
        assert words in message
    assert "\n" not in message


def test_a_control_that_is_required_must_be_seen():
    strong = sabotaged(MODEL)
    weak = strong | {"strength": 0.1, "is_required": False, "seen": False}
    controls = CONTROLS | {"m/slow/0.1": weak, "m/slow/0.3": strong}
    assert require_certificate(certificate(controls=controls), wanted())
    controls["m/slow/0.3"] = strong | {"seen": False}
    with pytest.raises(CertificateError, match=r"must \(m/slow/0\.3\)"):
        require_certificate(certificate(controls=controls), wanted())
    with pytest.raises(CertificateError, match="had no controls"):
        require_certificate(certificate(controls={}), wanted())
    assert set(CertifiedControl.model_fields) == set(weak)


EXTENDED, PLAIN = (RateModel.of_form("low_pass", f, 3.0) for f in ("extended", "plain"))


@pytest.mark.parametrize(
    ("changes", "is_enough"),
    [
        ({}, True),
        ({"model": "equilibrium_extended"}, True),  # another variant of the form
        ({"form": "plain", "model": "low_pass"}, False),
        ({"is_required": False}, False),
        ({"expected": "pass"}, False),
    ],
)
def test_a_model_of_the_same_form_must_have_been_sabotaged(changes, is_enough):
    controls = CONTROLS | {"s": sabotaged(EXTENDED) | changes}
    own, asked = certificate(model=EXTENDED, controls=controls), wanted(EXTENDED)
    if is_enough:
        assert require_certificate(own, asked)
        return
    with pytest.raises(CertificateError, match="made a model of the extended form wor"):
        require_certificate(own, asked)


def test_of_a_form_that_failed_the_verdict_is_named():
    # no control touches it: it has no verdict to lose
    own = certificate("fail", EXTENDED, controls=CONTROLS | {"s": sabotaged(PLAIN)})
    with pytest.raises(CertificateError, match="verdict fail, default is needed"):
        require_certificate(own, wanted(EXTENDED))


@pytest.mark.parametrize(
    ("name", "version", "is_other"),
    [
        ("v1bridge", "99.0", True),
        ("torch", "99.1.0", True),
        ("numpy", "0.9", True),
        ("brian2", "99.0", False),  # its spikes are in the scores
        ("torch", None, False),
    ],
)
def test_software_that_computes_rates_counts(name, version, is_other):
    own = certificate().versions
    version = version or ".".join([*own["torch"].split(".")[:1], "999"])
    found = differences(certificate(), wanted(versions=own | {name: version}))
    assert [f"{name} is {version}" in text for text in found] == [True] * is_other


def test_criteria_of_ones_own_are_honoured_where_they_are_in_force():
    mine = certificate(criteria=LESS)
    with pytest.raises(CertificateError, match="other criteria than the built-in"):
        require_certificate(mine, wanted())
    assert require_certificate(mine, wanted(criteria=LESS, criteria_called="my.toml"))
    with pytest.raises(CertificateError, match=r"other criteria than my\.toml"):
        require_certificate(
            certificate(), wanted(criteria=LESS, criteria_called="my.toml")
        )


def test_a_draw_of_tau_r_counts_cell_by_cell():
    model = RateModel(variant="low_pass")
    population = np.array([0, 0, 3], dtype=np.int8)
    drawn, swapped = (
        model.with_drawn_tau_r(np.array(values), 5).by_population(population)
        for values in ([1.0, 2.0, 4.0], [2.0, 1.0, 4.0])
    )
    assert drawn.tau_r_ms == swapped.tau_r_ms
    own = certificate(model=drawn)
    assert require_certificate(own, wanted(drawn))
    with pytest.raises(CertificateError, match=r"drawn per cell \(seed 5, hash"):
        require_certificate(own, wanted(swapped))


@pytest.mark.parametrize(
    ("asked", "certified", "same"),
    [
        (3.0, 3.0 + 1e-9, True),
        (3.0, 3.001, False),
        (None, None, True),
        (None, 3.0, False),
        ((3.0,) * 17, 3.0, True),
        ((3.0,) * 16 + (4.0,), 3.0, False),
        ((3.0, 4.0), (3.0, 4.0), True),
        ((3.0, 4.0), (3.0, 4.0, 5.0), False),
    ],
)
def test_time_constants_are_compared_by_value(asked, certified, same):
    own = certificate(model=MODEL.with_tau_r(certified))
    found = differences(own, wanted(MODEL.with_tau_r(asked)))
    assert (found == ()) == same


@pytest.mark.parametrize("verdict", ["lenient", "fail", "inconclusive"])
def test_too_low_a_verdict_is_refused(verdict):
    with pytest.raises(CertificateError, match=f"verdict {verdict}, default is needed"):
        require_certificate(certificate(verdict), wanted())


@pytest.mark.parametrize(
    ("verdict", "tier"),
    [("strict", "default"), ("strict", "strict"), ("lenient", "lenient")],
)
def test_high_enough_a_verdict_is_let_through(verdict, tier):
    assert require_certificate(certificate(verdict), wanted(), tier)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such certificate"):
        require_certificate(tmp_path / "none.json", wanted())
