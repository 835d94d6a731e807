import numpy as np
import pytest
from pydantic import ValidationError

from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.rate_model import FORMS, RateModel

E4 = POPULATIONS.index("e4")


def test_a_form_stands_for_its_extensions():
    for form, extensions in FORMS.items():
        model = RateModel.of_form("low_pass", form, 2.0, 0.5)
        assert model.extensions == extensions
        assert model.form == form
    assert RateModel.of_form("low_pass", "plain", 2.0, 0.5).name == "low_pass"
    named = RateModel.of_form("equilibrium", "extended", 2.0, 0.5)
    assert named.name == "equilibrium_extended"
    with pytest.raises(InputError, match="there are plain, extended, membrane"):
        RateModel.of_form("low_pass", "baroque", 2.0, 0.5)


def test_extensions_that_are_no_form_are_spelled_out():
    model = RateModel(variant="low_pass", extensions=("delays", "cascade", "delays"))
    assert model.extensions == ("cascade", "delays")
    assert model.name == "low_pass_cascade+delays"


def test_tau_r_is_stated_by_population():
    population = np.array([E4, E4, 0], dtype=np.int8)
    model = RateModel(variant="equilibrium").with_tau_r(np.array([1.0, 2.0, 7.0]))
    stated = model.by_population(population).tau_r_ms
    assert isinstance(stated, tuple)
    assert len(stated) == len(POPULATIONS)
    assert stated[E4] == pytest.approx(1.5)
    assert stated[0] == pytest.approx(7.0)
    assert min(stated) > 0.0  # a population without cells has a tau_r, too
    assert RateModel.model_validate_json(model.model_dump_json()) == model
    assert model.with_tau_r(3.0).by_population(population).tau_r_ms == 3.0
    assert model.with_tau_r(None).by_population(population).tau_r_ms is None


def test_it_survives_a_file():
    model = RateModel.of_form("low_pass", "membrane", (1.0, 2.0), 0.5)
    assert RateModel.model_validate_json(model.model_dump_json()) == model


@pytest.mark.parametrize("dt_ms", [0.0, -1.0, float("nan"), float("inf")])
def test_a_step_that_is_none_is_refused(dt_ms):
    with pytest.raises(InputError, match="dt_ms must be positive"):
        RateModel(variant="low_pass", dt_ms=dt_ms)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="membrane needs the variance"):
        RateModel(variant="low_pass", extensions=("membrane",))
    with pytest.raises(InputError, match=r"rate model: extensions\.0: "):
        RateModel(variant="low_pass", extensions=("dendrites",))
    for tau_r_ms in (float("nan"), -1.0, (1.0, 0.0)):
        with pytest.raises(InputError, match="rate model: "):
            RateModel(variant="low_pass", tau_r_ms=tau_r_ms)
    # inside of a file it is one of the file's problems
    with pytest.raises(ValidationError, match="dt_ms must be positive"):
        RateModel.model_validate({"variant": "low_pass", "dt_ms": 0.0})


def test_it_is_short_to_look_at():
    model = RateModel.of_form("low_pass", "extended", 1.5)
    assert repr(model) == "RateModel(low_pass_extended, tau_r 1.5 ms, dt 1 ms)"
    many = model.with_tau_r(np.ones(3000))
    assert repr(many) == "RateModel(low_pass_extended, 3000 values of tau_r, dt 1 ms)"


def test_what_was_drawn_is_named_and_kept():
    model = RateModel.of_form("low_pass", "extended", None, 2.0)
    drawn = model.with_drawn_tau_r(np.array([1.0, 2.0]), 9)
    assert drawn.name == "low_pass_extended_sampled"
    assert drawn.tau_r_draw.seed == 9
    assert drawn.with_step(5.0).tau_r_draw == drawn.tau_r_draw
    assert (
        drawn.tau_r_draw != model.with_drawn_tau_r(np.array([2.0, 1.0]), 9).tau_r_draw
    )
    # another tau_r was not drawn
    assert drawn.with_tau_r(2.0).tau_r_draw is None
    with pytest.raises(InputError, match="tau_r_draw: tau_r_ms has not several"):
        RateModel(variant="low_pass", tau_r_ms=2.0, tau_r_draw=drawn.tau_r_draw)


def test_the_step_is_in_the_name_where_it_is_one_of_several():
    model = RateModel.of_form("low_pass", "extended", 1.5)
    assert model.with_step(2.0).name == "low_pass_extended"
    assert model.with_step(2.0, named=True).name == "low_pass_extended_2ms"
    assert model.with_step(0.5, named=True).name == "low_pass_extended_0.5ms"
