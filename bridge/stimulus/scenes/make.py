"""A stimulus by its name."""

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.stimulus.scenes.registry import SCENES
from bridge.stimulus.scenes.scene import SceneTrial
from bridge.stimulus.stimulus import Stimulus


def make_stimulus(
    name: str,
    column: Column,
    *,
    duration_ms: float = 2500.0,
    drop_ms: float = 500.0,
    **options: float,
) -> Stimulus:
    """Return a stimulus for the LGN cells of a column.

    Parameters
    ----------
    name
        Key of :data:`bridge.stimulus.scenes.registry.SCENES`: ``"blank"``,
        ``"flash"``, ``"steps"``, ``"grating"``, ``"broadband"``.
    column
        The column.
    duration_ms, drop_ms
        Duration of a trial and of its start that nothing is measured in, ms.
    **options
        What the stimulus can be varied by, such as ``direction_deg`` of a grating.

    Raises
    ------
    InputError
        If there is no such stimulus or option, or a value is out of range.

    Examples
    --------
    >>> from bridge.column.building.build import build_column
    >>> make_stimulus("grating", build_column(60), direction_deg=45.0)
    Stimulus(grating_45: grating, 2500 ms, 833 LGN cells)
    """
    if name not in SCENES:
        raise InputError(f"stimulus {name!r}: choose one of {', '.join(SCENES)}")
    scene = SCENES[name]
    known = {option.name: option for option in scene.options}
    for given, value in options.items():
        if given not in known:
            raise InputError(
                f"stimulus {name}: has no {given}"
                + (f"; it has {', '.join(known)}" if known else "")
            )
        if not known[given].lowest <= value <= known[given].highest:
            raise InputError(
                f"stimulus {name}: {given} {value:g} is not within "
                f"{known[given].lowest:g} to {known[given].highest:g}"
            )
    values = {n: options.get(n, option.default) for n, option in known.items()}
    return scene.make(column.lgn, SceneTrial(duration_ms, drop_ms), values)
