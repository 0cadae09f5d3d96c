"""What `brenier.torch` and `brenier.jax` share: solving batches, and pulling cotangents back, in numpy.

Everything here is in the order of the sites as they were given, also if some were merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._brenier import Plan
from ._errors import BrenierError
from .many import solve_many
from .sources import Source

Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Options of `solve` that make no sense where the result is to be differentiated.
_NOT_HERE = {
    "partial": "partial transport has another dual; solve it with brenier.solve",
    "drop_zero_mass": "a mass of 0 has no derivative; leave such sites out",
    "duplicates": "sites at the same place are merged here",
    "normalize": "the source is always scaled to the total of the masses here",
    "warm": "a plan has the order of one batch; give none",
    "callback": "call brenier.solve with it",
    "progress": "call brenier.solve with it",
    "cancel": "call brenier.solve with it",
}


def refuse(options: Mapping[str, Any]) -> None:
    """Options that cannot be, in words."""
    for name in options:
        if name in _NOT_HERE:
            raise BrenierError(f"{name} is no option of a differentiable w2: {_NOT_HERE[name]}")


def source_key(source: Any) -> Any:
    """A source, or a tuple of them; anything else is refused in words."""
    if isinstance(source, Source):
        return source
    if not isinstance(source, list | tuple) or not all(isinstance(s, Source) for s in source):
        raise BrenierError(
            f"source is a {type(source).__name__}; give brenier.Box, Polygon, Mesh, Image, ..., or a list of them"
        )
    return tuple(source)


def sources(source: Source | Sequence[Source], batch: int) -> list[Source]:
    """A source for each member of a batch."""
    if isinstance(source, Source):
        return [source] * batch
    listed = list(source_key(source))
    if len(listed) != batch:
        raise BrenierError(f"there are {len(listed)} sources for a batch of {batch}; give one, or one for each")
    return listed


def solve_batch(
    sites: Floats, masses: Floats | None, given: Sequence[Source], executor: Any, options: Mapping[str, Any]
) -> list[Plan]:
    """One plan for each row of `sites` (b, n, d) and `masses` (b, n); the first failure is raised."""
    common = {name: options[name] for name in options if name == "density"}
    problems = [
        {"sites": y, "source": source, "masses": None if masses is None else masses[k], **common}
        for k, (y, source) in enumerate(zip(sites, given, strict=True))
    ]
    how = {name: options[name] for name in options if name not in common}
    plans: list[Plan] = solve_many(problems, executor=executor, on_error="raise", **how)
    return plans


def spread(values: Floats, plan: Plan) -> Floats:
    """An array by site, as an array by site given."""
    index = plan.site_of_input
    return values if index is None else values[index]


def outputs(plan: Plan) -> tuple[float, Floats, Floats]:
    """Value, weights and centroids."""
    return plan.value, spread(plan.weights, plan), spread(plan.centroids, plan)


def pull(
    plan: Plan, sites: Floats, masses: Floats, value: float, weights: Floats | None, centroids: Floats | None
) -> tuple[Floats, Floats]:
    """Cotangents of value, weights and centroids, as cotangents of sites (n, d) and masses (n,).

    That of the masses has mean zero: it is the representative, modulo constants, of a functional on changes of the masses
    that keep their total.
    """
    _, w, c = outputs(plan)
    to_sites = 2.0 * value * masses[:, None] * (sites - c)
    to_masses = value * (w - w.mean())
    asked = [
        (name, cotangent)
        for name, cotangent in (("weights", weights), ("centroids", centroids))
        if cotangent is not None and cotangent.any()
    ]
    if asked and plan.site_of_input is not None:
        raise BrenierError(
            f"{asked[0][0]} cannot be differentiated where sites coincide (their cell can be cut in any direction); "
            "move them apart"
        )
    for name, cotangent in asked:
        pulled = plan.vjp_weights(cotangent) if name == "weights" else plan.vjp_centroids(cotangent)
        to_sites = to_sites + pulled[0]
        to_masses = to_masses + (pulled[1] - pulled[1].mean())
    return to_sites, to_masses


def check_shapes(sites: Any, masses: Any) -> None:
    """Shapes of sites (..., n, d) and masses (..., n), in words."""
    if len(sites.shape) < 2:
        raise BrenierError(f"sites has shape {tuple(sites.shape)}; give (n, d), or (batch, n, d)")
    if masses is not None and tuple(masses.shape) != tuple(sites.shape[:-1]):
        raise BrenierError(
            f"masses has shape {tuple(masses.shape)}; sites of shape {tuple(sites.shape)} need {tuple(sites.shape[:-1])}"
        )
