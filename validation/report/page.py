"""Write the report of one run as a single page without outside parts."""

import json

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from validation.report.control_rows import baseline_columns, sabotage_rows
from validation.report.data import ReportData
from validation.report.figures.catalogue import page_figures, picture, psth_figures
from validation.report.figures.frequency import (
    broadband_stimuli,
    draw_frequency_response,
)
from validation.report.measure_table import (
    criteria_rows,
    measure_columns,
    regime_rows,
    small_print_words,
)
from validation.report.rows import unjudged, variant_rows, verdict_rows
from validation.report.set_section import set_section
from validation.report.wording import (
    LOOKS,
    charge_sentence,
    one_sentence,
    trials_sentence,
)

SECTIONS = (
    ("verdict", "Verdict"),
    ("failures", "Failures"),
    ("psth", "Responses"),
    ("sets", "Perturbations and tasks"),
    ("rates", "Mean rates"),
    ("frequency", "Gain and phase"),
    ("raster", "Raster"),
    ("connectivity", "Connectivity"),
    ("baselines", "Without a network"),
    ("controls", "Controls"),
    ("regime", "Regime"),
    ("measures", "All measures"),
    ("timings", "Timings"),
    ("reproduce", "Reproduce"),
)
"""Anchors and titles of the page's sections, in order."""


def page_environment() -> Environment:
    """Return the templates' environment: everything is escaped."""
    return Environment(
        loader=PackageLoader("validation.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet(environment: Environment) -> Markup:
    """Return the pages' style sheet."""
    return Markup(environment.get_template("style.css").render())


def render_report(data: ReportData) -> str:
    """Return ``report.html``: one self-contained page.

    Parameters
    ----------
    data
        Everything that the report shows.

    Returns
    -------
    str
        HTML with style, figures and script inside; it fetches nothing.
    """
    environment = page_environment()
    report = data.report
    regime_titles, regime = regime_rows(report, data.criteria)
    return environment.get_template("report.html.j2").render(
        css=style_sheet(environment),
        sections=SECTIONS,
        looks=LOOKS,
        sentence=one_sentence(report),
        charge=charge_sentence(report),
        report=report,
        small_print=small_print_words(),
        is_quick="quick = true" in data.config_toml,
        stimuli=[s.name for s in data.reference.stimuli],
        n_seeds=data.reference.n_seeds,
        trials=trials_sentence(report),
        firing=report.verdict.firing,
        min_rate_hz=f"{data.criteria.evaluable.min_rate_hz.value:g}",
        unjudged_percent=f"{100 * data.criteria.verdict.max_unjudged_fraction.value:g}",
        required=data.criteria.verdict.required_populations.value,
        required_percent=f"{100 * data.criteria.verdict.required_fraction.value:g}",
        variants=variant_rows(report.variants),
        rows=verdict_rows(report),
        unjudged=unjudged(report),
        figures=page_figures(data),
        psth=psth_figures(data),
        sets=set_section(data),
        frequency=[
            picture(
                draw_frequency_response(data, name),
                f"Gain and phase, {name}",
                f"{name}: excitatory (solid) and inhibitory (dashed) cells of each "
                "layer, at the frequencies where the spiking response stands out of "
                "its noise. Shaded: allowed by the default tier.",
            )
            for name in broadband_stimuli(data)
        ],
        baselines=baseline_columns(report.baselines),
        other_seed=report.controls.get("other_seed"),
        sabotages=sabotage_rows(report),
        regime_titles=regime_titles,
        regime=regime,
        measures=measure_columns(),
        criteria=criteria_rows(data.criteria),
        timings=list(report.timings.items()),
        command="v1bridge validate config.toml --out runs/again",
        config_toml=data.config_toml,
        provenance=json.dumps(data.provenance, indent=2, ensure_ascii=False),
    )
