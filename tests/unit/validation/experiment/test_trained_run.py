"""A training's run folder: read, refused, and as an option of the commands."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sample_certificate import PROTOCOL, SETTINGS, certificate_of

from bridge.column.building.build import build_column
from bridge.column.building.typical_cells import with_typical_cells
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.parameters_file import read_parameters, write_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.time_constants import with_sampled_tau_r
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.training.checkpoint import read_tensors, write_tensors
from validation.cli.main import main
from validation.config.column import BuiltColumn
from validation.config.validate import merged_config
from validation.experiment.column import load_column
from validation.experiment.trained.trained_run import options_with_run, read_trained_run

CONFIG = """\
[column]
size = 60
seed = 1
surround = true
[scenario]
name = "default"
seed = 1
[input]
use_lgn = false
seed = 1
[tasks.screen]
field_deg = 120.0
"""
MODEL = {
    "variant": "low_pass",
    "extensions": ["adaptation", "cascade", "delays", "variance"],
    "tau_r_ms": 1.5,
    "dt_ms": 5.0,
}


@pytest.fixture(scope="module")
def column():
    return build_column(60, 1)


@pytest.fixture(scope="module")
def run(column, tmp_path_factory):
    """Return a folder as training leaves it, of a column of 60 cells."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    folder.mkdir()
    untrained = reduce_column(column, theoretical_data(column, "noise_free")).parameters
    write_parameters(untrained, folder / "parameters.npz")
    weights = {
        "recurrent_pa": torch.tensor(1.25 * column.recurrent.weight_pa),
        "input_pa": torch.tensor(column.lgn_edges.weight_pa),
    }
    facts = {
        "certified": json.dumps({"validated": False}),
        "model": json.dumps(MODEL),
    }
    write_tensors(folder / "weights.safetensors", weights, facts)
    (folder / "config.toml").write_text(CONFIG)
    return folder


def call(capsys, *words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    return caught.value.code or 0, capsys.readouterr()


def test_the_column_gets_the_weights(run, column):
    trained = load_column(BuiltColumn(size=60, weights=str(run)))
    assert trained.hash != column.hash
    np.testing.assert_array_equal(
        trained.recurrent.weight_pa, 1.25 * column.recurrent.weight_pa
    )


def test_a_scenario_that_changed_the_neurons_changes_those_of_the_column(run, column):
    trained = read_trained_run(run)
    np.testing.assert_array_equal(
        trained.put_into(column).cell_model, column.cell_model
    )
    exchanged = replace(trained, scenario="exchanged_cells").put_into(column)
    wanted = with_typical_cells(column).cell_model
    np.testing.assert_array_equal(exchanged.cell_model, wanted)
    assert np.unique(exchanged.cell_model).size == 2


def test_the_run_names_column_and_model_where_nobody_does(run):
    options = options_with_run({"column": {"weights": str(run)}})
    assert options["column"] == {
        "size": 60,
        "seed": 1,
        "surround": True,
        "weights": str(run),
    }
    assert options["rate"] == {
        "variants": ["low_pass"],
        "forms": ["extended"],
        "tau_r_ms": 1.5,
        "dt_ms": 5.0,
        "with_sampled": False,
    }
    named = {
        "column": {"weights": str(run), "size": "3k"},
        "rate": {"forms": ["plain"], "dt_ms": 1.0},
    }
    assert options_with_run(named) == named
    # the step is the training's also where another model is asked for
    del named["rate"]["dt_ms"]
    assert options_with_run(named)["rate"] == {"forms": ["plain"], "dt_ms": 5.0}
    several = {"column": {"weights": str(run)}, "rate": {"dt_ms": [1.0, 5.0]}}
    assert options_with_run(several)["rate"]["dt_ms"] == [1.0, 5.0]
    assert options_with_run(several)["rate"]["forms"] == ["extended"]
    assert options_with_run({"column": {"size": 80}}) == {"column": {"size": 80}}


def test_the_network_is_judged_with_the_functions_it_was_trained_with(run, column):
    trained = load_column(BuiltColumn(size=60, weights=str(run)))
    before = read_parameters(run / "parameters.npz")
    after = read_trained_run(run).parameters_of(trained)
    assert after.column_hash == trained.hash != before.column_hash
    np.testing.assert_array_equal(
        after.recurrent.weight_pa, 1.25 * before.recurrent.weight_pa
    )
    # pixels have no place in the visual field: the column's own LGN is back
    np.testing.assert_array_equal(after.lgn_edges.weight_pa, column.lgn_edges.weight_pa)
    for name in ("transfer", "transfer_adapted"):
        kept, given = vars(getattr(after, name)), vars(getattr(before, name))
        for field, values in given.items():
            np.testing.assert_array_equal(kept[field], values)
    np.testing.assert_array_equal(after.tau_s_ms, before.tau_s_ms)


def test_trained_functions_are_the_default_with_weights_only(run):
    weights = {"column": {"weights": str(run), "size": 60}}
    assert merged_config(None, weights).reduction.method == "trained"
    assert merged_config(None, {}).reduction.method == "measured"
    anew = merged_config(None, weights | {"reduction": {"method": "siegert"}})
    assert anew.reduction.method == "siegert"
    with pytest.raises(InputError, match=r'reduction.method "trained" needs column.w'):
        merged_config(None, {"reduction": {"method": "trained"}})


def test_reports_say_what_is_not_covered(run):
    trained = read_trained_run(run)
    notes = " ".join(trained.notes("trained"))
    assert "keeps its own LGN" in notes
    assert "--unvalidated" in notes
    assert trained.facts().validated_before_training is False
    assert trained.facts().scenario == "default"


def test_another_column_is_refused_before_anything_is_done(run, tmp_path, capsys):
    words = ["--size", "60", "--seed", "2", "--weights", str(run)]
    out = tmp_path / "out"
    code, printed = call(capsys, "validate", *words, "--out", str(out))
    assert code == 2
    assert printed.err.count("\n") == 1
    for seed in (1, 2):
        assert build_column(60, seed).hash[:12] in printed.err
    assert not out.exists()


@pytest.mark.parametrize("damage", ["weights.safetensors", "parameters.npz"])
@pytest.mark.parametrize("how", ["missing", "cut short"])
def test_a_damaged_run_is_refused_in_one_line(run, tmp_path, capsys, damage, how):
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    path = folder / damage
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-100])
    out = str(tmp_path / "out")
    code, printed = call(
        capsys, "validate", "--weights", str(folder), "--quick", "--out", out
    )
    assert code == 2
    assert printed.err.count("\n") == 1
    assert str(folder) in printed.err


