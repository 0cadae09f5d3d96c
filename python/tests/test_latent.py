"""High dimension: estimates with intervals, sources of every kind, extensions, files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import brenier as bn
from brenier.aeot import AEOT
from brenier.latent import Ball, Gaussian, class_sampler, sampler, solve_classes


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


def test_the_local_map_keeps_mean_and_covariance(plan: bn.LatentPlan) -> None:
    new = plan.sample(60_000, extension="local").images
    given, found = (np.cov(y.T, bias=True) for y in (codes(), new))
    # 60,000 points tell a variance to 0.6 %; cells of 60 codes add what 16 points each have measured.
    assert abs(np.trace(found) / np.trace(given) - 1) < 0.04
    ratios = np.linalg.eigvals(np.linalg.solve(given, found)).real
    assert 0.85 < ratios.min() and ratios.max() < 1.15
    assert np.linalg.norm(new.mean(axis=0) - codes().mean(axis=0)) < 0.06 * np.sqrt(np.trace(given))
    soft = plan.sample(20_000, extension="soft").images.var(axis=0).sum()
    assert soft < 0.9 * np.trace(given)


def test_the_strength_may_be_given(plan: bn.LatentPlan) -> None:
    x = plan.sample(200).points
    assert 0 < plan.strength <= 1
    copied = plan.with_strength(0.0)
    assert copied.strength == 0 and np.allclose(copied.transport(x), plan.transport(x, "hard"))
    back = pickle.loads(pickle.dumps(plan.with_strength(0.4)))
    assert back.strength == 0.4 and np.array_equal(back.transport(x), plan.with_strength(0.4).transport(x))
    with pytest.raises(bn.BrenierError, match="from 0 to 1"):
        plan.with_strength(1.5)


def test_pairs_of_classes(tmp_path: object) -> None:
    y, labels = codes(90), np.array(["a", "b", "c"])[np.arange(90) % 3]
    labels[60:] = "c"
    classes = solve_classes(y, labels, tol=0.3, seed=2)
    assert list(classes) == ["a", "b", "c"] and [len(classes[k][1]) for k in "abc"] == [20, 20, 50]
    alone = bn.solve_latent(y[labels == "b"], tol=0.3, seed=2)
    assert np.array_equal(classes["b"][0].heights, alone.heights)
    stream = class_sampler(classes, 90, seed=5)
    seen = [next(stream) for _ in range(4)]
    for x, to, index, label in seen:
        assert x.shape == to.shape == (90, 5) and np.array_equal(to, y[index])
        assert (labels[index] == label).all()
        assert [int((label == k).sum()) for k in "abc"] == [20, 20, 50]
        # Within a class the pair is that of its plan.
        of = classes["a"][0]
        assert np.array_equal(classes["a"][1][of.cells(x[label == "a"])], index[label == "a"])
    assert not np.array_equal(seen[0][0], seen[1][0])
    only = next(class_sampler(classes, 8, shares={"a": 1.0}))
    assert set(only[3].tolist()) == {"a"}
    for bad, text in [
        (lambda: solve_classes(y, labels[:5]), "labels has shape"),
        (lambda: next(class_sampler({}, 3)), "no classes"),
        (lambda: next(class_sampler(classes, 3, shares={"d": 1.0})), "no class"),
        (lambda: solve_classes(y, labels, tolerance=1.0), "tolerance is no argument"),
    ]:
        with pytest.raises(bn.BrenierError, match=text):
            bad()
    with pytest.raises(bn.NotConverged, match="class 'a'"):
        solve_classes(y, labels, tol=1e-3, max_points=3000)
    # The same by hand, with results that are kept.
    given = [{"codes": y[labels == k], "tol": 0.3, "seed": 2} for k in "abc"]
    for _ in range(2):
        plans = bn.solve_many(given, cache_dir=tmp_path)
        assert all(np.array_equal(p.heights, classes[k][0].heights) for p, k in zip(plans, "abc", strict=True))
    assert len(list(tmp_path.glob("*.json"))) == 3  # type: ignore[attr-defined]


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
        (lambda: bn.solve_latent(y, lambda rng, n: 1 / 0), "raised ZeroDivisionError: division by zero"),
        (lambda: bn.solve_latent(y, seed=-1), "seed is -1"),
        (lambda: bn.solve_latent(y, seed=1.5), "seed is 1.5"),
        (lambda: bn.solve_latent(y, max_points=0), "max_points is 0"),
        (lambda: bn.solve_latent(y, threads=-2), "threads is -2"),
        (lambda: bn.solve_latent(y, tol="small"), "tol is 'small'"),
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
        # The same bits of everything that is made of them.
        assert np.array_equal(back.target_masses, plan.target_masses)
        x = plan.sample(300).points
        for extension in ("local", "soft", "pair", "simplex"):
            assert np.array_equal(back.transport(x, extension), plan.transport(x, extension)), extension
    path = tmp_path / "run.checkpoint"  # type: ignore[operator]
    with pytest.raises(bn.NotConverged, match="interrupted"):
        bn.solve_latent(codes(), tol=0.15, checkpoint=path, callback=lambda p: p["samples"] > 100)
    again = bn.solve_latent(codes(), tol=0.15, checkpoint=path)
    assert np.array_equal(again.heights, plan.heights)


@pytest.mark.filterwarnings("ignore:Failed to initialize NumPy")
def test_a_model_of_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(1)
    data = np.random.default_rng(2).normal(size=(40, 6))
    encoder, decoder = torch.nn.Linear(6, 4), torch.nn.Linear(4, 6).double()
    model = AEOT(encoder, decoder, tol=0.3).fit(data)
    assert model.codes_.shape == (40, 4) and model.codes_.dtype == np.float64
    weight, bias = (np.array(p.tolist()) for p in encoder.parameters())
    assert np.allclose(model.codes_, data @ weight.T + bias, atol=1e-5)
    assert model.sample(9).shape == (9, 6)


def test_wrong_questions_to_a_plan_are_told(plan: bn.LatentPlan, tmp_path: object) -> None:
    path = tmp_path / "a.npz"  # type: ignore[operator]
    plan.save(path)
    for bad, text in [
        (lambda: plan.sample(-1), "n is -1"),
        (lambda: plan.sample(2.5), "n is 2.5"),  # type: ignore[arg-type]
        # More than any machine has: refused, where it once ended the process.
        (lambda: plan.sample(10**15), "draw fewer"),
        (lambda: plan.sample(3, seed=-1), "seed is -1"),
        (lambda: plan.with_strength("x"), "strength is 'x'"),  # type: ignore[arg-type]
        (lambda: plan.check(-1), "points is -1"),
        (lambda: next(sampler(plan, 0)), "batch is 0"),
        (lambda: bn.load_latent(path, [1.0, 2.0]), "rows of 5 numbers"),
        (lambda: bn.load_latent(path, "torus"), "give \"normal\""),
    ]:
        with pytest.raises(bn.BrenierError, match=text):
            bad()
    assert np.array_equal(bn.load_latent(path, Gaussian()).heights, plan.heights)
    with pytest.raises(FileNotFoundError):
        bn.load_latent(tmp_path / "none.npz", lambda rng, n: rng.random((n, 5)))  # type: ignore[operator]


def test_wrong_models_are_told() -> None:
    data = np.random.default_rng(2).normal(size=(20, 4))
    for encoder, given, text in [
        (None, data, "the encoder is None"),
        (lambda x: 3.0, data, "the encoder gave"),
        (lambda x: x * 1j, data, "complex"),
        (lambda x: x, "abc", "the data is 'abc'"),
    ]:
        with pytest.raises(bn.BrenierError, match=text):
            AEOT(encoder, lambda z: z, tol=0.3).fit(given)
    with pytest.raises(bn.BrenierError, match="call fit first"):
        AEOT(lambda x: x, lambda z: z).sample(3)


class Turned:
    """Codes are the data, turned and moved; as scikit-learn has it."""

    def transform(self, x: np.ndarray) -> np.ndarray:
        return (x - 10) @ TURN

    def inverse_transform(self, z: np.ndarray) -> np.ndarray:
        return z @ TURN.T + 10


TURN = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]


def test_a_decoder_that_is_an_object_is_used_backwards() -> None:
    data = np.random.default_rng(2).normal(size=(60, 4)) + 10
    made = AEOT(Turned(), Turned(), tol=0.3).fit(data).sample(200)
    assert np.abs(made.mean(0) - 10).max() < 0.6


def test_a_model_of_codes() -> None:
    data = np.random.default_rng(2).normal(size=(80, 6))
    model = AEOT(lambda x: x[:, :4], lambda z: np.concatenate([z, z[:, :2]], axis=1), tol=0.25).fit(data)
    assert model.sample(11).shape == (11, 6)
    x, y, index = next(model.pairs(32))
    assert np.array_equal(y, model.codes_[index]) and x.shape == (32, 4)
    both = [next(s) for s in [sampler(model.plan_, 16)] for _ in range(2)]
    assert not np.array_equal(both[0][0], both[1][0])
