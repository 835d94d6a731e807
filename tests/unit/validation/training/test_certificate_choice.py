"""Which of a run's certificates is taken, and at which step."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_certificate import certificate_of

from bridge.column.building.build import build_column
from bridge.column.populations import POPULATIONS
from bridge.errors import CertificateError, InputError
from bridge.rate_model import RateModel
from validation.config.train import TrainConfig
from validation.config.validate import parse_config
from validation.experiment.protocol import build_protocol
from validation.experiment.sets.perturbations import perturbations
from validation.training.certificate_choice import with_certificate
from validation.training.inputs import training_hashes, training_paths
from validation.training.wanted import (
    NEEDED_PERTURBED,
    NEEDED_STIMULI,
    needed_perturbations,
)

EXTENDED = RateModel.of_form("low_pass", "extended", 1.5)
PLAIN = RateModel.of_form("low_pass", "plain", 1.5)
VERDICTS = {0.5: "strict", 2.0: "default", 5.0: "lenient"}


def write(folder: Path, model: RateModel, verdict: str, **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{model.name}.json"
    certificate_of(model, "a" * 64, "b" * 64, verdict, **changes).write(path)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a form at three steps."""
    for dt_ms, verdict in VERDICTS.items():
        model = EXTENDED.with_step(dt_ms, named=True)
        write(tmp_path / "run/certificates", model, verdict)
    (tmp_path / "run/parameters.npz").write_text("ab")
    return tmp_path / "run"


def chosen(path: Path, **model: Any) -> tuple[str, float]:
    given = {"model": {"certificate": str(path), **model}}
    settled = with_certificate(TrainConfig.parse(given, "x"))
    assert settled.model.dt_ms is not None
    assert settled.model.dt_ms == settled.model.step_ms
    assert TrainConfig.parse(settled.model_dump(exclude={"column"}), "x")
    return Path(str(settled.model.certificate)).name, settled.model.dt_ms


@pytest.mark.parametrize(
    ("tier", "dt_ms"), [("lenient", 5.0), ("default", 2.0), ("strict", 0.5)]
)
@pytest.mark.parametrize("where", [".", "certificates", "certificates/{name}.json"])
def test_the_coarsest_step_that_reaches_the_tier(
    run: Path, where: str, tier: str, dt_ms: float
) -> None:
    path = run / where.format(name=EXTENDED.name)
    assert chosen(path, tier=tier) == (f"low_pass_extended_{dt_ms:g}ms.json", dt_ms)


def test_a_step_that_is_asked_for_is_taken(run: Path) -> None:
    assert chosen(run, dt_ms=5.0) == ("low_pass_extended_5ms.json", 5.0)
    # none was certified: the gate names the difference
    assert chosen(run, dt_ms=1.0)[1] == 1.0


def test_a_file_is_taken_as_it_is_with_its_step(run: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "one/certificates", EXTENDED.with_step(0.5), "fail")
    assert chosen(path) == ("low_pass_extended.json", 0.5)
    assert chosen(path, dt_ms=4.0) == ("low_pass_extended.json", 4.0)
    other = run / "certificates/low_pass_extended_5ms.json"
    assert chosen(other) == ("low_pass_extended_5ms.json", 5.0)
    path.write_text("{")  # which the gate says
    assert chosen(path) == ("low_pass_extended.json", 2.0)


def test_without_a_certificate_the_step_is_written_down() -> None:
    config = TrainConfig.parse({"model": {"unvalidated": True}}, "x")
    assert with_certificate(config).model.dt_ms == 2.0


def test_variant_and_form_choose(run: Path) -> None:
    folder = run / "certificates"
    write(folder, PLAIN.with_step(5.0, named=True), "strict")
    drawn = PLAIN.with_drawn_tau_r(np.array([1.0, 2.0]), 3).by_population(
        np.zeros(2, dtype=np.int8)
    )
    write(folder, drawn.with_step(5.0, named=True), "strict")
    with pytest.raises(InputError, match="certificates of low_pass, low_pass_extended"):
        chosen(run)
    assert chosen(run, form="plain")[0] == "low_pass_5ms.json"
    assert chosen(run, form="extended")[0] == "low_pass_extended_2ms.json"
    sampled = {"form": "plain", "tau_r_ms": "sampled"}
    assert chosen(run, **sampled)[0] == "low_pass_sampled_5ms.json"
    with pytest.raises(InputError, match="no certificate of the model"):
        chosen(run, variant="equilibrium")


