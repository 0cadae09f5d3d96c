"""Pictures of plans with matplotlib, which is loaded when the first one is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._brenier import Plan
from ._errors import BrenierError


def plot(
    plan: Plan,
    ax: Any = None,
    *,
    color: Any = "mass",
    sites: bool = True,
    centroids: bool = False,
    arrows: bool = False,
    cmap: Any = None,
    edgecolor: Any = "0.25",
    linewidth: float = 0.5,
    alpha: float | None = None,
) -> Any:
    """Draws the cells of a plan; returns the axes.

    Parameters
    ----------
    ax : matplotlib axes, optional
        Where to draw; absent: new ones (in space, three-dimensional ones).
    color : {"mass", "distance", "none"} or (n,) array
        What colours mean: masses of the cells, how far the map moves their centroids, or numbers given.
    sites, centroids, arrows : bool
        What else to draw; arrows go from centroids to sites.
    cmap, edgecolor, linewidth, alpha
        As in matplotlib.
    """
    try:
        import matplotlib.pyplot as plt
        from matplotlib.collections import PolyCollection
    except ImportError:
        raise BrenierError("plot needs matplotlib: pip install 'brenier[plot]'; or write plan.svg() to a file") from None
    cells, d = plan.cells(), plan.dimension
    pieces = [cells.vertices[a:b] for a, b in zip(cells.offsets[:-1], cells.offsets[1:], strict=True)]
    numbers = _numbers(plan, color)
    colors = None if numbers is None else numbers[cells.site]
    face = {"facecolor": "none"} if colors is None else {"array": colors, "cmap": cmap}
    style = {"edgecolor": edgecolor, "linewidth": linewidth, "alpha": alpha, **face}
    if ax is None:
        ax = plt.figure().add_subplot(projection="3d") if d == 3 else plt.figure().add_subplot()
    if d == 3:
        from mpl_toolkits.mplot3d.art3d import Poly3DCollection

        ax.add_collection3d(Poly3DCollection(pieces, **style))
    else:
        ax.add_collection(PolyCollection(pieces, **style))
        ax.set_aspect("equal")
    places, middles = plan.sites, plan.centroids
    if sites:
        ax.plot(*places.T, ".", color="black", markersize=3)
    if centroids:
        ax.plot(*middles.T, "+", color="tab:red", markersize=4)
    if arrows and d == 2:
        ax.quiver(*middles.T, *(places - middles).T, angles="xy", scale_units="xy", scale=1, width=2e-3)
    corners = [cells.vertices, places] if sites or arrows else [cells.vertices]
    low = np.min([c.min(axis=0) for c in corners if len(c)], axis=0)
    high = np.max([c.max(axis=0) for c in corners if len(c)], axis=0)
    pad = 0.02 * float(np.max(high - low))
    ax.set_xlim(low[0] - pad, high[0] + pad)
    ax.set_ylim(low[1] - pad, high[1] + pad)
    if d == 3:
        ax.set_zlim(low[2] - pad, high[2] + pad)
        ax.set_box_aspect(high - low + 2 * pad)
    return ax


def _numbers(plan: Plan, color: Any) -> Any:
    if isinstance(color, str):
        if color == "mass":
            return plan.masses
        if color == "distance":
            return np.linalg.norm(plan.sites - plan.centroids, axis=1)
        if color == "none":
            return None
        raise BrenierError(f'color is {color!r}; give "mass", "distance", "none", or one number for each site')
    numbers = np.asarray(color, dtype=float)
    if numbers.shape != (len(plan),):
        raise BrenierError(f"color has shape {numbers.shape}; give one number for each of {len(plan)} sites")
    return numbers
