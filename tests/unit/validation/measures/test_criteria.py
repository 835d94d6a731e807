from pathlib import Path

import pytest
from pydantic import ValidationError

from bridge.certificate.scores import TIERS
from bridge.errors import InputError
from validation.measures.criteria import criteria_toml, load_criteria
from validation.measures.registry import measures

ENTRY = "{{ value = {}, reason = 'because' }}"
UNKNOWN = ENTRY.format("['e9']")


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_built_in_criteria_are_those_of_the_design():
    criteria = load_criteria()
    tier = criteria.tiers["default"]
    assert tier.mean_rate.relative_error.value == 0.10
    assert tier.mean_rate.absolute_error_hz.value == 0.5
    assert tier.mean_rate.equivalence_margin.value == 0.15
    assert tier.time_course.r_over_ceiling.value == 0.90
    assert tier.time_course.explained_variance.value == 0.80
    assert tier.time_course.nrmse.value == 0.10
    strict = criteria.tiers["strict"].time_course
    assert (strict.r_over_ceiling.value, strict.explained_variance.value) == (0.95, 0.9)
    assert strict.nrmse.value == 0.05
    assert criteria.evaluable.min_half_correlation.value == 0.3
    assert criteria.evaluable.min_rate_hz.value == 0.2
    assert criteria.verdict.required_fraction.value == 0.9


def test_every_threshold_has_a_reason():
    def reasons(node, path=()):
        if isinstance(node, dict) and "reason" in node:
            yield path, node["reason"]
        elif isinstance(node, dict):
            for key, value in node.items():
                yield from reasons(value, (*path, key))

    found = dict(reasons(load_criteria().model_dump()))
    assert len(found) > 60
    assert all(len(reason) > 3 for reason in found.values())


def test_criteria_are_frozen():
    with pytest.raises(ValidationError):
        load_criteria().tiers.default.mean_rate.relative_error.value = 9.0


def test_own_file_replaces_one_threshold(tmp_path):
    path = write(
        tmp_path, f"[tiers.default.time_course]\nnrmse = {ENTRY.format(0.15)}\n"
    )
    criteria = load_criteria(path)
    changed = criteria.tiers["default"].time_course.nrmse
    assert (changed.value, changed.reason) == (0.15, "because")
    rest = load_criteria().tiers["default"].time_course.explained_variance
    assert criteria.tiers["default"].time_course.explained_variance == rest


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("nonsense = 1", "nonsense", "unknown key"),
        ("[tiers.default.time_course]\nnmrse = {}", "time_course.nmrse", "unknown key"),
        ("[tiers.gold]\nx = 1", "tiers.gold", "unknown key"),
        (
            f"[tiers.default.time_course]\nnrmse = {ENTRY.format('nan')}",
            "tiers.default.time_course.nrmse.value",
            "finite",
        ),
        (
            f"[tiers.default.time_course]\nnrmse = {ENTRY.format(-0.1)}",
            "tiers.default.time_course.nrmse.value",
            "greater than 0",
        ),
        (
            f"[tiers.default.time_course]\nr_over_ceiling = {ENTRY.format(90)}",
            "tiers.default.time_course.r_over_ceiling.value",
            "less than or equal to 1",
        ),
        (
            f"[tiers.default.time_course]\nnrmse = {ENTRY.format('true')}",
            "tiers.default.time_course.nrmse.value",
            "number",
        ),
        (
            "[tiers.default.time_course]\nnrmse = { value = 0.2 }",
            "tiers.default.time_course.nrmse.reason",
            "missing",
        ),
        (
            "[tiers.default.time_course]\nnrmse = 0.2",
            "tiers.default.time_course.nrmse",
            "",
        ),
        (
            f"[tiers.default.time_course]\nnrmse = {ENTRY.format(0.9)}",
            "tiers",
            "default.time_course.nrmse = 0.9 asks less than lenient",
        ),
        (
            f"[verdict]\nrequired_populations = {UNKNOWN}",
            "verdict",
            "no population 'e9'",
        ),
        (
            f"[statistics]\nbootstrap_samples = {ENTRY.format(3)}",
            "statistics.bootstrap_samples",
            "100",
        ),
        ("tiers = 3", "tiers", ""),
        ("x = [", "", "not valid TOML"),
    ],
)
def test_bad_file_is_named_in_one_line(tmp_path, text, where, what):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_criteria(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert where in message
    assert what in message
    assert "\n" not in message.strip()


def test_all_problems_are_named_at_once(tmp_path):
    path = write(tmp_path, "one = 1\ntwo = 2")
    with pytest.raises(InputError, match="one: unknown key; two: unknown key"):
        load_criteria(path)


def test_missing_and_unreadable_files(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_criteria(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is a folder"):
        load_criteria(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text file"):
        load_criteria(tmp_path / "b.toml")


def test_a_measure_asks_what_its_section_says():
    criteria = load_criteria()
    for measure in measures():
        for tier in TIERS:
            asked = measure.asked(criteria, tier).limits
            for name in type(measure.limits[tier]).model_fields:
                assert getattr(asked, name) == getattr(measure.limits[tier], name)


def test_what_is_printed_is_a_file_of_criteria(tmp_path):
    path = write(tmp_path, criteria_toml(load_criteria()))
    assert load_criteria(path) == load_criteria()


def test_tiers_can_be_indexed_by_name():
    criteria = load_criteria()
    values = [criteria.tiers[t].time_course.explained_variance.value for t in TIERS]
    assert values == sorted(values)
