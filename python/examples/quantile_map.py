"""The quantile map of a cloud of data, with its proof.

In one dimension quantiles are the monotone map from the uniform law to the data. In the plane it is the optimal map from
the uniform law on a disk: its contours are the images of circles, the deepest point is the image of the centre, and half
of the data lie within the contour of 50 %. All of it is exact, and `check` proves it in rational arithmetic.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection


def main(out: str = "quantile_map.png") -> None:
    rng = np.random.default_rng(1)
    # A banana.
    u, v = rng.normal(size=(2, 800))
    data = np.column_stack([u, 0.3 * u * u + 0.35 * v * (1 + 0.4 * np.abs(u))])

    plan = bn.solve(data, bn.Disk(400))
    proof = plan.check()
    print("\n".join(proof.lines))
    assert proof.ok

    # The rank of a datum is the centroid of its cell; |rank|^2 is the share of the mass that lies deeper.
    ranks = plan.centroids
    depth = (ranks**2).sum(axis=1)
    cells = plan.cells()
    polygons = [cells.vertices[a:b] for a, b in zip(cells.offsets[:-1], cells.offsets[1:], strict=True)]

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.2), layout="constrained")
    colours = plt.get_cmap("viridis_r")
    left.add_collection(
        PolyCollection(polygons, facecolors=colours(depth[cells.site]), edgecolors="white", linewidths=0.4)
    )
    left.set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal", title="the disk: 800 cells of equal mass")
    right.scatter(*data.T, c=depth, cmap=colours, s=9, vmin=0, vmax=1)
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        contour = plan.map(np.sqrt(share) * circle, kind="extension")
        inside = (depth <= share).mean()
        right.plot(*contour.T, color="black", linewidth=0.8)
        left.plot(*(np.sqrt(share) * circle).T, color="black", linewidth=0.8)
        print(f"contour {share:4.0%}: {inside:.1%} of the data have their ranks inside")
        assert abs(inside - share) < 0.01
    median = plan.map(np.zeros((1, 2)))[0]
    right.plot(*median, "r+", markersize=12, markeredgewidth=2)
    low, high = proof.w2_squared
    right.set(title="the data, their quantile contours and median", aspect="equal")
    figure.supxlabel(
        f"proved: masses right to {proof.max_relative_error:.1e}, W2² in [{low:.15g}, {high:.15g}]", fontsize=9
    )
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
