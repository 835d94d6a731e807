"""``v1bridge column``: a column as SONATA files, with its connectivity."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.arrays import AnyArray
from bridge.column.column import Column
from bridge.column.connectivity import (
    Grouping,
    count_matrix,
    group_names,
    group_sizes,
    probability_matrix,
)
from bridge.files.run.out import check_out
from bridge.files.run_folder import open_run_folder
from bridge.files.written_file import write_bytes, write_text
from bridge.progress import task
from bridge.sonata.write import write_sonata
from bridge.stimulus.scenes.blank import blank
from validation.commands.progress_bar import ProgressBar
from validation.commands.tables import matrix_table, show_reading
from validation.config.validate import merged_config
from validation.experiment.column import read_column
from validation.experiment.inputs import column_paths
from validation.report.figures.connectivity import draw_connectivity
from validation.report.figures.style import to_png, to_svg
from validation.terminal import PlainConsole

_COMMAND = "column"
_GROUPINGS: tuple[tuple[Grouping, str], ...] = (
    ("class", "connectivity"),
    ("population", "connectivity_populations"),
)
_WIDEST = 150
_INPUT_MS = 1000.0


def write_column(
    out: Path, options: Mapping[str, Mapping[str, Any]], *, overwrite: bool
) -> None:
    """Write a column's SONATA files, matrices and plots, and print the matrices.

    Parameters
    ----------
    out
        Folder for the files.
    options
        Section ``column`` of a configuration.
    overwrite
        Replace our own files of a former call.

    Raises
    ------
    V1BridgeError
        If the column cannot be had or the folder not be written.
    """
    config = merged_config(None, options)
    check_out(out, _COMMAND, column_paths(config.column), overwrite=overwrite)
    with (
        open_run_folder(
            out, config.to_toml(), command=_COMMAND, overwrite=overwrite
        ) as folder,
        ProgressBar() as progress,
    ):
        with task(progress, "column", 1):
            column, reading = read_column(config.column)
        with task(progress, "SONATA files", 1):
            write_sonata(
                column,
                folder.staging,
                stimulus=blank(column.lgn, duration_ms=_INPUT_MS),
                input_ms=_INPUT_MS,
            )
        with task(progress, "connectivity", 1):
            for by, name in _GROUPINGS:
                _write_matrices(column, by, folder.staging / name)
        folder.commit()
    show_reading(reading)
    _show(column, out)


def _write_matrices(column: Column, by: Grouping, stem: Path) -> None:
    names = group_names(by)
    _write_csv(
        stem.with_name(f"{stem.name}_count.csv"), names, count_matrix(column, by)
    )
    probability = probability_matrix(column, by)
    _write_csv(stem.with_name(f"{stem.name}_probability.csv"), names, probability)
    figure = draw_connectivity(column, by)
    write_bytes(stem.with_suffix(".png"), to_png(figure))
    write_text(stem.with_suffix(".svg"), to_svg(figure))


def _write_csv(path: Path, names: Sequence[str], values: AnyArray) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["target/source", *names])
    for name, row in zip(names, values.tolist(), strict=True):
        writer.writerow([name, *row])
    write_text(path, text.getvalue())


def _show(column: Column, out: Path) -> None:
    console = PlainConsole()
    # A wrapped matrix cannot be read; a line that is too long can be scrolled.
    console.width = max(console.width, _WIDEST)
    for by, _ in _GROUPINGS:
        names = group_names(by)
        counts = count_matrix(column, by)
        console.print(matrix_table(f"Connections by {by}", names, counts))
        probability = probability_matrix(column, by)
        title = f"Connection probability by {by}"
        console.print(matrix_table(title, names, probability, digits=3))
    sizes = group_sizes(column, "class")
    classes = ", ".join(
        f"{name} {n}" for name, n in zip(group_names("class"), sizes, strict=True)
    )
    console.print(
        f"{column.n_cells:,} cells ({classes}), {column.recurrent.n_edges:,} recurrent "
        f"and {column.lgn_edges.n_edges:,} LGN connections, "
        f"{column.surround.n_streams:,} surround streams",
        soft_wrap=True,
    )
    console.print(f"hash {column.hash}", soft_wrap=True)
    console.print(f"written to {out}", soft_wrap=True)
