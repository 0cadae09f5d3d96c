"""What follows from a plan: its map, points, cells, surfaces, pictures."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import bumpy

import brenier as bn

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def plan(square: bn.Source) -> bn.Plan:
    return bn.solve(np.random.default_rng(9).random((40, 2)), square)


def test_points_go_to_the_site_of_greatest_height(plan: bn.Plan) -> None:
    x = np.random.default_rng(1).random((500, 2))
    cells = plan.map(x, kind="cell")
    np.testing.assert_array_equal(cells, (x @ plan.sites.T + plan.heights).argmax(axis=1))
    np.testing.assert_array_equal(plan.map(x), plan.sites[cells])
    np.testing.assert_allclose(plan.potential(x), (x @ plan.sites.T + plan.heights).max(axis=1), atol=1e-13)


def test_finer_maps_go_from_centroids_to_sites(plan: bn.Plan) -> None:
    inner = plan.centroids[[5, 17, 30]]
    np.testing.assert_allclose(plan.map(inner, kind="extension"), plan.sites[[5, 17, 30]], atol=1e-9)
    sharp = plan.map(inner, kind="smooth", temperature=1e-7)
    np.testing.assert_allclose(sharp, plan.map(inner), atol=1e-9)
    assert plan.map(inner, kind="smooth").shape == (3, 2)
    with pytest.raises(bn.BrenierError, match='temperature is for kind="smooth"'):
        plan.map(inner, temperature=1.0)
    with pytest.raises(bn.BrenierError, match="temperature: give a positive number"):
        plan.map(inner, kind="smooth", temperature=-1.0)


@pytest.mark.parametrize("method", ["iid", "alias", "stratified", "r2"])
def test_samples_lie_in_their_cells(plan: bn.Plan, method: str) -> None:
    x, cells, images = plan.sample(20_000, seed=3, method=method)
    np.testing.assert_array_equal(plan.map(x[:2000], "cell"), cells[:2000])
    np.testing.assert_array_equal(images, plan.sites[cells])
    counts = np.bincount(cells, minlength=40)
    assert abs(counts - 500).max() < 150
    assert ((x - images) ** 2).sum(axis=1).mean() == pytest.approx(plan.value, rel=0.1)
    again, _, _ = plan.sample(20_000, seed=3, method=method, threads=1)
    np.testing.assert_array_equal(again, x)


def test_samples_are_those_of_the_command(plan: bn.Plan, tmp_path: Path, command: Command) -> None:
    plan.save(tmp_path / "s.json")
    done = command("sample", tmp_path / "s.json", "-n", 1000, "--seed", 5, "-o", tmp_path / "x.npz")
    assert done.returncode == 0, done.stderr
    x, cells, images = plan.sample(1000, seed=5)
    with np.load(tmp_path / "x.npz") as arrays:
        stored = {name: arrays[name] for name in arrays.files}
    assert any(np.array_equal(a, x) for a in stored.values() if a.shape == x.shape)
    assert any(np.array_equal(a, cells) for a in stored.values() if a.shape == cells.shape)
    assert any(np.array_equal(a, images) for a in stored.values() if a.shape == images.shape)


def test_samples_may_go_on_and_stay_in_a_cell(plan: bn.Plan) -> None:
    x, _, _ = plan.sample(100, seed=1)
    tail, _, _ = plan.sample(40, seed=1, offset=60)
    np.testing.assert_array_equal(tail, x[60:])
    _, cells, _ = plan.sample(50, cell=7)
    assert set(cells) == {7}
    for given, text in [
        ({"cell": 40}, "cell 40 does not exist; there are 40 sites, from 0"),
        ({"method": "sobol"}, 'method is "sobol"; give "iid", "alias", "stratified" or "r2"'),
    ]:
        with pytest.raises(bn.BrenierError) as caught:
            plan.sample(5, **given)  # type: ignore[arg-type]
        assert text in str(caught.value)


def _area(polygon: np.ndarray) -> float:
    x, y = (polygon - polygon[0]).T
    return float(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def test_cells_fill_the_source(plan: bn.Plan) -> None:
    cells = plan.cells()
    assert len(cells) == 40 and len(cells[0]) == 1
    np.testing.assert_allclose([sum(map(_area, cells[i])) for i in range(40)], plan.masses, atol=1e-13)
    np.testing.assert_array_equal(cells[-1][0], cells[39][0])
    with pytest.raises(IndexError, match="cell 40 does not exist"):
        cells[40]
    assert len(list(cells)) == 40


def test_the_interpolation_shrinks_cells_to_their_sites(plan: bn.Plan) -> None:
    for t in (0.0, 0.5):
        way = plan.interpolate(t)
        areas = np.array([sum(map(_area, way[i])) for i in range(40)])
        np.testing.assert_allclose(areas, (1 - t) ** 2 * plan.masses, atol=1e-13)
        np.testing.assert_allclose(way.density, 1 / (1 - t) ** 2)
    with pytest.raises(bn.BrenierError, match="t is 1; give 0 <= t < 1"):
        plan.interpolate(1.0)


def test_alexandrov_is_the_graph_of_the_potential(plan: bn.Plan, tmp_path: Path) -> None:
    graph = bn.alexandrov(plan)
    x, z = graph.vertices[:, :2], graph.vertices[:, 2]
    np.testing.assert_allclose(z, plan.potential(x), atol=1e-13)
    a, b, c = (x[graph.triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    areas = 0.5 * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    np.testing.assert_allclose(np.bincount(graph.site, areas), plan.masses, atol=1e-12)


def test_pictures(plan: bn.Plan, tmp_path: Path) -> None:
    assert plan.svg().startswith("<svg") and plan.svg("sites") != plan.svg("cells")
    with pytest.raises(bn.BrenierError, match='color is "red"'):
        plan.svg("red")
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("Agg")
    axes = plan.plot(centroids=True, arrows=True)
    assert axes.get_aspect() == 1.0 and len(axes.collections) >= 1
    axes.figure.savefig(tmp_path / "plan.png")
    assert (tmp_path / "plan.png").stat().st_size > 5000
    assert plan.plot(axes, color="distance", sites=False) is axes
    with pytest.raises(bn.BrenierError, match=r"color has shape \(3,\); give one number for each of 40 sites"):
        plan.plot(color=[1, 2, 3])
    vertices, triangles = bumpy()
    bn.solve(vertices[::7], bn.Surface(vertices, triangles)).plot().figure.savefig(tmp_path / "surface.png")
    import matplotlib.pyplot as plt

    plt.close("all")


def test_surfaces_are_sampled_cell_by_cell() -> None:
    vertices, triangles = bumpy()
    plan = bn.solve(vertices[::7], bn.Surface(vertices, triangles))
    x, cells, images = plan.sample(1000)
    np.testing.assert_array_equal(plan.map(x, "cell"), cells)
    assert images.shape == (1000, 3)
    pieces = plan.cells()
    assert len(pieces) == len(plan) and len(pieces[0]) >= 1 and pieces.vertices.shape[1] == 3


def test_reports_are_plain(plan: bn.Plan) -> None:
    assert json.loads(json.dumps(plan.report)) == plan.report


def test_areas_are_united_over_triangles() -> None:
    v = [[0, 0], [4, 0], [4, 4], [0, 4], [1, 1], [3, 1], [3, 3], [1, 3]]
    t = [[0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6], [3, 0, 4], [3, 4, 7]]
    frame = bn.Mesh(v, t)
    one = bn.solve([[2.0, 2.0]], source=frame).areas()
    outline, hole = one[0][0]
    assert len(one) == 1 and len(one[0]) == 1 and len(outline) == len(hole) == 4
    np.testing.assert_allclose(one.area, [12.0], rtol=1e-15)
    two = bn.solve([[1.0, 2.0], [3.0, 2.0]], source=frame).areas()
    np.testing.assert_allclose(two.area, [6.0, 6.0], rtol=1e-12)
    assert [list(two.neighbors(i)) for i in range(2)] == [[1], [0]]
    with pytest.raises(IndexError, match="2 sites"):
        two[2]


def test_areas_of_partial_transport_have_chords() -> None:
    plan = bn.solve([[0.5, 0.5]], source=bn.Box([0, 0], [1, 1]), masses=[0.1], partial=True)
    ring = plan.areas(tolerance=1e-3)[0][0][0]
    np.testing.assert_allclose(np.hypot(*(ring - 0.5).T), np.sqrt(0.1 / np.pi), rtol=1e-12)
    np.testing.assert_allclose(plan.areas().area, [0.1], rtol=1e-10)
    with pytest.raises(bn.BrenierError, match="positive length"):
        plan.areas(tolerance=-1.0)
