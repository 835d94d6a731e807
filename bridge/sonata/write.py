"""Write a column as a SONATA network that libsonata and BMTK's PointNet open."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import CLASS_OF_POPULATION, POPULATIONS
from bridge.errors import InputError
from bridge.expect import expect
from bridge.files.json_file import write_json
from bridge.files.run_folder import open_run_folder
from bridge.files.written_file import make_folder
from bridge.sonata.cell_model_files import write_cell_model
from bridge.sonata.config import circuit_config, simulation_config
from bridge.sonata.hdf5_write import write_edges, write_nodes
from bridge.sonata.inputs import write_input_spikes
from bridge.sonata.reading.synapses import RECEPTOR_FILES
from bridge.sonata.types import write_types
from bridge.stimulus.stimulus import Stimulus

BACKGROUND_TYPE = "SG_001"
"""Allen's ``pop_name`` of the background source."""

_EDGE_COLUMNS = (
    "edge_type_id",
    "target_query",
    "source_query",
    "delay",
    "dynamics_params",
    "model_template",
)
_FIRST_VIRTUAL_TYPE = 100


def write_sonata(
    column: Column,
    folder: str | Path,
    *,
    overwrite: bool = False,
    stimulus: Stimulus | None = None,
    input_ms: float = 1000.0,
    input_seed: int = 1,
) -> None:
    """Write a column to a folder; all files or none.

    The folder gets ``circuit_config.json``, ``simulation_config.json``,
    ``network/`` (node and edge populations ``v1``, ``lgn``, ``bkg``,
    ``surround``), ``components/`` (cell and synapse models) and ``inputs/``.
    Each connection carries its whole weight as ``syn_weight``, so that PointNet
    needs no weight function and readers that know no ``nsyns``, NEST's own among
    them, see the same, and the number of synapses in it as ``n_synapses``. Delay and
    receptor stand in the edge types.
    Background and surround have one virtual node per Poisson stream, with its
    rate as ``rate_hz``; LGN nodes keep their number in the visual field as
    ``field_node_id``.

    Parameters
    ----------
    column
        What to write.
    folder
        Where; made where missing.
    overwrite
        Replace the files of an earlier export in ``folder``.
    stimulus
        Rates from which LGN spikes are drawn; without it the LGN stays silent
        in the simulation configuration.
    input_ms
        Duration of the spike trains drawn for the simulation configuration, ms;
        0 writes none.
    input_seed
        Seed of these spike trains.

    Raises
    ------
    RunFolderError
        If the folder holds something and may not be overwritten.
    InputError
        If two cell models share a number, a cell's population is not that of its
        model, or a connection has no synapses: the files could not say so.
    """
    _check_types(expect(column, Column, "write_sonata: column"))
    with open_run_folder(
        Path(folder), "", command="column", overwrite=overwrite
    ) as opened:
        root = opened.staging
        for name in ("network", "components/cell_models", "components/synaptic_models"):
            make_folder(root / name)
        populations = _write_network(column, root / "network")
        _write_components(column, root / "components")
        inputs = (
            write_input_spikes(
                column,
                root / "inputs",
                stimulus,
                input_ms,
                np.random.default_rng(input_seed),
            )
            if input_ms > 0.0
            else []
        )
        write_json(root / "circuit_config.json", circuit_config(populations))
        write_json(
            root / "simulation_config.json",
            simulation_config(input_ms or 1000.0, inputs, input_seed),
        )
        opened.commit()


def _check_types(column: Column) -> None:
    models = column.cell_models
    ids, counts = np.unique(models.node_type_id, return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"cell model {ids[np.argmax(counts > 1)]} occurs twice; SONATA needs one "
            "node type per model"
        )
    if (models.population[column.cell_model] != column.population).any():
        raise InputError("a cell's population is not that of its cell model")
    for edges in (column.recurrent, column.lgn_edges):
        if edges.n_edges and edges.n_synapses.min() < 1:
            raise InputError("a connection has no synapses; the files need one each")


def _write_network(column: Column, folder: Path) -> list[tuple[str, bool]]:
    """Write all populations; return their names and whether they have edges."""
    models = column.cell_models
    write_nodes(
        folder / "v1_nodes.h5",
        "v1",
        models.node_type_id[column.cell_model],
        {
            **{k: column.position_um[:, i] for i, k in enumerate("xyz")},
            "tuning_angle": column.tuning_angle_deg,
        },
        column_name=column.name,
    )
    write_types(
        folder / "v1_node_types.csv",
        (
            "node_type_id",
            "pop_name",
            "ei",
            "location",
            "model_type",
            "model_template",
            "dynamics_params",
        ),
        [
            (
                number,
                line,
                line[0],
                f"VisL{CLASS_OF_POPULATION[POPULATIONS[population]][1:]}",
                "point_neuron",
                "nest:glif_psc",
                _cell_model_file(number),
            )
            for number, line, population in zip(
                models.node_type_id, models.pop_name, models.population, strict=True
            )
        ],
    )
    written = [("v1", column.recurrent.n_edges > 0)]
    if written[0][1]:
        _write_recurrent(column, folder)
    if column.lgn.n_cells:
        _write_lgn(column, folder)
        written.append(("lgn", column.lgn_edges.n_edges > 0))
    for name, streams in (("bkg", column.background), ("surround", column.surround)):
        if streams.n_streams:
            _write_streams(column, folder, name, streams)
            written.append((name, True))
    return written


