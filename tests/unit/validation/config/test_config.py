"""The configuration of a run."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.errors import InputError
from validation.config.column import BuiltColumn, FileColumn
from validation.config.sections import ReductionConfig, SpikingConfig
from validation.config.validate import (
    CALIBRATION_SEED_OFFSET,
    ValidateConfig,
    merged_config,
    parse_config,
)


def test_the_defaults_are_complete_and_come_back() -> None:
    config = ValidateConfig()
    content = tomllib.loads(config.to_toml())
    assert parse_config(content, "x") == config
    written = {f"{s}.{k}" for s, section in content.items() for k in section}
    known = {
        f"{s}.{k}"
        for s, field in ValidateConfig.model_fields.items()
        if s != "criteria"
        for k in type(field.default).model_fields
    }
    assert known - written == {"column.radius_um", "column.weights"}


@given(
    seeds=st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=5, unique=True),
    size=st.one_of(st.sampled_from(["3k", "6k"]), st.integers(1, 50000)),
    tau_r=st.one_of(
        st.sampled_from(["fit", "fit_by_population", "sampled"]),
        st.floats(0.01, 1000),
        st.lists(st.floats(0.01, 1000), min_size=17, max_size=17),
    ),
    steps=st.one_of(
        st.sampled_from([0.5, 1, 2.0]),
        st.lists(st.sampled_from([0.5, 1, 2, 5.0, 10]), min_size=1, unique=True),
    ),
    quick=st.booleans(),
)
def test_any_configuration_survives_its_file(
    seeds: list[int], size: int | str, tau_r: Any, steps: Any, quick: bool
) -> None:
    shifted = {seed + CALIBRATION_SEED_OFFSET for seed in seeds}
    default = ReductionConfig().seed
    assume(not shifted & set(seeds) and default not in shifted | set(seeds))
    config = parse_config(
        {
            "column": {"size": size},
            "spiking": {"seeds": seeds},
            "rate": {"tau_r_ms": tau_r, "dt_ms": steps},
            "protocol": {"quick": quick},
        },
        "x",
    )
    assert parse_config(tomllib.loads(config.to_toml()), "x") == config
    assert config.spiking.seeds == tuple(seeds)
    assert config.rate.dt_ms == tuple(sorted(np.atleast_1d(steps)))


def test_quick_changes_defaults_but_not_what_is_given() -> None:
    usual = parse_config({}, "x")
    quick = parse_config({"protocol": {"quick": True}}, "x")
    assert usual.spiking.trials_per_seed == quick.spiking.trials_per_seed == "auto"
    assert quick.spiking.most_trials < usual.spiking.most_trials
    assert quick.protocol.duration_ms < usual.protocol.duration_ms
    given_both = parse_config({"protocol": {"quick": True, "duration_ms": 4000}}, "x")
    assert given_both.protocol.duration_ms == 4000.0


@pytest.mark.parametrize(
    ("bin_ms", "steps"), [(10.0, (1.0, 5.0)), (20.0, (1.0, 5.0)), (4.0, (1.0,))]
)
def test_default_steps_fit_the_bin(bin_ms: float, steps: tuple[float, ...]) -> None:
    config = parse_config({"protocol": {"bin_ms": bin_ms}}, "x")
    assert config.rate.dt_ms == steps


@pytest.mark.parametrize("quick", [True, False])
def test_trials_grow_to_a_cap_or_are_given(quick: bool) -> None:
    def spiking(**keys: int | str) -> SpikingConfig:
        content = {"spiking": keys, "protocol": {"quick": quick}}
        config = parse_config(content, "x")
        assert parse_config(tomllib.loads(config.to_toml()), "x") == config
        return config.spiking

    assert spiking().grows
    assert spiking(max_trials_per_seed=4).grows
    assert spiking(max_trials_per_seed=4).most_trials == 4
    assert not spiking(trials_per_seed=500).grows
    assert spiking(trials_per_seed=500).most_trials == 500
    with pytest.raises(InputError, match=r"max_trials_per_seed \(9\) is the cap"):
        spiking(trials_per_seed=9, max_trials_per_seed=9)


def test_a_path_makes_it_a_column_from_files() -> None:
    assert isinstance(parse_config({"column": {"seed": 2}}, "x").column, BuiltColumn)
    config = parse_config({"column": {"path": "folder"}}, "x")
    assert config.column == FileColumn(path="folder")


@pytest.mark.parametrize(
    ("content", "needles"),
    [
        (
            {"colunm": {}, "rate": {"dt": 1}, "spiking": {"dt_ms": -1}},
            ["colunm: unknown key", "rate.dt: unknown key", "spiking.dt_ms"],
        ),
        ({"column": {"path": "x", "seed": 1}}, ["column.seed", "no effect"]),
        (
            {"column": {"size": 5, "background_hz": 9.0}},
            ["column.background_hz: has no effect on a column that is built"],
        ),
        (
            {"column": {"path": "x", "background_hz": -9.0}},
            ["column.background_hz"],
        ),
        ({"column": {"size": 5, "radius_um": 100}}, ["either size or radius_um"]),
        ({"column": 3}, ["column: must be a section"]),
        ({"spiking": {"dt_ms": float("nan")}}, ["spiking.dt_ms", "finite"]),
        ({"spiking": {"dt_ms": True}}, ["spiking.dt_ms: must be a number"]),
        ({"spiking": {"dt_ms": "0.1"}}, ["spiking.dt_ms: must be a number"]),
        ({"spiking": {"dt_ms": 0.3}}, ["not a multiple of spiking.dt_ms"]),
        ({"spiking": {"seeds": [1]}}, ["spiking.seeds"]),
        ({"spiking": {"seeds": [1, 1]}}, ["names something twice"]),
        ({"spiking": {"seeds": [1, 1.5]}}, ["spiking.seeds.1"]),
        (
            {"spiking": {"ceiling_target": 0.9}},
            ["ceiling_target is no more"],
        ),
        (
            {"spiking": {"trials_per_seed": "many"}},
            ["trials_per_seed: must be 'auto' or a whole number"],
        ),
        ({"spiking": {"trials_per_seed": True}}, ["must be 'auto'"]),
        (
            {"spiking": {"max_trials_per_seed": 2}},
            ["max_trials_per_seed (2) leaves fewer than 4 trials"],
        ),
        (
            {"spiking": {"trials_per_seed": 2}},
            ["fewer than 4 trials"],
        ),
        ({"rate": {"dt_ms": 0.4}}, ["rate.dt_ms (0.4)", "do not divide"]),
        ({"rate": {"dt_ms": 2.5}}, ["rate.dt_ms (2.5)", "do not divide"]),
        ({"spiking": {"dt_ms": 0.4}}, ["spiking.dt_ms (0.4)", "do not divide"]),
        ({"spiking": {"seeds": [1, 10001]}}, ["must all differ"]),
        ({"spiking": {"seeds": [1, 1000]}}, ["must all differ"]),
        ({"reduction": {"seed": 10002}}, ["must all differ"]),
        (
            {
                "protocol": {"duration_ms": 2500.5, "bin_ms": 0.5},
                "rate": {"dt_ms": 0.5},
            },
            ["2500.5", "multiple of 1 ms"],
        ),
        ({"rate": {"tau_r_ms": -3.0}}, ["rate.tau_r_ms", "positive"]),
        ({"rate": {"tau_r_ms": "fitted"}}, ["'fit', 'fit_by_population', 'sampled'"]),
        ({"rate": {"tau_r_ms": [1.0, 2.0]}}, ["rate.tau_r_ms", "or 17 of them"]),
        ({"rate": {"tau_r_ms": [0.0] * 17}}, ["rate.tau_r_ms"]),
        ({"rate": {"dt_ms": []}}, ["rate.dt_ms: must name at least one"]),
        ({"rate": {"dt_ms": [2.0, 2]}}, ["rate.dt_ms: names something twice"]),
        ({"rate": {"dt_ms": [2.0, "5"]}}, ["rate.dt_ms"]),
        ({"rate": {"dt_ms": [2.0, 20.0]}}, ["rate.dt_ms.1"]),
        ({"rate": {"dt_ms": [0.5, 4.0]}}, ["not a multiple of rate.dt_ms (4)"]),
        ({"rate": {"tau_r_ms": float("inf")}}, ["rate.tau_r_ms"]),
        ({"rate": {"variants": []}}, ["must name at least one"]),
        (
            {"rate": {"variants": ["lowpass"]}},
            ["'low_pass'", "(got 'lowpass')"],
        ),
        ({"protocol": {"duration_ms": 600.0}}, ["leaves less than 1000 ms"]),
        ({"protocol": {"bin_ms": 7.0}}, ["multiple of bin_ms"]),
        ({"protocol": {"quick": "yes"}}, ["protocol.quick: must be true or false"]),
        ({"protocol": {"quick": True}, "spiking": 3}, ["spiking: must be a section"]),
    ],
)
def test_everything_wrong_is_named_in_one_line(
    content: dict[str, Any], needles: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        parse_config(content, "my.toml")
    message = str(caught.value)
    assert message.startswith("my.toml: ")
    assert "\n" not in message
    for needle in needles:
        assert needle in message


def test_options_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        "[column]\nradius_um = 100.0\nseed = 7\nsurround = false\n"
        "[spiking]\ndt_ms = 0.5\n"
    )
    kept = merged_config(path, {"column": {"size": "6k"}, "spiking": {}})
    assert kept.column == BuiltColumn(size="6k", seed=7, surround=False)
    assert kept.spiking.dt_ms == 0.5
    other = merged_config(path, {"column": {"path": "folder"}})
    assert other.column == FileColumn(path="folder", surround=False)
    path.write_text('[column]\npath = "folder"\nbackground_hz = 70.0\n')
    assert merged_config(path, {}).column == FileColumn(
        path="folder", background_hz=70.0
    )
    assert merged_config(path, {"column": {"size": "6k"}}).column == BuiltColumn(
        size="6k"
    )


def test_lists_are_not_shared_or_changed() -> None:
    content = {"protocol": {"quick": True}, "spiking": {"seeds": [1, 2]}}
    parse_config(content, "x")
    assert content == {"protocol": {"quick": True}, "spiking": {"seeds": [1, 2]}}


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("protocol", "bin_ms"),
        ("protocol", "duration_ms"),
        ("rate", "dt_ms"),
        ("rate", "tau_r_ms"),
        ("spiking", "dt_ms"),
    ],
)
@pytest.mark.parametrize("as_list", [False, True])
def test_a_whole_number_beyond_all_floats_is_refused_by_name(
    section: str, key: str, as_list: bool
) -> None:
    content = tomllib.loads(f"[{section}]\n{key} = 1{'0' * 400}")
    if as_list:
        content[section][key] = [content[section][key]] * 17
    with pytest.raises(InputError, match=rf"{section}\.{key}") as caught:
        parse_config(content, "x")
    assert "\n" not in str(caught.value)
