"""Every name that a SONATA network may hold: read, harmless or refused.

What stands in a file and on no list is refused by its name. The tables of
``docs/reference/sonata.md`` say the same to the user.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Known(NamedTuple):
    """Names of one kind of place.

    Attributes
    ----------
    read
        Names that are used, and what for.
    harmless
        Names that change nothing here, and why.
    refused
        Names that may change the network and cannot be honoured, and what to do.
    labels
        Whether a name that ends in one of :data:`LABEL_ENDINGS` is harmless: it says
        which node it is, not what it does.
    """

    read: Mapping[str, str]
    harmless: Mapping[str, str]
    refused: Mapping[str, str]
    labels: bool = False


LABEL_ENDINGS = ("_class", "_name", "_label", "_layer", "_id", "_index")

STATIC_SYNAPSES = ("static_synapse", "nest:static_synapse")
"""``model_template`` of edge types that can be simulated; absent means the first."""

DIRECTION_RULES = ("DirectionRule_EE", "DirectionRule_others")
"""Weight functions of the released network, which multiply the weight."""

PLAIN_WEIGHTS = ("wmax", "default_weight_fnc", "set_syn_weight")
"""Weight functions of BMTK that are ``syn_weight`` x ``nsyns``."""

_LABEL = "a label of the node"
_PLACE = "point neurons have no place on them for a synapse"

NO_SHAPE = "point neurons have no shape"
"""Why what is about the shape of cells is harmless."""

_EVERY_NODE = {
    "ei": _LABEL,
    "ei_type": _LABEL,
    "layer": _LABEL,
    "region": _LABEL,
    "hemisphere": _LABEL,
    "population": _LABEL,
    "cell_type": _LABEL,
    "subtype": _LABEL,
    "potential": _LABEL,
    "placement": _LABEL,
    "species": _LABEL,
    "electrophysiology": _LABEL,
    "level_of_detail": _LABEL,
    "etype": _LABEL,
    "mtype": _LABEL,
    "synapse_class": _LABEL,
    "depth": "the depth is y",
    "gid": "cells are counted by node_id",
    "positions": "the position is x, y and z",
}
_OF_SHAPE = dict.fromkeys(
    (
        "morphology",
        "recenter",
        "rotation_angle_xaxis",
        "rotation_angle_yaxis",
        "rotation_angle_zaxis",
        "orientation_w",
        "orientation_x",
        "orientation_y",
        "orientation_z",
    ),
    NO_SHAPE,
)
_PROCESSING = {
    "model_processing": "a function of Python that changes the cell; put its values "
    "into the model file"
}

CELLS = Known(
    read={
        "model_type": "point_neuron, point_process or point_soma",
        "model_template": "the neuron model",
        "dynamics_params": "file of the neuron model",
        "pop_name": "population or cell line",
        "cell_line": "the same, where there is no pop_name",
        "x": "position, um",
        "y": "depth, um",
        "z": "position, um",
        "tuning_angle": "preferred direction, degrees",
    },
    harmless=_EVERY_NODE | _OF_SHAPE | {"location": _LABEL, "model_name": _LABEL},
    refused=_PROCESSING,
    labels=True,
)

_NOT_SIMULATED = {
    "model_template": "a virtual node is not simulated",
    "dynamics_params": "a virtual node is not simulated",
}
_VIRTUAL = {
    "model_type": "virtual",
    "location": "LGN, BKG or surround: the part that the nodes play",
    "pop_name": "type of LGN cell, or population",
}

LGN = Known(
    read=_VIRTUAL
    | {
        "model_name": "type of LGN cell",
        "x": "centre of the receptive field, degrees",
        "y": "centre of the receptive field, degrees",
        "tuning_angle": "axis of the subfields, degrees",
        "spatial_size": "size of the receptive field, degrees",
        "field_node_id": "number of the cell in the visual field",
    },
    harmless=_EVERY_NODE
    | _NOT_SIMULATED
    | _OF_SHAPE
    | {
        "z": "the visual field is flat",
        "sf_sep": "the filter follows from the type",
        "non_dom_params": "the filter follows from the type",
    },
    refused=_PROCESSING,
    labels=True,
)

STREAMS = Known(
    read=_VIRTUAL
    | {
        "model_name": "SG_001 marks the background",
        "rate_hz": "rate of the node's Poisson spikes, Hz",
    },
    harmless=_EVERY_NODE
    | _NOT_SIMULATED
    | _OF_SHAPE
    | dict.fromkeys(("x", "y", "z", "tuning_angle"), "Poisson spikes have no place"),
    refused=_PROCESSING,
    labels=True,
)

NODES_OF_ROLE = {"cells": CELLS, "lgn": LGN, "background": STREAMS, "surround": STREAMS}

EDGES = Known(
    read={
        "syn_weight": "weight of a synapse, pA",
        "nsyns": "synapses of a connection; multiplies syn_weight (1)",
        "n_synapses": "synapses of a connection; only counts",
        "weight_pA": "weight of the connection, pA, in place of syn_weight x nsyns",
        "delay": "delay, ms",
        "dynamics_params": "file of the synapse model, with its receptor",
        "model_template": "the synapse model: static_synapse",
        "weight_function": "rule that multiplies the weight",
        "weight_sigma": "width of the rule, degrees",
    },
    harmless={
        "target_query": "the edges themselves stand in the file",
        "source_query": "the edges themselves stand in the file",
        **dict.fromkeys(
            (
                "target_sections",
                "distance_range",
                "sec_id",
                "sec_x",
                "afferent_section_id",
                "afferent_section_pos",
                "afferent_section_type",
                "afferent_segment_id",
                "afferent_segment_offset",
                "afferent_center_x",
                "afferent_center_y",
                "afferent_center_z",
                "afferent_surface_x",
                "afferent_surface_y",
                "afferent_surface_z",
                "efferent_section_id",
                "efferent_section_pos",
                "efferent_section_type",
                "efferent_segment_id",
                "efferent_segment_offset",
                "efferent_center_x",
                "efferent_center_y",
                "efferent_center_z",
                "efferent_surface_x",
                "efferent_surface_y",
                "efferent_surface_z",
                "afferent_swc_id",
                "afferent_swc_pos",
            ),
            _PLACE,
        ),
    },
    refused={
        "receptor_type": "give the port in the file that dynamics_params names",
        "is_gap_junction": "there are no gap junctions in the model",
    },
)

SYNAPSE_FILE = Known(
    read={"receptor_type": "port of the receptor, 1 to 4"},
    harmless={"level_of_detail": "a label of the synapse"},
    refused={
        "weight": "give syn_weight in the edges or their types",
        "delay": "give delay in the edges or their types",
    },
)
