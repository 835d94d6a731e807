"""Reports made up for tests."""

from typing import Any

from bridge.certificate.scores import Scores
from bridge.rate_model import RateModel
from validation.judging.ranking import merit
from validation.judging.reliability import doubts
from validation.report.run_report import (
    ColumnFacts,
    Control,
    ProtocolFacts,
    ReductionFacts,
    RunReport,
    TrialFacts,
)

FACTS = ColumnFacts(name="x", hash="a" * 64, n_neurons=3000, n_edges=0, populations={})


def control(expected: str, verdict: str, seen: bool, **more: Any) -> Control:
    return Control.model_validate(
        {
            "description": "",
            "expected": expected,
            "is_required": True,
            "seen": seen,
            "verdict": verdict,
            "pass_fraction": {},
            **more,
        }
    )


def report_of(
    variants: dict[str, Scores],
    controls: dict[str, Control],
    column: ColumnFacts = FACTS,
    baselines: dict[str, Scores] | None = None,
) -> RunReport:
    reasons = doubts(controls, baselines or {}) if controls else ()
    return RunReport(
        column=column,
        protocol=ProtocolFacts(
            calibration=("steps",),
            test=("flash",),
            duration_ms=2500.0,
            drop_ms=500.0,
            bin_ms=10.0,
            seeds=(1, 2),
            trials=TrialFacts(per_seed=4, cap=4, enough=False),
            device="numpy",
            spiking_dt_ms=0.1,
            rate_dt_ms=(0.5,),
        ),
        reduction=ReductionFacts(method="siegert", hash="b" * 64),
        variants=variants,
        best=max(variants, key=lambda name: merit(variants[name])),
        controls=controls,
        baselines=baselines or {},
        reliable=not reasons,
        doubts=reasons,
        timings={"spiking_model": 12.34},
    )


def scores(model: RateModel, verdict: str, fraction: float = 0.0) -> Scores:
    return Scores.model_validate(
        {
            "name": model.name,
            "model": model,
            "verdict": verdict,
            "pass_fraction": {"default": fraction},
            "firing": [f"p{k}" for k in range(10)],
            "populations": {},
            "classes": {},
        }
    )
