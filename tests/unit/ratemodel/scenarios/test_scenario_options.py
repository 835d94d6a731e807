"""The keys of a scenario's configuration: those of every scenario, and none twice."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from pydantic import Field, create_model

from bridge.config_section import Section
from bridge.errors import InputError
from ratemodel.scenarios import config
from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.scenarios.scenario import ScenarioKind


@pytest.fixture
def config_with(monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes the configuration with one more scenario."""

    def make(**options: tuple[type, object]) -> ModuleType:
        keys = create_model("Options", __base__=Section, **options)
        other = ScenarioKind("other", "one more", dict, keys)
        monkeypatch.setitem(SCENARIOS, "other", other)
        spec = spec_from_file_location("config_again", config.__file__)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return make


@pytest.mark.parametrize("name", ["name", "seed"])
def test_an_option_is_not_called_as_a_key_of_all_scenarios(config_with, name) -> None:
    with pytest.raises(ValueError, match=f"^scenario other .* called {name}: .*$"):
        config_with(**{name: (str, "x")})


def test_an_option_of_two_scenarios_is_refused(config_with) -> None:
    with pytest.raises(ValueError, match="two scenarios have an option called hebbian"):
        config_with(hebbian=(str, "x"))


def test_a_default_that_is_made_is_a_default_too(config_with) -> None:
    scenario = config_with(layers=(tuple, Field(default_factory=lambda: ("L4",))))
    read = scenario.ScenarioConfig.parse({}, "here")
    assert (read.name, read.layers) == ("default", ("L4",))
    with pytest.raises(InputError, match=r"layers .* belongs to scenario other"):
        scenario.ScenarioConfig.parse({"layers": ("L5",)}, "here")
    named = scenario.ScenarioConfig.parse({"name": "other", "layers": ()}, "here")
    assert named.layers == ()
