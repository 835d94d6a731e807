"""How figures look, and how they get into a page."""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bridge.certificate.scores import Scores
from bridge.column.populations import POPULATIONS
from ratemodel.variants.registry import VARIANTS
from validation.report.wording import form_of

LARGEST_SVG = 600_000
"""Bytes above which a figure is embedded as PNG (a full page as PNG has 800,000)."""

LAYERS = ("1", "23", "4", "5", "6")
CELL_KINDS = ("e", "Htr3a", "Pvalb", "Sst")

LAYER_COLOURS = {
    "1": "#7f7f7f",
    "23": "#0072b2",
    "4": "#009e73",
    "5": "#d55e00",
    "6": "#cc79a7",
}
"""Okabe and Ito's palette, safe for colour-blind readers."""

KIND_COLOURS = {
    "e": "#c8322b",
    "Htr3a": "#76448a",
    "Pvalb": "#1f77b4",
    "Sst": "#2e8b57",
}

VARIANT_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Of the variants, in the order of their list."""

# Any: matplotlib types the keys of rc_context one by one.
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.titlelocation": "left",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "figure.constrained_layout.h_pad": 0.08,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "lines.linewidth": 1.2,
    "svg.fonttype": "none",  # text stays text: searchable and small
    "svg.hashsalt": "v1bridge",  # equal figures, equal bytes
    "path.simplify": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Use the project's look inside the block only."""
    with rc_context(_STYLE):
        yield


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure outside of pyplot's global state."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def panel_rows(n_panels: int, across: int = 3) -> tuple[int, int]:
    """Return rows and columns of a grid that holds ``n_panels``."""
    n_columns = max(min(across, n_panels), 1)
    return max(-(-n_panels // n_columns), 1), n_columns


LINE_STYLES: dict[str, Any] = {
    "plain": (0, (3, 1.5)),
    "extended": (0, (1, 1)),
    "membrane": "-",
}
"""Line style of each form."""


def layer_of(population: str) -> str:
    """Return the layer (``"23"``) of a population or class."""
    digits = re.match(r"[ei](\d+)", population)
    return digits.group(1) if digits else ""


def kind_of(population: str) -> str:
    """Return ``"e"`` or the cell line of an inhibitory population."""
    return population.lstrip("i0123456789") if population[0] == "i" else "e"


def line_of(scores: Scores) -> dict[str, Any]:
    """Return colour and line style of a model: its variant's and its form's."""
    colour = "#555555"
    if scores.model is not None and scores.model.variant in VARIANTS:
        place = list(VARIANTS).index(scores.model.variant)
        colour = VARIANT_COLOURS[place % len(VARIANT_COLOURS)]
    return {"color": colour, "linestyle": LINE_STYLES.get(form_of(scores), "-.")}


def population_grid(
    width_in: float, height_in: float
) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure with a panel per population: layers down, kinds across."""
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasAgg(figure)
    # Fixed margins: finding them costs more than drawing the curves.
    grid = figure.add_gridspec(
        len(LAYERS),
        len(CELL_KINDS),
        left=0.055,
        right=0.99,
        bottom=0.06,
        top=0.97,
        hspace=0.32,
        wspace=0.16,
    )
    panels: dict[str, Axes] = {}
    for population in POPULATIONS:
        row = LAYERS.index(layer_of(population))
        column = CELL_KINDS.index(kind_of(population))
        panel = figure.add_subplot(grid[row, column])
        panel.set_title(population, pad=2)
        panel.tick_params(labelbottom=row == len(LAYERS) - 1 or population == "i1Htr3a")
        panels[population] = panel
    return figure, panels


def to_html(figure: Figure, description: str) -> str:
    """Return a figure as HTML: inline SVG, or PNG where that would be large.

    Parameters
    ----------
    figure
        The figure.
    description
        What it shows, for readers who cannot see it.
    """
    text = to_svg(figure)
    label = escape(description, quote=True)
    if len(text) <= LARGEST_SVG:
        return text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    png = base64.b64encode(to_png(figure)).decode()
    return f'<img alt="{label}" src="data:image/png;base64,{png}">'


def to_svg(figure: Figure) -> str:
    """Return a figure as an SVG element, without header and metadata."""
    buffer = io.StringIO()
    no_metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with style():
        figure.savefig(buffer, format="svg", metadata=no_metadata, dpi=150)
    text = buffer.getvalue()
    return _compact(text[text.index("<svg") :])


def _compact(svg: str) -> str:
    """Drop digits far below a pixel, and the spaces and lines between points."""

    def shorten(path: re.Match[str]) -> str:
        points = path.group(1)
        # Small shapes (markers) need their second decimal, long curves do not.
        digits = 1 if points.count("\n") > 60 else 2
        points = re.sub(rf"(\d+\.\d{{{digits}}})\d+", r"\1", points)
        points = re.sub(r"\s*([A-Za-z])\s*", r"\1", points)
        return f'd="{points}"'

    svg = re.sub(r'\bd="([^"]*)"', shorten, svg)
    return re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)


def to_png(figure: Figure, dpi: int = 130) -> bytes:
    """Return a figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
