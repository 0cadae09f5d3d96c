"""Exact semi-discrete optimal transport for the squared distance, with proofs.

>>> import brenier as bn
>>> plan = bn.solve([[0.0, 0.5], [1.0, 0.5]], bn.Box([0, 0], [1, 1]), masses=[0.25, 0.75])
>>> bool(abs(plan.weights[1] - plan.weights[0] - 0.5) < 1e-14)
True
>>> plan.check().ok
True
"""

from __future__ import annotations

import importlib
from typing import Any

from ._brenier import Plan, __version__
from ._errors import BrenierError, BrenierWarning, FileError, InternalError, NotConverged
from ._results import (
    Areas,
    Cells,
    Certificate,
    Fit,
    Graph,
    Lens,
    Parameterization,
    Polytope,
    Progress,
    Quantization,
    SphereMap,
)
from .problem import Problem, read_problem
from .solving import alexandrov, curvature, diagram, lens, load, minkowski, parameterize, quantize, solve
from .sources import (
    Affine,
    Box,
    Disk,
    Image,
    Mesh,
    MultiPolygon,
    PerCell,
    PerCorner,
    PerFace,
    PerVertex,
    Polygon,
    Polyhedron,
    Solid,
    Source,
    Sphere,
    Surface,
    TetMesh,
    Tets,
    Torus,
    read_source,
)

#: Modules and names that are loaded when they are first asked for: they need packages that are optional.
_LATER = {
    "torch": ("brenier.torch", None),
    "jax": ("brenier.jax", None),
    "sklearn": ("brenier.sklearn", None),
    "pot": ("brenier.pot", None),
    "laguerre": ("brenier.grains", "laguerre"),
    "fit_cells": ("brenier.grains", "fit_cells"),
    "pairs": ("brenier.pairs", None),
    "many": ("brenier.many", None),
    "solve_many": ("brenier.many", "solve_many"),
    "latent": ("brenier.latent", None),
    "aeot": ("brenier.aeot", None),
    "solve_latent": ("brenier.latent", "solve_latent"),
    "load_latent": ("brenier.latent", "load_latent"),
    "LatentPlan": ("brenier.latent", "LatentPlan"),
}

__all__ = [
    "Affine",
    "Areas",
    "Box",
    "BrenierError",
    "BrenierWarning",
    "Cells",
    "Certificate",
    "Disk",
    "FileError",
    "Fit",
    "Graph",
    "Image",
    "InternalError",
    "LatentPlan",
    "Lens",
    "Mesh",
    "MultiPolygon",
    "NotConverged",
    "Parameterization",
    "PerCell",
    "PerCorner",
    "PerFace",
    "PerVertex",
    "Plan",
    "Polygon",
    "Polyhedron",
    "Polytope",
    "Problem",
    "Progress",
    "Quantization",
    "Solid",
    "Source",
    "Sphere",
    "SphereMap",
    "Surface",
    "TetMesh",
    "Tets",
    "Torus",
    "__version__",
    "alexandrov",
    "curvature",
    "diagram",
    "fit_cells",
    "laguerre",
    "lens",
    "load",
    "load_latent",
    "minkowski",
    "parameterize",
    "quantize",
    "read_problem",
    "read_source",
    "solve",
    "solve_latent",
    "solve_many",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'brenier' has no attribute {name!r}")
    module, attribute = _LATER[name]
    found: Any = importlib.import_module(module)
    if attribute is not None:
        found = getattr(found, attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
