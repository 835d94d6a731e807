"""The GLIF3 cell as Brian2 steps it."""


def parameter_names(n_slots: int) -> tuple[str, ...]:
    """Return the names of the cells' constants."""
    per_asc = ("asc_amp", "asc_decay", "asc_refractory")
    per_slot = ("syn_decay", "rise_to_psp", "mean_events", "first_stream")
    return (
        "v_threshold",
        "v_reset",
        "v_decay",
        "v_per_pa",
        "refractory_steps",
        *(f"{name}_{j}" for j in range(2) for name in per_asc),
        *(f"{name}_{s}" for s in range(n_slots) for name in per_slot),
    )


def state_names(n_slots: int) -> tuple[str, ...]:
    """Return the names of the cells' states, which a trial starts afresh."""
    per_slot = ("rise", "psp", "due")
    return (
        "v",
        "asc_0",
        "asc_1",
        "frozen",
        "bursts",
        *(f"{name}_{s}" for s in range(n_slots) for name in per_slot),
    )


TRIAL_NAMES = ("key", "drive")
"""Set for each trial: random key of the cell, and what injected current adds to
the voltage in a step, mV."""


def step_code(n_slots: int) -> str:
    """Return Brian2 code for one exact step of the cells, its input already set."""
    synaptic = " + ".join(f"psp_{s}" for s in range(n_slots))
    lines = [
        "moving = int(frozen < 0.5)",
        "still = 1 - moving",
        f"v = moving * (v * v_decay + asc_0 + asc_1 + drive + {synaptic}) + still * v",
        "asc_0 = asc_0 * (moving * asc_decay_0 + still)",
        "asc_1 = asc_1 * (moving * asc_decay_1 + still)",
        "frozen = frozen - still",
    ]
    for s in range(n_slots):
        lines += [
            f"psp_{s} = psp_{s} * syn_decay_{s} + rise_{s} * rise_to_psp_{s}",
            f"rise_{s} = rise_{s} * syn_decay_{s}",
        ]
    return "\n".join(lines)


RESET_CODE = """
v = v_reset
frozen = refractory_steps
asc_0 = asc_0 * asc_refractory_0 + asc_amp_0
asc_1 = asc_1 * asc_refractory_1 + asc_amp_1
"""