def test_a_drawn_tau_r_is_named_by_its_file_or_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    drawn = PLAIN.with_drawn_tau_r(np.array([1.0, 2.0]), 3).by_population(
        np.zeros(2, dtype=np.int8)
    )
    write(folder, drawn.with_step(1.0, named=True), "strict")
    name = "low_pass_sampled_1ms.json"
    assert chosen(folder / "low_pass_sampled.json")[0] == name
    assert chosen(tmp_path)[0] == name  # no other is there
    assert chosen(tmp_path, tau_r_ms="sampled")[0] == name
    with pytest.raises(InputError, match="no certificate of the model"):
        chosen(tmp_path, tau_r_ms=2.0)
    write(folder, PLAIN.with_step(1.0, named=True), "strict")
    assert chosen(tmp_path)[0] == "low_pass_1ms.json"  # of both kinds the plain one
    assert chosen(folder / "low_pass_sampled.json")[0] == name


def test_none_that_is_good_enough_is_said_in_one_line(tmp_path: Path) -> None:
    for dt_ms in (0.5, 2.0):
        write(tmp_path / "certificates", EXTENDED.with_step(dt_ms, named=True), "fail")
    with pytest.raises(CertificateError) as caught:
        chosen(tmp_path)
    assert "at 2, 0.5 ms and at no step well enough" in str(caught.value)
    assert "verdict fail, default is needed" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert chosen(tmp_path, unvalidated=True)[1] == 2.0


def test_a_run_that_is_not_reliable_has_no_step(tmp_path: Path) -> None:
    for dt_ms, reliable in ((0.5, True), (2.0, False)):
        model = EXTENDED.with_step(dt_ms, named=True)
        write(tmp_path / "certificates", model, "strict", reliable=reliable)
    assert chosen(tmp_path)[1] == 0.5


def test_what_is_read_counts_whichever_way_it_was_named(run: Path) -> None:
    given = {"model": {"certificate": str(run), "tier": "lenient"}}
    config = with_certificate(TrainConfig.parse(given, "x"))
    file = run / "certificates/low_pass_extended_5ms.json"
    assert training_paths(config) == {
        "model.certificate": file,
        "model.validation": run.absolute(),
    }
    assert set(training_hashes(config, None)) == {
        f"model.certificate ({file})",
        f"model.validation ({run.absolute() / 'parameters.npz'})",
    }


def test_criteria_count_by_their_content(run: Path, tmp_path: Path) -> None:
    criteria = tmp_path / "mine.toml"
    criteria.write_text("")
    given = {"model": {"certificate": str(run), "criteria": str(criteria)}}
    config = with_certificate(TrainConfig.parse(given, "x"))
    assert training_paths(config)["model.criteria"] == criteria
    before = training_hashes(config, None)
    criteria.write_text("# another\n")
    after = training_hashes(config, None)
    assert [name for name in after if after[name] != before[name]] == [
        f"model.criteria ({criteria})"
    ]


def test_a_step_that_is_none_to_train_at_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "certificates", EXTENDED.with_step(50.0), "strict")
    with pytest.raises(InputError, match="model: dt_ms") as caught:
        chosen(path)
    assert str(path) in str(caught.value)


def test_every_protocol_has_the_stimuli_that_the_gate_needs() -> None:
    for n in (2, 4, 8):
        protocol = build_protocol(
            build_column(60, 1).lgn,
            duration_ms=1500.0,
            directions_deg=tuple(360.0 * k / n for k in range(n)),
        )
        assert set(NEEDED_STIMULI) <= {stimulus.name for stimulus in protocol.test}


def test_the_short_form_has_the_perturbations_that_the_gate_needs() -> None:
    config = parse_config({"protocol": {"quick": True}}, "x").protocol
    assert set(NEEDED_PERTURBED) <= set(config.perturbed)
    column = build_column(300, 1)
    shown = perturbations(column, config.perturbed, bin_ms=config.bin_ms)
    assert shown is not None
    named = {s.name for s in shown.stimuli}
    needed = needed_perturbations(column.population)
    assert set(needed) <= named
    assert len(needed) == 4
    only = np.full(3, POPULATIONS.index("e4"))  # a column of one population
    assert needed_perturbations(only) == ("e4_drive", "e4_suppress")
