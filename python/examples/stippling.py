"""A picture in 3,000 dots of equal weight.

The dark of the picture is the density; each dot stands for the same amount of it, and lies in the centroid of its cell.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np

DOTS = 3000


def main(out: str = "stippling.png") -> None:
    picture = pathlib.Path(__file__).parents[2] / "data" / "still.png"
    source = bn.Image(picture, invert=True)
    found = bn.quantize(source, DOTS, steps=8)
    print(f"dots       {DOTS}, of equal weight to {found.plan.max_mass_error:.1e}")
    print(f"cost       {found.costs[0]:.4e} at first, {found.costs[-1]:.4e} after {len(found.costs) - 1} moves")
    assert found.costs[-1] < found.costs[0]

    low, high = source.bounds
    wide, tall = high - low
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.5 * tall / wide + 0.4), layout="constrained")
    left.imshow(plt.imread(picture), cmap="gray", extent=(low[0], high[0], low[1], high[1]))
    right.scatter(*found.sites.T, s=9, c="black", linewidths=0)
    for axes, title in ((left, "the picture"), (right, f"{DOTS:,} dots")):
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", title=title)
        axes.set_axis_off()
    figure.savefig(out, dpi=110)
    assert np.isfinite(found.sites).all()


if __name__ == "__main__":
    main(*sys.argv[1:2])
