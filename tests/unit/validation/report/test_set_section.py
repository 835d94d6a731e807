"""The report's part about perturbations and task trials, from made-up rates."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sample_report import control, report_of

from bridge.column.building.build import build_column
from bridge.rate_model import RateModel
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.report.data import ReportData
from validation.report.figures.catalogue import report_figures
from validation.report.page import render_report
from validation.report.set_section import set_section
from validation.runs.facts import column_facts

MODEL = RateModel.of_form("low_pass", "extended", 3.0, 1.0)
KICKS = (StimulusInfo("unperturbed"), StimulusInfo("e4_drive", injected=("e4",)))
TRIALS = tuple(StimulusInfo(f"orientation_pixels_{k}") for k in (1, 2))


@pytest.fixture(scope="module")
def data(world: Any) -> ReportData:
    def shown(stimuli: tuple[StimulusInfo, ...]) -> Any:
        return replace(
            world,
            rates_hz=world.rates_hz[: len(stimuli)],
            neuron_rates_hz=world.neuron_rates_hz[: len(stimuli)],
            stimuli=stimuli,
        )

    sets = {"perturbations": shown(KICKS), "tasks_pixels_200ms": shown(TRIALS)}
    roles = dict(zip(sets, ("perturbation", "task"), strict=True))
    reference = replace(
        world.draw(4, 1),
        others={n: replace(s.draw(4, 2), role=roles[n]) for n, s in sets.items()},
    )
    model = replace(
        world.model(name=MODEL.name),
        model=MODEL,
        others={n: s.model(name=MODEL.name) for n, s in sets.items()},
    )
    criteria = load_criteria()
    prepared = prepare_reference(reference, criteria, np.random.default_rng(0))
    scores = {MODEL.name: score_model(prepared, model, np.random.default_rng(0))}
    column = build_column(300, 1)
    controls = {"other_seed": control("pass", "default", True)}
    return ReportData(
        report=report_of(scores, controls, column_facts(column)),
        reference=reference,
        models={MODEL.name: model},
        column=column,
        criteria=criteria,
        config_toml="",
        provenance={},
    )


def test_both_figures_and_a_row_for_each_population(data: ReportData) -> None:
    section = set_section(data)
    assert len(section["figures"]) == 2
    rows = {row["name"]: row for row in section["rows"]}
    assert set(rows) == set(data.reference.population_names)
    found = data.report.variants[MODEL.name].populations["e5"].measures
    assert rows["e5"]["nrmse"].startswith(f"{found['task_nrmse'].value:.2f} (")
    assert rows["e5"]["nrmse_tier"] == found["task_nrmse"].tier
    assert {"perturbations", "tasks"} <= set(report_figures(data))


def test_the_page_has_them(data: ReportData) -> None:
    page = render_report(data)
    part = page[page.index('<h2 id="sets">') : page.index('<h2 id="rates">')]
    assert part.count("<figure>") == 2
    for word in ("e4", "drive", "orientation", "error of the change"):
        assert word in part


def test_a_run_without_them_says_so(data: ReportData) -> None:
    models = {name: replace(own, others={}) for name, own in data.models.items()}
    bare = replace(data, reference=replace(data.reference, others={}), models=models)
    assert set_section(bare)["figures"] == []
    assert "None was shown in this run." in render_report(bare)
    assert not {"perturbations", "tasks"} & set(report_figures(bare))
