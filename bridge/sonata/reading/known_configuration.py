"""Every name that a SONATA configuration may hold: read, harmless or refused."""

from bridge.sonata.reading.known import NO_SHAPE, Known

SPIKE_MODULES = ("h5", "hdf5", "sonata", "nwb", "csv")
"""``module`` of inputs that are spike trains of virtual nodes."""

CONFIGURATION = Known(
    read={
        "manifest": "variables of the file names",
        "network": "file of the circuit configuration",
        "simulation": "file of the simulation configuration",
        "networks": "files of nodes and edges",
        "components": "folders of the cell and synapse models",
        "run": "the time step; see below",
        "inputs": "spike trains; others are refused",
        "conditions": "see below",
        "node_sets_file": "file of named sets of nodes, to which inputs go",
        "node_sets": "named sets of nodes, to which inputs go",
    },
    harmless={
        "output": "our commands write their own files",
        "reports": "they record, and change nothing",
        "logging": "it changes nothing",
        "target_simulator": "the simulator is ours",
        "target_simulator_version": "the simulator is ours",
        "version": "version of the format",
        "metadata": "a note",
        "config_path": "where BMTK found the file",
        "config_dir": "where BMTK found the file",
        "mechanisms_dir": NO_SHAPE,
    },
    refused={
        "node_set": "a part of the cells cannot be chosen; write the network of them",
        "overrides": "change the network's own files",
        "connection_overrides": "change the network's own files",
    },
)

NETWORKS = Known(
    read={"nodes": "node populations", "edges": "edge populations"},
    harmless={},
    refused={"gap_juncs": "there are no gap junctions in the model"},
)

NODES_ENTRY = Known(
    read={
        "nodes_file": "HDF5 file",
        "node_types_file": "table of types; null or left out where there is none",
        "populations": "populations of the file that are read; all without it",
        "enabled": "false leaves the entry out",
    },
    harmless={"name": "a label of the entry"},
    refused={},
)

EDGES_ENTRY = Known(
    read={
        "edges_file": "HDF5 file",
        "edge_types_file": "table of types; null or left out where there is none",
        "populations": "populations of the file that are read; all without it",
        "enabled": "false leaves the entry out",
    },
    harmless={"name": "a label of the entry"},
    refused={},
)

POPULATION = Known(
    read={"type": "what the nodes or edges are; must agree with model_type"},
    harmless=dict.fromkeys(
        ("morphologies_dir", "biophysical_neuron_models_dir", "alternate_morphologies"),
        NO_SHAPE,
    ),
    refused={
        "point_neuron_models_dir": "give the folder in components",
        "synaptic_models_dir": "give the folder in components",
    },
)

COMPONENTS = Known(
    read={
        "point_neuron_models_dir": "folder of the cell models",
        "cell_models_dir": "folder of the cell models",
        "synaptic_models_dir": "folder of the synapse models",
    },
    harmless={
        **dict.fromkeys(
            (
                "morphologies_dir",
                "alternate_morphologies",
                "biophysical_neuron_models_dir",
                "mechanisms_dir",
                "templates_dir",
                "end_feet_dir",
                "vasculature_file",
                "vasculature_mesh",
                "spine_morphologies_dir",
                "recXelectrodes_dir",
            ),
            NO_SHAPE,
        ),
        "filter_models_dir": "the LGN's filters follow from the type",
        "population_models_dir": "there are no cells of population models",
        "weight_functions": "functions that are not known are refused where they are "
        "used",
        "__pycache___dir": "BMTK lists every folder that it finds",
        "nest_modules": "models of other modules are refused where they are used",
    },
    refused={},
)

RUN = Known(
    read={"dt": "time step, ms: must be that of the simulation"},
    harmless={
        **dict.fromkeys(
            ("tstart", "tstop", "duration", "n_runs"),
            "our commands set their own durations",
        ),
        **dict.fromkeys(
            (
                "random_seed",
                "seed",
                "stimulus_seed",
                "synapse_seed",
                "ionchannel_seed",
                "minis_seed",
            ),
            "our commands set their own seeds",
        ),
        **dict.fromkeys(
            (
                "n_thread",
                "nsteps_block",
                "block_run",
                "block_size",
                "overwrite_output_dir",
                "print_time",
            ),
            "it changes no result",
        ),
        **dict.fromkeys(
            ("dL", "spike_threshold", "integration_method"),
            "for cells with a shape",
        ),
        **dict.fromkeys(
            ("precise_times", "allow_offgrid_spikes"),
            "spike times are put on the grid of the time step",
        ),
    },
    refused={},
)

CONDITIONS = Known(
    read={},
    harmless={
        "celsius": "point neurons do not depend on it",
        "v_init": "point neurons start from the V_m of their model",
    },
    refused={},
)

SPIKES_ENTRY = Known(
    read={
        "input_type": "spikes",
        "module": "one of those above",
        "input_file": "SONATA spike file (HDF5)",
        "node_set": "population of the nodes, or a set that is a population",
        "population": "population in the spike file",
        "enabled": "false leaves the input out",
    },
    harmless={
        "use_parrot_neurons": "they delay spikes, and rates have no delay",
    },
    refused={},
)

NODE_TYPES = ("point_neuron", "point_process", "point_soma", "virtual")
"""``type`` of a population of nodes in a configuration that can be read."""

EDGE_TYPES = ("chemical", "chemical_virtual")
"""``type`` of a population of edges in a configuration that can be read."""
