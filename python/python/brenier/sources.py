"""Sources: where the mass comes from, and its density.

A source is checked when it is made, by the library. What the library does not know is refused in its words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from typing import Any, ClassVar

import numpy as np

from . import _arrays
from ._brenier import Domain
from ._errors import BrenierError

Path = str | PathLike[str]


class Source:
    """Where mass comes from. Made by one of the classes below, or by :func:`read_source`.

    Attributes
    ----------
    dimension : int
        2 in the plane, 3 in space.
    bounds : tuple of two (dimension,) arrays
        The lower and the upper corner of the box around it.
    notes : list of str
        Remarks of the library: triangles left out, numbers rounded.

    .. versionadded:: 0.1.0
    """

    __slots__ = ("_arguments", "_domain", "_metric")

    def __init__(self, domain: Domain, arguments: tuple[Any, ...]) -> None:
        self._domain = domain
        self._arguments = arguments
        self._metric: list[float] | None = None

    @property
    def dimension(self) -> int:
        """2 in the plane, 3 in space."""
        return self._domain.dimension

    @property
    def bounds(self) -> tuple[_arrays.Floats, _arrays.Floats]:
        """The lower and the upper corner of the box around it."""
        return self._domain.bounds

    @property
    def notes(self) -> list[str]:
        """Remarks of the library."""
        return self._domain.notes

    def with_metric(self, metric: Any) -> Source:
        """The same source with the cost `(x - y)' M (x - y)`, on a torus to the nearest image.

        Parameters
        ----------
        metric : symmetric positive definite (d, d) array, or its entries
            `xx, yy, zz, yz, xz, xy` in space, `xx, yy, xy` on a torus of the plane.

        .. versionadded:: 0.1.0
        """
        numbers = _entries(metric, self.dimension)
        other = Source.__new__(type(self))
        Source.__init__(other, self._domain.with_metric(numbers), self._arguments)
        other._metric = numbers
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        if self._metric is not None:
            return (_in_metric, (type(self), self._arguments, self._metric))
        return (type(self), self._arguments)

    def __repr__(self) -> str:
        low, high = (corner.tolist() for corner in self.bounds)
        return f"<brenier.{type(self).__name__} in {low} to {high}>"


def _in_metric(kind: Any, arguments: tuple[Any, ...], metric: list[float]) -> Any:
    return kind(*arguments).with_metric(metric)


def _entries(metric: Any, dimension: int) -> list[float]:
    """The entries of a symmetric matrix in the order of files."""
    matrix = np.asarray(metric, dtype=float)
    pairs = [(0, 0), (1, 1), (0, 1)] if dimension == 2 else [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    if matrix.shape == (len(pairs),):
        return [float(x) for x in matrix]
    if matrix.shape != (dimension, dimension):
        raise BrenierError(
            f"metric has shape {matrix.shape}; give {dimension} x {dimension} numbers, or {len(pairs)}"
        )
    if not np.array_equal(matrix, matrix.T):
        raise BrenierError("metric is not symmetric; its entries must be the same on both sides")
    return [float(matrix[k, l]) for k, l in pairs]


def _plain(value: Any) -> Any:
    """Arrays as lists, for the library's reader."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(type(value).__name__)


def _read(kind: str, **fields: Any) -> Domain:
    """A domain as a problem file says it, through the library's reader of such files."""
    given = {key: value for key, value in fields.items() if value is not None}
    try:
        text = json.dumps({"type": kind, **given}, default=_plain, allow_nan=True)
    except TypeError as error:
        raise BrenierError(f"domain: {error} is nothing a {kind} is made of; give numbers and lists") from None
    return Domain.parse(text)


def _corner(values: Any, name: str) -> list[float]:
    found: list[float] = _arrays.vector(values, name).tolist()
    return found


class Box(Source):
    """The box from `min` to `max`, in the plane or (where the library has it) in space.

    .. versionadded:: 0.1.0
    """

    def __init__(self, min: Any, max: Any) -> None:
        low, high = _corner(min, "domain.min"), _corner(max, "domain.max")
        super().__init__(_read("box", min=low, max=high), (low, high))


class Torus(Source):
    """The box from `min` to `max` with opposite sides glued; `periodic` says along which axes (absent: all).

    .. versionadded:: 0.1.0
    """

    def __init__(self, min: Any, max: Any, periodic: Any = None) -> None:
        low, high = _corner(min, "domain.min"), _corner(max, "domain.max")
        axes = None if periodic is None else [bool(p) for p in periodic]
        super().__init__(_read("torus", min=low, max=high, periodic=axes), (low, high, axes))