def test_a_run_without_its_facts_is_refused(run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    kept = read_tensors(run / "weights.safetensors")
    write_tensors(folder / "weights.safetensors", kept.tensors, {})
    with pytest.raises(InputError, match="lacks what"):
        read_trained_run(folder)


def with_other(run, folder, tensors=(), facts=()):
    """Return a copy of a run whose weights say something else, with their hash."""
    shutil.copytree(run, folder)
    kept = read_tensors(run / "weights.safetensors")
    write_tensors(
        folder / "weights.safetensors",
        kept.tensors | dict(tensors),
        kept.facts | dict(facts),
    )
    return folder


FOREIGN = {
    "no number": (
        {"recurrent_pa": torch.tensor([1.0, float("nan")])},
        {},
        "recurrent_pa has a value that is not finite",
    ),
    "too few": ({"recurrent_pa": torch.ones(2)}, {}, "there are 2 trained recurrent"),
    "no such variant": ({}, {"model": json.dumps(MODEL | {"dt_ms": "x"})}, "dt_ms"),
    "no JSON": ({}, {"certified": "yes"}, "lacks what 'v1bridge train' writes"),
    "no mapping": ({}, {"certified": "[]"}, "lacks what 'v1bridge train' writes"),
    "half": ({}, {"certified": '{"validated": true}'}, "lacks what 'v1bridge train'"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_weights_of_something_else_are_refused(run, tmp_path, capsys, case):
    tensors, facts, words = FOREIGN[case]
    folder = with_other(run, tmp_path / "run", tensors, facts)
    out = tmp_path / "out"
    options = ["--weights", str(folder), "--quick", "--out", str(out)]
    code, printed = call(capsys, "validate", *options)
    assert code == 2
    assert words in printed.err
    assert str(folder) in printed.err
    assert printed.err.count("\n") == 1
    assert not out.exists()


def test_the_old_certificate_does_not_cover_the_trained_column(
    run, column, tmp_path, capsys
):
    path = tmp_path / "old.json"
    certify(column.hash, path)
    words = ["check", str(path), "--size", "60"]
    assert call(capsys, *words)[0] == 0
    code, printed = call(capsys, *words, "--weights", str(run))
    assert code == 2
    assert column.hash[:12] in printed.err
    trained = load_column(BuiltColumn(size=60, weights=str(run)))
    assert trained.hash[:12] in printed.err


def certify(column_hash: str, path: Path, **changes: Any) -> None:
    model = RateModel(variant="low_pass", tau_r_ms=3.0)
    reduction_hash = changes.pop("reduction_hash", "b" * 64)
    certificate_of(model, column_hash, reduction_hash, **changes).write(path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "low_pass at dt 1 ms on column"),
        (["--dt-ms", "1"], "low_pass at dt 1 ms on column"),
        (["--dt-ms", "5"], "certified at dt 1 ms, to be used at 5 ms"),
        (["--dt-ms", "50"], "--dt-ms 50: must be above 0 and at most 10"),
        (["--tier", "strict"], "verdict default, strict is needed"),
        (["--criteria", "{mine}"], "judged by other criteria than {mine}: verdict."),
        (["--task", "change"], "trained on change_pixels, certified on change_lgn"),
        (["--task", "change", "--lgn"], "low_pass at dt 1 ms on column"),
        (["--task", "chess"], "--task chess: choose one of"),
        (["--lgn"], "--lgn: has no effect without --task"),
    ],
)
def test_check_names_the_first_difference(tmp_path, capsys, column, options, words):
    path, mine = tmp_path / "c.json", tmp_path / "mine.toml"
    mine.write_text(
        '[verdict]\nrequired_fraction = { value = 0.5, reason = "a trial" }\n'
    )
    protocol = PROTOCOL | {
        "tasks": ["change_lgn_1", "change_lgn_2"],
        "task_settings": {"change_lgn": SETTINGS["change_lgn"]},
    }
    certify(column.hash, path, protocol=protocol)
    given = [word.format(mine=mine) for word in options]
    code, printed = call(capsys, "check", str(path), "--size", "60", *given)
    is_good = "on column" in words
    assert code == (0 if is_good else 2)
    said = printed.out if is_good else printed.err
    assert words.format(mine=mine) in said
    assert said.count("\n") == 1


STEPS = {1.0: "strict", 5.0: "lenient"}


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        ("low_pass.json", [], "low_pass at dt 1 ms"),  # the step that reaches the tier
        ("low_pass.json", ["--tier", "lenient"], "low_pass at dt 5 ms"),
        ("low_pass.json", ["--dt-ms", "5"], "verdict lenient, default is needed"),
        ("low_pass_5ms.json", [], "verdict lenient, default is needed"),
        ("low_pass_1ms.json", ["--form", "extended"], "certified are none"),
        (".", [], "say which with --variant and --form"),
        (".", ["--form", "plain"], "low_pass at dt 1 ms"),
        (".", ["--variant", "low-pass", "--form", "extended"], "cascade"),
        (".", ["--form", "membrane"], "no certificate of the model"),
        (".", ["--form", "round"], "check: form"),
        ("low_pass_sampled.json", [], "low_pass at dt 1 ms"),
    ],
)
def test_check_reads_what_training_reads(
    tmp_path, capsys, column, path, options, words
):
    plain, extended = (
        RateModel.of_form("low_pass", form, 3.0) for form in ("plain", "extended")
    )
    drawn = plain.with_drawn_tau_r(np.array([1.0, 2.0]), 3).by_population(
        np.zeros(2, dtype=np.int8)
    )
    for model in (plain, extended, drawn):
        for dt_ms, verdict in STEPS.items():
            own = model.with_step(dt_ms, named=True)
            certificate_of(own, column.hash, "b" * 64, verdict).write(
                tmp_path / f"{own.name}.json"
            )
    given = ["check", str(tmp_path / path), "--size", "60", *options]
    code, printed = call(capsys, *given)
    is_good = words.startswith("low_pass") or words == "cascade"
    assert code == (0 if is_good else 2), printed.err
    assert words in (printed.out if is_good else printed.err)


