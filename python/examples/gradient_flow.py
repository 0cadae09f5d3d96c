"""Points that flow to a density along the exact gradient of the Wasserstein distance.

`F(y) = W2^2(density, points y)`, and `dF/dy_i = 2 nu_i (y_i - c_i)`: each point is drawn towards the centroid of its cell.
Every step starts from the plan of the last, which is worth more the less the points move.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np

POINTS, STEPS, RATE = 150, 30, 0.2


def density(n: int = 40) -> np.ndarray:
    """A ring and a bar, rows from the top down."""
    y, x = np.mgrid[1 : -1 : n * 1j, -1 : 1 : n * 1j]
    ring = np.exp(-(((np.hypot(x, y) - 0.7) / 0.12) ** 2))
    bar = np.exp(-((x / 0.5) ** 8) - ((y / 0.1) ** 2))
    return ring + bar + 1e-3


def main(out: str = "gradient_flow.png") -> None:
    rho = density()
    source = bn.Image(rho, min=[-1, -1], max=[1, 1], interpolation="bilinear")
    rng = np.random.default_rng(0)
    y = np.array([-0.5, 0.5]) + 0.2 * rng.normal(size=(POINTS, 2))
    path, cost, newton, plan = [y], [], [], None
    for _ in range(STEPS):
        plan = bn.solve(y, source, warm=plan)
        cost.append(plan.value)
        newton.append(plan.iterations)
        # With equal masses 1/n, n/2 times the gradient is y - c.
        y = y - RATE * (0.5 * POINTS) * plan.grad_sites()
        path.append(y)
    print(f"W2^2       {cost[0]:.4f} at first, {cost[-1]:.5f} after {STEPS} steps")
    print(f"Newton     {newton[0]} steps for the first plan, {np.mean(newton[-10:]):.1f} on average for the last ten")
    assert np.mean(newton[-10:]) < newton[0]
    assert all(b < a for a, b in zip(cost, cost[1:], strict=False))

    figure, axes = plt.subplots(1, 4, figsize=(14, 3.8), layout="constrained")
    for k, plot in zip((0, 5, STEPS), axes[:3], strict=True):
        plot.imshow(rho, extent=(-1, 1, -1, 1), cmap="Blues", alpha=0.7, interpolation="bilinear")
        for track in np.array(path[: k + 1]).transpose(1, 2, 0)[:: POINTS // 30]:
            plot.plot(*track, color="0.5", linewidth=0.5)
        plot.plot(*path[k].T, ".", color="black", markersize=3)
        plot.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal", title=f"step {k}", xticks=[], yticks=[])
    axes[3].semilogy(cost, color="black")
    axes[3].set(xlabel="step", title="W2² to the density")
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
