"""The report of a run: complete, self-contained, and true to its data."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sample_report import control, report_of

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.files.json_file import write_json
from bridge.rate_model import RateModel
from bridge.reduction.moments.charge import synaptic_charge
from validation.commands.tables import comparison_tables, verdict_tables
from validation.config.validate import ValidateConfig
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.report.comparison import compare, render_comparison
from validation.report.data import Raster, ReportData
from validation.report.figures.psth import noise_band
from validation.report.page import SECTIONS, render_report
from validation.report.run_report import ChargeFacts, RunReport
from validation.report.wording import charge_sentence, one_sentence
from validation.runs.facts import column_facts


class Page(HTMLParser):
    """Tags, anchors and everything that a browser would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Any]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if tag == "a" and name == "href":
                self.links.append(value)
            elif name in ("src", "href", "xlink:href", "srcset", "data"):
                self.fetched.append(value)


PLAIN = RateModel(variant="low_pass", tau_r_ms=3.0)
EXTENDED = RateModel.of_form("low_pass", "extended", 3.0, 1.0)


@pytest.fixture(scope="module")
def data(world: Any) -> ReportData:
    reference = world.draw(n_trials=4, seed=1)
    criteria = load_criteria()
    prepared = prepare_reference(reference, criteria, np.random.default_rng(0))
    models = {
        name: replace(world.model(change, name), model=model)
        for name, change, model in (
            ("low_pass", lambda rates: 1.6 * rates, PLAIN),
            ("low_pass_extended", lambda rates: rates, EXTENDED),
        )
    }
    scores = {
        name: score_model(prepared, model, np.random.default_rng(0))
        for name, model in models.items()
    }
    column = build_column("3k", 1)
    rng = np.random.default_rng(5)
    charge = synaptic_charge(
        column, np.full(column.n_cells, 3.0), np.full(column.lgn.n_cells, 8.0)
    )
    facts = column_facts(column, ChargeFacts.of(charge, responds=False)).model_copy(
        update={"name": "<b>3k</b>"}
    )
    return ReportData(
        report=report_of(
            scores,
            {
                "other_seed": control("pass", "default", True),
                "time_reversed": control("fail", "fail", True),
            },
            facts,
        ),
        reference=reference,
        models=models,
        column=column,
        criteria=criteria,
        config_toml=ValidateConfig().to_toml(),
        provenance={"python": "3.11"},
        raster=Raster(
            "flash",
            rng.uniform(0, 2500, 500),
            rng.integers(0, column.n_cells, 500),
            2500.0,
        ),
    )


@pytest.fixture(scope="module")
def page(data: ReportData) -> str:
    return render_report(data)


def test_the_page_says_what_does_not_respond(data: ReportData, page: str) -> None:
    charge = data.report.column.charge
    assert charge is not None
    share = charge.frozen_share
    # 3k column, all cells at 3 Hz: near the 41 % of its own rates
    assert 0.3 < share < 0.5
    assert f"{share:.0%} of the recurrent charge" in page
    assert "frozen at its reference rates" in page
    protocol = data.report.protocol.model_copy(update={"surround": "responding"})
    moving = data.report.model_copy(update={"protocol": protocol})
    assert "in a first pass" in charge_sentence(moving)
    read = RunReport.model_validate(data.report.to_json(), strict=False)
    assert read.column == data.report.column


def test_the_page_fetches_nothing(page: str) -> None:
    parsed = Page(page)
    assert all(target.startswith(("data:", "#")) for target in parsed.fetched)
    assert all(link.startswith("#") for link in parsed.links)
    assert not re.search(r"url\(\s*['\"]?(?!#)", page)
    assert "@import" not in page
    assert not {"link", "iframe", "object", "embed"} & set(parsed.tags)
    # Names of XML namespaces are not fetched; no other address may occur.
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_every_section_is_there_in_order(page: str) -> None:
    parsed = Page(page)
    found = [name for name in parsed.ids if name in dict(SECTIONS)]
    assert found == [name for name, _ in SECTIONS]
    assert [f"#{name}" for name, _ in SECTIONS] == parsed.links