def test_check_compares_the_parameters_of_the_run(tmp_path, capsys, column):
    certificates = tmp_path / "run" / "certificates"
    certificates.mkdir(parents=True)
    certify(column.hash, certificates / "c.json")
    found = reduce_column(column, theoretical_data(column, "noise_free")).parameters
    write_parameters(found, tmp_path / "run" / "parameters.npz")
    words = ["check", str(certificates / "c.json"), "--size", "60"]
    code, printed = call(capsys, *words)
    assert code == 2
    assert f"reduction hash is {found.reduction_hash[:12]}" in printed.err
    certify(column.hash, certificates / "c.json", reduction_hash=found.reduction_hash)
    assert call(capsys, *words)[0] == 0


def test_lgn_cells_of_the_run_are_made_again(run, tmp_path):
    from bridge.stimulus.lgn.grid import lgn_grid

    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    text = CONFIG.replace("use_lgn = false", "use_lgn = true") + (
        '[input.lgn]\ntypes = ["sON_TF1", "tOFF_TF8"]\nrows = 4\ncolumns = 6\n'
    )
    (folder / "config.toml").write_text(text)
    lgn = read_trained_run(folder).lgn
    wanted = lgn_grid(
        field_deg=(120.0, 120.0), types=("sON_TF1", "tOFF_TF8"), grid=(6, 4), seed=1
    )
    assert lgn.cell_type == wanted.cell_type
    np.testing.assert_array_equal(lgn.x_deg, wanted.x_deg)
    np.testing.assert_array_equal(lgn.size_deg, wanted.size_deg)


def test_a_drawn_tau_r_is_judged_as_it_was_trained(run, column, tmp_path):
    tau_s = read_parameters(run / "parameters.npz").tau_s_ms
    trained = with_sampled_tau_r(RateModel.of_form("low_pass", "plain"), tau_s, 7)
    facts = {"model": trained.model_dump_json()}
    folder = with_other(run, tmp_path / "run", facts=facts)
    options = options_with_run({"column": {"weights": str(folder)}})
    assert options["rate"]["tau_r_ms"] == "sampled"
    assert options["reduction"]["seed"] == 7
    kept = read_trained_run(folder)
    assert kept.model == trained
    assert len(kept.facts().model.tau_r_ms) == 17
    again = with_sampled_tau_r(trained, tau_s, options["reduction"]["seed"])
    assert again.tau_r_draw == trained.tau_r_draw
    words = "no model judged here has that draw"
    assert words not in " ".join(kept.notes("trained", [again]))
    other = with_sampled_tau_r(trained, tau_s, 8)
    assert words in " ".join(kept.notes("trained", [other]))
