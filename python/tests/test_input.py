"""Bad input: each in the library's words, with the place and the cure; and odd input that is fine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brenier as bn

SITES = [[0.2, 0.3], [0.7, 0.6]]
GRID = np.array([[0.125, 0.25], [0.75, 0.5], [0.5, 0.875]])

REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    # Shapes.
    ([0.2, 0.3], {}, r"sites has shape (2,); give rows of [x, y] each"),
    ([[0.2, 0.3, 0.4]], {}, r"sites has shape (1, 3); give rows of [x, y] each"),
    (np.zeros((2, 2, 2)), {}, r"sites has shape (2, 2, 2); give rows of [x, y] each"),
    (0.5, {}, r"sites has shape (); give rows of [x, y] each"),
    (SITES, {"masses": [[1.0, 2.0]]}, r"masses has shape (1, 2); give a list of numbers"),
    (SITES, {"masses": [1.0]}, "masses has 1 entries, sites has 2; give one per site"),
    (SITES, {"weights": [1.0]}, "weights has 1 entries, sites has 2; give one per site"),
    (SITES, {"weights": [0.0, 0.0], "heights": [0.0, 0.0]}, "both heights and weights are given; drop one"),
    # Nothing.
    ([], {}, "sites is empty; at least one site is needed"),
    (np.empty((0, 2)), {}, "sites is empty; at least one site is needed"),
    (np.empty((0, 3)), {}, "sites is empty; at least one site is needed"),
    # Lists of lists of unequal lengths, and what is no number.
    ([[0.2, 0.3], [0.4]], {}, "sites is no array of numbers"),
    ([["a", "b"]], {}, "sites has dtype <U1; give real numbers"),
    ([[0.2, None]], {}, "sites has entries that are no doubles"),
    ([[1j, 0.5]], {}, "sites has dtype complex128; give real numbers"),
    ([[True, False]], {}, "sites has dtype bool; give real numbers"),
    (SITES, {"masses": "equal"}, "masses has dtype <U5; give real numbers"),
    # Numbers that are none, or no doubles.
    ([[0.2, np.nan], [0.1, 0.2]], {}, "sites[0][1] is NaN; every coordinate must be finite"),
    ([[0.2, 0.1], [np.inf, 0.2]], {}, "sites[1][0] is inf; every coordinate must be finite"),
    ([[0.2, 0.1], [1e200, 0.2]], {}, "sites[1][0] = 1e200 exceeds 1e140 in absolute value; rescale the sites"),
    (SITES, {"masses": [1.0, np.nan]}, "masses[1] is NaN; every mass must be finite"),
    (SITES, {"masses": [1.0, -2.0]}, "masses[1] = -2; masses must be positive, drop the site"),
    (SITES, {"masses": [1.0, 0.0]}, "masses[1] = 0; masses must be positive, drop the site"),
    (SITES, {"weights": [0.0, np.nan]}, "weights[1] is NaN; every weight must be finite"),
    (SITES, {"heights": [0.0, np.inf]}, "heights[1] is not finite; every height must be finite"),
    # Integers beyond 2^53.
    ([[2**53 + 1, 0]], {}, "sites[0][0] = 9007199254740993 is no double; round it, or subtract a common offset"),
    (np.array([[0, 2**64 - 1]], dtype=np.uint64), {}, "sites[0][1] = 18446744073709551615 is no double"),
    ([[10**30, 1]], {}, "sites has entries that are no doubles"),
    (SITES, {"masses": np.array([1, 2**63 - 1])}, "masses[1] = 9223372036854775807 is no double"),
    # Words that are none of ours.
    (SITES, {"duplicates": "drop"}, 'duplicates is "drop"; give "merge", "refuse" or "keep"'),
    (SITES, {"density": 3.0}, "density is a float; give Affine, PerVertex, PerFace, PerCell, PerCorner, an Image, or a dict"),
    (SITES, {"density": {"type": "gaussian"}}, 'density: unknown type "gaussian"; use "constant", "affine"'),
    (SITES, {"density": bn.PerFace([1.0])}, 'a density of type "face" needs a domain of type "mesh"'),
    (SITES, {"density": bn.Affine([-1.0, 0.0])}, "density is negative at domain vertex 1; it must be at least 0"),
    # Totals.
    (SITES, {"masses": [1.0, 2.0], "normalize": False}, "masses sum to 3, domain has measure 1"),
    (SITES, {"masses": [1.0, 2.0], "partial": True}, "masses sum to 3, domain has measure 1"),
]


@pytest.mark.parametrize(("sites", "given", "text"), REFUSED, ids=[text[:60] for _, _, text in REFUSED])
def test_what_is_wrong_is_told(square: bn.Source, sites: Any, given: dict[str, Any], text: str) -> None:
    with pytest.raises(bn.BrenierError) as caught:
        bn.Problem(sites, square, **given)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


SOURCES: list[tuple[Any, str]] = [
    (lambda: bn.Box([0, 0], [0, 1]), "domain box has min[0] = 0 and max[0] = 0; min must be less than max"),
    (lambda: bn.Box([0, 0], [np.nan, 1]), "domain.max[0] is NaN; every coordinate must be finite"),
    (lambda: bn.Box([0], [1]), "min has 1 coordinates and max has 1; give [x, y]"),
    (lambda: bn.Box("a", [1, 1]), "domain.min has dtype <U1; give real numbers"),
    (lambda: bn.Polygon([[0, 0], [1, 0]]), "domain has 2 vertices; a polygon needs at least 3"),
    (lambda: bn.Polygon([[0, 0], [1, 0], [np.inf, 1]]), "every coordinate must be finite"),
    (lambda: bn.Polygon([[0, 0, 0]]), "domain.vertices has shape (1, 3); give rows of [x, y] each"),
    (lambda: bn.Disk(2), "a disk of 2 vertices: give a number from 3 to 1000000"),
    (lambda: bn.Mesh([[0, 0], [1, 0], [0, 1]], [[0, 1, 3]]), "triangles[0][2] = 3, but there are 3 vertices; count from 0"),
    (lambda: bn.Mesh([[0, 0], [1, 0], [0, 1]], [[0, 1, -1]]), "domain.triangles[0][2] is -1; give indices from 0"),
    (lambda: bn.Mesh([[0, 0], [1, 0], [0, 1]], [[0, 1, 2.5]]), "domain.triangles has dtype float64; give integers"),
    (lambda: bn.Mesh([[0, 0], [1, 0], [0, 1]], [[0, 1]]), "domain.triangles has shape (1, 2); give rows of 3"),
    (lambda: bn.Surface([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 1]]), "surface has zero area; at least one triangle"),
    (lambda: bn.Image([[1.0, -1.0]]), "pixel in row 0, column 1 is -1; every pixel must be finite and at least 0"),
    (lambda: bn.Image([1.0, 2.0]), "image has shape (2,); give rows of grey values"),
    (lambda: bn.Image([[1.0, 2.0]], invert=True), "only images with values from 0 to 1 can be inverted"),
    (lambda: bn.Image([[1.0]], [0, 0]), "image.min and image.max belong together; give both, or neither"),
    (lambda: bn.Image([[1.0]], interpolation="cubic"), 'interpolation is "cubic"; give "constant" or "bilinear"'),
    (lambda: bn.Solid([[0, 0, 0]], [[0, 0, 0]]), "domain has no volume"),
    (lambda: bn.Tets([[0, 0, 0]], [[0, 0, 0, 1]]), "tets[0][3] = 1, but there are 1 vertices; count from 0"),
]


@pytest.mark.parametrize(("make", "text"), SOURCES, ids=[text[:60] for _, text in SOURCES])
def test_sources_that_are_none_are_refused(make: Any, text: str) -> None:
    with pytest.raises(bn.BrenierError) as caught:
        make()
    assert text in str(caught.value)


def test_the_source_must_be_one(square: bn.Source) -> None:
    with pytest.raises(bn.BrenierError, match=r"source is a list; give brenier\.Box, Polygon, Mesh, Image"):
        bn.solve(SITES, [[0, 0], [1, 1]])  # type: ignore[arg-type]
    with pytest.raises(bn.BrenierError, match="source is missing"):
        bn.solve(SITES)
    with pytest.raises(bn.BrenierError, match="masses is given beside a Problem"):
        bn.solve(bn.Problem(SITES, square), masses=[1.0, 1.0])
    with pytest.raises(bn.BrenierError, match=r"sites has shape \(2, 2\); give rows of \[x, y, z\] each"):
        bn.solve(SITES, bn.Surface([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))


def test_numbers_of_runs_are_checked(square: bn.Source) -> None:
    for given, text in [
        ({"tol": float("nan")}, "tol is NaN; give a positive number such as 1e-10"),
        ({"tol": -1.0}, "tol is -1; give a positive number"),
        ({"tol": 0.0}, "tol is 0; give a positive number"),
        ({"time_limit": -1.0}, "time_limit is -1; give seconds, at least 0"),
        ({"threads": 0}, "threads is 0; give a number from 1 to 4096"),
        ({"threads": 10**6}, "threads is 1000000; give a number from 1 to 4096"),
    ]:
        with pytest.raises(bn.BrenierError) as caught:
            bn.solve(SITES, square, **given)  # type: ignore[arg-type]
        assert text in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        GRID.tolist(),
        tuple(map(tuple, GRID.tolist())),
        np.asfortranarray(GRID),
        np.repeat(GRID, 2, axis=0)[::2],
        GRID[::-1][::-1],
        GRID.astype(">f8"),
        GRID.astype(np.float16),
        GRID.astype(np.float32),
        GRID.astype(np.longdouble),
        np.ma.array(GRID),
        np.stack([GRID, GRID], axis=2)[:, :, 0],
    ],
    ids=[
        "lists",
        "tuples",
        "columns",
        "strided",
        "reversed",
        "big-endian",
        "float16",
        "float32",
        "long",
        "masked",
        "cut",
    ],
)
def test_odd_arrays_are_the_same_numbers(square: bn.Source, odd: Any) -> None:
    np.testing.assert_array_equal(bn.solve(odd, square).heights, bn.solve(GRID, square).heights)


def test_read_only_arrays_and_integers_are_fine(square: bn.Source) -> None:
    locked = GRID.copy()
    locked.setflags(write=False)
    assert bn.solve(locked, square).converged
    whole = np.array([[0, 1], [1, 0]], dtype=np.int8)
    np.testing.assert_array_equal(bn.solve(whole, square).heights, bn.solve(whole.astype(float), square).heights)


def test_long_doubles_that_are_no_doubles_are_refused(square: bn.Source) -> None:
    third = np.array([[1, 1]], dtype=np.longdouble) / 3
    if third[0, 0] == np.longdouble(float(third[0, 0])):
        pytest.skip("long doubles are doubles here")
    with pytest.raises(bn.BrenierError, match="is no double"):
        bn.solve(third, square)


def test_sites_all_outside_the_domain_are_noted(square: bn.Source) -> None:
    far = bn.solve([[5.0, 5.0], [6.0, 5.0], [5.0, 7.0]], square)
    assert any("lie outside" in note for note in far.notes)
    assert far.check().ok
    some = bn.solve([[5.0, 5.0], [0.5, 0.5]], square)
    assert not any("lie outside" in note for note in some.notes)


def test_points_of_maps_are_checked(square: bn.Source) -> None:
    plan = bn.solve(SITES, square)
    for points, kind, text in [
        ([[0.1, np.nan]], "image", "x[0][1] is NaN; every coordinate must be finite"),
        ([0.1, 0.2], "image", "x has shape (2,); give rows of [x, y] each"),
        ([[0.1, 0.2]], "nearest", 'kind is "nearest"; give "cell", "image", "extension" or "smooth"'),
    ]:
        with pytest.raises(bn.BrenierError) as caught:
            plan.map(points, kind)
        assert text in str(caught.value)
    assert plan.map(np.empty((0, 2)), "cell").shape == (0,)


def test_polygons_of_any_shape() -> None:
    square = [[0, 0], [4, 0], [4, 4], [0, 4]]
    frame = bn.Polygon(square, holes=[[[1, 1], [1, 3], [3, 3], [3, 1]]])
    plan = bn.solve([[0.5, 2.0], [3.5, 2.0]], source=frame)
    # The wall is x = 2 by symmetry: either half has its centre of mass left or right of the hole.
    np.testing.assert_allclose(plan.centroids[0], [5 / 6, 2.0], rtol=1e-12)
    assert plan.check().ok
    two = bn.MultiPolygon([(square, []), ([[6, 0], [7, 0], [7, 1]], [])])
    assert bn.solve([[1.0, 1.0], [6.5, 0.2]], source=two).check().ok
    with pytest.raises(bn.BrenierError, match="cross"):
        bn.Polygon([[0, 0], [1, 1], [1, 0], [0, 1]])


def test_features_of_files(tmp_path: Path) -> None:
    ring = "[[[0, 0], [1, 0], [1, 1], [0, 0]]]"
    feature = '{{"type": "Feature", "properties": {{"name": "{}"}}, "geometry": {{"type": "Polygon", "coordinates": {}}}}}'
    features = ", ".join(feature.format(name, ring.replace("1", k)) for name, k in [("small", "1"), ("large", "5")])
    path = tmp_path / "two.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [' + features + "]}")
    np.testing.assert_array_equal(bn.read_source(path, feature="small").bounds[1], [1, 1])
    with pytest.raises(bn.FileError, match="small.*large|large.*small"):
        bn.read_source(path, feature="middle")
