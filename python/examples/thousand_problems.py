"""A thousand problems at once, and a theorem about them.

For n random points in the unit square the mean of `n W2^2` grows like `log(n) / (4 pi)` (Ambrosio, Stra, Trevisan 2019):
slowly, and faster than on the line or in space. A thousand exact solves show the slope.
"""

import sys
import time

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np

SIZES, EACH = (10, 30, 100, 300), 250


def main(out: str = "thousand_problems.png") -> None:
    box = bn.Box([0, 0], [1, 1])
    rng = np.random.default_rng(0)
    problems = [(rng.random((n, 2)), box) for n in SIZES for _ in range(EACH)]
    start = time.perf_counter()
    plans = bn.solve_many(problems, on_error="raise")
    seconds = time.perf_counter() - start
    print(f"solved     {len(plans)} problems in {seconds:.2f} s")
    assert all(plan.converged for plan in plans)

    scaled = np.array([n * plan.value for (y, _), plan in zip(problems, plans, strict=True) for n in [len(y)]])
    scaled = scaled.reshape(len(SIZES), EACH)
    mean, error = scaled.mean(axis=1), scaled.std(axis=1) / np.sqrt(EACH)
    slope = np.polyfit(np.log(SIZES), mean, 1, w=1 / error)[0]
    print(f"slope      {slope:.4f} of n W2^2 in log n; the theorem says {1 / (4 * np.pi):.4f}")
    assert abs(slope * 4 * np.pi - 1) < 0.25

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    left.violinplot(list(scaled), showmeans=True, widths=0.8)
    left.set(xticks=range(1, len(SIZES) + 1), xticklabels=SIZES, xlabel="n", ylabel="n W2²")
    left.set(ylim=(0, None), title=f"{len(plans):,} problems, {EACH} of each size")
    right.errorbar(SIZES, mean, 2 * error, fmt="o", color="black", capsize=3, label="mean of 250, two errors")
    line = np.array([8, 400])
    right.plot(line, mean[2] + np.log(line / SIZES[2]) / (4 * np.pi), color="C3", label="slope 1/(4π)")
    right.set(
        xscale="log", xlabel="n", ylabel="n W2²", title=f"measured slope {slope:.4f}, 1/(4π) = {1 / (4 * np.pi):.4f}"
    )
    right.legend()
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