def test_the_verdict_comes_before_everything_else(page: str, data: ReportData) -> None:
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert text.index(one_sentence(data.report).split(" (")[0]) < text.index("<table")
    assert text.index('id="verdict"') < text.index("<figure")


def test_every_failure_is_told(page: str, data: ReportData) -> None:
    failures = data.report.variants["low_pass"].failures
    assert failures
    plain = re.sub(r"</?strong>", "", page)
    for sentence in failures:
        words = sentence.partition(": ")[2].rstrip(".")
        assert words in plain


def test_a_population_that_is_not_judged_says_why(page: str, data: ReportData) -> None:
    populations = data.report.variants["low_pass_extended"].populations
    silent = populations["i5Htr3a"]
    assert silent.verdict == "inconclusive"
    assert f"<strong>i5Htr3a</strong>: {silent.reason}." in page


def test_the_report_names_what_fires_is_judged_and_passes(data: ReportData) -> None:
    content = json.loads(json.dumps(data.report.to_json()))
    populations = content["variants"]["low_pass_extended"]["populations"]
    fires = [n for n, p in populations.items() if p["spiking"]["rate_hz"] >= 0.2]
    judged = [n for n in fires if populations[n]["verdict"] != "inconclusive"]
    strict = [n for n in fires if populations[n]["verdict"] == "strict"]
    verdict = content["verdict"]
    assert verdict["firing"] == fires
    assert verdict["judged"] == judged
    assert 0 < len(judged) < len(fires) == 16
    assert set(verdict["passing"]) == {"low_pass", "low_pass_extended"}
    passing = verdict["passing"]["low_pass_extended"]
    assert passing["strict"] == strict
    assert set(strict) <= set(passing["default"]) <= set(passing["lenient"])
    assert set(passing["lenient"]) <= set(judged)
    for population in populations.values():
        interval = population["measures"]["nrmse"]["interval"]
        assert population["nrmse_interval"] == interval


def test_the_nrmse_stands_beside_every_verdict(page: str, data: ReportData) -> None:
    scores = data.report.variants["low_pass_extended"]
    shown = f"{scores.populations['e4'].value('nrmse'):.2f}"
    interval = scores.populations["e4"].nrmse_interval
    assert interval is not None
    small_print = re.findall(r'<span class="detail">([^<]*)</span>', page)
    assert any(text.split(" · ")[-1] == shown for text in small_print)
    assert "NRMSE" in page
    for text in (str(scores), scores._repr_html_()):
        assert f"({interval[0]:.3f} to {interval[1]:.3f})" in text
    assert f"{scores.n_passing} of 16 firing populations pass" in page
    console = Console(width=200, record=True, file=io.StringIO())
    for table in (
        *verdict_tables(data.report),
        *comparison_tables({"run": data.report}),
    ):
        console.print(table)
    printed = console.export_text()
    assert "NRMSE" in printed
    assert re.search(rf"e4 .*{re.escape(shown)}", printed)
    assert f"{scores.n_passing} of 16 pass" in printed


def test_the_report_says_whether_the_trials_were_enough(page: str) -> None:
    assert "4 trials each (at most 4) were not enough to judge " in page


def test_verdicts_have_a_word_beside_the_colour(page: str) -> None:
    chips = re.findall(r'<span class="chip"[^>]*>([^<]*)</span>', page)
    assert chips
    assert all(re.search(r"[a-z]{4}", chip) for chip in chips)


def test_what_comes_from_data_is_escaped(page: str) -> None:
    assert "<b>3k</b>" not in page
    assert "&lt;b&gt;3k&lt;/b&gt;" in page


def test_the_configuration_is_there_to_repeat_the_run(
    page: str, data: ReportData
) -> None:
    for line in data.config_toml.splitlines():
        assert line.replace('"', "&#34;") in page
    assert "v1bridge validate config.toml" in page


