"""The stimuli that can be named."""

from bridge.by_name import by_name
from bridge.stimulus.scenes.blank import BLANK
from bridge.stimulus.scenes.broadband import BROADBAND
from bridge.stimulus.scenes.contrast_step import CONTRAST_STEP
from bridge.stimulus.scenes.flash import FLASH
from bridge.stimulus.scenes.grating import GRATING
from bridge.stimulus.scenes.scene import SceneOption
from bridge.stimulus.scenes.steps import STEPS
from bridge.stimulus.scenes.two_flashes import TWO_FLASHES

SCENES = by_name(BLANK, FLASH, TWO_FLASHES, STEPS, GRATING, CONTRAST_STEP, BROADBAND)
"""The scenes by name. A stimulus is added here."""

DEFAULT = GRATING
"""The scene where none is named."""

SCENE_OPTIONS: dict[str, SceneOption] = by_name(
    *dict.fromkeys(option for scene in SCENES.values() for option in scene.options)
)
"""Their options by name; scenes that share one share the object."""
