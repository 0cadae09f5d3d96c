"""Transport as PyTorch functions: values with exact gradients.

>>> import torch, brenier as bn                                             # doctest: +SKIP
>>> y = torch.rand(20, 2, dtype=torch.float64, requires_grad=True)          # doctest: +SKIP
>>> bn.torch.w2(y, bn.Box([0, 0], [1, 1])).backward()                       # doctest: +SKIP

Gradients are those of the exact solution, not of the steps of a solver. What they are, and where there is none, says
the page "Gradients" of the documentation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _gradient
from ._brenier import Plan
from ._errors import BrenierError
from .sources import Source

try:
    import torch
except ImportError as error:
    raise ImportError("brenier.torch needs PyTorch: pip install 'brenier[torch]'") from error

from torch.autograd import Function
from torch.autograd.function import once_differentiable

__all__ = ["transport", "w2"]

_FLOATS = (torch.float64, torch.float32)


def _array(tensor: Any) -> _gradient.Floats:
    """A tensor's numbers in float64. By DLPack, which needs no agreement between the versions of PyTorch and numpy."""
    plain = tensor.detach().cpu().to(torch.float64).contiguous()
    return np.array(np.from_dlpack(plain))


def _tensor(values: Any, like: Any) -> Any:
    """An array as a tensor with the type and the device of another."""
    made = torch.from_dlpack(np.array(values, dtype=np.float64, ndmin=1, order="C"))
    return made.to(dtype=like.dtype).to(device=like.device)


class _Solved:
    """The plans of a batch, and their arrays stacked."""

    def __init__(self, plans: Sequence[Plan], sites: _gradient.Floats, masses: _gradient.Floats) -> None:
        self.plans, self.sites, self.masses = plans, sites, masses
        found = [_gradient.outputs(plan) for plan in plans]
        self.value = np.array([value for value, _, _ in found])
        self.weights = np.array([w for _, w, _ in found]).reshape(masses.shape)
        self.centroids = np.array([c for _, _, c in found]).reshape(sites.shape)


class _Transport(Function):
    """Value, weights and centroids of plans that are solved already."""

    @staticmethod
    def forward(ctx: Any, sites: Any, masses: Any, solved: _Solved) -> Any:
        # Empty ones, for their types and devices.
        ctx.solved, ctx.like = solved, (sites.new_empty(0), masses.new_empty(0))
        return tuple(_tensor(x, sites) for x in (solved.value, solved.weights, solved.centroids))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *cotangents: Any) -> Any:
        if not any(ctx.needs_input_grad[:2]):
            return None, None, None
        value, weights, centroids = (_array(c) for c in cotangents)
        solved, (sites, masses) = ctx.solved, ctx.like
        rows = [
            _gradient.pull(plan, solved.sites[k], solved.masses[k], value[k], weights[k], centroids[k])
            for k, plan in enumerate(solved.plans)
        ]
        to_sites = np.array([row[0] for row in rows]).reshape(solved.sites.shape)
        to_masses = np.array([row[1] for row in rows]).reshape(solved.masses.shape)
        return (
            _tensor(to_sites, sites) if ctx.needs_input_grad[0] else None,
            _tensor(to_masses, masses) if ctx.needs_input_grad[1] else None,
            None,
        )


class _W2(Function):
    """The value alone: its gradient is a formula, without a linear system."""

    @staticmethod
    def forward(ctx: Any, sites: Any, masses: Any, solved: _Solved) -> Any:
        ctx.solved = solved
        ctx.save_for_backward(sites, masses)
        return _tensor(solved.value, sites)

    @staticmethod
    def backward(ctx: Any, upstream: Any) -> Any:
        sites, masses = ctx.saved_tensors
        if torch.is_grad_enabled():
            # Somebody wants to differentiate the gradient: weights and centroids are functions of the input, too.
            _, weights, centroids = _Transport.apply(sites, masses, ctx.solved)
        else:
            weights, centroids = (_tensor(x, sites) for x in (ctx.solved.weights, ctx.solved.centroids))
        to_sites = to_masses = None
        if ctx.needs_input_grad[0]:
            to_sites = 2.0 * (upstream[:, None] * masses)[..., None] * (sites - centroids)
        if ctx.needs_input_grad[1]:
            to_masses = upstream[:, None] * (weights - weights.mean(dim=-1, keepdim=True))
        return to_sites, to_masses, None


