"""Readers of image files, against files that the tests write byte by byte."""

import gzip
import io
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.images import cifar10
from bridge.stimulus.images.idx import read_idx
from bridge.stimulus.images.load import load_images
from bridge.stimulus.images.npz import read_npz

RNG = np.random.default_rng(0)
SIZES = {"train": 7, "t10k": 3}


def idx_bytes(array: np.ndarray) -> bytes:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def write_mnist(
    folder: Path, suffix: str = "", *, dotted: bool = False
) -> dict[str, np.ndarray]:
    """Write MNIST's four files with ten small images; return their content."""
    arrays = {}
    for part, n in SIZES.items():
        arrays[f"{part}-images-idx3-ubyte"] = RNG.integers(
            0, 256, (n, 6, 5), dtype=np.uint8
        )
        arrays[f"{part}-labels-idx1-ubyte"] = np.arange(n, dtype=np.uint8)
    for name, array in arrays.items():
        content = idx_bytes(array)
        name = name.replace("-idx", ".idx") if dotted else name
        (folder / f"{name}{suffix}").write_bytes(
            gzip.compress(content) if suffix else content
        )
    return arrays


def cifar_files(n: int = 2) -> dict[str, bytes]:
    """Return CIFAR-10's six files with ``n`` records each."""
    names = [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]
    pixels = RNG.integers(0, 256, (6, n, 3072), dtype=np.uint8)
    return {
        name: b"".join(
            bytes([(k * n + i) % 10]) + pixels[k, i].tobytes() for i in range(n)
        )
        for k, name in enumerate(names)
    }


def write_archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def one_line(caught: pytest.ExceptionInfo[InputError]) -> str:
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dotted", [False, True])
def test_mnist_is_read_from_idx_files(
    tmp_path: Path, suffix: str, dotted: bool
) -> None:
    arrays = write_mnist(tmp_path, suffix, dotted=dotted)
    images = load_images(str(tmp_path))
    for part, rows in (("train", slice(0, 7)), ("t10k", slice(7, 10))):
        expected = arrays[f"{part}-images-idx3-ubyte"]
        np.testing.assert_array_equal(images.images[rows], expected)
        labels = arrays[f"{part}-labels-idx1-ubyte"]
        np.testing.assert_array_equal(images.labels[rows], labels)
    assert images.is_test is not None
    assert images.is_test.tolist() == [False] * 7 + [True] * 3


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_an_idx_file_cut_anywhere_is_refused(tmp_path: Path, suffix: str) -> None:
    content = idx_bytes(np.arange(12, dtype=np.uint8).reshape(3, 2, 2))
    whole = gzip.compress(content) if suffix else content
    path = tmp_path / f"cut{suffix}"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            read_idx(path)
        assert str(path) in one_line(caught)
    path.write_bytes(gzip.compress(content + b"x") if suffix else content + b"x")
    with pytest.raises(InputError, match="too long"):
        read_idx(path)


def test_a_damaged_compressed_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(idx_bytes(RNG.integers(0, 9, 500, np.uint8))))
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "bad.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged|cut short"):
        read_idx(path)


def test_a_header_that_announces_more_than_there_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for shape, words in (
        ((3, 2, 2), "cut short; its header announces 12 bytes"),
        ((2**31, 1, 1), "cut short"),
        ((2**32 - 1, 2**32 - 1, 2**32 - 1), "announces .* GiB, at most 4 GiB"),
    ):
        content = struct.pack(">4B3I", 0, 0, 8, 3, *shape) + bytes(11)
        for path, packed in (
            (tmp_path / "x", content),
            (tmp_path / "x.gz", gzip.compress(content)),
        ):
            path.write_bytes(packed)
            with pytest.raises(InputError, match=words) as caught:
                read_idx(path)
            assert str(path) in one_line(caught)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_one_idx_file_alone_needs_its_folder(tmp_path: Path, suffix: str) -> None:
    write_mnist(tmp_path, suffix)
    path = tmp_path / f"train-images-idx3-ubyte{suffix}"
    with pytest.raises(InputError, match="name the folder that holds them") as caught:
        load_images(str(path))
    assert "t10k-labels-idx1-ubyte" in one_line(caught)
    other = tmp_path / "digits.bin"
    other.write_bytes(idx_bytes(np.zeros((3, 4, 4), dtype=np.uint8)))
    with pytest.raises(InputError, match="name the folder"):
        load_images(str(other))