class Sphere(Source):
    """The sphere of a radius about a centre, as a source of area; sites lie anywhere in space.

    .. versionadded:: 0.1.0
    """

    def __init__(self, center: Any = (0.0, 0.0, 0.0), radius: float = 1.0) -> None:
        middle, size = _corner(center, "domain.center"), float(radius)
        super().__init__(_read("sphere", center=middle, radius=size), (middle, size))


class Polygon(Source):
    """A polygon by its vertices, (n, 2), counter-clockwise, and holes, each a list of vertices.

    .. versionadded:: 0.1.0
    """

    def __init__(self, vertices: Any, holes: Any = ()) -> None:
        outer = _arrays.rows(vertices, "domain.vertices", 2)
        inner = [_arrays.rows(hole, f"domain.holes[{k}]", 2) for k, hole in enumerate(holes)]
        super().__init__(_read("polygon", vertices=outer, holes=inner or None), (outer.copy(), tuple(inner)))


class MultiPolygon(Source):
    """Several polygons, each `(vertices, holes)`.

    .. versionadded:: 0.1.0
    """

    def __init__(self, parts: Any) -> None:
        listed = []
        for k, (vertices, holes) in enumerate(parts):
            outer = _arrays.rows(vertices, f"domain.parts[{k}].vertices", 2)
            inner = [_arrays.rows(h, f"domain.parts[{k}].holes[{j}]", 2) for j, h in enumerate(holes)]
            listed.append((outer, inner))
        fields = [{"vertices": v, "holes": h} if h else {"vertices": v} for v, h in listed]
        super().__init__(_read("multipolygon", parts=fields), (listed,))


class Disk(Source):
    """The unit disk about the origin, as a polygon of so many vertices.

    .. versionadded:: 0.1.0
    """

    def __init__(self, vertices: int = 256) -> None:
        super().__init__(Domain.disk(vertices), (vertices,))


class Mesh(Source):
    """A triangulated domain in the plane: vertices (n, 2), triangles (m, 3). Holes and several parts are fine.

    .. versionadded:: 0.1.0
    """

    def __init__(self, vertices: Any, triangles: Any) -> None:
        v = _arrays.rows(vertices, "domain.vertices", 2)
        t = _arrays.triples(triangles, "domain.triangles")
        super().__init__(Domain.mesh(v, t), (v.copy(), t.copy()))


class Surface(Source):
    """A triangulated surface in space: vertices (n, 3), triangles (m, 3).

    .. versionadded:: 0.1.0
    """

    def __init__(self, vertices: Any, triangles: Any) -> None:
        v = _arrays.rows(vertices, "domain.vertices", 3)
        t = _arrays.triples(triangles, "domain.triangles")
        super().__init__(Domain.mesh(v, t), (v.copy(), t.copy()))


class Image(Source):
    """A rectangle with the density of a picture.

    Parameters
    ----------
    values : (rows, columns) array, or a path
        Grey values, at least 0, rows from the top down as pictures are stored; or a file that the command line reads
        (.png, .pgm, .npy, ...).
    min, max : two numbers each, optional
        Corners of the rectangle. Without them pixels are squares, the height is 1, the lower left corner the origin.
    interpolation : {"constant", "bilinear"}
        What is between the pixels.
    invert : bool
        Dark becomes dense: `1 - v`, for values up to 1.

    .. versionadded:: 0.1.0
    """

    def __init__(
        self,
        values: Any,
        min: Any = None,
        max: Any = None,
        interpolation: str = "constant",
        invert: bool = False,
    ) -> None:
        low = None if min is None else _corner(min, "image.min")
        high = None if max is None else _corner(max, "image.max")
        if isinstance(values, str | PathLike):
            domain = Domain.read_image(values, low, high, interpolation, bool(invert))
            super().__init__(domain, (values, low, high, interpolation, invert))
            return
        pixels = _arrays.floats(values, "image")
        if pixels.ndim != 2:
            raise BrenierError(f"image has shape {pixels.shape}; give rows of grey values")
        pixels = np.ascontiguousarray(pixels)
        domain = Domain.image(pixels, low, high, interpolation, bool(invert))
        super().__init__(domain, (pixels.copy(), low, high, interpolation, invert))


class Polyhedron(Source):
    """A convex polyhedron: by its vertices, or by halfspaces `[a, b, c, d]`, `ax + by + cz <= d`.

    .. versionadded:: 0.1.0
    """

    def __init__(self, vertices: Any = None, halfspaces: Any = None) -> None:
        v = None if vertices is None else _arrays.rows(vertices, "domain.vertices", 3)
        h = None if halfspaces is None else _arrays.rows(halfspaces, "domain.halfspaces", 4)
        super().__init__(_read("polyhedron", vertices=v, halfspaces=h), (v, h))