def _solved(
    sites: Any, source: Source | Sequence[Source], masses: Any, executor: Any, options: dict[str, Any]
) -> tuple[Any, Any, _Solved]:
    """Sites (b, n, d) and masses (b, n) as tensors, and their plans."""
    for name, given in (("sites", sites), ("masses", masses)):
        if given is None and name == "masses":
            continue
        if not isinstance(given, torch.Tensor):
            raise BrenierError(f"{name} is a {type(given).__name__}; give a tensor, or call brenier.solve")
        if given.dtype not in _FLOATS:
            raise BrenierError(f"{name} is of {given.dtype}; give torch.float64 or torch.float32 ({name}.double())")
    _gradient.refuse(options)
    _gradient.check_shapes(sites, masses)
    n, d = sites.shape[-2:]
    batch = math.prod(sites.shape[:-2])
    rows = sites.reshape(batch, n, d)
    if masses is None:
        masses = torch.full(sites.shape[:-1], 1.0 / max(n, 1), dtype=sites.dtype, device=sites.device)
        given_masses = None
    else:
        given_masses = _array(masses.reshape(batch, n))
    masses = masses.to(dtype=sites.dtype, device=sites.device).reshape(batch, n)
    points = _array(rows)
    plans = _gradient.solve_batch(points, given_masses, _gradient.sources(source, len(points)), executor, options)
    nu = np.full(points.shape[:2], 1.0 / max(n, 1)) if given_masses is None else given_masses
    return rows, masses, _Solved(plans, points, nu)


def w2(
    sites: Any,
    source: Source | Sequence[Source],
    masses: Any = None,
    *,
    squared: bool = True,
    executor: Any = None,
    **options: Any,
) -> Any:
    r"""Squared Wasserstein distance between a source and weighted sites, with its exact gradient.

    Parameters
    ----------
    sites : (..., n, d) tensor of float64 or float32
        Sites `y_i`; leading axes are batches, solved side by side by :func:`brenier.solve_many`. Numbers of float32 are
        taken as the doubles that they are; the solve is in double precision, the result of the type of `sites`.
    source : Source, or a sequence of them
        Where the mass comes from: one for all, or one for each member of the batch. It is a constant.
    masses : (..., n) tensor, optional
        Positive masses; absent: equal, total 1. The source is scaled to their total.
    squared : bool
        False gives `W2` itself. It is never 0 between a density and points.
    executor : concurrent.futures.Executor, optional
        See :func:`brenier.solve_many`.
    **options
        `density`, `tol`, `max_iterations`, `time_limit`, `threads` of :func:`brenier.solve`.

    Returns
    -------
    (...) tensor
        `W2^2` (cost `|x - y|^2`, no 1/2, in units of mass times length squared), without axes for one problem.

    Raises
    ------
    BrenierError
        The input cannot be.
    NotConverged
        A solve did not keep its promise: there is no gradient then.

    Notes
    -----
    The gradient with respect to `y_i` is `2 nu_i (y_i - c_i)`, `c_i` the centroid of cell i. That with respect to the
    masses is the weights minus their mean. It is defined only modulo constants, since changes of the masses that do not
    keep the total change the source, too; use it through `softmax`, or project. The derivative of the gradient itself
    exists (`create_graph=True`) and costs one sparse linear system.

    References
    ----------
    Kitagawa, Merigot, Thibert, Convergence of a Newton algorithm for semi-discrete optimal transport, 2019.

    Examples
    --------
    >>> y = torch.rand(20, 2, dtype=torch.float64, requires_grad=True)      # doctest: +SKIP
    >>> loss = brenier.torch.w2(y, brenier.Box([0, 0], [1, 1]))             # doctest: +SKIP

    .. versionadded:: 0.1.0
    """
    rows, nu, solved = _solved(sites, source, masses, executor, options)
    value = _W2.apply(rows, nu, solved).reshape(sites.shape[:-2])
    return value if squared else value.sqrt()


def transport(
    sites: Any,
    source: Source | Sequence[Source],
    masses: Any = None,
    *,
    executor: Any = None,
    **options: Any,
) -> tuple[Any, Any, Any]:
    """Value, weights and centroids of the optimal plan, all differentiable.

    Parameters
    ----------
    sites, source, masses, executor, **options
        As in :func:`w2`.

    Returns
    -------
    value : (...) tensor
        `W2^2`.
    weights : (..., n) tensor
        `w_i = |y_i|^2 + 2 h_i`, where `sum nu_i h_i = 0`.
    centroids : (..., n, d) tensor
        Of the cells.

    Notes
    -----
    Derivatives are by the implicit function theorem: one sparse linear system for each backward pass. They exist where
    sites differ and the source's density is continuous on the walls between cells, and can be taken once.

    .. versionadded:: 0.1.0
    """
    rows, nu, solved = _solved(sites, source, masses, executor, options)
    value, weights, centroids = _Transport.apply(rows, nu, solved)
    return value.reshape(sites.shape[:-2]), weights.reshape(sites.shape[:-1]), centroids.reshape(sites.shape)
