import pytest

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import require_certificate
from bridge.certificate.scores import Scores
from bridge.errors import CertificateError, InputError
from bridge.rate_model import RateModel

MODEL = RateModel(variant="low_pass", extensions=("cascade",), tau_r_ms=3.0)
MATCH = {
    "model": MODEL,
    "column_hash": "a" * 64,
    "reduction_hash": "b" * 64,
}


def certificate(verdict="default"):
    return Certificate(
        model=MODEL,
        column_hash="a" * 64,
        reduction_hash="b" * 64,
        protocol={},
        criteria={},
        scores=Scores(name="low_pass", verdict=verdict, populations={}, classes={}),
        versions={},
    )


def test_what_was_validated_is_let_through(tmp_path):
    assert require_certificate(certificate(), **MATCH) == certificate()
    certificate().write(tmp_path / "c.json")
    assert require_certificate(tmp_path / "c.json", **MATCH) == certificate()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variant": "equilibrium"}, "variant is equilibrium, certified is low_pass"),
        ({"extensions": ()}, "extensions are none, certified are cascade"),
        ({"tau_r_ms": 5.0}, "tau_r is 5 ms, certified is 3 ms"),
        ({"tau_r_ms": None}, "tau_r is none, certified is 3 ms"),
        (
            {"column_hash": "c" * 64},
            "column hash is cccccccccccc, certified is aaaaaaaaaaaa",
        ),
        (
            {"reduction_hash": "d" * 64},
            "reduction hash is dddddddddddd, certified is bbbbbbbbbbbb",
        ),
    ],
)
def test_the_difference_is_named(change, message):
    hashes = {k: v for k, v in change.items() if k.endswith("hash")}
    model = MODEL.model_copy(update={k: change[k] for k in change.keys() - hashes})
    with pytest.raises(CertificateError, match=message):
        require_certificate(certificate(), **(MATCH | hashes | {"model": model}))


def test_the_step_is_stated_and_not_compared():
    other = MODEL.model_copy(update={"dt_ms": 5.0})
    assert require_certificate(certificate(), **(MATCH | {"model": other}))


def test_all_differences_are_named_in_one_line():
    model = MODEL.model_copy(update={"variant": "equilibrium"})
    other = MATCH | {"model": model, "column_hash": "c" * 64}
    with pytest.raises(CertificateError) as caught:
        require_certificate(certificate(), **other)
    message = str(caught.value)
    assert "variant is" in message
    assert "column hash is" in message
    assert "\n" not in message


@pytest.mark.parametrize("verdict", ["lenient", "fail", "inconclusive"])
def test_too_low_a_verdict_is_refused(verdict):
    with pytest.raises(CertificateError, match=f"verdict {verdict}, default is needed"):
        require_certificate(certificate(verdict), **MATCH)


@pytest.mark.parametrize(
    ("verdict", "tier"),
    [("strict", "default"), ("strict", "strict"), ("lenient", "lenient")],
)
def test_high_enough_a_verdict_is_let_through(verdict, tier):
    assert require_certificate(certificate(verdict), **MATCH, tier=tier)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such certificate"):
        require_certificate(tmp_path / "none.json", **MATCH)
