"""High dimension: estimates with intervals, sources of every kind, extensions, files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import brenier as bn
from brenier.aeot import AEOT
from brenier.latent import Ball, Gaussian, sampler


def codes(n: int = 60, d: int = 5) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(n, d))


@pytest.fixture(scope="module")
def plan() -> bn.LatentPlan:
    return bn.solve_latent(codes(), tol=0.15)


def test_the_interval_keeps_the_promise(plan: bn.LatentPlan) -> None:
    assert plan.converged and plan.rms_interval[1] <= 0.15
    assert plan.empty.size == 0 and plan.samples > 1000
    # By NumPy alone, from points of another generator.
    x = np.random.default_rng(0).normal(size=(200_000, 5))
    cells = np.argmax(x @ plan.codes.T + plan.heights, axis=1)
    assert np.array_equal(cells[:1000], plan.cells(x[:1000]))
    masses = np.bincount(cells, minlength=60) / len(x)
    chi = np.sum((masses - 1 / 60) ** 2) * 60 - 59 / len(x)
    assert np.sqrt(max(chi, 0)) < 0.15
    cost = np.mean(np.sum((x - plan.codes[cells]) ** 2, axis=1))
    assert abs(plan.value - cost) < 0.03 * cost
    low, high = plan.value_interval
    assert low < plan.value < high
    seen, good = plan.check(points=40_000, seed=9)
    assert good and seen["rms_interval"][0] <= plan.rms_interval[1]


def test_bits_do_not_depend_on_threads_or_scale(plan: bn.LatentPlan) -> None:
    again = bn.solve_latent(codes(), tol=0.15, threads=1)
    assert np.array_equal(again.heights, plan.heights)
    scaled = bn.solve_latent(64 * codes(), tol=0.15)
    assert np.array_equal(scaled.cells(codes(50)), plan.cells(codes(50)))
    assert np.array_equal(scaled.heights / 64, plan.heights)


@pytest.mark.parametrize("extension", ["local", "hard", "soft", "pair", "simplex"])
def test_extensions(plan: bn.LatentPlan, extension: str) -> None:
    x, cells, y = plan.sample(500, seed=4, extension=extension)
    assert x.shape == y.shape == (500, 5) and np.array_equal(cells, plan.cells(x))
    assert np.array_equal(y, plan.transport(x, extension))
    # Sample k depends on its number alone.
    assert np.array_equal(y[200:], plan.sample(300, 4, extension, first=200).images)
    distance = np.linalg.norm(y - plan.codes[cells], axis=1)
    assert (distance == 0).all() if extension == "hard" else (distance > 0).any()


def test_the_local_map_keeps_variances(plan: bn.LatentPlan) -> None:
    spread = plan.sample(20_000, extension="local").images.var(axis=0).sum()
    pairs = plan.sample(20_000, extension="soft").images.var(axis=0).sum()
    given = codes().var(axis=0).sum()
    assert 0.75 < spread / given < 1.3 and pairs < 0.9 * given


def test_modes_are_not_mixed() -> None:
    random = np.random.default_rng(5)
    centers = np.array([[-4.0, 0, 0], [4, 0, 0], [0, 5, 0]])
    y = np.repeat(centers, 30, axis=0) + 0.2 * random.normal(size=(90, 3))
    with pytest.warns(bn.BrenierWarning, match="3 coordinates"):
        plan = bn.solve_latent(y, tol=0.15)
    names, found = plan.components()
    assert found["count"] == 3 and found["gap"] > 3
    assert (names == np.repeat([0, 1, 2], 30)).all()
    for extension in ("local", "pair", "simplex"):
        new = plan.sample(3000, extension=extension).images
        nearest = np.linalg.norm(new[:, None] - centers, axis=2).min(axis=1)
        assert nearest.max() < 2.0, extension
    walls = plan.walls()
    assert walls[0][2] >= walls[-1][2] and any(w[3] for w in walls)
    # Where the way jumps, a wall between components is named.
    left, right = (plan.sample(3000, extension="hard").points[plan.sample(3000).cells // 30 == k][0] for k in (0, 1))
    assert any(crossing[3] for crossing in plan.curve(left, right))


@pytest.mark.parametrize(
    "source",
    ["cube", "ball", Ball(radius=2.0), Gaussian(1.0, 0.5), (np.zeros(5), np.arange(1.0, 6.0)), lambda rng, n: rng.random((n, 5))],
)
def test_sources(source: object) -> None:
    plan = bn.solve_latent(codes(30), source, tol=0.25)
    assert plan.converged
    x = plan.sample(2000).points
    lowest, highest = x.min(axis=0), x.max(axis=0)
    if isinstance(source, tuple):
        assert (lowest >= 0).all() and (highest <= np.arange(1, 6)).all()
    restored = pickle.loads(pickle.dumps(plan)) if not callable(source) else plan
    assert np.array_equal(restored.cells(x), plan.cells(x))


def test_points_are_used_once() -> None:
    points = np.random.default_rng(1).normal(size=(20_000, 5))
    with pytest.warns(bn.BrenierWarning, match="used once"):
        plan = bn.solve_latent(codes(20), points, tol=0.2)
    assert plan.samples <= 20_000
    with pytest.raises(bn.NotConverged, match="no more points") as caught:
        bn.solve_latent(codes(20), points[:500], tol=0.02)
    assert caught.value.plan.rms_interval[1] > 0.02


def test_bad_input_is_told() -> None:
    y = codes(10)
    for bad, text in [
        (lambda: bn.solve_latent(np.full((3, 2), np.nan)), r"codes\[0\]\[0\] is NaN"),
        (lambda: bn.solve_latent([1.0, 2.0]), "shape"),
        (lambda: bn.solve_latent(y, "torus"), "give \"normal\""),
        (lambda: bn.solve_latent(y, masses=np.zeros(10)), "masses must be positive"),
        (lambda: bn.solve_latent(y, tol=2.0), "tol is 2"),
        (lambda: bn.solve_latent(y, lambda rng, n: np.zeros((n, 5))), "equal points"),
        (lambda: bn.solve_latent(y, lambda rng, n: rng.random((n, 4))), "gave an array of shape"),
        (lambda: bn.solve_latent(y, lambda rng, n: rng.random((n, 5)) * np.nan), "finite"),
        (lambda: bn.solve_latent(y, lambda rng, n: 1 / 0), "division by zero"),
    ]:
        with pytest.raises(bn.BrenierError, match=text):
            bad()
    with pytest.warns(bn.BrenierWarning, match="2 of 12 codes are equal"):
        plan = bn.solve_latent(np.concatenate([y, y[:2]]), tol=0.3)
    assert plan.site_of_input is not None and list(plan.site_of_input[10:]) == [0, 1]
    with pytest.raises(bn.BrenierError, match="extension"):
        plan.transport(y, "cubic")
    with pytest.raises(bn.NotConverged, match="samples are needed"):
        bn.solve_latent(codes(400), tol=1e-3, time_limit=0.3)
    one = bn.solve_latent(y[:1], tol=0.1)
    assert one.rms_interval == (0.0, 0.0) and (one.transport(y) == y[0]).all()


def test_files_and_checkpoints(plan: bn.LatentPlan, tmp_path: object) -> None:
    for name in ("a.npz", "a.json"):
        path = tmp_path / name  # type: ignore[operator]
        plan.save(path)
        back = bn.load_latent(path)
        assert np.array_equal(back.heights, plan.heights) and back.rms_interval == plan.rms_interval
    path = tmp_path / "run.checkpoint"  # type: ignore[operator]
    with pytest.raises(bn.NotConverged, match="interrupted"):
        bn.solve_latent(codes(), tol=0.15, checkpoint=path, callback=lambda p: p["samples"] > 100)
    again = bn.solve_latent(codes(), tol=0.15, checkpoint=path)
    assert np.array_equal(again.heights, plan.heights)


def test_a_model_of_codes() -> None:
    data = np.random.default_rng(2).normal(size=(80, 6))
    model = AEOT(lambda x: x[:, :4], lambda z: np.concatenate([z, z[:, :2]], axis=1), tol=0.25).fit(data)
    assert model.sample(11).shape == (11, 6)
    x, y, index = next(model.pairs(32))
    assert np.array_equal(y, model.codes_[index]) and x.shape == (32, 4)
    both = [next(s) for s in [sampler(model.plan_, 16)] for _ in range(2)]
    assert not np.array_equal(both[0][0], both[1][0])
