"""Transport in high dimension: brenier beside POT and OTT.

    python bench/latent.py accuracy [SEEDS [FIRST [LAST]]]
    python bench/latent.py alone [SEEDS [FIRST [LAST]]]
    python bench/latent.py promise [RUNS [FIRST [LAST]]]
    python bench/latent.py speed [FIRST [LAST]]

FIRST and LAST choose some of the cases, counted from 0. "accuracy": every program gets the samples that brenier has learned
from with 100 points a code (stars counted as one point each, although each is many lines). Peers run as they come and at the
best of six step sizes, chosen by the error that is measured here: nobody who uses them can choose so. The error is the rms
relative mass error, estimated without bias by points that nobody has seen. The floor is sqrt((n - 1) / M): that of the
empirical masses of M points.

"alone": the same for brenier alone, over coordinates, sources, masses, scales and places.

"promise": many runs are told an error. How many of them keep it, and what they have drawn, those points counted that only
validate, over what an oracle would draw: one that knows the true error, stops in time, and learns from points as well as
can be, (n - 1) / tol^2 points.

"speed": brenier runs until it can promise the error, and its true error is measured. Peers run with 20 samples a code, at
their defaults and at the best of six steps (found with a quarter of these samples), which gives an error and a time. From
there their error is let fall like one over the root of the samples, which nothing that uses single points can beat: the
time that is printed for them is this one, longer runs were not made. CPU seconds of all threads.
"""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
import sys
import time
import warnings

import brenier as bn
import numpy as np

ACCURACY = [
    # name, codes, coordinates, source, unequal masses, scale, shift
    ("cube", 200, 4, "cube", False, 1.0, 0.0),
    ("cube", 200, 8, "cube", False, 1.0, 0.0),
    ("normal", 200, 4, "normal", False, 1.0, 0.0),
    ("normal", 200, 8, "normal", False, 1.0, 0.0),
    ("normal", 200, 16, "normal", False, 1.0, 0.0),
    ("normal", 200, 64, "normal", False, 1.0, 0.0),
    ("normal, masses 1 to 4", 200, 8, "normal", True, 1.0, 0.0),
    ("normal, codes x 0.01", 200, 8, "normal", False, 0.01, 0.0),
    ("normal, codes x 100", 200, 8, "normal", False, 100.0, 0.0),
    ("normal, codes + 50", 200, 8, "normal", False, 1.0, 50.0),
]
SPEED = [
    # codes, coordinates, error
    (2000, 8, 0.02),
    (2000, 16, 0.02),
    (2000, 64, 0.02),
    (20_000, 64, 0.05),
]
ALONE = [
    (source, 200, d, source, unequal, 1.0, 0.0)
    for source in ("cube", "normal")
    for unequal in (False, True)
    for d in (4, 8, 16, 64)
] + [
    (source, 200, d, source, True, scale, shift)
    for source in ("cube", "normal")
    for d in (8, 64)
    for scale, shift in ((0.01, 0.0), (100.0, 0.0), (1.0, 50.0))
]
PROMISE = [
    # codes, coordinates, source, unequal masses, error
    (200, 8, "normal", False, 0.05),
    (200, 8, "cube", True, 0.05),
    (2000, 8, "normal", False, 0.05),
]
STEPS = [1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3]


def drawn(source: str, rng: np.random.Generator, count: int, d: int) -> np.ndarray:
    return rng.random((count, d)) if source == "cube" else rng.normal(size=(count, d))


