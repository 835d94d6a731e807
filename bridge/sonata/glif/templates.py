"""The ``model_template`` of a cell: what its file means, or why it is not read."""

GLIF_PSC = "nest:glif_psc"

_AFTER_SPIKE_CURRENTS = {
    GLIF_PSC: None,
    "nest:glif_lif_psc": False,
    "nest:glif_lif_asc_psc": True,
}
_THRESHOLD_RULES = {
    "nest:glif_lif_r_psc": "GLIF2",
    "nest:glif_lif_r_asc_psc": "GLIF4",
    "nest:glif_lif_r_asc_a_psc": "GLIF5",
}


def after_spike_currents(template: str | None) -> bool | None:
    """Say whether cells of a template have after-spike currents.

    Parameters
    ----------
    template
        ``nest:glif_psc``, or one of the names that BMTK gives to ``glif_psc`` with
        parameters in Allen's form: ``nest:glif_lif_psc`` (GLIF1),
        ``nest:glif_lif_asc_psc`` (GLIF3).

    Returns
    -------
    bool or None
        ``None``: the file says.

    Raises
    ------
    ValueError
        If there is no template, or it names another model.
    """
    if template in _AFTER_SPIKE_CURRENTS:
        return _AFTER_SPIKE_CURRENTS[template]
    if template is None:
        raise ValueError(f"has no model_template, such as {GLIF_PSC}")
    if template in _THRESHOLD_RULES:
        raise ValueError(
            f"is {template}: {_THRESHOLD_RULES[template]}, whose threshold is not "
            "constant, is not simulated here"
        )
    raise ValueError(
        f"is a {template}; only the GLIF models with static alpha currents can be "
        f"read: {', '.join(_AFTER_SPIKE_CURRENTS)}"
    )
