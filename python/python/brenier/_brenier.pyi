"""The compiled part: the Rust library, called with arrays that are already sound in type and shape.

Not to be used directly; everything here is reached through `brenier`.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, final

from numpy.typing import NDArray

from ._arrays import Floats, Ints
from ._errors import BrenierError as BrenierError
from ._errors import BrenierWarning as BrenierWarning
from ._errors import FileError as FileError
from ._errors import InternalError as InternalError
from ._errors import NotConverged as NotConverged
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
from .problem import Problem as _Problem

__all__ = [
    "Latent",
    "load_latent",
    "solve_latent",
    "Plan",
    "load",
    "curvature",
    "lens",
    "minkowski",
    "Problem",
    "diagram",
    "fit",
    "parameterize",
    "parameterize_sphere",
    "quantize",
    "solve",
    "Domain",
    "_panic",
    "__version__",
    "BrenierError",
    "FileError",
    "InternalError",
    "NotConverged",
    "BrenierWarning",
]

__version__: str

@final
class Domain:
    """Where a source lives, and the density it brings along."""

    @staticmethod
    def parse(text: str) -> Domain: ...
    @staticmethod
    def read(path: str | PathLike[str], features: Sequence[str]) -> Domain: ...
    @staticmethod
    def disk(vertices: int) -> Domain: ...
    @staticmethod
    def mesh(vertices: Floats, triangles: Ints) -> Domain: ...
    @staticmethod
    def image(
        values: Floats, min: list[float] | None, max: list[float] | None, interpolation: str, invert: bool
    ) -> Domain: ...
    @staticmethod
    def read_image(
        path: str | PathLike[str],
        min: list[float] | None,
        max: list[float] | None,
        interpolation: str,
        invert: bool,
    ) -> Domain: ...
    def with_metric(self, metric: list[float]) -> Domain: ...
    @property
    def dimension(self) -> int: ...
    @property
    def bounds(self) -> tuple[Floats, Floats]: ...
    @property
    def notes(self) -> list[str]: ...

@final
class Problem:
    """A sound problem: source and targets."""

    def __new__(
        cls,
        domain: Domain,
        density: Domain | str | None,
        values: Floats | None,
        sites: Floats,
        masses: Floats | None,
        heights: Floats | None,
        heights_lo: Floats | None,
        weights: Floats | None,
        partial: bool,
        normalize: bool,
        duplicates: str,
    ) -> Problem: ...
    @staticmethod
    def read(path: str | PathLike[str], duplicates: str) -> Problem: ...
    @staticmethod
    def spread(
        domain: Domain,
        density: Domain | str | None,
        values: Floats | None,
        n: int,
        seed: int,
    ) -> Floats: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(
        data: bytes, duplicates: str = "merge", heights: tuple[Floats, Floats] | None = None
    ) -> Problem: ...
    @property
    def heights(self) -> tuple[Floats, Floats] | None: ...
    @property
    def dimension(self) -> int: ...
    @property
    def sites(self) -> Floats: ...
    @property
    def masses(self) -> Floats: ...
    @property
    def site_of_input(self) -> Ints | None: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def warnings(self) -> list[str]: ...
    @property
    def sha256(self) -> str: ...
    def __len__(self) -> int: ...

@final
class Latent:
    """Transport in high dimension, behind `LatentPlan`."""

    @property
    def heights(self) -> Floats: ...
    @property
    def codes(self) -> Floats: ...
    @property
    def target_masses(self) -> Floats: ...
    @property
    def site_of_input(self) -> Ints | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def validation(self) -> dict[str, Any] | None: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def converged(self) -> bool: ...
    def cells(self, x: Floats, threads: int | None) -> Ints: ...
    def transport(self, x: Floats, how: str, threads: int | None) -> tuple[Floats, Ints, Floats]: ...
    def sample(
        self, n: int, seed: int, first: int, how: str, threads: int | None
    ) -> tuple[Floats, Ints, Floats]: ...
    def components(self, threads: int | None) -> tuple[Ints, int, float, float]: ...
    def strength(self, threads: int | None) -> float: ...
    def with_strength(self, strength: float) -> Latent:
        """The same plan with this strength of the local map."""
    def temperature(self, threads: int | None) -> float: ...
    def walls(self, threads: int | None) -> list[tuple[int, int, float, bool]]: ...
    def curve(self, start: Floats, end: Floats) -> list[tuple[float, int, int, bool]]: ...
    def check(
        self, points: int | None, confidence: float, seed: int, threads: int | None
    ) -> tuple[dict[str, Any], bool]: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes, source: Any) -> Latent: ...

@final
class Plan:
    """A solved (or best found) problem; see `brenier.solve`."""

    @property
    def problem(self) -> _Problem: ...
    @property
    def dimension(self) -> int: ...
    @property
    def sites(self) -> Floats: ...
    @property
    def target_masses(self) -> Floats: ...
    @property
    def value(self) -> float: ...
    @property
    def cost(self) -> float: ...
    @property
    def heights(self) -> Floats: ...
    @property
    def heights_lo(self) -> Floats: ...
    @property
    def weights(self) -> Floats: ...
    @property
    def masses(self) -> Floats: ...
    @property
    def centroids(self) -> Floats: ...
    @property
    def hidden(self) -> Ints: ...
    @property
    def hessian(self) -> tuple[Ints, Ints, Floats] | None: ...
    @property
    def site_of_input(self) -> Ints | None: ...
    @property
    def converged(self) -> bool: ...
    @property
    def max_mass_error(self) -> float: ...
    @property
    def residual(self) -> float: ...
    @property
    def status(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def iterations(self) -> int: ...
    @property
    def report(self) -> dict[str, Any]: ...
    @property
    def notes(self) -> list[str]: ...
    def check(self, level: int = 5, threads: int | None = None) -> Certificate: ...
    def map(
        self,
        x: Any,
        kind: str = "image",
        *,
        temperature: float | None = None,
        tear: bool = False,
        threads: int | None = None,
    ) -> NDArray[Any]: ...
    def potential(self, x: Any) -> Floats: ...
    def sample(
        self,
        n: int,
        seed: int = 0,
        method: str = "iid",
        *,
        cell: int | None = None,
        offset: int = 0,
        threads: int | None = None,
    ) -> tuple[Floats, Ints, Floats]: ...
    def interpolate(self, t: float) -> Cells: ...
    def cells(self) -> Cells: ...
    def areas(self, tolerance: float | None = None) -> Areas: ...
    def alexandrov(self) -> Graph: ...
    def grad_sites(self) -> Floats: ...
    def grad_masses(self, total: str = "fixed") -> Floats: ...
    def vjp_heights(self, cotangent: Any) -> tuple[Floats, Floats]: ...
    def vjp_weights(self, cotangent: Any) -> tuple[Floats, Floats]: ...
    def vjp_centroids(self, cotangent: Any) -> tuple[Floats, Floats]: ...
    def vjp_masses(self, cotangent: Any) -> tuple[Floats, Floats]: ...
    def plot(self, ax: Any = None, **options: Any) -> Any: ...
    def svg(self, color: str = "mass") -> str: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    def to_bytes(self) -> bytes: ...
    @staticmethod
    def from_bytes(data: bytes) -> Plan: ...
    def __len__(self) -> int: ...

def solve(
    problem: Problem,
    tol: float,
    max_iterations: int,
    time_limit: float | None,
    hessian: bool,
    warm: Plan | None,
    callback: Callable[[Progress], object] | None,
    cancel: Any,
    threads: int | None,
) -> Plan: ...
def diagram(problem: Problem, hessian: bool, threads: int | None) -> Plan: ...
def quantize(
    problem: Problem,
    tol: float | None,
    steps: int | None,
    time_limit: float | None,
    callback: Callable[[Progress], object] | None,
    cancel: Any,
    threads: int | None,
) -> Quantization: ...
def fit(
    problem: Problem,
    centroids: Floats,
    tol: float | None,
    steps: int | None,
    time_limit: float | None,
    cancel: Any,
    threads: int | None,
) -> Fit: ...
def parameterize(
    vertices: Floats,
    triangles: Ints,
    boundary: str | Floats | None,
    area_weight: float | None,
    density: Floats | None,
    density_on: str,
    seams: Ints | None,
    unwrapped: tuple[Floats, Ints] | None,
    max_stretch: float | None,
    charts: int | None,
    packing: tuple[float, int],
    certify: bool,
    remesh: bool,
    fill_holes: int | None,
    time_limit: float | None,
    threads: int | None,
) -> Parameterization: ...
def parameterize_sphere(
    vertices: Floats,
    triangles: Ints,
    area_weight: float,
    density: Floats | None,
    density_on: str,
    threads: int | None,
) -> SphereMap: ...
def minkowski(
    normals: Floats, areas: Floats, adjust: bool, tol: float, max_iterations: int, threads: int | None
) -> Polytope: ...
def curvature(
    rays: Floats, curvatures: Floats, adjust: bool, tol: float, max_iterations: int, threads: int | None
) -> Polytope: ...
def lens(
    picture: Floats,
    aperture: Domain,
    index: float | None,
    shape: str | None,
    angle: tuple[float, float] | None,
    screen: tuple[float, float] | None,
    facets: int,
    smooth: float | None,
    thickness: float,
    tol: float,
    threads: int | None,
) -> Lens: ...
def load(path: str | PathLike[str], problem: str | PathLike[str] | None) -> Plan: ...
def load_latent(path: str | PathLike[str], source: Any) -> Latent: ...
def solve_latent(
    codes: Floats,
    source: Any,
    masses: Floats | None,
    tol: float,
    confidence: float,
    seed: int,
    time_limit: float | None,
    max_points: int | None,
    checkpoint: str | PathLike[str] | None,
    callback: Callable[[dict[str, Any]], object] | None,
    cancel: Any,
    threads: int | None,
) -> Latent: ...
def _panic(text: str) -> None: ...
