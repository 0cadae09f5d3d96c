"""Gradients against differences of solved problems, in the plane, on meshes and images, on surfaces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import bumpy

import brenier as bn

RANDOM = np.random.default_rng(21)
SITES = RANDOM.random((7, 2))
MASSES = RANDOM.uniform(0.5, 1.5, 7)
STEP = 1e-5

Case = tuple[bn.Source, "bn.sources.Density | None", np.ndarray]
CASES: dict[str, Callable[[], Case]] = {
    "constant": lambda: (bn.Box([0, 0], [1, 1]), None, SITES),
    "affine": lambda: (bn.Box([0, 0], [1, 1]), bn.Affine([1.0, 2.0], 0.5), SITES),
    "mesh": lambda: (
        bn.Mesh([[0, 0], [1, 0], [1, 1], [0, 1], [0.4, 0.55]], [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]]),
        bn.PerVertex([1.0, 2.0, 1.0, 3.0, 2.0]),
        SITES,
    ),
    "image": lambda: (bn.Image(RANDOM.uniform(1, 2, (3, 4)), [0, 0], [1, 1]), None, SITES),
    "bilinear": lambda: (bn.Image(RANDOM.uniform(1, 2, (3, 4)), [0, 0], [1, 1], "bilinear"), None, SITES),
    "surface": lambda: (
        bn.Surface(*bumpy(5)),
        bn.PerVertex(np.linspace(1, 2, 25)),
        np.column_stack([SITES, RANDOM.uniform(-0.1, 0.3, 7)]),
    ),
}


@pytest.fixture(params=list(CASES), scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]()


def _slope(f: Callable[[float], float]) -> float:
    return (8 * (f(STEP) - f(-STEP)) - (f(2 * STEP) - f(-2 * STEP))) / (12 * STEP)


def _plan(case: Case, sites: np.ndarray, masses: np.ndarray) -> bn.Plan:
    return bn.solve(sites, case[0], masses, case[1], tol=1e-13)


def _compare(case: Case, loss: Callable[[bn.Plan], float], d_sites: np.ndarray, d_masses: np.ndarray) -> None:
    """A loss of plans against what is said of its slopes, along random directions."""
    directions = np.random.default_rng(5)
    for _ in range(3):
        v, m = directions.standard_normal(case[2].shape), directions.standard_normal(7) * 0.3
        along = _slope(lambda t, v=v: loss(_plan(case, case[2] + t * v, MASSES)))  # type: ignore[misc]
        assert (d_sites * v).sum() == pytest.approx(along, rel=2e-6, abs=2e-7)
        along = _slope(lambda t, m=m: loss(_plan(case, case[2], MASSES + t * m)))  # type: ignore[misc]
        assert (d_masses * m).sum() == pytest.approx(along, rel=2e-6, abs=2e-7)


def test_of_the_value(case: Case) -> None:
    plan = _plan(case, case[2], MASSES)
    _compare(case, lambda p: p.value, plan.grad_sites(), plan.grad_masses(total="free"))
    fixed = plan.grad_masses()
    assert abs(fixed.sum()) < 1e-12
    np.testing.assert_allclose(fixed - fixed[0], plan.weights - plan.weights[0], atol=1e-12)
    np.testing.assert_allclose(plan.grad_sites(), 2 * MASSES[:, None] * (plan.sites - plan.centroids), atol=1e-12)


def test_of_heights(case: Case) -> None:
    plan, loss = _plan(case, case[2], MASSES), np.random.default_rng(1).standard_normal(7)
    _compare(case, lambda p: float(loss @ p.heights), *plan.vjp_heights(loss))


def test_of_weights(case: Case) -> None:
    plan, loss = _plan(case, case[2], MASSES), np.random.default_rng(2).standard_normal(7)
    _compare(case, lambda p: float(loss @ p.weights), *plan.vjp_weights(loss))


def test_of_centroids(case: Case) -> None:
    plan, loss = _plan(case, case[2], MASSES), np.random.default_rng(3).standard_normal(case[2].shape)
    _compare(case, lambda p: float((loss * p.centroids).sum()), *plan.vjp_centroids(loss))


def test_of_masses_at_weights(case: Case) -> None:
    source, density, sites = case
    plan, loss = _plan(case, sites, MASSES), np.random.default_rng(4).standard_normal(7)

    def masses(y: np.ndarray, w: np.ndarray) -> float:
        return float(loss @ bn.diagram(y, source, w, masses=MASSES, density=density).masses)

    d_sites, d_weights = plan.vjp_masses(loss)
    v, u = RANDOM.standard_normal(sites.shape), RANDOM.standard_normal(7) * 0.3
    along = _slope(lambda t: masses(sites + t * v, plan.weights))
    assert (d_sites * v).sum() == pytest.approx(along, rel=2e-6, abs=2e-7)
    along = _slope(lambda t: masses(sites, plan.weights + t * u))
    assert (d_weights * u).sum() == pytest.approx(along, rel=2e-6, abs=2e-7)


def test_moving_mass_costs_the_difference_of_weights(square: bn.Source) -> None:
    gradient = bn.solve(SITES, square, MASSES).grad_masses()
    e = np.zeros(7)
    e[2], e[5] = 1.0, -1.0
    along = _slope(lambda t: bn.solve(SITES, square, MASSES + t * e, tol=1e-13).value)
    assert gradient[2] - gradient[5] == pytest.approx(along, rel=1e-7)


def test_where_there_are_none_it_is_said(square: bn.Source) -> None:
    hidden = bn.diagram([[0.25, 0.5], [0.75, 0.5]], square, weights=[10.0, 0.0])
    with pytest.raises(bn.BrenierError, match="site 1 has no cell: there masses and heights have no derivatives"):
        hidden.vjp_heights([1.0, 0.0])
    assert np.isnan(hidden.grad_sites()[1]).all()
    apart = bn.Mesh(
        [[0, 0], [1, 0], [0, 1], [5, 0], [6, 0], [5, 1]],
        [[0, 1, 2], [3, 4, 5]],
    )
    plan = bn.solve([[0.2, 0.2], [5.2, 0.2]], apart)
    with pytest.raises(bn.BrenierError, match="cells 0 and 1 hang together by no walls"):
        plan.vjp_heights([1.0, 0.0])
    plan = bn.solve(SITES, square)
    with pytest.raises(bn.BrenierError, match="3 numbers for 7 sites; give one for each"):
        plan.vjp_heights([1.0, 0.0, 1.0])
    with pytest.raises(bn.BrenierError, match=r"cotangent has shape \(7,\); give rows of \[x, y\] each"):
        plan.vjp_centroids(np.ones(7))
    with pytest.raises(bn.BrenierError, match='total is "some"; give "fixed" or "free"'):
        plan.grad_masses(total="some")