def _write_recurrent(column: Column, folder: Path) -> None:
    edges, models = column.recurrent, column.cell_models
    lines = sorted(set(models.pop_name))
    line = np.array([lines.index(name) for name in models.pop_name])
    source_line = line[column.cell_model[edges.source]]
    _write_edges(
        column,
        folder,
        "v1",
        edges,
        column.n_cells,
        source_line,
        lambda k: f"pop_name=='{lines[k]}'",
    )


def _write_lgn(column: Column, folder: Path) -> None:
    lgn = column.lgn
    kinds = sorted(set(lgn.cell_type))
    kind = np.array([kinds.index(name) for name in lgn.cell_type])
    write_nodes(
        folder / "lgn_nodes.h5",
        "lgn",
        kind + _FIRST_VIRTUAL_TYPE,
        {
            "field_node_id": lgn.node_id,
            "x": lgn.x_deg,
            "y": lgn.y_deg,
            "tuning_angle": lgn.tuning_angle_deg,
            "spatial_size": lgn.size_deg,
        },
    )
    write_types(
        folder / "lgn_node_types.csv",
        (
            "node_type_id",
            "model_name",
            "model_type",
            "model_template",
            "ei",
            "location",
        ),
        [
            (_FIRST_VIRTUAL_TYPE + k, name, "virtual", f"lgnmodel:{name}", "e", "LGN")
            for k, name in enumerate(kinds)
        ],
    )
    if column.lgn_edges.n_edges:
        _write_edges(
            column,
            folder,
            "lgn",
            column.lgn_edges,
            lgn.n_cells,
            np.zeros(column.lgn_edges.n_edges, dtype=np.int64),
            lambda _: "*",
        )


def _write_streams(
    column: Column, folder: Path, name: str, streams: PoissonInput
) -> None:
    source = streams.source_population.astype(np.int64)
    write_nodes(
        folder / f"{name}_nodes.h5",
        name,
        source + _FIRST_VIRTUAL_TYPE + 1,
        {"rate_hz": streams.rate_hz},
    )

    def pop_name(k: int) -> str:
        return POPULATIONS[k] if k >= 0 else BACKGROUND_TYPE

    write_types(
        folder / f"{name}_node_types.csv",
        ("node_type_id", "pop_name", "model_type", "ei", "location"),
        [
            (
                k + _FIRST_VIRTUAL_TYPE + 1,
                pop_name(k),
                "virtual",
                pop_name(k)[0] if k >= 0 else "e",
                "surround" if name == "surround" else "BKG",
            )
            for k in np.unique(source).tolist()
        ],
    )
    n = streams.n_streams
    edges = Edges(
        source=np.arange(n, dtype=np.int32),
        target=streams.target,
        weight_pa=streams.weight_pa,
        delay_ms=streams.delay_ms,
        receptor=streams.receptor,
        n_synapses=np.ones(n, dtype=np.int16),
    )
    _write_edges(
        column, folder, name, edges, n, source, lambda k: f"pop_name=='{pop_name(k)}'"
    )


def _write_edges(
    column: Column,
    folder: Path,
    name: str,
    edges: Edges,
    n_sources: int,
    source_key: NDArray[np.integer],
    source_query: Callable[[int], str],
) -> None:
    """Write edges, one type per target model, source key, delay and receptor."""
    target_model = column.cell_model[edges.target]
    delays, delay_key = np.unique(edges.delay_ms, return_inverse=True)
    kinds, edge_type = np.unique(
        np.stack([target_model, source_key, delay_key, edges.receptor], axis=1),
        axis=0,
        return_inverse=True,
    )
    write_edges(
        folder / f"{name}_v1_edges.h5",
        name,
        "v1",
        edges.source,
        edges.target,
        (n_sources, column.n_cells),
        edge_type.ravel(),
        {
            "syn_weight": edges.weight_pa,
            "n_synapses": edges.n_synapses.astype(np.uint16),
        },
    )
    numbers = column.cell_models.node_type_id
    write_types(
        folder / f"{name}_v1_edge_types.csv",
        _EDGE_COLUMNS,
        [
            (
                row,
                f"node_type_id=='{numbers[model]}'",
                source_query(source),
                repr(float(delays[delay])),
                RECEPTOR_FILES[receptor],
                "static_synapse",
            )
            for row, (model, source, delay, receptor) in enumerate(kinds.tolist())
        ],
    )


def _write_components(column: Column, folder: Path) -> None:
    for row, number in enumerate(column.cell_models.node_type_id):
        path = folder / "cell_models" / _cell_model_file(number)
        write_cell_model(path, column.cell_models, row)
    for port, name in enumerate(RECEPTOR_FILES, start=1):
        write_json(folder / "synaptic_models" / name, {"receptor_type": port})


def _cell_model_file(number: int) -> str:
    return f"{number}_glif_lif_asc_psc.json"
