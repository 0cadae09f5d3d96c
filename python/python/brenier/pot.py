"""Names of POT, and the conventions of other libraries.

Potentials of different libraries differ by a sign, a factor or a square; the page "From POT, OTT, sdot, pysdot" has the
table, :func:`convert` does it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _arrays
from ._brenier import BrenierError, BrenierWarning, Plan
from .problem import Problem
from .solving import solve as _solve
from .sources import Box, Disk, Source

__all__ = ["CONVENTIONS", "OTResult", "convert", "ot_result", "solve", "solve_semidiscrete"]

Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Vertices of the polygon that stands for POT's unit ball: its area is within 2e-6 of the disk's.
_BALL = 2048

_SGD = (
    "max_iter",
    "batch_size",
    "lr0",
    "lr_exponent",
    "decreasing_reg",
    "decreasing_reg_initial_eps",
    "decreasing_reg_exponent",
    "max_cost",
    "polyak_average",
)


def _from_heights(h: Floats, y: Floats) -> Floats:
    weights: Floats = (y * y).sum(axis=1) + 2.0 * h
    return weights


def _to_heights(w: Floats, y: Floats) -> Floats:
    heights: Floats = 0.5 * (w - (y * y).sum(axis=1))
    return heights


#: Convention: what it makes of weights, how weights come back, and which extremum of what defines the cell.
CONVENTIONS: dict[str, tuple[Callable[[Floats, Floats], Floats], Callable[[Floats, Floats], Floats], str]] = {
    "weights": (lambda w, y: w, lambda v, y: v, "|x - y|^2 - v least"),
    "heights": (_to_heights, _from_heights, "<x, y> + v greatest"),
    "prices": (lambda w, y: -w, lambda v, y: -v, "|x - y|^2 + v least"),
    "half": (lambda w, y: 0.5 * w, lambda v, y: 2.0 * v, "|x - y|^2 / 2 - v least"),
    "intercepts": (lambda w, y: -_to_heights(w, y), lambda v, y: _from_heights(-v, y), "<x, y> - v greatest"),
    "pot": (lambda w, y: w, lambda v, y: v, "|x - y|^2 - v least"),
    "ott": (lambda w, y: w, lambda v, y: v, "|x - y|^2 - v least"),
    "sdot": (lambda w, y: w, lambda v, y: v, "|x - y|^2 - v least"),
    "pysdot": (lambda w, y: w, lambda v, y: v, "|x - y|^2 - v least"),
}


def convert(values: Any, sites: Any, have: str, want: str) -> Floats:
    """Potentials of one convention as those of another.

    Parameters
    ----------
    values : (n,) array
        Potentials by site.
    sites : (n, d) array
        The sites.
    have, want : str
        `"weights"` and `"heights"` of brenier; `"prices"` (`-w`), `"half"` (cost `|x - y|^2 / 2`), `"intercepts"` (the
        Legendre transform of Brenier's potential, `-h`); `"pot"`, `"ott"`, `"sdot"`, `"pysdot"`.

    Returns
    -------
    (n,) array
        Defined up to a constant in every convention; none is added here.

    Raises
    ------
    BrenierError
        A convention that is not known, or shapes that do not fit.

    Examples
    --------
    >>> from brenier.pot import convert
    >>> convert([0.0, 0.0], [[3.0, 4.0], [0.0, 2.0]], "heights", "pot")
    array([25.,  4.])

    .. versionadded:: 0.1.0
    """
    for name in (have, want):
        if name not in CONVENTIONS:
            raise BrenierError(f"{name!r} is no convention known here; there are {', '.join(CONVENTIONS)}")
    y = _arrays.rows(sites, "sites", None)
    v = _arrays.vector(values, "values")
    if len(v) != len(y):
        raise BrenierError(f"values has {len(v)} entries for {len(y)} sites; give one for each")
    weights = CONVENTIONS[have][1](v, y)
    return np.array(CONVENTIONS[want][0](weights, y))


class OTResult:
    """A plan under the names of POT's `ot.utils.OTResult`.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    value, value_linear : float
        `W2^2`: the cost is `|x - y|^2`.
    value_quad : None
        There is no quadratic term.
    potential_a : callable
        `potential_a(x)` for points x, (m, d): `min_j |x - y_j|^2 - g_j`, the potential of the source.
    potential_b : (n,) array
        `g`, the weights; up to a constant.
    potentials : tuple
        Both.
    marginal_a : None
        The source is no array.
    marginal_b : (n,) array
        Masses of the cells.
    status : str
        As `Plan.status`.
    log : dict
        The report.
    sparse_plan, plan, lazy_plan
        Of a source that is no array there is none; :meth:`map` is the plan.

    Notes
    -----
    .. versionadded:: 0.1.0
    """

    def __init__(self, plan: Plan) -> None:
        self.brenier_plan = plan

    @property
    def value(self) -> float:
        """`W2^2`."""
        return self.brenier_plan.value

    value_linear = value
    value_quad = None
    marginal_a = None

    @property
    def potential_b(self) -> Floats:
        """`g`, the weights."""
        return self.brenier_plan.weights

    def potential_a(self, x: Any) -> Floats:
        """`min_j |x - y_j|^2 - g_j` at points x, (m, d).

        .. versionadded:: 0.1.0
        """
        points = _arrays.rows(x, "x", self.brenier_plan.dimension)
        found: Floats = (points * points).sum(axis=1) - 2.0 * self.brenier_plan.potential(points)
        return found

    @property
    def potentials(self) -> tuple[Callable[[Any], Floats], Floats]:
        """Both potentials."""
        return self.potential_a, self.potential_b

    @property
    def marginal_b(self) -> Floats:
        """Masses of the cells."""
        return self.brenier_plan.masses

    @property
    def marginals(self) -> tuple[None, Floats]:
        """That of the source is no array."""
        return None, self.marginal_b

    @property
    def status(self) -> str:
        """As `Plan.status`."""
        return self.brenier_plan.status

    @property
    def log(self) -> dict[str, Any]:
        """The report."""
        return self.brenier_plan.report

    def map(self, x: Any) -> Floats:
        """The optimal map: for points x, (m, d), the sites that they go to.

        .. versionadded:: 0.1.0
        """
        return self.brenier_plan.map(x, kind="image")

    @property
    def plan(self) -> Any:
        """None can be given; says so."""
        raise BrenierError("a plan between a density and points is no matrix; use `map`, or `brenier_plan.sample`")

    sparse_plan = lazy_plan = plan

    def __repr__(self) -> str:
        return f"<brenier.pot.OTResult: value {self.value:.6g}, {self.status}>"


def ot_result(plan: Plan) -> OTResult:
    """A plan under POT's names.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    OTResult

    .. versionadded:: 0.1.0
    """
    return OTResult(plan)


def _source(sampler_source: Any, dimension: int) -> Source:
    if isinstance(sampler_source, Source):
        return sampler_source
    if sampler_source in ("unif", "unif_cube"):
        return Box([0.0] * dimension, [1.0] * dimension)
    if sampler_source in ("ball", "unif_ball"):
        if dimension != 2:
            raise BrenierError(
                f"sampler_source={sampler_source!r} is the disk of the plane here; sites have {dimension} numbers"
            )
        return Disk(_BALL)
    if sampler_source == "normal":
        raise BrenierError("sampler_source='normal' has no bounded support; give an Image or a Mesh of the density")
    if callable(sampler_source):
        raise BrenierError(
            "sampler_source is a function that draws points; an exact solve needs the density: give a Source"
        )
    raise BrenierError(
        f"sampler_source is {sampler_source!r}; give a Source, 'unif', 'unif_cube', 'ball' or 'unif_ball'"
    )


def _refuse(metric: Any, reg: float) -> None:
    if metric not in (None, "sqeuclidean"):
        raise BrenierError(f"metric is {metric!r}; only 'sqeuclidean' has cells with straight walls")
    if reg != 0:
        raise BrenierError(
            f"reg is {reg}; this is transport without entropy: leave reg out, or use ot.solve_semidiscrete"
        )


def solve(
    X_target: Any,
    source: Any = "unif",
    a_target: Any = None,
    metric: Any = None,
    reg: float = 0.0,
    **options: Any,
) -> OTResult:
    """Solves with POT's names of arguments.

    Parameters
    ----------
    X_target : (n, d) array
        Sites.
    source : Source, or {"unif", "unif_cube", "ball", "unif_ball"}
        The source: the unit cube, or the unit disk (a polygon of 2048 vertices).
    a_target : (n,) array, optional
        Masses; absent: equal, total 1.
    metric : {None, "sqeuclidean"}
    reg : 0
    **options
        Of :func:`brenier.solve`.

    Returns
    -------
    OTResult

    Raises
    ------
    BrenierError
        What cannot be, other metrics and `reg` among it.
    NotConverged

    .. versionadded:: 0.1.0
    """
    _refuse(metric, reg)
    shape = np.shape(X_target)
    chosen = _source(source, shape[1] if len(shape) == 2 else 2)
    return OTResult(_solve(X_target, chosen, a_target, **options))


def solve_semidiscrete(
    X_target: Any,
    sampler_source: Any = "unif",
    a_target: Any = None,
    metric: Any = None,
    reg: float = 0.0,
    *,
    init_potential: Any = None,
    log: bool = False,
    **options: Any,
) -> Any:
    """`ot.semidiscrete.solve_semidiscrete`, solved exactly: the potential g of the sites.

    The result fits POT's `semidiscrete_ot_map`, `semidiscrete_atom_weights` and `semidiscrete_c_transform`.

    Parameters
    ----------
    X_target : (n, d) array
        Sites.
    sampler_source : Source, or {"unif", "unif_cube", "ball", "unif_ball"}
        The source. Functions that draw points are refused: an exact solve needs the density.
    a_target : (n,) array, optional
        Masses; absent: equal, total 1.
    metric : {None, "sqeuclidean"}
    reg : 0
    init_potential : (n,) array, optional
        Where to start.
    log : bool
        Return a dict, too: `plan`, `value`, `status`, `max_mass_error`.
    **options
        Of :func:`brenier.solve`. The options of POT's stochastic steps (`max_iter`, `batch_size`, `lr0`, ...) are
        accepted and do nothing, with a warning.

    Returns
    -------
    g : (n,) array
        `cell_j = {x : |x - y_j|^2 - g_j least}`.
    log : dict
        If asked for.

    Raises
    ------
    BrenierError, NotConverged

    References
    ----------
    Genans, Godichon-Baggioni, Vialard, Wintenberger, Stochastic optimization in semi-discrete optimal transport, 2025:
    the solver behind POT's function of this name.

    .. versionadded:: 0.1.0
    """
    _refuse(metric, reg)
    idle = [name for name in _SGD if name in options]
    for name in idle:
        del options[name]
    if idle:
        text = f"{', '.join(idle)}: steps of a stochastic solver; this solve is exact and has none"
        warnings.warn(text, BrenierWarning, stacklevel=2)
    shape = np.shape(X_target)
    source = _source(sampler_source, shape[1] if len(shape) == 2 else 2)
    if init_potential is None:
        plan = _solve(X_target, source, a_target, **options)
    else:
        plan = _solve(Problem(X_target, source, a_target, weights=init_potential), **options)
    index = plan.site_of_input
    g = plan.weights if index is None else plan.weights[index]
    if not log:
        return g
    return g, {
        "plan": plan,
        "value": plan.value,
        "status": plan.status,
        "max_mass_error": plan.max_mass_error,
    }
