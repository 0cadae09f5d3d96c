"""Atlases: charts by their stretch, packed with padding; seams of points that a mesh has."""

import numpy as np
import pytest

import brenier as bn


def cube(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A cube of n by n squares a side, each vertex once."""
    number: dict[tuple[int, int, int], int] = {}
    triangles = []

    def at(p: list[int]) -> int:
        return number.setdefault((p[0], p[1], p[2]), len(number))

    for axis in range(3):
        for side in (0, n):
            for i in range(n):
                for j in range(n):
                    corners = []
                    for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)):
                        p = [0, 0, 0]
                        p[axis], p[(axis + 1) % 3], p[(axis + 2) % 3] = side, a, b
                        corners.append(at(p))
                    if side == 0:
                        corners.reverse()
                    a, b, c, d = corners
                    triangles += [[a, b, c], [a, c, d]]
    return np.array(list(number), float), np.array(triangles)


def test_atlas() -> None:
    vertices, triangles = cube(4)
    flat = bn.parameterize(vertices, triangles, max_stretch=1.01, padding=8, texture=256)
    assert flat.bijective and flat.area_error < 1e-2 and flat.stretch[2] <= 1.01
    charts = int(flat.chart_of.max()) + 1
    assert 2 <= charts <= 6
    boxes = []
    for c in range(charts):
        own = flat.uv[flat.corners[flat.chart_of == c].reshape(-1)]
        boxes.append((own.min(0), own.max(0)))
    for k, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[:k]:
            assert np.maximum(other_low - high, low - other_high).max() >= 8 / 256
    few = bn.parameterize(vertices, triangles, charts=2)
    assert few.bijective and few.chart_of.max() == 1


def test_seams_of_points() -> None:
    vertices, triangles = cube(2)
    # Each side of the cube has points of its own.
    side = np.repeat(np.arange(6), len(triangles) // 6)
    pairs = np.stack([np.repeat(side, 3), triangles.reshape(-1)], axis=1)
    _, corners = np.unique(pairs, axis=0, return_inverse=True)
    corners = corners.reshape(-1, 3)
    points = np.stack([np.arange(corners.max() + 1.0), np.zeros(corners.max() + 1)], axis=1)
    flat = bn.parameterize(vertices, triangles, seams="input", uv=(points, corners))
    assert flat.bijective and flat.chart_of.max() == 5
    with pytest.raises(bn.BrenierError, match="go together"):
        bn.parameterize(vertices, triangles, seams="input")
    with pytest.raises(bn.BrenierError, match="atlas"):
        bn.parameterize(vertices, triangles, max_stretch=0.5)
