"""Time the rate model on the 3k column: seconds per biological second.

Run from the repository root: python benchmarks/rate_speed.py [--threads 2]
The transfer functions are stand-ins (the time does not depend on them). Set
OMP_WAIT_POLICY=PASSIVE where other programs use the cores: threads that wait
busily make a step twenty times slower there.
"""

import argparse
import time

import numpy as np
import torch

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.rate_model import RateModel
from bridge.reduction.moments.inputs import constant_input, receptor_gains
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork

N_STIMULI = 16
DURATION_MS = 1000.0


def stand_in_parameters(column: Column) -> RateParameters:
    """Return parameters of a column with transfer functions from rheobases."""
    n = column.n_cells
    current_per_hz, variance_per_hz = receptor_gains(column)
    current, variance = constant_input(column, current_per_hz, variance_per_hz)
    depth = column.model_values("v_th_mv") - column.model_values("e_l_mv")
    rheobase = depth * column.model_values("g_ns")
    transfer = TransferFunction(
        gain=np.full(n, 0.05),
        threshold_pa=rheobase,
        width_pa=0.15 * rheobase,
        power=np.full(n, 1.2),
        sigma_ref_mv=np.full(n, 4.0),
        threshold_slope_pa=-0.05 * rheobase,
        threshold_curvature_pa=np.zeros(n),
        width_slope=np.full(n, 0.7),
        t_ref_ms=column.model_values("t_ref_ms"),
    )
    rate = column.model_values("asc_decay_per_ms")
    tau_syn = column.model_values("tau_syn_ms")
    return RateParameters(
        column_hash=column.hash,
        population=column.population,
        n_lgn=column.lgn.n_cells,
        recurrent=column.recurrent,
        lgn_edges=column.lgn_edges,
        tau_syn_ms=tau_syn,
        tau_m_ms=column.model_values("c_m_pf") / column.model_values("g_ns"),
        leak_ns=column.model_values("g_ns"),
        threshold_mv=column.model_values("v_th_mv") - column.model_values("e_l_mv"),
        tau_s_ms=2.0 * tau_syn[:, 0],
        current_per_hz=current_per_hz,
        variance_per_hz=variance_per_hz,
        constant_current_pa=current,
        constant_variance_mv2=variance,
        transfer=transfer,
        transfer_adapted=transfer,
        adaptation_amp_pa=column.model_values("asc_amps_pa") * (rate < 0.05),
        adaptation_rate_per_ms=rate,
    )


def gratings(n_lgn: int) -> list[Stimulus]:
    """Return LGN rates modulated at 2 Hz."""
    time_ms = np.arange(round(DURATION_MS))[:, None]
    phase = np.linspace(0.0, 6.0, n_lgn)
    return [
        Stimulus(
            f"grating_{k}",
            1.0,
            8.0 * (1.0 + np.sin(2e-3 * np.pi * 2.0 * time_ms + phase + k)),
        )
        for k in range(N_STIMULI)
    ]


def main() -> None:
    """Print a table of wall and CPU time per biological second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--size", default="3k")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    parameters = stand_in_parameters(build_column(arguments.size, 1))
    stimuli = gratings(parameters.n_lgn)
    print(
        f"{parameters.n_cells} cells, {parameters.recurrent.n_edges} connections, "
        f"{N_STIMULI} stimuli at once, dt 1 ms, float32, {arguments.threads} thread(s)"
    )
    print(f"{'variant':15s} {'form':9s} {'wall s':>8s} {'CPU s':>8s} {'each':>8s}")
    for form in ("plain", "extended"):
        for variant, tau_r in (
            ("instantaneous", None),
            ("low_pass", 3.0),
            ("equilibrium", 12.0),
        ):
            model = RateModel.of_form(variant, form, tau_r, 1.0)
            network = RateNetwork(parameters, model)
            wall, cpu = time.perf_counter(), time.process_time()
            network.run(stimuli, drop_ms=100.0)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(
                f"{variant:15s} {form:9s} {wall:8.2f} {cpu:8.2f} "
                f"{wall / N_STIMULI:8.3f}"
            )


if __name__ == "__main__":
    main()
