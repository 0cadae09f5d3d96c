"""Files of cells in space, read by the programs that others use."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def _binary() -> str:
    """The command line, as it was built last."""
    built = [path for p in ("release", "debug") if (path := ROOT / "target" / p / "brenier").exists()]
    if built:
        return str(max(built, key=lambda path: path.stat().st_mtime))
    found = shutil.which("brenier")
    if found is None:
        pytest.skip("no brenier on the command line: cargo build")
    return found


@pytest.fixture(scope="module", params=["cube", "torus3"])
def files(request: Any, tmp_path_factory: Any) -> tuple[Path, bool]:
    """Cells of log-normal volumes, in all formats."""
    folder, rng = tmp_path_factory.mktemp(request.param), np.random.default_rng(5)
    np.savetxt(folder / "p.csv", rng.random((40, 3)), delimiter=",")
    np.savetxt(folder / "m.txt", rng.lognormal(0, 0.35, 40))
    run = [_binary(), "solve", "--domain", request.param, "--points", "p.csv", "--masses", "m.txt", "-q"]
    subprocess.run([*run, "-o", "s.json", "--cells", "c.vtu"], cwd=folder, check=True)
    for name in ("c.tess", "c.npz", "c.stl"):
        subprocess.run([_binary(), "cells", "s.json", "-o", name, "-q"], cwd=folder, check=True)
    for name in ("c.vti", "c.npy"):
        subprocess.run([_binary(), "cells", "s.json", "-o", name, "--voxels", "40x30x20", "-q"], cwd=folder, check=True)
    return folder, request.param == "torus3"


def test_vtk_reads_polyhedra_and_voxels(files: tuple[Path, bool]) -> None:
    pyvista = pytest.importorskip("pyvista")
    folder, _ = files
    grid = pyvista.read(folder / "c.vtu")
    assert grid.n_cells == 40 and set(grid.celltypes) == {42}
    volume = grid.compute_cell_sizes(length=False, area=False)["Volume"]
    assert volume == pytest.approx(grid["volume"], rel=1e-6) and volume.sum() == pytest.approx(1, rel=1e-6)
    assert grid["mass"] == pytest.approx(grid["prescribed"], rel=1e-9)
    image = pyvista.read(folder / "c.vti")
    assert image.dimensions == (41, 31, 21) and image.bounds[1] == 1
    labels = np.load(folder / "c.npy")
    assert labels.shape == (40, 30, 20) and np.array_equal(labels.transpose(2, 1, 0).ravel(), image["site"])
    share = np.bincount(labels.ravel(), minlength=40)[grid["site"]] / labels.size
    assert np.abs(share - grid["volume"]).max() < 0.01
    assert pyvista.read(folder / "c.stl").volume == pytest.approx(1, rel=1e-5)


def test_meshio_reads_polyhedra(files: tuple[Path, bool]) -> None:
    meshio = pytest.importorskip("meshio")
    folder, _ = files
    mesh = meshio.read(folder / "c.vtu")
    arrays = np.load(folder / "c.npz")
    count = 0
    for block, sites in zip(mesh.cells, mesh.cell_data["site"], strict=True):
        assert len(block.data) == len(sites)
        for faces, site in zip(block.data, sites, strict=True):
            count += 1
            used = {int(v) for face in faces for v in face}
            assert len(used) == arrays["points"][site + 1] - arrays["points"][site]
            first = arrays["vertices"][arrays["points"][site]]
            assert any(np.array_equal(mesh.points[v], first) for v in used)
    assert count == 40


def test_neper_files_are_complexes(files: tuple[Path, bool]) -> None:
    tess = pytest.importorskip("tessToPy")
    folder, torus = files
    read = (tess.PeriodicTessellation if torus else tess.Tessellation)(str(folder / "c.tess"))
    counts = [len(read.vertices), len(read.edges), len(read.faces), len(read.polyhedrons)]
    assert counts[3] == 40
    if torus:
        # It finds where copies are by itself, and they must be whole periods away.
        copies = [sum(part.master is not None for part in parts.values()) for parts in (read.vertices, read.edges, read.faces)]
        v, e, f = (n - c for n, c in zip(counts[:3], copies, strict=True))
        assert v - e + f - 40 == 0
        for part in read.vertices.values():
            if part.master is not None:
                way = part.coord - part.master.coord
                assert way == pytest.approx(np.round(way), abs=1e-12)
    else:
        assert counts[0] - counts[1] + counts[2] - 40 == 1


def test_arrays_hold_moments(files: tuple[Path, bool]) -> None:
    folder, torus = files
    a = np.load(folder / "c.npz")
    assert a["volume"].sum() == pytest.approx(1) and a["second_moment"].shape == (40, 6)
    # Areas times outward normals cancel over each cell.
    flux = np.zeros((40, 3))
    np.add.at(flux, a["face_cell"], a["face_area"][:, None] * a["face_normal"])
    assert np.abs(flux).max() < 1e-12
    # Each wall is seen from both sides, from there as the image that goes back.
    walls = {(int(i), int(j), *map(int, s)) for i, j, s in zip(a["face_cell"], a["face_neighbor"], a["face_shift"]) if j >= 0}
    assert all((j, i, -x, -y, -z) in walls for i, j, x, y, z in walls)
    assert torus == all(a["face_neighbor"] >= 0)
