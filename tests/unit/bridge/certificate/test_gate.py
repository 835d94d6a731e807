import pytest

from bridge.certificate.certificate import Certificate
from bridge.certificate.gate import require_certificate
from bridge.certificate.scores import Scores
from bridge.errors import CertificateError, InputError

MATCH = {
    "variant": "low_pass",
    "extensions": ("cascade",),
    "tau_r_ms": 3.0,
    "column_hash": "a" * 64,
    "reduction_hash": "b" * 64,
}


def certificate(verdict="default"):
    return Certificate(
        variant="low_pass",
        extensions=("cascade",),
        time_constants_ms={"tau_r": 3.0},
        column_hash="a" * 64,
        reduction_hash="b" * 64,
        protocol={},
        criteria={},
        scores=Scores(
            name="low_pass", verdict=verdict, n_evaluable=0, populations={}, classes={}
        ),
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
    with pytest.raises(CertificateError, match=message):
        require_certificate(certificate(), **(MATCH | change))


def test_all_differences_are_named_in_one_line():
    other = MATCH | {"variant": "equilibrium", "column_hash": "c" * 64}
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
    with pytest.raises(InputError, match="there is no such certificate"):
        require_certificate(tmp_path / "none.json", **MATCH)