def test_files_of_mnist_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path)
    labels = tmp_path / "train-labels-idx1-ubyte"
    labels.write_bytes(idx_bytes(np.zeros(6, dtype=np.uint8)))
    with pytest.raises(InputError, match="does not fit the labels") as caught:
        load_images(str(tmp_path))
    one_line(caught)
    labels.unlink()
    with pytest.raises(InputError, match="no such file"):
        load_images(str(tmp_path))


@pytest.mark.parametrize("packed", ["files", "subfolder", "archive", "archive path"])
def test_cifar10_is_read_from_its_binary_version(tmp_path: Path, packed: str) -> None:
    files = cifar_files()
    source = tmp_path
    if packed.startswith("archive"):
        write_archive(tmp_path / "cifar-10-binary.tar.gz", files)
        if packed == "archive path":
            source = tmp_path / "cifar-10-binary.tar.gz"
    else:
        folder = tmp_path / ("cifar-10-batches-bin" if packed == "subfolder" else ".")
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    images = load_images(str(source))
    assert images.images.shape == (12, 32, 32)
    assert images.labels.tolist() == [*range(10), 0, 1]
    assert images.is_test is not None
    assert np.flatnonzero(images.is_test).tolist() == [10, 11]
    # One pixel by hand: planes of red, green, blue; rounding to whole numbers.
    record = files["data_batch_3.bin"][3073 : 2 * 3073]
    place = 32 * 7 + 9
    red, green, blue = (record[1 + 1024 * k + place] for k in range(3))
    expected = 0.299 * red + 0.587 * green + 0.114 * blue
    assert abs(float(images.images[5, 7, 9]) - expected) <= 0.5 + 1e-3


def test_cifar10_that_is_damaged_is_refused(tmp_path: Path) -> None:
    files = cifar_files()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "data_batch_4.bin").write_bytes(files["data_batch_4.bin"][:-1])
    with pytest.raises(InputError, match=r"data_batch_4\.bin.*whole records") as caught:
        load_images(str(tmp_path))
    one_line(caught)
    (tmp_path / "data_batch_4.bin").unlink()
    with pytest.raises(InputError, match="no such file"):
        load_images(str(tmp_path))


def test_an_archive_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    write_archive(path, cifar_files())
    whole = path.read_bytes()
    for part in (0.0, 0.1, 0.5, 0.9):
        path.write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(InputError) as caught:
            load_images(str(path))
        assert str(path) in one_line(caught)
    files = cifar_files()
    del files["test_batch.bin"]
    write_archive(path, files)
    with pytest.raises(InputError, match=r"holds no .*test_batch\.bin"):
        load_images(str(path))


def test_an_archive_that_expands_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    write_archive(path, cifar_files() | {"readme.html": bytes(2**21)})
    load_images(str(path))
    monkeypatch.setattr(cifar10, "_MOST_ARCHIVE_BYTES", 2**20)
    with pytest.raises(InputError, match="expands to more than 1 MiB"):
        load_images(str(path))


def test_an_archive_with_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    files = cifar_files()
    with tarfile.open(path, "w:gz") as tar:
        for name, content in [*files.items(), ("test_batch.bin", bytes(3073))]:
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(InputError, match=r"test_batch\.bin twice"):
        load_images(str(path))


def test_the_pickles_of_cifar10_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="binary version"):
        load_images(str(tmp_path))


def test_npz_is_read_with_its_names_and_test_images(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (6, 8, 9), dtype=np.uint8)
    is_test = np.arange(6) > 3
    np.savez(
        tmp_path / "x.npz",
        images=images,
        labels=np.array([0, 1, 1, 0, 1, 0], dtype=np.uint8),
        class_names=np.array(["cat", "dog"]),
        is_test=is_test,
    )
    read = load_images(str(tmp_path / "x.npz"))
    np.testing.assert_array_equal(read.images, images)
    assert read.class_names == ("cat", "dog")
    np.testing.assert_array_equal(read.is_test, is_test)


