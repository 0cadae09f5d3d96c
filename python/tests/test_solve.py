"""Plans are right: closed forms, proofs, and what they say of themselves."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from conftest import tetrahedron

import brenier as bn


def test_two_sites_have_the_wall_where_the_masses_say(square: bn.Source) -> None:
    plan = bn.solve([[0.0, 0.5], [1.0, 0.5]], square, masses=[0.25, 0.75])
    assert plan.weights[1] - plan.weights[0] == pytest.approx(0.5, abs=1e-14)
    assert plan.converged and plan.status == "converged"
    # int_0^1/4 x^2 dx + int_1/4^1 (1-x)^2 dx + int (y - 1/2)^2 dy
    assert plan.value == pytest.approx((0.25**3 + 0.75**3) / 3 + 1 / 12, rel=1e-12)
    assert plan.value == plan.cost
    np.testing.assert_allclose(plan.centroids, [[0.125, 0.5], [0.625, 0.5]], atol=1e-12)


def test_a_plan_says_what_a_solution_says(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    sites, masses = towns
    plan = bn.solve(sites, square, masses, hessian=True)
    np.testing.assert_array_equal(plan.sites, sites)
    np.testing.assert_array_equal(plan.target_masses, masses)
    np.testing.assert_allclose(plan.masses, masses, rtol=1e-10)
    assert plan.max_mass_error <= 1e-10 and plan.residual == plan.max_mass_error
    np.testing.assert_allclose(plan.weights, (sites**2).sum(1) + 2 * plan.heights, atol=1e-14)
    assert abs(masses @ plan.heights) < 1e-13
    assert plan.hidden.size == 0 and plan.site_of_input is None
    assert plan.report["converged"] is True and plan.report["threads"] >= 1
    assert len(plan) == 60 and plan.dimension == 2 and plan.iterations >= 1
    rows, columns, entries = plan.hessian
    assert (rows < columns).all() and (entries > 0).all()
    assert "60 sites, converged" in repr(plan)


def test_the_proof_is_that_of_the_command(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    plan = bn.solve(*towns[:1], square, towns[1])
    proof = plan.check()
    assert proof and proof.ok and proof.level == 5 and proof.failures == []
    low, high = proof.w2_squared
    assert low <= plan.value * (1 + 1e-12) and plan.value * (1 - 1e-12) <= high and high - low < 1e-9
    assert proof.max_relative_error <= 1e-10
    assert proof.lines[0].startswith("PASS  problem") and any("optimum" in line for line in proof.lines)
    assert str(proof).splitlines()[-1].startswith("verified: ")
    assert plan.check(level=2).w2_squared == (0.0, np.inf)
    with pytest.raises(bn.BrenierError, match="level is 7; give 1 to 5"):
        plan.check(level=7)


def test_results_are_read_only_and_share_memory(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    plan = bn.solve(towns[0], square)
    for array in (plan.sites, plan.heights, plan.weights, plan.masses, plan.centroids, plan.target_masses):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    assert np.shares_memory(plan.weights, plan.weights)
    weights = plan.weights
    copy = weights.copy()
    del plan
    np.testing.assert_array_equal(weights, copy)


def test_input_is_copied(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    sites, masses = towns[0].copy(), towns[1].copy()
    problem = bn.Problem(sites, square, masses)
    first = bn.solve(problem)
    sites += 100.0
    masses[:] = 1.0
    np.testing.assert_array_equal(problem.sites, towns[0])
    np.testing.assert_array_equal(bn.solve(problem).heights, first.heights)


def test_the_same_bits_for_any_number_of_threads(square: bn.Source) -> None:
    sites = np.random.default_rng(3).random((3000, 2))
    one, three = (bn.solve(sites, square, threads=t) for t in (1, 3))
    for name in ("heights", "heights_lo", "weights", "masses", "centroids"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))
    assert one.value == three.value


def test_densities(square: bn.Source) -> None:
    sites = np.random.default_rng(1).random((20, 2))
    affine = bn.solve(sites, square, density=bn.Affine([1.0, 0.5], 0.25))
    same = bn.solve(sites, square, density={"type": "affine", "g": [1.0, 0.5], "c": 0.25})
    np.testing.assert_array_equal(affine.heights, same.heights)
    assert affine.check().ok
    pixels = np.array([[1.0, 2.0], [0.5, 4.0]])
    image = bn.solve(sites, bn.Image(pixels, [0, 0], [1, 1]))
    assert image.check().ok
    np.testing.assert_array_equal(
        image.heights, bn.solve(sites, square, density=bn.Image(pixels, [0, 0], [1, 1])).heights
    )
    # The top row comes first: the lower right pixel is the dense one.
    assert bn.solve([[0.5, 0.5]], bn.Image(pixels, [0, 0], [1, 1])).centroids[0] == pytest.approx(
        [(1.5 * 0.25 + 6 * 0.75) / 7.5, (4.5 * 0.25 + 3 * 0.75) / 7.5]
    )


def test_meshes_and_their_densities() -> None:
    vertices = [[0, 0], [1, 0], [1, 1], [0, 1]]
    mesh = bn.Mesh(vertices, [[0, 1, 2], [0, 2, 3]])
    sites = np.random.default_rng(2).random((12, 2))
    for density in (None, bn.PerVertex([1, 2, 3, 1]), bn.PerFace([1, 2]), bn.PerCorner([[1, 2, 3], [1, 1, 2]])):
        assert bn.solve(sites, mesh, density=density).check().ok
    whole = bn.solve(sites, bn.Box([0, 0], [1, 1]))
    np.testing.assert_allclose(bn.solve(sites, mesh).weights, whole.weights, atol=1e-9)


def test_surfaces() -> None:
    vertices, triangles = tetrahedron()
    plan = bn.solve(vertices, bn.Surface(vertices, triangles))
    np.testing.assert_allclose(plan.masses, 0.25, rtol=1e-9)
    assert plan.dimension == 3 and plan.check().ok
    cells = plan.map(vertices + 0.01, kind="cell")
    assert cells.shape == (4,) and set(cells) <= {0, 1, 2, 3}
    with pytest.raises(bn.BrenierError, match="works in the plane in this version, this is a surface"):
        plan.interpolate(0.5)


def test_partial_transport(square: bn.Source) -> None:
    plan = bn.solve([[0.5, 0.5]], square, [0.1], partial=True)
    assert plan.weights[0] == pytest.approx(0.1 / np.pi, abs=1e-12)
    assert plan.report["rest"] == pytest.approx(0.9)
    with pytest.raises(bn.BrenierError, match="bounded by arcs"):
        plan.cells()
    with pytest.raises(bn.BrenierError, match="derivatives of the heights of partial transport are not made"):
        plan.vjp_heights([1.0])


def test_merged_sites_are_told(square: bn.Source) -> None:
    with pytest.warns(bn.BrenierWarning, match=r"^sites 0 and 2 coincide; merged \(mass 0\.6\)$"):
        plan = bn.solve([[0.2, 0.2], [0.8, 0.8], [0.2, 0.2]], square, [0.3, 0.4, 0.3])
    assert plan.site_of_input.tolist() == [0, 1, 0] and len(plan) == 2
    with pytest.raises(bn.BrenierError, match="sites 0 and 2 coincide"):
        bn.solve([[0.2, 0.2], [0.8, 0.8], [0.2, 0.2]], square, duplicates="refuse")


def test_zero_masses_are_dropped_when_asked(square: bn.Source) -> None:
    sites, masses = [[0.1, 0.1], [0.5, 0.5], [0.9, 0.2]], [1.0, 0.0, 2.0]
    with pytest.raises(bn.BrenierError, match=r"^masses\[1\] = 0; masses must be positive, drop the site$"):
        bn.solve(sites, square, masses)
    with pytest.warns(bn.BrenierWarning, match=r"masses\[1\] is 0; its site was dropped, and kept"):
        problem = bn.Problem(sites, square, masses, drop_zero_mass=True)
    assert problem.kept.tolist() == [0, 2]
    np.testing.assert_array_equal(bn.solve(problem).sites, [[0.1, 0.1], [0.9, 0.2]])


def test_diagrams(square: bn.Source) -> None:
    voronoi = bn.diagram([[0.25, 0.5], [0.75, 0.5]], square)
    assert voronoi.masses.tolist() == [0.5, 0.5] and voronoi.status == "diagram"
    power = bn.diagram([[0.25, 0.5], [0.75, 0.5]], square, weights=[0.1, 0.0])
    assert power.masses[0] == pytest.approx(0.6)
    same = bn.diagram([[0.25, 0.5], [0.75, 0.5]], square, heights=(power.heights, power.heights_lo))
    np.testing.assert_array_equal(same.masses, power.masses)
    hidden = bn.diagram([[0.25, 0.5], [0.75, 0.5]], square, weights=[10.0, 0.0])
    assert hidden.hidden.tolist() == [1] and np.isnan(hidden.centroids[1]).all()


def test_quantize(square: bn.Source) -> None:
    found = bn.quantize(square, 12, tol=1e-3)
    assert found.stationary and found.status == "stationary" and found.movement <= 1e-3
    assert found.sites.shape == (12, 2) and found.plan.check().ok
    assert (np.diff(found.costs) <= 1e-12).all()
    again = bn.quantize(square, sites=found.sites, steps=1)
    assert again.plan.value <= found.plan.value * (1 + 1e-9)
    with pytest.raises(bn.BrenierError, match="give either n"):
        bn.quantize(square)


def test_parameterize() -> None:
    vertices, triangles = tetrahedron()
    flat = bn.parameterize(vertices, triangles[:3])
    assert flat.bijective and flat.uv.min() >= 0 and flat.uv.max() <= 1
    corners = flat.uv[flat.corners]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    assert (areas > 0).all()
    assert flat.per_vertex(4).shape == (4, 2)
    closed = bn.parameterize(vertices, triangles)
    assert closed.bijective and len(closed.uv) > 4
    with pytest.raises(bn.BrenierError, match="lies on a cut"):
        closed.per_vertex(4)


def test_parameterize_with_good_manners() -> None:
    n = 12
    x, y = (g.ravel() for g in np.meshgrid(np.linspace(-1, 1, n + 1), np.linspace(-1, 1, n + 1)))
    vertices = np.stack([x, y, np.exp(-4 * (x * x + y * y))], axis=1)
    corner = np.arange(n)[:, None] * (n + 1) + np.arange(n)
    a, b, c, d = (k.ravel() for k in (corner, corner + 1, corner + n + 2, corner + n + 1))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    # The default is free, and stretches less than a disk; the disk is one argument away.
    free = bn.parameterize(vertices, triangles)
    disk = bn.parameterize(vertices, triangles, boundary="disk", area_weight=1e7)
    assert free.bijective and disk.bijective and free.stretch[1] < disk.stretch[1]
    again = bn.parameterize(vertices, triangles, boundary="free", area_weight=1e3)
    assert (free.uv == again.uv).all()
    # A hole stays a hole, unless cuts are asked for.
    pricked = triangles[(triangles != 6 * (n + 1) + 6).all(axis=1)]
    assert len(bn.parameterize(vertices, pricked, fill_holes=6).uv) == len(vertices) - 1
    assert len(bn.parameterize(vertices, pricked, fill_holes=0).uv) > len(vertices) - 1
    # Without time there is a first layout, one to one all the same.
    first = bn.parameterize(vertices, triangles, time_limit=0)
    assert first.bijective and any("was stopped" in note for note in first.notes)


def test_warm_starts_are_used_and_told(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    sites, masses = towns
    cold = bn.solve(sites, square, masses)
    moved, heavier = sites + 1e-3 * np.sin(40 * sites), masses * np.linspace(0.95, 1.05, 60)
    warm = bn.solve(moved, square, heavier, warm=cold)
    assert "start: from the heights given" in warm.notes
    assert warm.iterations <= bn.solve(moved, square, heavier).iterations
    assert warm.check().ok
    # A move common to all sites changes no cell.
    shifted = bn.solve(sites + 0.125, square, masses, warm=cold)
    assert shifted.iterations == 0 and shifted.check().ok
    assert not any(note.startswith("start: from") for note in cold.notes)
    shuffled = bn.solve(np.random.default_rng(5).random((60, 2)), square, warm=cold)
    assert any(note.startswith("start: ") for note in shuffled.notes) and shuffled.converged
    with pytest.raises(bn.BrenierError, match="warm has 60 sites, the problem 2; give a plan for as many"):
        bn.solve([[0.1, 0.2], [0.3, 0.4]], square, warm=cold)


def test_plans_and_problems_can_be_sent(square: bn.Source, towns: tuple[np.ndarray, np.ndarray]) -> None:
    problem = bn.Problem(towns[0], square, towns[1])
    there = pickle.loads(pickle.dumps(problem))
    assert there.sha256 == problem.sha256 and len(there) == len(problem)
    plan = bn.solve(problem)
    back = pickle.loads(pickle.dumps(plan))
    assert back.to_bytes() == plan.to_bytes()
    np.testing.assert_array_equal(back.heights_lo, plan.heights_lo)
    assert back.check().ok and back.problem.sha256 == problem.sha256
    diagram = bn.Problem([[0.2, 0.2], [0.2, 0.2]], square, weights=[0.0, 1.0], duplicates="keep")
    assert bn.diagram(pickle.loads(pickle.dumps(diagram))).masses.tolist() == [0.0, 1.0]
    source = pickle.loads(pickle.dumps(square))
    assert type(source) is bn.Box and source.bounds[1].tolist() == [1.0, 1.0]
