"""The verbs: solve, diagram, quantize, parameterize, load, minkowski, curvature, lens."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np

from . import _arrays, _brenier
from ._brenier import Plan
from ._errors import BrenierError
from ._results import Graph, Lens, Parameterization, Polytope, Progress, Quantization
from .problem import Problem
from .sources import Source, split

Path = str | PathLike[str]
Callback = Callable[[Progress], object]


def _problem(sites: Any, source: Source | None, given: dict[str, Any]) -> Problem:
    if isinstance(sites, Problem):
        defaults = {"normalize": True, "duplicates": "merge"}
        beside = [key for key, value in given.items() if value is not None and value != defaults.get(key, False)]
        if source is not None or beside:
            what = "source" if source is not None else beside[0]
            raise BrenierError(f"{what} is given beside a Problem, which has its own; drop one")
        return sites
    if source is None:
        raise BrenierError("source is missing; give where the mass comes from, as brenier.Box([0, 0], [1, 1])")
    return Problem(sites, source, **given)


class _Bar:
    """A bar of tqdm that follows a solve: decades of the residual."""

    def __init__(self, tol: float, then: Callback | None) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise BrenierError("progress=True needs the package tqdm; install it, or leave progress out") from None
        self.bar = tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {postfix}")
        self.tol, self.then = max(tol, 1e-16), then

    def __call__(self, progress: Progress) -> object:
        residual = progress.residual
        if np.isfinite(residual) and residual > 0:
            done = 100.0 * min(1.0, max(0.0, np.log10(max(residual, self.tol))) / np.log10(self.tol))
            self.bar.n = max(self.bar.n, round(done))
        self.bar.set_postfix_str(f"step {progress.iteration}, residual {residual:.1e}")
        return None if self.then is None else self.then(progress)

    def close(self) -> None:
        self.bar.close()


def solve(
    sites: Any,
    source: Source | None = None,
    masses: Any = None,
    density: Any = None,
    tol: float = 1e-10,
    warm: Plan | None = None,
    callback: Callback | None = None,
    threads: int | None = None,
    *,
    max_iterations: int = 100,
    time_limit: float | None = None,
    hessian: bool = False,
    partial: bool = False,
    normalize: bool = True,
    duplicates: str = "merge",
    drop_zero_mass: bool = False,
    progress: bool = False,
    cancel: Any = None,
) -> Plan:
    """Solves a problem of semi-discrete optimal transport exactly enough to be believed.

    Finds heights `h_i` such that every cell `{x : <x, y_i> + h_i maximal}` has the mass of its site: the optimal map for
    the cost `|x - y|^2` sends each cell to its site.

    Parameters
    ----------
    sites : (n, d) array or Problem
        Points `y_i`. A Problem brings its source, masses and density along.
    source : Source
        Where the mass comes from.
    masses : (n,) array, optional
        Positive masses; absent: equal, total 1. The source is scaled to their total.
    density : optional
        See :class:`Problem`.
    tol : float
        Largest relative mass error, a promise about the true masses.
    warm : Plan, optional
        A plan for as many sites to start from: sites may have moved, masses may have changed. The report says in its
        notes whether it was used.
    callback : callable, optional
        Called with a `Progress` after the start and after each step, in the thread that solves. If it returns true, the
        solve stops. If it raises, the solve stops, and the exception is raised here.
    threads : int, optional
        Threads at work. Results have the same bits for any number.
    max_iterations : int
        Most Newton steps.
    time_limit : float, optional
        Seconds after which the solve stops.
    hessian : bool
        Keep the Hessian in the plan.
    partial, normalize, duplicates, drop_zero_mass
        See :class:`Problem`.
    progress : bool
        Show a bar (needs tqdm).
    cancel : threading.Event or the like, optional
        The solve stops soon after its `is_set()` is true.

    Returns
    -------
    Plan
        Arrays in it are read-only, in the order of the sites (after merging, see `site_of_input`).

    Raises
    ------
    BrenierError
        The input cannot be; the text names the place and the cure.
    NotConverged
        The promise is not kept: `plan` is the best state, `status` and the text say how it ended.
    KeyboardInterrupt
        After Ctrl-C; its attribute `plan` is the best state, or None.

    References
    ----------
    Kitagawa, Merigot, Thibert, Convergence of a Newton algorithm for semi-discrete optimal transport, 2019.

    Examples
    --------
    >>> import brenier as bn
    >>> plan = bn.solve([[0.2, 0.3], [0.7, 0.6], [0.4, 0.9]], bn.Box([0, 0], [1, 1]))
    >>> plan.converged
    True

    .. versionadded:: 0.1.0
    """
    given = {
        "masses": masses,
        "density": density,
        "partial": partial,
        "normalize": normalize,
        "duplicates": duplicates,
        "drop_zero_mass": drop_zero_mass,
    }
    problem = _problem(sites, source, given)
    bar = _Bar(tol, callback) if progress else None
    try:
        return _brenier.solve(
            problem._core,
            float(tol),
            max_iterations,
            time_limit,
            hessian,
            warm,
            bar or callback,
            cancel,
            threads,
        )
    finally:
        if bar is not None:
            bar.close()


def diagram(
    sites: Any,
    source: Source | None = None,
    weights: Any = None,
    *,
    heights: Any = None,
    masses: Any = None,
    density: Any = None,
    hessian: bool = False,
    partial: bool = False,
    normalize: bool = True,
    threads: int | None = None,
) -> Plan:
    """The cells at given weights (absent: 0, the Voronoi diagram), without solving.

    Parameters
    ----------
    sites, source, masses, density, partial, normalize
        See :class:`Problem`. Sites at the same place are kept: the larger height owns the cell.
    weights : (n,) array, optional
        `w_i`; cell i is where `|x - y_i|^2 - w_i` is least.
    heights : (n,) array or a pair of them, optional
        `h_i = (w_i - |y_i|^2) / 2` instead; a pair is leading and trailing parts, as `Plan.heights` and `heights_lo`.
    hessian : bool
        Keep the Hessian.

    Returns
    -------
    Plan
        What there is to say of these cells; its status is "diagram".

    .. versionadded:: 0.1.0
    """
    if not isinstance(sites, Problem) and weights is None and heights is None:
        weights = np.zeros(len(np.asarray(sites)))
    given = {
        "masses": masses,
        "density": density,
        "heights": heights,
        "weights": weights,
        "partial": partial,
        "normalize": normalize,
        "duplicates": "keep",
    }
    if isinstance(sites, Problem):
        given["duplicates"] = "merge"
    return _brenier.diagram(_problem(sites, source, given)._core, hessian, threads)


def quantize(
    source: Source,
    n: int | None = None,
    *,
    sites: Any = None,
    masses: Any = None,
    density: Any = None,
    tol: float | None = None,
    steps: int | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    callback: Callback | None = None,
    threads: int | None = None,
    cancel: Any = None,
) -> Quantization:
    """Points that represent a source best (blue noise, stippling): each in the centroid of its cell.

    Parameters
    ----------
    source : Source
        What is to be represented.
    n : int, optional
        Number of points, spread over the source with `seed`; or give the first `sites`.
    sites : (n, d) array, optional
        Where to begin.
    masses, density
        See :class:`Problem`.
    tol : float, optional
        Stop when sites are off their centroids by this share of the distance that the source travels (default 5e-3).
    steps : int, optional
        Most moves (default 1000).

    Returns
    -------
    Quantization

    .. versionadded:: 0.1.0
    """
    if (n is None) == (sites is None):
        raise BrenierError("give either n, the number of points, or the sites to begin with")
    if sites is None:
        if not isinstance(source, Source):
            raise BrenierError(f"source is a {type(source).__name__}; give brenier.Box, Polygon, Mesh, Image, ...")
        spread, values = split(density)
        sites = _brenier.Problem.spread(source._domain, spread, values, n or 0, seed)
    problem = Problem(sites, source, masses, density)
    return _brenier.quantize(problem._core, tol, steps, time_limit, callback, cancel, threads)


def parameterize(
    vertices: Any,
    triangles: Any,
    *,
    boundary: Any = None,
    area_weight: float | None = None,
    vertex_density: Any = None,
    face_density: Any = None,
    seams: Any = None,
    certify: bool = False,
    remesh: bool = False,
    fill_holes: int | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
) -> Parameterization:
    """Lays a mesh into the plane, area for area, no triangle turned over.

    Parameters
    ----------
    vertices : (n, 3) array
    triangles : (m, 3) array of int
    boundary : {"free", "disk", "square"} or (k, 2) array, optional
        The shape that the boundary takes, free if not given; an array is a strictly convex polygon,
        counter-clockwise.
    area_weight : float, optional
        How much more areas count than angles, 1e3 if not given; 1e7: areas as far as they go.
    vertex_density, face_density : array, optional
        Sizes wanted, in proportion to the area in space.
    seams : (k, 2) array of int, optional
        Edges to cut along.
    certify : bool
        Prove the masses of cells and stars in rational numbers.
    remesh : bool
        Replace the triangles by those dual to the cells of transport.
    fill_holes : int, optional
        Holes of at most so many edges stay holes, without a cut to each; small ones if not given.
    time_limit : float, optional
        Seconds after which the layout that there is is returned; its notes say so.

    Returns
    -------
    Parameterization
        `uv[corners]` are the corners of the triangles in the unit square.

    .. versionadded:: 0.1.0
    """
    if vertex_density is not None and face_density is not None:
        raise BrenierError("vertex_density and face_density are both given; drop one")
    density = face_density if vertex_density is None else vertex_density
    return _brenier.parameterize(
        _arrays.rows(vertices, "vertices", 3),
        _arrays.triples(triangles, "triangles"),
        boundary if boundary is None or isinstance(boundary, str) else _arrays.rows(boundary, "boundary", 2),
        None if area_weight is None else float(area_weight),
        None if density is None else _arrays.vector(density, "density"),
        "face" if vertex_density is None else "vertex",
        None if seams is None else _arrays.indices(seams, "seams", 2),
        certify,
        remesh,
        fill_holes,
        time_limit,
        threads,
    )


def minkowski(
    normals: Any,
    areas: Any,
    *,
    adjust: bool = False,
    tol: float = 1e-12,
    max_iterations: int = 200,
    threads: int | None = None,
) -> Polytope:
    """The convex polytope whose facets have given normals and areas (Minkowski), its centroid at the origin.

    Parameters
    ----------
    normals : (n, 3) array
        Of any lengths; equal directions are merged, their areas added.
    areas : (n,) array
    adjust : bool
        Change areas whose sum of area times unit normal is not 0 to the nearest that close.

    .. versionadded:: 0.1.0
    """
    vectors, numbers = _arrays.rows(normals, "normals", 3), _arrays.vector(areas, "areas")
    return _brenier.minkowski(vectors, numbers, adjust, float(tol), max_iterations, threads)


def curvature(
    rays: Any,
    curvatures: Any,
    *,
    adjust: bool = False,
    tol: float = 1e-12,
    max_iterations: int = 100,
    threads: int | None = None,
) -> Polytope:
    """The convex polytope with one vertex on each ray and given Gauss curvatures there (Alexandrov).

    Parameters
    ----------
    rays : (n, 3) array
        Of any lengths; equal ones are merged, their curvatures added.
    curvatures : (n,) array
        Their sum is 4 pi.
    adjust : bool
        Scale curvatures with another sum.

    .. versionadded:: 0.1.0
    """
    vectors, numbers = _arrays.rows(rays, "rays", 3), _arrays.vector(curvatures, "curvatures")
    return _brenier.curvature(vectors, numbers, adjust, float(tol), max_iterations, threads)


def lens(
    picture: Any,
    aperture: Source,
    *,
    index: float | None = 1.49,
    shape: str | None = None,
    angle: tuple[float, float] | None = None,
    screen: tuple[float, float] | None = None,
    facets: int = 20_000,
    thickness: float = 2.0,
    tol: float = 1e-8,
    threads: int | None = None,
) -> Lens:
    """The lens (or mirror, `index=None`) of flat facets that turns a parallel beam into a picture.

    Parameters
    ----------
    picture : (rows, columns) array
        Energies of pixels, rows from the top.
    aperture : Source
        A domain in the plane, in millimetres.
    shape : {"dome", "bowl"}, optional
        A lens is a dome, a mirror a bowl, unless told otherwise.
    angle : (width, height), optional
        Full angles of the far field in radians; or
    screen : (distance, width), optional
        A screen above the lowest point of the surface, and the picture's width there.
    facets : int
        About so many at most; a picture of more pixels is made coarser.

    .. versionadded:: 0.1.0
    """
    if not isinstance(aperture, Source):
        raise BrenierError(f"aperture is a {type(aperture).__name__}; give brenier.Box, Disk, Polygon, ...")
    values = np.ascontiguousarray(_arrays.floats(picture, "picture"))
    if values.ndim != 2:
        raise BrenierError(f"picture has {values.ndim} axes; give rows of pixels")
    return _brenier.lens(
        values,
        aperture._domain,
        None if index is None else float(index),
        shape,
        angle,
        screen,
        facets,
        float(thickness),
        float(tol),
        threads,
    )


def alexandrov(plan: Plan) -> Graph:
    """The convex surface whose facets project onto the cells of a plan; see `Plan.alexandrov`.

    .. versionadded:: 0.1.0
    """
    return plan.alexandrov()


def load(path: Path, *, problem: Path | None = None) -> Plan:
    """Reads a solution file, written here or by the command line.

    Parameters
    ----------
    path : path
        A file `{"format": "brenier/solution", ...}`.
    problem : path, optional
        Its problem, if the solution does not say where that is.

    Returns
    -------
    Plan
        Saved again under the same name it has the same bytes.

    Raises
    ------
    FileError, OSError
        With the file and the place.

    .. versionadded:: 0.1.0
    """
    return _brenier.load(path, problem)