class Solid(Source):
    """The inside of a closed surface: vertices (n, 3), triangles (m, 3)."""

    def __init__(self, vertices: Any, triangles: Any) -> None:
        v = _arrays.rows(vertices, "domain.vertices", 3)
        t = _arrays.triples(triangles, "domain.triangles")
        super().__init__(_read("solid", vertices=v, triangles=t), (v.copy(), t.copy()))


class Tets(Source):
    """A mesh of tetrahedra: vertices (n, 3), tetrahedra (m, 4)."""

    def __init__(self, vertices: Any, tets: Any) -> None:
        v = _arrays.rows(vertices, "domain.vertices", 3)
        t = _arrays.indices(tets, "domain.tets", 4)
        super().__init__(_read("tetmesh", vertices=v, tets=t), (v.copy(), t.copy()))


#: The name that problem files have for it.
TetMesh = Tets


class _File(Source):
    """A source from a file."""

    def __init__(self, path: Path, feature: str | Sequence[str] = ()) -> None:
        features = [feature] if isinstance(feature, str) else [str(name) for name in feature]
        super().__init__(Domain.read(path, features), (path, features))


def read_source(path: Path, feature: str | Sequence[str] = ()) -> Source:
    """Reads a source as the command line's `--domain` does: .json, .obj, .ply, .off, .stl, .msh, .mesh,
    .vtu, .geojson, .svg, lists of vertices. `feature` names features of a .geojson or shapes of an .svg; all else.

    .. versionadded:: 0.1.0
    """
    return _File(path, feature)


class Density:
    """A density that is not that of the source itself: one of the classes below."""

    kind: ClassVar[str] = "constant"
    __slots__ = ("fields", "values")

    def __init__(self, fields: dict[str, Any], values: _arrays.Floats | None = None) -> None:
        self.fields = fields
        self.values = values

    @property
    def text(self) -> str:
        """The density as a problem file says it, without its values."""
        return json.dumps({"type": self.kind, **self.fields})


class Affine(Density):
    """`rho(x) = <g, x> + c`, at least 0 on the domain.

    .. versionadded:: 0.1.0
    """

    kind = "affine"
    __slots__ = ()

    def __init__(self, g: Any, c: float = 0.0) -> None:
        super().__init__({"g": _corner(g, "density.g"), "c": float(c)})


class PerVertex(Density):
    """A value for each vertex of a mesh or surface, affine on each triangle or tetrahedron.

    .. versionadded:: 0.1.0
    """

    kind = "vertex"
    __slots__ = ()

    def __init__(self, values: Any) -> None:
        super().__init__({}, _arrays.vector(values, "density.values").copy())


class PerFace(Density):
    """A value for each triangle.

    .. versionadded:: 0.1.0
    """

    kind = "face"
    __slots__ = ()

    def __init__(self, values: Any) -> None:
        super().__init__({}, _arrays.vector(values, "density.values").copy())


class PerCell(Density):
    """A value for each tetrahedron.

    .. versionadded:: 0.1.0
    """

    kind = "cell"
    __slots__ = ()

    def __init__(self, values: Any) -> None:
        super().__init__({}, _arrays.vector(values, "density.values").copy())


class PerCorner(Density):
    """Three values for each triangle, (m, 3), in the order of its vertices; may jump across edges.

    .. versionadded:: 0.1.0
    """

    kind = "corner"
    __slots__ = ()

    def __init__(self, values: Any) -> None:
        super().__init__({}, _arrays.rows(values, "density.values", 3).reshape(-1).copy())


def split(density: Any) -> tuple[Domain | str | None, _arrays.Floats | None]:
    """A density as the compiled part takes it."""
    if density is None:
        return None, None
    if isinstance(density, Density):
        return density.text, density.values
    if isinstance(density, Source):
        return density._domain, None
    if isinstance(density, dict):
        fields = {key: value for key, value in density.items() if key != "values"}
        values = density.get("values")
        flat = None if values is None else np.ascontiguousarray(_arrays.floats(values, "density.values").reshape(-1))
        return json.dumps(fields, default=_plain), flat
    raise BrenierError(
        f"density is a {type(density).__name__}; give Affine, PerVertex, PerFace, PerCell, PerCorner, an Image, or a dict as in "
        "problem files"
    )
