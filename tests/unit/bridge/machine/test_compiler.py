"""Finding the C++ compiler: what CXX names, or the first there is."""

import pytest

from bridge.errors import DeviceError
from bridge.machine.compiler import find_compiler


def make_program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """A folder that is all of the PATH, without CXX."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    return tmp_path


def test_missing_compiler_is_named(programs):
    with pytest.raises(DeviceError, match=r"none found: install g\+\+ .* numpy"):
        find_compiler()


def test_the_first_there_is_does(monkeypatch, programs):
    make_program(programs, "c++", "echo plain")
    assert find_compiler().version == "plain\n"
    make_program(programs, "g++", "echo Free Software Foundation")
    assert find_compiler().command == (str(programs / "g++"),)
    assert find_compiler().is_gcc
    monkeypatch.setenv("CXX", " ")
    assert find_compiler().command == (str(programs / "g++"),)


def test_cxx_is_read_as_by_a_shell(monkeypatch, programs):
    make_program(programs, "g++", "echo wrong")
    make_program(programs, "my compiler", "echo mine")
    make_program(programs, "ccache", 'exec "$@"')
    monkeypatch.setenv("CXX", "ccache 'my compiler' -m64")
    compiler = find_compiler()
    assert compiler.command == (str(programs / "ccache"), "my compiler", "-m64")
    assert compiler.version == "mine\n"
    assert not compiler.is_gcc


def test_options_and_version_make_the_identity(monkeypatch, programs):
    identities = set()
    for version in ("one", "two"):
        make_program(programs, "g++", f"echo {version}")
        for command in ("g++", "g++ -m64"):
            monkeypatch.setenv("CXX", command)
            assert find_compiler().identity == find_compiler().identity
            identities.add(find_compiler().identity)
    assert len(identities) == 4


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            "/no/such/compiler -O2",
            "CXX names a compiler that is not there (/no/such/comp",
        ),
        ("g++ 'open", "CXX cannot be read (g++ 'open): No closing quotation"),
        ("broken", "cannot start the compiler"),
    ],
)
def test_a_compiler_that_cxx_names_in_vain_is_refused(
    monkeypatch, programs, command, message
):
    make_program(programs, "g++", "echo another")
    make_program(programs, "broken", "").write_text("#!/no/such/shell\n")
    monkeypatch.setenv("CXX", command)
    with pytest.raises(DeviceError) as error:
        find_compiler()
    assert message in str(error.value)
    assert "\n" not in str(error.value)
