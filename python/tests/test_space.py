"""Boxes, polyhedra and tori in space; tessellations with given volumes."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import brenier as bn
import numpy as np
import pytest


def test_a_box_in_space_is_solved_and_proved(tmp_path: Path) -> None:
    sites = np.random.default_rng(1).random((20, 3))
    plan = bn.solve(sites, bn.Box([0, 0, 0], [1, 1, 1]))
    assert plan.converged and plan.centroids.shape == (20, 3)
    certificate = plan.check()
    assert certificate.ok and certificate.w2_squared[0] <= plan.value * (1 + 1e-9)
    plan.save(tmp_path / "s.json")
    back = bn.load(tmp_path / "s.json")
    assert np.array_equal(back.weights, plan.weights)
    x = np.random.default_rng(2).random((500, 3))
    power = ((x[:, None] - sites[None]) ** 2).sum(axis=2) - plan.weights
    assert np.array_equal(plan.map(x, kind="cell"), power.argmin(axis=1))
    points, cells, images = plan.sample(200, seed=3)
    assert points.shape == (200, 3) and np.array_equal(images, sites[cells])


def test_one_site_on_a_torus_has_the_second_moment_of_a_cube() -> None:
    for d in (2, 3):
        plan = bn.solve([[0.3] * d], bn.Torus([0] * d, [1] * d))
        assert plan.value == pytest.approx(d / 12, rel=1e-12)
        assert plan.check().ok


def test_an_octahedron_by_its_half_spaces() -> None:
    rows = [[a, b, c, 1] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    plan = bn.solve([[0.5, 0, 0], [-0.5, 0, 0]], bn.Polyhedron(halfspaces=rows), masses=[0.5, 0.5])
    assert plan.weights[0] == pytest.approx(plan.weights[1], abs=1e-12)
    # Half of it, of height 1 over a square of area 2: the centroid at a quarter.
    assert plan.centroids[0][0] == pytest.approx(0.25, rel=1e-12)


def test_grains_of_given_volumes() -> None:
    rng = np.random.default_rng(4)
    seeds = 3 * rng.random((60, 3)) - 1
    volumes = rng.lognormal(0, 0.35, 60)
    plan = bn.laguerre(seeds, volumes, periodic=True, domain=[[0, 2], [0, 1], [0, 1]], n_iter=2)
    assert np.abs(plan.masses / volumes - 1).max() < 1e-10
    assert plan.check().ok
    again = bn.laguerre(plan.sites, weights=plan.weights, periodic=True, domain=[[0, 2], [0, 1], [0, 1]])
    assert again.masses / again.masses.sum() == pytest.approx(volumes / volumes.sum(), rel=1e-9)
    mixed = bn.laguerre(seeds[:, :2], periodic=[True, False])
    assert mixed.masses == pytest.approx(np.full(60, 1 / 60), rel=1e-9)


def test_volumes_and_centroids_of_grains_give_their_seeds() -> None:
    rng = np.random.default_rng(6)
    seeds, volumes = rng.random((25, 3)), rng.lognormal(0, 0.35, 25)
    for periodic in (False, True):
        grains = bn.laguerre(seeds, volumes, periodic=periodic)
        found = bn.fit_cells(volumes, grains.centroids, periodic=periodic, tol=1e-5, steps=1000)
        assert found.fitted and found.status == "fitted" and found.off <= 1e-5 and found.largest < 1e-4
        assert found.plan.masses == pytest.approx(volumes, rel=1e-9)
        assert len(found.offs) >= 2 and found.offs[-1] < found.offs[0]
    # No cells of these volumes have all their centroids in the middle.
    none = bn.fit_cells(volumes, 0.5 + 1e-3 * rng.random((25, 3)), steps=5)
    assert not none.fitted and none.off > 1e-2


def test_a_metric_stretches_cells() -> None:
    # (x - y)' M (x - y) with M = diag(4, 1, 1): two seeds on a diagonal are parted as if x were twice as long.
    seeds = np.array([[0.25, 0.25, 0.5], [0.75, 0.75, 0.5]])
    weights = np.array([0.0, 0.5])
    plan = bn.laguerre(seeds, weights=weights, metric=[4, 1, 1, 0, 0, 0])
    assert plan.weights == pytest.approx(weights, abs=1e-15)
    x = np.random.default_rng(1).random((500, 3))
    power = ((x[:, None] - seeds[None]) ** 2 * [4, 1, 1]).sum(axis=2) - weights
    assert np.array_equal(plan.map(x, kind="cell"), power.argmin(axis=1))
    volumes = bn.laguerre(seeds, [1, 3], metric=np.diag([4.0, 1.0, 1.0]))
    assert volumes.masses == pytest.approx([1, 3])
    # In the plane, in a box, and on a torus: hexagons, of one site on the lattice of two vectors at 60 degrees.
    assert bn.laguerre([[0.25, 0.25], [0.75, 0.5]], [1, 2], metric=[2, 1, 0.5]).masses == pytest.approx([1, 2])
    assert bn.laguerre([[0.1, 0.2]], [1.0], periodic=True, metric=[1, 1, 0.5]).value == pytest.approx(5 / 36)


def test_a_source_keeps_its_metric() -> None:
    torus = pickle.loads(pickle.dumps(bn.Torus([0, 0, 0], [1, 1, 1]).with_metric([2, 2, 2, 1, 1, 1])))
    assert bn.solve([[0.3, 0.3, 0.3]], torus).value == pytest.approx(3 / 8)
    with pytest.raises(bn.BrenierError, match="too skew"):
        bn.Torus([0, 0, 0], [1, 1, 1]).with_metric([1, 100, 1, 0, 0, 9.9])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: bn.laguerre([[0, 0, 0]], periodic=[True]), "periodic has 1 entries"),
        (lambda: bn.laguerre([[0, 0, 0]], domain=[[0, 1]]), "domain has 1 rows"),
        (lambda: bn.laguerre([0.0, 1.0]), "seeds has shape"),
        (lambda: bn.laguerre([[0, 0, 0]], metric=[1, 1, -1, 0, 0, 0]), "positive definite"),
        (lambda: bn.laguerre([[0, 0, 0]], metric=[1, 1, 1, 0.1, 0, 0], periodic=[True, True, False]), "mixes periodic axes"),
        (lambda: bn.laguerre([[0, 0, 0]], metric=[[1, 1, 0], [0, 1, 0], [0, 0, 1]]), "not symmetric"),
        (lambda: bn.laguerre([[0, 0, 0]], metric=[[1, 0], [0, 1]]), "metric has shape"),
        (lambda: bn.fit_cells([1, 1], [[0, 0, 0], [0, 0, 0]]), "no site twice"),
        (lambda: bn.laguerre([[0, 0]], [1.0], weights=[0.0]), "weights leave nothing to solve"),
        (lambda: bn.Polyhedron(halfspaces=[[1, 0, 0, 1]]), "unbounded"),
        (lambda: bn.Torus([0, 0], [1, 1], [True]), "periodic has 1 entries"),
    ],
)
def test_refused_in_words(call: Any, text: str) -> None:
    with pytest.raises(bn.BrenierError, match=text):
        call()


CUBE = [[k & 1, (k >> 1) & 1, (k >> 2) & 1] for k in range(8)]
FIVE = [[0, 1, 2, 4], [3, 1, 2, 7], [5, 1, 4, 7], [6, 2, 4, 7], [1, 2, 4, 7]]
QUADS = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]]
SIDES = [t for a, b, c, d in QUADS for t in ([a, b, c], [a, c, d])]


def test_tetrahedra_and_solids_are_the_box() -> None:
    sites = np.random.default_rng(4).random((9, 3))
    box = bn.solve(sites, bn.Box([0, 0, 0], [1, 1, 1]), tol=1e-13)
    for source in (bn.Tets(CUBE, FIVE), bn.Solid(CUBE, SIDES)):
        plan = bn.solve(sites, source, tol=1e-13)
        assert np.allclose(plan.weights, box.weights, rtol=0, atol=1e-12)
        assert abs(plan.value - box.value) < 1e-12
        assert plan.check().ok
    assert bn.TetMesh is bn.Tets


def test_densities_on_tetrahedra() -> None:
    sites = np.random.default_rng(5).random((4, 3))
    source = bn.TetMesh(CUBE, FIVE)
    height = [v[2] for v in CUBE]
    a = bn.solve(sites, source, density=bn.PerVertex(height), tol=1e-13)
    b = bn.solve(sites, source, density=bn.Affine([0, 0, 1]), tol=1e-13)
    assert abs(a.value - b.value) < 1e-12
    assert bn.solve(sites, source, density=bn.PerCell([1, 2, 3, 4, 5])).check().ok
