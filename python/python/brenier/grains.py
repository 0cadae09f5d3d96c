"""Laguerre tessellations with cells of given volumes: grains of a polycrystal, foams, packings."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _arrays, _brenier
from ._brenier import Plan
from ._errors import BrenierError
from ._results import Fit
from .problem import Problem
from .solving import diagram, solve
from .sources import Box, Source, Torus


def _axes(periodic: Any, dimension: int) -> list[bool]:
    """Which axes are periodic."""
    if isinstance(periodic, bool | np.bool_):
        return [bool(periodic)] * dimension
    axes = [bool(p) for p in periodic]
    if len(axes) != dimension:
        raise BrenierError(f"periodic has {len(axes)} entries, the seeds have {dimension} coordinates; give one for each")
    return axes


def _source(domain: Any, periodic: Any, dimension: int) -> Source:
    """The box of a domain, some of whose axes are periodic."""
    if isinstance(domain, Source):
        if periodic is not False:
            raise BrenierError("periodic is given beside a Source, which has its own axes; drop one")
        return domain
    sides = [[0.0, 1.0]] * dimension if domain is None else domain
    rows = _arrays.rows(sides, "domain", 2)
    if len(rows) != dimension:
        raise BrenierError(f"domain has {len(rows)} rows, the seeds have {dimension} coordinates; give [low, high] for each")
    axes, low, high = _axes(periodic, dimension), rows[:, 0], rows[:, 1]
    return Torus(low, high, axes) if any(axes) else Box(low, high)


def laguerre(
    seeds: Any,
    volumes: Any = None,
    periodic: Any = False,
    domain: Any = None,
    *,
    weights: Any = None,
    metric: Any = None,
    n_iter: int = 0,
    tol: float = 1e-10,
    threads: int | None = None,
) -> Plan:
    """A Laguerre tessellation whose cells have given volumes (or areas), to a proved relative error.

    Parameters
    ----------
    seeds : (n, d) array
        Seeds of the cells, in the plane or in space. On a periodic axis they may lie anywhere.
    volumes : (n,) array, optional
        Volumes of the cells, in any unit: they are scaled to fill the domain. Absent, without `weights`: all equal.
    periodic : bool or d bools
        Whether opposite sides of the domain are glued, along all axes or along each.
    domain : d pairs `[low, high]`, or a Source, optional
        The box to fill; absent: the unit square or cube.
    weights : (n,) array, optional
        In place of `volumes`: the tessellation with these weights.
    metric : symmetric (d, d) array, or its 6 entries `xx, yy, zz, yz, xz, xy`, optional
        Cells of the cost `(x - y)' M (x - y)` in place of the squared distance, on a torus to the nearest image: in
        space, or on a torus of the plane. A lattice `L` that is not orthogonal is the unit torus in fractional
        coordinates with the metric tensor `L' L`.
    n_iter : int
        Steps of Lloyd's algorithm: each moves the seeds to the centroids of their cells and solves again.
    tol : float
        Largest relative error of a volume.
    threads : int, optional
        Threads at work.

    Returns
    -------
    Plan
        `weights`, `masses` (the volumes, in units in which those given are), `centroids`, `cells()`, `check()`.

    .. versionadded:: 0.1.0
    """
    points = np.asarray(seeds, dtype=float)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise BrenierError(f"seeds has shape {points.shape}; give rows of [x, y] or [x, y, z]")
    source = _source(domain, periodic, points.shape[1])
    if metric is not None:
        if points.shape[1] == 2 and type(source) is Box:
            # The box of the plane as a torus none of whose axes closes.
            low, high = source.bounds
            source = Torus(low, high, [False, False])
        source = source.with_metric(metric)
    if weights is not None:
        if volumes is not None or n_iter:
            raise BrenierError("weights leave nothing to solve; drop them, or volumes and n_iter")
        return diagram(points, source, weights=weights)
    plan = solve(points, source, volumes, tol=tol, threads=threads)
    for _ in range(int(n_iter)):
        plan = solve(plan.centroids, source, volumes, tol=tol, threads=threads)
    return plan


def fit_cells(
    volumes: Any,
    centroids: Any,
    periodic: Any = False,
    domain: Any = None,
    *,
    seeds: Any = None,
    tol: float | None = None,
    steps: int | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    cancel: Any = None,
) -> Fit:
    """The Laguerre tessellation whose cells have given volumes and centroids: a map of grains, say.

    Volumes are right in any case; how far centroids are off is told. Cells that are not Laguerre cells have no such
    seeds, and then the best that were found are returned.

    Parameters
    ----------
    volumes : (n,) array
        Volumes of the cells, in any unit.
    centroids : (n, d) array
        Their centroids. On a periodic axis any image will do.
    periodic, domain
        As of :func:`laguerre`.
    seeds : (n, d) array, optional
        Where to begin; absent: at the centroids.
    tol : float, optional
        Stop when centroids are off by this share of the size of the cells (default 1e-4).
    steps : int, optional
        Most steps, a solve each (default 300).

    Returns
    -------
    Fit
        `plan`, `fitted`, `off`, `largest`, `offs`, `sites`.
    """
    wanted = np.ascontiguousarray(centroids, dtype=float)
    if wanted.ndim != 2 or wanted.shape[1] not in (2, 3):
        raise BrenierError(f"centroids has shape {wanted.shape}; give rows of [x, y] or [x, y, z]")
    source = _source(domain, periodic, wanted.shape[1])
    problem = Problem(wanted if seeds is None else seeds, source, volumes)
    return _brenier.fit(problem._core, wanted, tol, steps, time_limit, cancel, threads)