GOOD = {
    "images": RNG.integers(128, 256, (4, 8, 8), dtype=np.uint8),
    "labels": np.array([0, 1, 0, 1]),
}
BAD = {
    "no labels": ({"labels": None}, "has no array 'labels'"),
    "float images": ({"images": np.zeros((4, 8, 8))}, "float64, not uint8"),
    "complex images": ({"images": np.zeros((4, 8, 8), np.complex64)}, "not numbers"),
    "flat images": ({"images": np.zeros((4, 64), dtype=np.uint8)}, "have shape"),
    "four colours": ({"images": np.zeros((4, 8, 8, 4), np.uint8)}, "have shape"),
    "too few labels": ({"labels": np.array([0, 1, 0])}, "one whole number"),
    "float labels": ({"labels": np.array([0.0, 1, 0, 1])}, "one whole number"),
    "negative label": ({"labels": np.array([0, 1, 0, -1])}, "-1 to 1"),
    "label without name": ({"class_names": np.array(["a"])}, "outside its 1 classes"),
    "one-hot labels": ({"labels": np.eye(4, dtype=int)}, "give the argmax"),
    "labels from 1": ({"labels": np.array([1, 2, 1, 2])}, "no image is of class 0;"),
    "labels with a gap": ({"labels": np.array([0, 2, 0, 2])}, "of class 1; number"),
    "a huge label": (
        {"labels": np.array([0, 1, 2, 10**9])},
        "of class 3, 4, 5 and 999999994 others",
    ),
    "a label that fits no integer": (
        {"labels": np.array([0, 1, 2, 2**64 - 1], dtype=np.uint64)},
        "from 0 to 18446744073709551615",
    ),
    "an empty class": ({"class_names": np.array(list("abc"))}, "is of class c;"),
    "a name twice": ({"class_names": np.array(["a", "a"])}, "the same name"),
    "names that are numbers": ({"class_names": np.eye(2)}, "not a list of texts"),
    "an array nobody reads": ({"is_validation": np.ones(4)}, "'is_validation', which"),
    "a wide image": ({"images": np.zeros((4, 8, 2000), np.uint8)}, "4 to 1024 pixels"),
    "tiny images": ({"images": np.zeros((4, 1, 1), np.uint8)}, "4 to 1024 pixels"),
    "one value": ({"images": np.full((4, 8, 8), 200, np.uint8)}, "every pixel .*200"),
    "one class": ({"labels": np.zeros(4, dtype=int)}, "one class only"),
    "no images": (
        {"images": GOOD["images"][:0], "labels": GOOD["labels"][:0]},
        "no im",
    ),
    "objects": ({"images": np.array([{}, None, 1, 2])}, "Python objects"),
    "numbers for is_test": ({"is_test": np.zeros(4)}, "true or false"),
}


@pytest.mark.parametrize("case", BAD)
def test_npz_with_something_else_is_refused(tmp_path: Path, case: str) -> None:
    changes, words = BAD[case]
    arrays = {k: v for k, v in (GOOD | changes).items() if v is not None}
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=words) as caught:
        read_npz(path)
    assert str(path) in one_line(caught)


def test_npz_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    noise = RNG.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez_compressed(path, images=noise, labels=np.arange(40) % 2)
    whole = path.read_bytes()
    damaged = [whole[: len(whole) * k // 5] for k in range(5)]
    damaged.append(whole[:500] + bytes(200) + whole[700:])
    damaged.append(b"not a zip file at all")
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load_images(str(path))
        assert str(path) in one_line(caught)
    np.save(tmp_path / "array.npy", noise)
    with pytest.raises(InputError, match=r"no \.npz"):
        load_images(str(tmp_path / "array.npy"))


def test_a_name_that_is_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="digits, photographs, mnist, cifar10"):
        load_images("mnits")
    with pytest.raises(InputError, match="holds neither"):
        load_images(str(tmp_path))
    with pytest.raises(InputError, match="cannot be read"):
        load_images(400 * "x")


def test_the_real_images_are_read(shared_data: Path) -> None:
    for file, side in (("mnist_8k", 28), ("cifar10_8k", 32)):
        images = load_images(str(shared_data / "images" / f"{file}.npz"))
        assert images.images.shape == (8000, side, side)
        assert images.n_classes == 10
        assert np.bincount(images.labels).min() > 500


def pixels(path: Path) -> np.ndarray:
    return read_idx(path) if path.name == "x.gz" else load_images(str(path)).images


@pytest.mark.parametrize("name", ["x.npz", "x.gz", "cifar-10-binary.tar.gz"])
def test_random_damage_gives_one_line_or_the_same_images(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    images = RNG.integers(0, 256, (4, 8, 8), dtype=np.uint8)
    if name == "x.npz":
        np.savez(path, images=images, labels=np.arange(4) % 2)
    elif name == "x.gz":
        path.write_bytes(gzip.compress(idx_bytes(images)))
    else:
        write_archive(path, cifar_files())
    whole, expected = path.read_bytes(), pixels(path)
    messages = []
    for _ in range(150):
        content = bytearray(whole)
        for place in RNG.integers(0, len(whole), 3):
            content[place] = RNG.integers(256)
        path.write_bytes(content)
        try:
            # A checksum guards the pixels of all three kinds.
            np.testing.assert_array_equal(pixels(path), expected)
        except InputError as error:
            messages.append(str(error))
    assert len(messages) > 75
    assert "\n" not in "".join(messages)
