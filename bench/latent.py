"""Transport in high dimension: brenier beside POT and OTT, with as many samples each.

    python bench/latent.py [SEEDS]

Every program gets the samples that brenier has learned from with 100 points a code (stars counted as one point each, although
each is many lines). Peers run as they come and at the best of six step sizes, chosen by the error that is measured here: nobody
who uses them can choose so. The error is the rms relative mass error, estimated without bias by 400,000 points that nobody has
seen. The floor is sqrt((n - 1) / M): that of the empirical masses of M points.
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

CASES = [
    # name, codes, coordinates, source, unequal masses, scale, shift
    ("cube", 500, 8, "cube", False, 1.0, 0.0),
    ("normal", 500, 8, "normal", False, 1.0, 0.0),
    ("normal, masses 1 to 4", 500, 8, "normal", True, 1.0, 0.0),
    ("normal, codes x 0.01", 500, 8, "normal", False, 0.01, 0.0),
    ("normal, codes x 100", 500, 8, "normal", False, 100.0, 0.0),
    ("normal, codes + 50", 500, 8, "normal", False, 1.0, 50.0),
    ("normal", 300, 16, "normal", False, 1.0, 0.0),
    ("cube", 300, 4, "cube", False, 1.0, 0.0),
    ("normal", 200, 64, "normal", False, 1.0, 0.0),
]
STEPS = [1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3]
POINTS = 400_000


def drawn(source: str, rng: np.random.Generator, count: int, d: int) -> np.ndarray:
    return rng.random((count, d)) if source == "cube" else rng.normal(size=(count, d))


def error(y: np.ndarray, h: np.ndarray, masses: np.ndarray, source: str) -> tuple[float, float]:
    """Of heights: sum (m - nu)^2 / nu without bias, and the share of cells that no point fell in."""
    rng, counts = np.random.default_rng(10**6), np.zeros(len(y))
    # The mean code adds the same number to all scores of a point.
    middle = y - y.mean(0)
    for _ in range(POINTS // 20_000):
        x = drawn(source, rng, 20_000, y.shape[1])
        counts += np.bincount((x @ middle.T + h).argmax(1), minlength=len(y))
    pairs = counts * (counts - 1) / (POINTS * (POINTS - 1.0))
    return float(np.sum(pairs / masses) - 1), float((counts == 0).mean())


def clock() -> float:
    return time.process_time()


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


def here(names: tuple[str, ...]) -> bool:
    import importlib.util

    return all(importlib.util.find_spec(name) for name in names)


def main(seeds: int) -> None:
    warnings.simplefilter("ignore")
    peers = [(n, f) for n, f, needs in (("POT", pot, ("ot",)), ("OTT", ott, ("ott", "optax"))) if here(needs)]
    titles = ["brenier"] + [f"{name}{kind}" for name, _ in peers for kind in ("", ", best step")]
    print("error over the floor (CPU s)")
    print("| source | n, d | M | " + " | ".join(titles) + " |")
    print("|---" * (3 + len(titles)) + "|", flush=True)
    for name, n, d, source, unequal, scale, shift in CASES:
        sums: dict[str, list[tuple[float, float, float]]] = {title: [] for title in titles}
        samples = 0
        for seed in range(seeds):
            rng = np.random.default_rng([seed, n, d])
            y = scale * drawn(source, rng, n, d) + shift
            masses = 1 + 3 * rng.random(n) if unequal else np.ones(n)
            masses /= masses.sum()
            begun = clock()
            try:
                plan = bn.solve_latent(y, source, masses, tol=1e-4, seed=seed, max_points=134 * n)
            except bn.NotConverged as stopped:
                plan = stopped.plan
            seconds, report = clock() - begun, plan.report
            samples = report["stars"] + report["learned"]

            def told(heights: np.ndarray, seconds: float, least: float = (n - 1) / samples) -> tuple[float, float, float]:
                square, empty = error(y, heights, masses, source)
                return np.sqrt(max(square, 0) / least), seconds, empty

            sums["brenier"].append(told(plan.heights, seconds))
            for title, solve in peers:
                results = []
                for step in [None, *STEPS]:
                    begun = clock()
                    heights = solve(y, masses, source, samples, seed, step)
                    spent = clock() - begun
                    results.append(told(heights, spent) if np.isfinite(heights).all() else (np.inf, spent, 1.0))
                sums[title].append(results[0])
                sums[f"{title}, best step"].append(min(results))
        row = []
        for title in titles:
            ratio, spent, empty = np.mean(sums[title], axis=0)
            row.append(f"{ratio:.2f} ({spent:.1f})" + (f", {empty:.0%} empty" if empty > 0.005 else ""))
        print(f"| {name} | {n}, {d} | {samples} | " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
