"""Polytopes with given areas or curvatures, and lenses."""

from __future__ import annotations

import numpy as np
import pytest

import brenier as bn

AXES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=float)


def test_a_box_from_its_areas() -> None:
    found = bn.minkowski(2.5 * AXES, [15, 15, 10, 10, 6, 6])
    assert found.converged and found.volume == pytest.approx(30, rel=1e-12)
    assert np.allclose(found.sizes, [1, 1, 1.5, 1.5, 2.5, 2.5], rtol=1e-12)
    assert len(found.vertices) == 8 and all(len(face) == 4 for face in found.faces())
    a, b, c = found.vertices[found.triangles()].transpose(1, 0, 2)
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(30, rel=1e-12)
    with pytest.raises(bn.BrenierError, match="do not close"):
        bn.minkowski(AXES, [1, 2, 1, 1, 1, 1])
    assert bn.minkowski(AXES, [1, 2, 1, 1, 1, 1], adjust=True).values[:2] == pytest.approx([4 / 3, 4 / 3])


def test_an_octahedron_from_its_curvatures() -> None:
    found = bn.curvature(AXES, np.full(6, 2 * np.pi / 3))
    assert found.converged and np.allclose(found.sizes, 1, rtol=1e-12) and found.volume is None
    assert len(found.faces()) == 8
    with pytest.raises(bn.BrenierError, match="Alexandrov's condition fails for rays 0, 2"):
        bn.curvature(AXES, [6, 1, 6, 1, 1, 1], adjust=True)


def test_equal_normals_are_one() -> None:
    found = bn.minkowski(np.vstack([AXES, [[0, 0, 7]]]), [1, 1, 1, 1, 0.25, 1, 0.75])
    assert found.of_input.tolist() == [0, 1, 2, 3, 4, 5, 4] and len(found.sizes) == 6


def test_the_light_of_a_lens_is_the_picture() -> None:
    picture = np.outer(np.linspace(0.2, 1, 9), np.linspace(1, 2, 12))
    for index in (1.49, None):
        found = bn.lens(picture, bn.Box([0, 0], [30, 20]), index=index, angle=(0.3, 0.2))
        assert found.converged and found.correlation > 0.999999 and found.landed == pytest.approx(1)
        assert np.allclose(found.light / found.light.sum(), picture / picture.sum(), rtol=1e-6)
        assert found.vertices[:, 2].min() == 0
    with pytest.raises(bn.BrenierError, match="either angle"):
        bn.lens(picture, bn.Box([0, 0], [30, 20]))


def test_a_lens_may_be_smooth() -> None:
    picture = np.outer(np.linspace(0.5, 1, 9), np.linspace(1, 2, 12))
    box = bn.Box([0, 0], [30, 20])
    facets = bn.lens(picture, box, angle=(0.3, 0.2))
    smooth = bn.lens(picture, box, angle=(0.3, 0.2), smooth=True)
    assert len(smooth.triangles) > 4 * len(facets.triangles) and smooth.landed == pytest.approx(1)
    assert smooth.vertices[:, 2].max() == pytest.approx(facets.vertices[:, 2].max(), rel=0.05)
    coarse = bn.lens(picture, box, angle=(0.3, 0.2), smooth=1.0)
    assert len(coarse.triangles) < len(smooth.triangles)
    with pytest.raises(bn.BrenierError, match="a positive length"):
        bn.lens(picture, box, angle=(0.3, 0.2), smooth=-1.0)