def test_every_model_has_a_curve_in_every_population(page: str) -> None:
    curves = re.findall(r'id="model-(\w+)--flash-(\w+)"', page)
    assert len(set(curves)) == 2 * 17
    assert len(curves) == len(set(curves))


def test_ids_are_unique_within_each_figure(page: str) -> None:
    for figure in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ids = re.findall(r'\sid="(model-[^"]+)"', figure)
        assert len(ids) == len(set(ids))


def test_equal_data_give_equal_pages(data: ReportData, page: str) -> None:
    assert render_report(data) == page


def test_a_report_without_raster_and_with_one_model(data: ReportData) -> None:
    one = {"low_pass": data.models["low_pass"]}
    report = report_of({"low_pass": data.report.variants["low_pass"]}, {})
    text = render_report(replace(data, raster=None, models=one, report=report))
    assert "No spikes were recorded" in text
    assert "No control was run" in text


def test_the_noise_band_covers_the_truth_as_often_as_it_says(
    world: Any, data: ReportData
) -> None:
    # 1.96 standard errors of Poisson counts: 95 % of bins; with 8 trials the
    # estimated error follows Student's t (91 %), and counts of small populations
    # are skewed, so large populations are asked, within three points.
    inside = []
    for k in range(len(world.stimuli)):
        mean, half_width = noise_band(data, k)
        error = np.abs(world.rates_hz[k] - mean)
        inside.append((error <= half_width)[:, [1, 5, 9, 13]])
    assert np.mean(inside) == pytest.approx(0.91, abs=0.03)


def test_runs_are_compared_side_by_side(data: ReportData) -> None:
    extended = data.report.variants["low_pass_extended"]
    e4 = extended.populations["e4"].model_copy(update={"verdict": "fail"})
    changed = extended.model_copy(
        update={"populations": extended.populations | {"e4": e4}}
    )
    other = report_of({"low_pass_extended": changed}, {})
    reports = {"first": data.report, "se<cond": other}
    comparison = compare(reports)
    assert list(comparison["variants"]["low_pass"]) == ["first"]
    both = comparison["variants"]["low_pass_extended"]
    assert both["se<cond"]["populations"]["e4"]["verdict"] == "fail"
    text = render_comparison(reports)
    assert "se&lt;cond" in text
    parsed = Page(text)
    assert parsed.fetched == []
    assert {"runs", "low_pass", "low_pass_extended"} <= set(parsed.ids)
    json.dumps(comparison, allow_nan=False)


def test_the_report_command_writes_page_and_numbers(
    data: ReportData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from validation.commands.report import compare_runs

    for name in ("a/run", "b/run"):
        (tmp_path / name).mkdir(parents=True)
        write_json(tmp_path / name / "report.json", data.report.to_json())
    runs = [tmp_path / "a" / "run", tmp_path / "b" / "run"]
    compare_runs(runs, tmp_path / "out", overwrite=False)
    assert "e23" in capsys.readouterr().out
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert list(written["runs"]) == [str(run) for run in runs]
    assert (tmp_path / "out" / "comparison.html").stat().st_size > 1000


def test_a_report_is_read_or_refused_in_one_line(
    data: ReportData, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    write_json(path, data.report.to_json())
    assert RunReport.read(tmp_path).to_json() == data.report.to_json()
    for text, words in (
        ('{"variants": {}, "column": {}}', "is of an earlier version; validate again"),
        (
            '{"format": "v1bridge-report-2", "variants": {}}',
            "is of an earlier version; validate again",
        ),
        ("{", "cannot be read as JSON"),
        ("[]", "not a JSON object"),
        ("NaN", "NaN is not a finite number"),
        ('{"a": 1e400}', "1e400 is not a finite number"),
        ('{"a": ' + "9" * 5000 + "}", "9999... is too large a number"),
        ("[" * 100_000, "nested"),
        ('{"format": "v1bridge-report-3"}', "is not a report of 'v1bridge validate'"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=re.escape(words)) as caught:
            RunReport.read(tmp_path)
        assert "\n" not in str(caught.value)