def error(y: np.ndarray, h: np.ndarray, masses: np.ndarray, source: str, points: int) -> tuple[float, float]:
    """Of heights: sum (m - nu)^2 / nu without bias, and the share of cells that no point fell in."""
    rng, counts = np.random.default_rng(10**6), np.zeros(len(y))
    # The mean code adds the same number to all scores of a point.
    middle = (y - y.mean(0)).T
    block = max(40_000_000 // len(y), 1000)
    done = 0
    while done < points:
        x = drawn(source, rng, min(block, points - done), y.shape[1])
        counts += np.bincount((x @ middle + h).argmax(1), minlength=len(y))
        done += len(x)
    pairs = counts * (counts - 1) / (points * (points - 1.0))
    return float(np.sum(pairs / masses) - 1), float((counts == 0).mean())


def pot(y: np.ndarray, masses: np.ndarray, source: str, samples: int, seed: int, step: float | None) -> np.ndarray:
    from ot.semidiscrete import solve_semidiscrete

    rng = np.random.default_rng(seed)
    first = None if step is None else step * np.sqrt(len(y) * 32)
    draw = lambda b: drawn(source, rng, b, y.shape[1])  # noqa: E731
    g = solve_semidiscrete(y, draw, a_target=masses, max_iter=max(samples // 32, 1), lr0=first)
    return 0.5 * (np.asarray(g) - (y**2).sum(1))


def ott(y: np.ndarray, masses: np.ndarray, source: str, samples: int, seed: int, step: float | None) -> np.ndarray:
    import jax
    import jax.numpy as jnp
    import optax
    from ott.geometry.semidiscrete_pointcloud import SemidiscretePointCloud
    from ott.problems.linear.semidiscrete_linear_problem import SemidiscreteLinearProblem
    from ott.solvers.linear.semidiscrete import SemidiscreteSolver

    def draw(key, shape, dtype=None):
        return (jax.random.uniform if source == "cube" else jax.random.normal)(key, shape)

    cloud = SemidiscretePointCloud(draw, jnp.asarray(y), epsilon=0.0)
    count = max(samples // 128, 1)
    # Its tutorial: plain steps of 0.02, batches of 128.
    rate = 0.02 if step is None else step
    solver = SemidiscreteSolver(
        num_iterations=count, batch_size=128, optimizer=optax.sgd(rate), error_eval_every=count + 1, threshold=0.0
    )
    found = solver(jax.random.key(seed), SemidiscreteLinearProblem(cloud, b=jnp.asarray(masses)))
    return 0.5 * (np.asarray(found.g, dtype=np.float64) - (y**2).sum(1))


def peers() -> list[tuple[str, object]]:
    import importlib.util

    all_of = [("POT", pot, ("ot",)), ("OTT", ott, ("ott", "optax"))]
    return [(name, solve) for name, solve, needs in all_of if all(importlib.util.find_spec(n) for n in needs)]


def timed(solve: object, *arguments: object) -> tuple[np.ndarray, float]:
    begun = time.process_time()
    heights = solve(*arguments)  # type: ignore[operator]
    return heights, time.process_time() - begun


def told_case(n: int, d: int, source: str, unequal: bool, scale: float, shift: float, seed: int) -> tuple:
    """Codes and masses of a case."""
    rng = np.random.default_rng([seed, n, d])
    y = scale * drawn(source, rng, n, d) + shift
    masses = 1 + 3 * rng.random(n) if unequal else np.ones(n)
    return y, masses / masses.sum()


def ours(y: np.ndarray, masses: np.ndarray, source: str, seed: int) -> tuple[np.ndarray, float, int]:
    """Heights, CPU seconds and samples that were learned from, with 100 of them a code."""
    begun = time.process_time()
    try:
        plan = bn.solve_latent(y, source, masses, tol=1e-4, seed=seed, max_points=134 * len(y))
    except bn.NotConverged as stopped:
        plan = stopped.plan
    return plan.heights, time.process_time() - begun, plan.report["stars"] + plan.report["learned"]


def over_floor(h: np.ndarray, y: np.ndarray, masses: np.ndarray, source: str, samples: int) -> tuple[float, float]:
    """The error over the floor, and the share of empty cells."""
    if not np.isfinite(h).all():
        return np.inf, 1.0
    square, empty = error(y, h, masses, source, 500 * len(y))
    return float(np.sqrt(max(square, 0) * samples / (len(y) - 1))), empty


def alone(seeds: int, first: int, last: int) -> None:
    print(f"error over the floor of brenier alone, {seeds} seeds: mean and spread, the worst, CPU s of one run")
    print("| source | masses | codes | n, d | M | mean | worst | CPU s |")
    print("|---" * 8 + "|", flush=True)
    for _, n, d, source, unequal, scale, shift in ALONE[first : last + 1]:
        ratios, spent, samples = [], [], 0
        for seed in range(seeds):
            y, masses = told_case(n, d, source, unequal, scale, shift, seed)
            h, seconds, samples = ours(y, masses, source, seed)
            ratios.append(over_floor(h, y, masses, source, samples)[0])
            spent.append(seconds)
        spread = np.std(ratios, ddof=1) if seeds > 1 else 0.0
        codes = f"+ {shift:g}" if shift else f"x {scale:g}"
        print(
            f"| {source} | {'1 to 4' if unequal else 'equal'} | {codes} | {n}, {d} | {samples} "
            f"| {np.mean(ratios):.2f} ± {spread:.2f} | {max(ratios):.2f} | {np.mean(spent):.1f} |",
            flush=True,
        )


def accuracy(seeds: int, first: int, last: int) -> None:
    found = peers()
    titles = ["brenier"] + [f"{name}{kind}" for name, _ in found for kind in ("", ", best step")]
    print("error over the floor, mean and spread (CPU s)")
    print("| source | n, d | M | " + " | ".join(titles) + " |")
    print("|---" * (3 + len(titles)) + "|", flush=True)
    for name, n, d, source, unequal, scale, shift in ACCURACY[first : last + 1]:
        sums: dict[str, list[tuple[float, float, float]]] = {title: [] for title in titles}
        samples = 0
        for seed in range(seeds):
            y, masses = told_case(n, d, source, unequal, scale, shift, seed)
            h, seconds, samples = ours(y, masses, source, seed)

            def told(h: np.ndarray, seconds: float, samples: int = samples) -> tuple[float, float, float]:
                ratio, empty = over_floor(h, y, masses, source, samples)  # noqa: B023
                return ratio, seconds, empty

            sums["brenier"].append(told(h, seconds))
            for title, solve in found:
                results = [told(*timed(solve, y, masses, source, samples, seed, step)) for step in [None, *STEPS]]
                sums[title].append(results[0])
                sums[f"{title}, best step"].append(min(results))
        row = []
        for title in titles:
            ratio, spent, empty = np.mean(sums[title], axis=0)
            spread = np.std([s[0] for s in sums[title]], ddof=1) if seeds > 1 else 0.0
            row.append(f"{ratio:.2f} ± {spread:.2f} ({spent:.1f})" + (f", {empty:.0%} empty" if empty > 0.005 else ""))
        print(f"| {name} | {n}, {d} | {samples} | " + " | ".join(row) + " |", flush=True)


def promise(runs: int, first: int, last: int) -> None:
    print(f"{runs} runs told an error: how many keep it, and their points over an oracle's")
    print("| source | masses | n, d | told | kept | in its interval | true error | points over an oracle's | CPU s |")
    print("|---" * 9 + "|", flush=True)
    for n, d, source, unequal, tol in PROMISE[first : last + 1]:
        true, inside, ratios, spent = [], 0, [], 0.0
        for seed in range(runs):
            y, masses = told_case(n, d, source, unequal, 1.0, 0.0, seed)
            begun = time.process_time()
            plan = bn.solve_latent(y, source, masses, tol=tol, seed=seed)
            spent += time.process_time() - begun
            # So many points that their own error is about a twentieth of what they measure.
            square, _ = error(y, plan.heights, masses, source, 1_000_000)
            true.append(np.sqrt(max(square, 0)))
            low, high = plan.rms_interval
            inside += low <= true[-1] <= high
            ratios.append(plan.samples / ((n - 1) / tol**2))
        kept = np.sum(np.array(true) <= tol)
        print(
            f"| {source} | {'1 to 4' if unequal else 'equal'} | {n}, {d} | {tol:.0%} | {kept} of {runs} | {inside} of {runs} "
            f"| {np.mean(true):.2%} ± {np.std(true, ddof=1):.2%}, at most {max(true):.2%} "
            f"| {np.mean(ratios):.2f} ± {np.std(ratios, ddof=1):.2f} | {spent / runs:.1f} |",
            flush=True,
        )


def speed(first: int, last: int) -> None:
    found = peers()
    titles = ["brenier: CPU s", "its error"] + [f"{name}{kind}" for name, _ in found for kind in ("", ", best step")]
    print("| n, d | error | " + " | ".join(titles) + " |")
    print("|---" * (2 + len(titles)) + "|", flush=True)
    for n, d, tol in SPEED[first : last + 1]:
        y = np.random.default_rng([0, n, d]).normal(size=(n, d))
        masses = np.full(n, 1 / n)
        begun = time.process_time()
        plan = bn.solve_latent(y, tol=tol)
        spent = time.process_time() - begun

        def rms(h: np.ndarray, points: int) -> float:
            return float(np.sqrt(max(error(y, h, masses, "normal", points)[0], 0))) if np.isfinite(h).all() else np.inf

        row = [f"{spent:.1f}", f"{plan.rms_error:.2%}"]
        print(f"brenier alone, {n}, {d} to {tol:.0%}: {row}", file=sys.stderr, flush=True)
        for _, solve in found:
            samples = 20 * n
            # To tell steps apart few points are enough.
            few = {s: timed(solve, y, masses, "normal", samples // 4, 0, s)[0] for s in STEPS}
            trials = {step: rms(h, 10 * n) for step, h in few.items()}
            for step in (None, min(trials, key=trials.__getitem__)):
                heights, seconds = timed(solve, y, masses, "normal", samples, 0, step)
                seen = rms(heights, 50 * n)
                named = "" if step is None else f", step {step:g}"
                row.append(f"{seconds * (seen / tol) ** 2:.0f} ({seen:.1%} after {seconds:.1f}{named})")
        print(f"| {n}, {d} | {tol:.0%} | " + " | ".join(row) + " |", flush=True)


def main(what: str, rest: list[int]) -> None:
    warnings.simplefilter("ignore")
    if what in ("accuracy", "alone", "promise"):
        do, cases, times = {
            "accuracy": (accuracy, ACCURACY, 3),
            "alone": (alone, ALONE, 5),
            "promise": (promise, PROMISE, 50),
        }[what]
        count, first, last = (*rest, *(times, 0, len(cases) - 1)[len(rest) :])
        do(count, first, last)
    elif what == "speed":
        first, last = (*rest, *(0, len(SPEED) - 1)[len(rest) :])
        speed(first, last)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "", [int(v) for v in sys.argv[2:]])
