"""Files are those of the command line: read and written again they have the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from conftest import ROOT, bumpy, tetrahedron

import brenier as bn

Command = Callable[..., "CompletedProcess[str]"]


def _write(path: Path, sites: np.ndarray) -> Path:
    header = "x,y" if sites.shape[1] == 2 else "x,y,z"
    lines = [",".join(map(repr, row)) for row in sites.tolist()]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_what_is_saved_and_loaded_has_the_same_bytes(
    tmp_path: Path, square: bn.Source, towns: tuple[np.ndarray, np.ndarray]
) -> None:
    plan = bn.solve(towns[0], square, towns[1], hessian=True)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    plan.save(first)
    again = bn.load(first)
    again.save(second)
    assert first.read_bytes() == second.read_bytes()
    assert again.value == plan.value and again.report == plan.report
    np.testing.assert_array_equal(again.heights_lo, plan.heights_lo)
    for a, b in zip(again.hessian, plan.hessian, strict=True):
        np.testing.assert_array_equal(a, b)
    again.save(first)
    assert first.read_bytes() == second.read_bytes()


def test_the_command_verifies_what_python_saves(
    tmp_path: Path, command: Command, square: bn.Source, towns: tuple[np.ndarray, np.ndarray]
) -> None:
    path = tmp_path / "towns.json"
    bn.solve(towns[0], square, towns[1]).save(path)
    done = command("check", path)
    assert done.returncode == 0, done.stderr
    assert bn.load(path).check().text == done.stdout.rstrip("\n")


def test_python_finds_the_bits_of_the_command(
    tmp_path: Path, command: Command, square: bn.Source, towns: tuple[np.ndarray, np.ndarray]
) -> None:
    points, masses = _write(tmp_path / "p.csv", towns[0]), tmp_path / "m.txt"
    masses.write_text("\n".join(map(repr, towns[1].tolist())) + "\n")
    out = tmp_path / "s.json"
    done = command("solve", "--domain", "square", "--points", points, "--masses", masses, "-o", out)
    assert done.returncode == 0, done.stderr
    theirs, ours = bn.load(out), bn.solve(towns[0], square, towns[1])
    for name in ("heights", "heights_lo", "weights", "masses", "centroids"):
        np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))
    assert theirs.value == ours.value and theirs.problem.sha256 == ours.problem.sha256
    # All but what clocks and the process tell.
    ours.save(tmp_path / "o.json")
    mine, other = (json.loads(p.read_text()) for p in (tmp_path / "o.json", out))
    for document in (mine, other):
        report = document["report"]
        for key in ("seconds", "peak_bytes", "threads"):
            report.pop(key)
        for step in report["iterations"]:
            for key in ("seconds", "hull", "cells", "linear"):
                step.pop(key)
    assert mine == other
    theirs.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == out.read_bytes()


def test_solutions_that_name_a_problem_file_keep_its_name(tmp_path: Path, command: Command, square: bn.Source) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    problem = bn.Problem(np.random.default_rng(0).random((9, 2)), square)
    problem.save(folder / "p.json")
    done = command("solve", folder / "p.json", "-o", folder / "s.json")
    assert done.returncode == 0, done.stderr
    plan = bn.load(folder / "s.json")
    plan.save(folder / "t.json")
    assert (folder / "t.json").read_bytes() == (folder / "s.json").read_bytes()
    plan.save(tmp_path / "u.json")
    assert json.loads((tmp_path / "u.json").read_text())["problem"]["path"] == "in/p.json"
    assert command("check", tmp_path / "u.json").returncode == 0
    assert bn.load(tmp_path / "u.json").check().ok
    # Sent to another process it holds the problem itself.
    os.remove(folder / "p.json")
    assert bn._brenier.Plan.from_bytes(plan.to_bytes()).check().ok
    with pytest.raises(FileNotFoundError) as caught:
        bn.load(folder / "s.json")
    assert caught.value.filename == str(folder / "p.json")


def test_problem_files_are_read(tmp_path: Path, command: Command) -> None:
    problem = (
        bn.read_problem(ROOT / "data" / "problems" / "towns.json")
        if (ROOT / "data" / "problems" / "towns.json").exists()
        else None
    )
    if problem is None:
        towns = tmp_path / "towns.json"
        points = str(ROOT / "data" / "towns.csv")
        domain = {"type": "box", "min": [0, 0], "max": [1, 1]}
        header = {"format": "brenier/problem", "version": 1}
        towns.write_text(json.dumps({**header, "domain": domain, "sites": {"path": points}, "masses": None} | {}))
        document = json.loads(towns.read_text())
        document.pop("masses")
        towns.write_text(json.dumps(document))
        problem = bn.read_problem(towns)
    assert len(problem) > 100 and bn.solve(problem).check().ok


def test_large_arrays_stand_beside(tmp_path: Path, square: bn.Source) -> None:
    sites = (np.indices((320, 320)).reshape(2, -1).T + 0.5) / 320
    plan = bn.diagram(sites, square)
    plan.save(tmp_path / "grid.json")
    beside = list(tmp_path.glob("grid-*.npz"))
    assert len(beside) == 1
    with np.load(beside[0]) as arrays:
        np.testing.assert_array_equal(arrays["heights"], plan.heights)
    again = bn.load(tmp_path / "grid.json")
    np.testing.assert_array_equal(again.centroids, plan.centroids)
    before = (tmp_path / "grid.json").read_bytes()
    again.save(tmp_path / "grid.json")
    assert (tmp_path / "grid.json").read_bytes() == before


def test_surfaces_have_files_too(tmp_path: Path, command: Command) -> None:
    vertices, triangles = bumpy()
    plan = bn.solve(vertices[::5] + 0.01, bn.Surface(vertices, triangles))
    plan.save(tmp_path / "s.json")
    assert command("check", tmp_path / "s.json").returncode == 0
    bn.load(tmp_path / "s.json").save(tmp_path / "t.json")
    assert (tmp_path / "t.json").read_bytes() == (tmp_path / "s.json").read_bytes()


def test_sources_are_read_as_the_command_reads_them(tmp_path: Path) -> None:
    mesh = tmp_path / "t.obj"
    vertices, triangles = tetrahedron()
    mesh.write_text(
        "".join(f"v {x} {y} {z}\n" for x, y, z in vertices) + "".join(f"f {a} {b} {c}\n" for a, b, c in triangles + 1)
    )
    source = bn.read_source(mesh)
    assert source.dimension == 3
    ours = bn.solve(vertices, bn.Surface(vertices, triangles))
    np.testing.assert_array_equal(bn.solve(vertices, source).heights, ours.heights)
    np.save(tmp_path / "grey.npy", np.array([[0.1, 0.9], [0.4, 0.2]]))
    picture = bn.Image(tmp_path / "grey.npy", invert=True)
    assert picture.bounds[1].tolist() == [1.0, 1.0]
    assert bn.solve([[0.2, 0.2], [0.9, 0.5]], picture).check().ok


def test_files_that_are_none_are_refused(tmp_path: Path, square: bn.Source) -> None:
    with pytest.raises(FileNotFoundError):
        bn.load(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(bn.FileError, match=r"bad\.json: line 1: "):
        bn.load(tmp_path / "bad.json")
    plan = bn.solve([[0.5, 0.5]], square)
    with pytest.raises(
        bn.BrenierError, match=r"plan\.svg: solutions are written as \.json; pictures are made with plot"
    ):
        plan.save(tmp_path / "plan.svg")
    with pytest.raises(OSError, match="cannot|such file|directory"):
        plan.save(tmp_path / "no" / "folder.json")
    plan.save(tmp_path / "plan.json")
    document = json.loads((tmp_path / "plan.json").read_text())
    document["heights"] = [1.0, 2.0]
    (tmp_path / "plan.json").write_text(json.dumps(document))
    with pytest.raises(bn.FileError, match="heights"):
        bn.load(tmp_path / "plan.json")


def test_a_false_claim_does_not_pass(tmp_path: Path, square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    path = tmp_path / "plan.json"
    bn.solve(towns[0], square, towns[1]).save(path)
    document = json.loads(path.read_text())
    document["masses"][3] *= 1 + 1e-6
    path.write_text(json.dumps(document))
    proof = bn.load(path).check()
    assert not proof and proof.failures == ["masses"] and any(line.startswith("FAIL  masses") for line in proof.lines)
