"""The sphere as a source."""

from __future__ import annotations

from pathlib import Path

import brenier as bn
import numpy as np
import pytest


def test_two_poles_have_a_weight_in_closed_form() -> None:
    plan = bn.solve([[0, 0, 1], [0, 0, -1]], bn.Sphere(), masses=[0.25, 0.75])
    # The wall is z = 1/2: |x - y|^2 - w is equal there, -1 - w_0 = 1 - w_1.
    assert plan.weights[1] - plan.weights[0] == pytest.approx(2.0, rel=1e-12)
    assert plan.check().ok


def test_sites_around_a_sphere_are_solved_and_proved(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    sites = rng.normal(size=(50, 3))
    sphere = bn.Sphere([1, 2, 3], 0.5)
    plan = bn.solve([1, 2, 3] + 0.5 * sites / np.linalg.norm(sites, axis=1)[:, None], sphere)
    assert plan.converged and plan.centroids.shape == (50, 3)
    certificate = plan.check()
    assert certificate.ok and certificate.w2_squared[0] <= plan.value * (1 + 1e-9)
    plan.save(tmp_path / "s.json")
    assert np.array_equal(bn.load(tmp_path / "s.json").weights, plan.weights)
    points, cells, images = plan.sample(200, seed=3)
    assert np.allclose(np.linalg.norm(points - [1, 2, 3], axis=1), 0.5, atol=1e-14)
    assert np.array_equal(plan.map(points, kind="cell"), cells) and np.array_equal(images, plan.sites[cells])


def test_a_radius_is_positive() -> None:
    with pytest.raises(bn.BrenierError, match="radius"):
        bn.Sphere(radius=-1)


def test_an_image_is_a_density_on_a_sphere() -> None:
    # Three bands of 60 degrees: heights 1/2, 1, 1/2, values 4, 1, 2. Half of the mass is above z = 1/2.
    bands = bn.Image(np.array([[4.0], [1.0], [2.0]]), min=[-180, -90], max=[180, 90])
    plan = bn.solve([[0, 0, 1], [0, 0, -1]], bn.Sphere(), density=bands)
    assert plan.weights[1] - plan.weights[0] == pytest.approx(2.0, rel=1e-9)
    assert plan.check().ok
    with pytest.raises(bn.BrenierError, match="degrees"):
        bn.solve([[0, 0, 1]], bn.Sphere(), density=bn.Image(np.ones((1, 1)), min=[0, 0], max=[400, 1]))
