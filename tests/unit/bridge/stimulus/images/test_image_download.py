"""Downloads, from a server that the test starts on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.stimulus.images.download import (
    CACHE_VARIABLE,
    RemoteFile,
    cache_folder,
    fetch,
)

CONTENT = bytes(range(256)) * 1000


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class CountingProgress:
    def __init__(self) -> None:
        self.total, self.done, self.open = 0.0, 0.0, 0

    def start(self, task: str, total: float) -> None:
        self.total, self.open = total, self.open + 1

    def advance(self, task: str, amount: float = 1.0) -> None:
        self.done += amount

    def finish(self, task: str) -> None:
        self.open -= 1


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served = tmp_path / "served"
    served.mkdir()
    (served / "data.bin").write_bytes(CONTENT)
    handler = partial(QuietHandler, directory=str(served))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def remote(*folders: str, content: bytes = CONTENT) -> RemoteFile:
    return RemoteFile("data.bin", hashlib.sha256(content).hexdigest(), folders)


def test_a_file_is_fetched_once_and_without_a_word(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    progress = CountingProgress()
    cache = tmp_path / "cache"
    path = fetch(remote(address), cache, progress)
    assert path.read_bytes() == CONTENT
    assert progress.done == progress.total == len(CONTENT)
    assert progress.open == 0
    # Nothing listens there: the second time needs no network.
    assert fetch(remote("http://127.0.0.1:9/"), cache) == path
    assert capfd.readouterr() == ("", "")


def test_a_wrong_hash_is_refused_and_leaves_nothing(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="another sha256") as caught:
        fetch(remote(address, content=b"other"), tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_file_in_the_cache_is_fetched_again(
    address: str, tmp_path: Path
) -> None:
    path = fetch(remote(address), tmp_path / "cache")
    path.write_bytes(CONTENT[:100])
    assert fetch(remote(address), tmp_path / "cache").read_bytes() == CONTENT


def test_the_next_address_is_tried(address: str, tmp_path: Path) -> None:
    file = remote("http://127.0.0.1:9/", f"{address}nowhere/", address)
    assert fetch(file, tmp_path / "cache").read_bytes() == CONTENT


def test_no_network_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be reached.*digits") as caught:
        fetch(remote("http://127.0.0.1:9/"), tmp_path / "cache")
    assert "\n" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_one_line(
    address: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written") as caught:
        fetch(remote(address), tmp_path / "file" / "cache")
    assert "\n" not in str(caught.value)


def test_the_cache_can_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
