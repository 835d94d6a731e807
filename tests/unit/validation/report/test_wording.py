"""What a report says in one sentence, and what it calls its models."""

import numpy as np
import pytest
from sample_report import control, report_of, scores

from bridge.certificate.scores import Scores
from bridge.rate_model import RateModel
from validation.commands.tables import verdict_tables
from validation.report.wording import one_sentence, title_of

PLAIN = RateModel(variant="low_pass", tau_r_ms=3.0)
EXTENDED = RateModel.of_form("low_pass", "extended", 3.0, 1.0)
SLOW = RateModel(variant="equilibrium", tau_r_ms=9.0)


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        (
            [scores(PLAIN, "fail"), scores(EXTENDED, "default", 0.95)],
            "Low-pass, extended follows",
        ),
        (
            [scores(PLAIN, "strict"), scores(SLOW, "default")],
            "Low-pass, plain follows",
        ),
        ([scores(PLAIN, "lenient")], "only at the lenient tier"),
        ([scores(PLAIN, "fail")], "No rate model follows"),
        ([scores(PLAIN, "inconclusive")], "Inconclusive"),
    ],
)
def test_the_sentence_says_what_the_table_says(
    variants: list[Scores], words: str
) -> None:
    assert words in one_sentence(report_of({s.name: s for s in variants}, {}))


def test_steps_stand_beside_one_another_on_the_screen() -> None:
    models = [
        (model.with_step(dt_ms, named=True), verdict)
        for model in (PLAIN, EXTENDED)
        for dt_ms, verdict in ((1.0, "strict"), (5.0, "lenient"))
    ]
    report = report_of({m.name: scores(m, verdict) for m, verdict in models}, {})
    protocol = report.protocol.model_copy(update={"rate_dt_ms": (1.0, 5.0)})
    report = report.model_copy(update={"protocol": protocol})
    *by_form, by_step = verdict_tables(report)
    assert len(by_form) == 2
    assert [column.header for column in by_step.columns[1:]] == ["1 ms", "5 ms"]
    rows = [list(column.cells) for column in by_step.columns]
    assert rows[0] == ["Low-pass, extended", "Low-pass, plain"]
    assert [str(cell) for cell in rows[1]] == ["✔✔ strict"] * 2
    assert [str(cell) for cell in rows[2]] == ["~ lenient"] * 2
    (single,) = verdict_tables(report_of({"low_pass": scores(PLAIN, "fail")}, {}))
    assert len(single.columns) == 2


def test_the_title_tells_models_of_a_form_apart() -> None:
    drawn = PLAIN.with_drawn_tau_r(np.array([1.0, 2.0]), 3)
    for model, title in (
        (PLAIN, "Low-pass, plain"),
        (PLAIN.with_step(2.0, named=True), "Low-pass, plain, 2 ms"),
        (drawn, "Low-pass, plain, sampled"),
        (drawn.with_step(0.5, named=True), "Low-pass, plain, sampled, 0.5 ms"),
    ):
        own = scores(model, "fail")
        assert title_of(own) == title
        assert title_of(Scores.model_validate_json(own.model_dump_json())) == title


def test_a_failed_control_takes_the_verdict_back() -> None:
    report = report_of(
        {"low_pass": scores(PLAIN, "strict")},
        {"time_reversed": control("fail", "default", False)},
    )
    assert "No verdict below can be relied on" in one_sentence(report)
    assert "time_reversed" in one_sentence(report)
