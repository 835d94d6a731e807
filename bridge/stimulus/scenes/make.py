"""A stimulus by its name."""

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.expect import expect, expect_number
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
        ``"flash"``, ``"two_flashes"``, ``"steps"``, ``"grating"``,
        ``"contrast_step"``, ``"broadband"``.
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
    Stimulus(grating_45: grating, 2500 ms, 214 LGN cells)
    """
    expect(column, Column, "make_stimulus: column")
    if name not in SCENES:
        raise InputError(f"stimulus {name!r}: choose one of {', '.join(SCENES)}")
    scene = SCENES[name]
    duration, drop = (
        expect_number(duration_ms, "duration_ms"),
        expect_number(drop_ms, "drop_ms"),
    )
    if not 0.0 <= drop < duration:
        raise InputError(
            f"stimulus {name}: drop_ms ({drop:g}) leaves nothing of {duration:g} ms"
        )
    known = {option.name: option for option in scene.options}
    for given, value in options.items():
        if given not in known:
            raise InputError(
                f"stimulus {name}: has no {given}"
                + (f"; it has {', '.join(known)}" if known else "")
            )
        expect_number(value, f"stimulus {name}: {given}")
        if not known[given].lowest <= value <= known[given].highest:
            raise InputError(
                f"stimulus {name}: {given} {value:g} is not within "
                f"{known[given].lowest:g} to {known[given].highest:g}"
            )
    values = {n: options.get(n, option.default) for n, option in known.items()}
    made = scene.make(column.lgn, SceneTrial(duration, drop), values)
    if any(onset >= duration for onset in made.onset_ms):
        raise InputError(
            f"stimulus {name}: in {duration:g} ms with a start of {drop:g} ms it would "
            "not appear; give a longer duration_ms"
        )
    return made
