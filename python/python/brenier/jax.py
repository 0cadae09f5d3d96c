"""Transport as JAX functions: values with exact gradients, under `jit`, `vmap` and `grad`.

>>> import jax, brenier as bn                                               # doctest: +SKIP
>>> box = bn.Box([0, 0], [1, 1])                                            # doctest: +SKIP
>>> jax.jit(jax.grad(lambda y: bn.jax.w2(y, box)))(y)                       # doctest: +SKIP

The solve runs on the host through a pure callback. Gradients are those of the exact solution, not of the steps of a
solver. What they are, and where there is none, says the page "Gradients" of the documentation.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _gradient
from ._brenier import Plan
from ._errors import BrenierError
from .sources import Source

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise ImportError("brenier.jax needs JAX: pip install 'brenier[jax]'") from error

__all__ = ["transport", "w2"]

#: Plans kept between a forward and its backward pass. A plan that is gone is solved again: the bits are the same.
_KEPT = 4


class _Host:
    """The side of the callbacks: arrays in, arrays out, any number of leading axes."""

    def __init__(self, source: Source | Sequence[Source], executor: Any, options: dict[str, Any]) -> None:
        self.source, self.executor, self.options = source, executor, options
        self.plans: OrderedDict[bytes, list[Plan]] = OrderedDict()

    def solve(self, sites: Any, masses: Any) -> tuple[list[Plan], _gradient.Floats, _gradient.Floats]:
        y = np.asarray(sites, dtype=np.float64)
        nu = np.asarray(masses, dtype=np.float64)
        batch = math.prod(y.shape[:-2])
        y, nu = y.reshape(batch, *y.shape[-2:]), nu.reshape(batch, nu.shape[-1])
        key = hashlib.sha256(repr(y.shape).encode() + y.tobytes() + nu.tobytes()).digest()
        plans = self.plans.pop(key, None)
        if plans is None:
            given = _gradient.sources(self.source, len(y))
            plans = _gradient.solve_batch(y, nu, given, self.executor, self.options)
        self.plans[key] = plans
        while len(self.plans) > _KEPT:
            self.plans.popitem(last=False)
        return plans, y, nu

    def forward(self, sites: Any, masses: Any) -> tuple[Any, Any, Any]:
        plans, _, _ = self.solve(sites, masses)
        found = [_gradient.outputs(plan) for plan in plans]
        shape, kind = sites.shape, sites.dtype
        value, weights, centroids = (np.array([row[k] for row in found]) for k in range(3))
        return (
            value.astype(kind).reshape(shape[:-2]),
            weights.astype(kind).reshape(shape[:-1]),
            centroids.astype(kind).reshape(shape),
        )

    def backward(self, sites: Any, masses: Any, value: Any, weights: Any, centroids: Any) -> tuple[Any, Any]:
        plans, y, nu = self.solve(sites, masses)
        g = np.asarray(value, dtype=np.float64).reshape(-1)
        w = np.asarray(weights, dtype=np.float64).reshape(nu.shape)
        c = np.asarray(centroids, dtype=np.float64).reshape(y.shape)
        rows = [_gradient.pull(plan, y[k], nu[k], g[k], w[k], c[k]) for k, plan in enumerate(plans)]
        to_sites, to_masses = (np.array([row[k] for row in rows]) for k in range(2))
        return (
            to_sites.astype(sites.dtype).reshape(sites.shape),
            to_masses.astype(masses.dtype).reshape(masses.shape),
        )


def _shape(like: Any) -> Any:
    return jax.ShapeDtypeStruct(like.shape, like.dtype)


def _transport(host: _Host) -> Callable[[Any, Any], tuple[Any, Any, Any]]:
    """`(sites, masses) -> (value, weights, centroids)` with its pullback."""

    def call(sites: Any, masses: Any) -> Any:
        shapes = (
            jax.ShapeDtypeStruct(sites.shape[:-2], sites.dtype),
            jax.ShapeDtypeStruct(sites.shape[:-1], sites.dtype),
            _shape(sites),
        )
        return jax.pure_callback(host.forward, shapes, sites, masses, vmap_method="broadcast_all")

    def forward(sites: Any, masses: Any) -> Any:
        return call(sites, masses), (sites, masses)

    def backward(kept: Any, cotangents: Any) -> Any:
        sites, masses = kept
        shapes = (_shape(sites), _shape(masses))
        return jax.pure_callback(host.backward, shapes, sites, masses, *cotangents, vmap_method="broadcast_all")

    made = jax.custom_vjp(call)
    made.defvjp(forward, backward)
    found: Callable[[Any, Any], tuple[Any, Any, Any]] = made
    return found


def _w2(host: _Host) -> Callable[[Any, Any], Any]:
    """`(sites, masses) -> value`; its gradient is a formula in weights and centroids, so it can be differentiated."""
    inner = _transport(host)

    def call(sites: Any, masses: Any) -> Any:
        return inner(sites, masses)[0]

    def forward(sites: Any, masses: Any) -> Any:
        value, weights, centroids = inner(sites, masses)
        return value, (sites, masses, weights, centroids)

    def backward(kept: Any, upstream: Any) -> Any:
        sites, masses, weights, centroids = kept
        g = upstream[..., None]
        to_sites = 2.0 * (g * masses)[..., None] * (sites - centroids)
        return to_sites, g * (weights - weights.mean(axis=-1, keepdims=True))

    made = jax.custom_vjp(call)
    made.defvjp(forward, backward)
    found: Callable[[Any, Any], Any] = made
    return found


@functools.lru_cache(maxsize=16)
def _made(kind: str, source: Any, executor: Any, options: tuple[tuple[str, Any], ...]) -> Callable[[Any, Any], Any]:
    host = _Host(source, executor, dict(options))
    return _w2(host) if kind == "w2" else _transport(host)


def _function(kind: str, source: Any, executor: Any, options: dict[str, Any]) -> Callable[[Any, Any], Any]:
    """The same function for the same source and options: JAX compiles what it has not seen, each time."""
    key = (kind, _gradient.source_key(source), executor, tuple(sorted(options.items(), key=lambda item: item[0])))
    try:
        hash(key)
    except TypeError:
        # A density that is a dict, say.
        return _made.__wrapped__(*key)
    return _made(*key)


def _given(sites: Any, masses: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    """Sites and masses as JAX arrays of one type of floats."""
    _gradient.refuse(options)
    y = jnp.asarray(sites)
    nu = None if masses is None else jnp.asarray(masses)
    for name, x in (("sites", y), ("masses", nu)):
        if x is not None and x.dtype not in (jnp.float64, jnp.float32):
            raise BrenierError(f"{name} is of {x.dtype}; give float64 or float32")
    _gradient.check_shapes(y, nu)
    if nu is None:
        nu = jnp.full(y.shape[:-1], 1.0 / max(y.shape[-2], 1), dtype=y.dtype)
    return y, nu.astype(y.dtype)


def w2(
    sites: Any,
    source: Source | Sequence[Source],
    masses: Any = None,
    *,
    squared: bool = True,
    executor: Any = None,
    **options: Any,
) -> Any:
    """Squared Wasserstein distance between a source and weighted sites, with its exact gradient.

    Parameters
    ----------
    sites : (..., n, d) array of float64 or float32
        Sites `y_i`; leading axes (also those of `vmap`) are batches, solved side by side by :func:`brenier.solve_many`.
        JAX makes float32 of all numbers unless `jax_enable_x64` is set; they are taken as the doubles that they are, the
        solve is in double precision, and the result is rounded back.
    source : Source, or a sequence of them
        Where the mass comes from: one for all, or one for each member of the batch. A constant: close over it where you
        `jit`.
    masses : (..., n) array, optional
        Positive masses; absent: equal, total 1. The source is scaled to their total.
    squared : bool
        False gives `W2` itself. It is never 0 between a density and points.
    executor : concurrent.futures.Executor, optional
        See :func:`brenier.solve_many`.
    **options
        `density`, `tol`, `max_iterations`, `time_limit`, `threads` of :func:`brenier.solve`.

    Returns
    -------
    (...) array
        `W2^2` (cost `|x - y|^2`, no 1/2).

    Raises
    ------
    BrenierError
        Shapes, types or options that cannot be.
    jax.errors.JaxRuntimeError
        What goes wrong in the solve: JAX has an error of its own for callbacks, which tells the text of ours.

    Notes
    -----
    The gradient with respect to `y_i` is `2 nu_i (y_i - c_i)`, `c_i` the centroid of cell i. That with respect to the
    masses is the weights minus their mean, defined modulo constants: changes of the masses that do not keep the total
    change the source, too. `jax.grad` can be applied twice (`jax.jacrev(jax.grad(...))`); forward mode (`jax.jvp`,
    `jax.hessian`, which uses it) cannot be had from a custom VJP, JAX says so.

    References
    ----------
    Kitagawa, Merigot, Thibert, Convergence of a Newton algorithm for semi-discrete optimal transport, 2019.

    Examples
    --------
    >>> box = brenier.Box([0, 0], [1, 1])                                   # doctest: +SKIP
    >>> jax.value_and_grad(lambda y: brenier.jax.w2(y, box))(y)             # doctest: +SKIP

    .. versionadded:: 0.1.0
    """
    y, nu = _given(sites, masses, options)
    value = _function("w2", source, executor, options)(y, nu)
    return value if squared else jnp.sqrt(value)


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
    value : (...) array
        `W2^2`.
    weights : (..., n) array
        `w_i = |y_i|^2 + 2 h_i`, where `sum nu_i h_i = 0`.
    centroids : (..., n, d) array
        Of the cells.

    Notes
    -----
    Derivatives are by the implicit function theorem: one sparse linear system for each backward pass. They exist where
    sites differ and the source's density is continuous on the walls between cells, and can be taken once.

    .. versionadded:: 0.1.0
    """
    y, nu = _given(sites, masses, options)
    found: tuple[Any, Any, Any] = _function("transport", source, executor, options)(y, nu)
    return found
