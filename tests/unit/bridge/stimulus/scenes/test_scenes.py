"""The list of stimuli: each is made from its name, with what it can be varied by."""

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.stimulus.scenes.registry import SCENE_OPTIONS, SCENES
from bridge.stimulus.scenes.scene import SceneTrial

KINDS = {
    "blank": "blank",
    "flash": "flash",
    "two_flashes": "flash",
    "contrast_step": "step",
    "steps": "step",
    "grating": "grating",
    "broadband": "broadband",
}


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_lasts_as_long_as_its_trial_and_says_what_it_is(name):
    lgn = build_column(60, 1).lgn
    scene = SCENES[name]
    values = {option.name: option.default for option in scene.options}
    stimulus = scene.make(lgn, SceneTrial(900.0, 500.0), values)
    assert stimulus.duration_ms == 900.0
    assert stimulus.kind == KINDS[name]
    assert all(0.0 <= onset < 900.0 for onset in stimulus.onset_ms)


@pytest.mark.parametrize("name", SCENE_OPTIONS)
def test_every_option_changes_the_scenes_that_take_it(name):
    lgn = build_column(60, 1).lgn
    option = SCENE_OPTIONS[name]
    takers = [scene for scene in SCENES.values() if option in scene.options]
    assert takers
    for scene in takers:
        values = {own.name: own.default for own in scene.options}
        first, second = (
            scene.make(lgn, SceneTrial(900.0, 500.0), values | {name: value})
            for value in (option.default, option.default + 0.5 * sign(option))
        )
        assert np.abs(first.lgn_rate_hz - second.lgn_rate_hz).max() > 0.0


def sign(option):
    return 1.0 if option.default < option.highest else -1.0
