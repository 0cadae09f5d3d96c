"""The singular set made visible: where transport jumps, and what a continuous network makes of the jump.

    python singular.py singular.png

The source is even in a disk, the target lies in two, three and eight parts. The map is exact (proved by `check`): the disk
is cut into a region for each part, and between regions the map jumps. By Figalli and De Philippis the optimal map onto such
a target is smooth outside of a set of measure zero; by topology it cannot be continuous, since the disk is connected. A
network is continuous: it is fitted to this very map, as well as it can (least squares), and what it sends outside of all
parts is counted. A steeper network sends less there; none sends nothing.
"""

from __future__ import annotations

import sys
import warnings

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
from sklearn.neural_network import MLPRegressor

SITES, POINTS, REACH = 240, 5000, 0.35


def ring(parts: int) -> np.ndarray:
    """Centres of the parts."""
    angle = 2 * np.pi * (np.arange(parts) + 0.25) / parts
    return 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def disk(random: np.random.Generator, count: int, radius: float) -> np.ndarray:
    angle, far = 2 * np.pi * random.random(count), radius * np.sqrt(random.random(count))
    return np.stack([far * np.cos(angle), far * np.sin(angle)], axis=1)


def outside(points: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Which points lie outside of all parts, by more than a tenth of their radius."""
    return np.linalg.norm(points[:, None] - centers, axis=2).min(axis=1) > 1.1 * REACH


def main(out: str) -> None:
    figure, axes = plt.subplots(3, 3, figsize=(9, 9))
    side = np.linspace(-1, 1, 500)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    inside = np.linalg.norm(grid, axis=1) < 0.999
    print(f"{'parts':6}{'proved':>8}{'jumps at least':>16}{'outside: transport':>20}{'network':>9}")
    for row, parts in enumerate((2, 3, 8)):
        random = np.random.default_rng(parts)
        centers = ring(parts)
        which = np.arange(SITES) % parts
        sites = centers[which] + disk(random, SITES, REACH)
        plan = bn.solve(sites, bn.Disk(256))
        proved = plan.check().ok
        x = disk(random, POINTS, 0.998)
        # The map itself, and a continuous one that was fitted to it.
        exact = plan.map(x)
        network = MLPRegressor(hidden_layer_sizes=(64, 64), max_iter=80, tol=0, n_iter_no_change=200, random_state=0)
        with warnings.catch_warnings():
            # It is trained for a fixed time.
            warnings.simplefilter("ignore")
            network.fit(x, exact)
        fresh = disk(np.random.default_rng(99), POINTS, 0.998)
        sent, smooth = plan.map(fresh), network.predict(fresh)
        shares = [float(outside(y, centers).mean()) for y in (sent, smooth)]
        pairs = [(a, b) for a in range(parts) for b in range(a)]
        apart = min(np.linalg.norm(sites[which == a][:, None] - sites[which == b], axis=2).min() for a, b in pairs)
        print(f"{parts:<6}{str(proved):>8}{apart:16.2f}{shares[0]:20.1%}{shares[1]:9.1%}")
        assert proved and shares[0] == 0 and shares[1] > 0.005
        # Regions of the parts: where they meet the map is singular.
        region = np.full(len(grid), np.nan)
        region[inside] = which[plan.map(grid[inside], "cell")]
        region = region.reshape(500, 500)
        left, middle, right = axes[row]
        left.imshow(region, origin="lower", extent=(-1, 1, -1, 1), cmap="tab10", vmin=0, vmax=9, alpha=0.55)
        for k in range(parts):
            left.contour(side, side, np.nan_to_num(region, nan=-1) == k, [0.5], colors="black", linewidths=1.2)
        left.set_title("the disk, and where the map jumps")
        middle.scatter(*sent.T, c=which[plan.map(fresh, "cell")], s=3, cmap="tab10", vmin=0, vmax=9)
        middle.set_title("where transport sends it")
        off = outside(smooth, centers)
        right.scatter(*smooth[~off].T, c="0.7", s=2)
        right.scatter(*smooth[off].T, c="crimson", s=2)
        right.set_title(f"a continuous network: {shares[1]:.1%} outside")
        for axis in (middle, right):
            axis.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), aspect="equal")
        for axis in axes[row]:
            axis.set_xticks([])
            axis.set_yticks([])
    figure.tight_layout()
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "singular.png")
