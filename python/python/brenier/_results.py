"""What comes back beside plans: plain records of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ._arrays import Floats, Ints
from ._errors import BrenierError

if TYPE_CHECKING:
    from ._brenier import Plan


class Certificate(NamedTuple):
    """What `Plan.check` found. Its text is that of the command `brenier check`, and it is true if all is verified.

    .. versionadded:: 0.1.0
    """

    #: Is every statement true?
    ok: bool
    #: The level of the ladder that was climbed to, 1 to 5.
    level: int
    #: The statements, as the command prints them.
    lines: list[str]
    #: Names of those that are false.
    failures: list[str]
    #: Fields that no recomputation can tell.
    unverified: list[str]
    #: An upper bound of the largest relative mass error, proved at level 5 (else infinite).
    max_relative_error: float
    #: An interval around the squared Wasserstein distance to the masses given, proved at level 5.
    w2_squared: tuple[float, float]
    #: All that the command prints.
    text: str

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.text


class Cells:
    """Polygons by site: `cells[i]` lists those of cell `i`, each an array of vertices.

    Attributes
    ----------
    vertices : (N, d) array
        All vertices, one polygon after the other.
    offsets : (polygons + 1,) array of int
        Where each polygon begins, and the end.
    site : (polygons,) array of int
        The site of each polygon, ascending.
    density : (N,) array, or None
        Density at each vertex, of an interpolation.

    .. versionadded:: 0.1.0
    """

    __slots__ = ("_first", "density", "offsets", "site", "vertices")

    def __init__(self, count: int, vertices: Floats, offsets: Ints, site: Ints, density: Floats | None) -> None:
        self.vertices, self.offsets, self.site, self.density = vertices, offsets, site, density
        self._first = np.searchsorted(site, np.arange(count + 1))

    def __len__(self) -> int:
        return len(self._first) - 1

    def __getitem__(self, i: int) -> list[Floats]:
        n = len(self)
        at = i + n if i < 0 else i
        if not 0 <= at < n:
            raise IndexError(f"cell {i} does not exist; there are {n} sites, from 0")
        polygons = range(self._first[at], self._first[at + 1])
        return [self.vertices[self.offsets[k] : self.offsets[k + 1]] for k in polygons]


class Areas:
    """Cells as areas: `areas[i]` lists the parts of cell `i`, each a list of rings, arrays of vertices.

    The first ring of a part is its outline, counter-clockwise in the plane; the others are its holes.

    Attributes
    ----------
    vertices : (N, d) array
        Vertices, each once: cells that meet name the same ones.
    corners : (K,) array of int
        Vertices of the rings, one ring after the other.
    cells, parts, rings : arrays of int
        The first part of each cell, the first ring of each part, the first corner of each ring, and the ends.
    area : (n,) array
        Area of each cell, that with arcs for partial transport.

    .. versionadded:: 0.1.0
    """

    __slots__ = ("_beside", "_start", "area", "cells", "corners", "parts", "rings", "vertices")

    def __init__(
        self, vertices: Floats, corners: Ints, offsets: tuple[Ints, Ints, Ints], area: Floats, start: Ints, beside: Ints
    ) -> None:
        self.vertices, self.corners, self.area = vertices, corners, area
        self.cells, self.parts, self.rings = offsets
        self._start, self._beside = start, beside

    def __len__(self) -> int:
        return len(self.area)

    def _at(self, i: int) -> int:
        n = len(self)
        at = i + n if i < 0 else i
        if not 0 <= at < n:
            raise IndexError(f"cell {i} does not exist; there are {n} sites, from 0")
        return at

    def __getitem__(self, i: int) -> list[list[Floats]]:
        at = self._at(i)

        def ring(r: int) -> Floats:
            found: Floats = self.vertices[self.corners[self.rings[r] : self.rings[r + 1]]]
            return found

        parts = range(self.cells[at], self.cells[at + 1])
        return [[ring(r) for r in range(self.parts[p], self.parts[p + 1])] for p in parts]

    def neighbors(self, i: int) -> Ints:
        """The cells that share a side with cell `i`, ascending."""
        at = self._at(i)
        return self._beside[self._start[at] : self._start[at + 1]]


class Graph(NamedTuple):
    """Alexandrov's surface: the graph of the potential over the domain, in triangles.

    .. versionadded:: 0.1.0
    """

    #: Points (x, u(x)), (n, 3).
    vertices: Floats
    #: Counter-clockwise as seen from above, (m, 3).
    triangles: Ints
    #: The site of each triangle, (m,).
    site: Ints


class Progress(NamedTuple):
    """Where a run is, as callbacks see it.

    .. versionadded:: 0.1.0
    """

    #: Newton steps done.
    iteration: int
    #: The largest relative mass error; infinite while a start is sought.
    residual: float
    #: Cells whose error exceeds the tolerance.
    remaining: int
    #: Share of the last Newton step that was taken.
    step: float
    #: Seconds of the last step.
    seconds: float
    #: Cost after each move, of a quantization.
    costs: list[float]


class Quantization(NamedTuple):
    """Sites that represent a source best, and the plan between them.

    .. versionadded:: 0.1.0
    """

    #: The plan of the last positions; its sites are the points.
    plan: Plan
    #: Are the sites in their centroids, to the tolerance?
    stationary: bool
    #: How it ended, in words.
    status: str
    #: The cost after each move.
    costs: Floats
    #: How far sites are off their centroids, as a share of the distance that the source travels.
    movement: float

    @property
    def sites(self) -> Floats:
        """The points, (n, d)."""
        return self.plan.sites


class Fit(NamedTuple):
    """Sites whose cells have given masses and centroids, as near as they come."""

    #: The plan of the best sites; its masses are those asked for in any case.
    plan: Plan
    #: Are the centroids right, to the tolerance?
    fitted: bool
    #: How it ended, in words; "stalled": as a rule there are no such cells.
    status: str
    #: How far centroids are off, as a share of the size of the cells (roots of mean squares).
    off: float
    #: The largest distance of a centroid from the one asked for.
    largest: float
    #: How far off all positions were.
    offs: Floats

    @property
    def sites(self) -> Floats:
        """The sites, (n, d)."""
        return self.plan.sites


class Polytope(NamedTuple):
    """A convex polytope with given areas or curvatures.

    .. versionadded:: 0.1.0
    """

    #: Support numbers of the facets for unit normals, or radii of the vertices; one for each direction.
    sizes: Floats
    #: Areas of the facets, or curvatures at the vertices.
    values: Floats
    #: Volume; None where curvatures were given.
    volume: float | None
    #: Is every area or curvature right to the tolerance?
    converged: bool
    #: How the solve ended, in words.
    status: str
    #: Largest relative error of an area or curvature.
    max_relative_error: float
    #: Newton steps.
    iterations: int
    #: Vertices, (k, 3).
    vertices: Floats
    #: Corners of all faces, one face after the other, counter-clockwise as seen from outside.
    corners: Ints
    #: Where the corners of each face start, and the end.
    offsets: Ints
    #: The direction of each face (areas) or of each vertex (curvatures).
    of: Ints
    #: For each given vector its direction: equal ones are merged.
    of_input: Ints

    def faces(self) -> list[Ints]:
        """The corners of each face."""
        return [self.corners[a:b] for a, b in zip(self.offsets[:-1], self.offsets[1:], strict=True)]

    def triangles(self) -> Ints:
        """The faces cut into triangles, (m, 3)."""
        fans = [np.array([[f[0], f[k], f[k + 1]] for k in range(1, len(f) - 1)]) for f in self.faces()]
        found: Ints = np.vstack(fans).astype(np.int64)
        return found


class Lens(NamedTuple):
    """A mirror or lens of flat facets, as a solid with a flat foot, and the light that it makes.

    .. versionadded:: 0.1.0
    """

    #: Vertices of the solid, (k, 3); the foot at height 0.
    vertices: Floats
    #: Triangles, counter-clockwise as seen from outside, (m, 3).
    triangles: Ints
    #: The light, traced through the solid: energies of pixels, rows from the top.
    light: Floats
    #: The picture as it was reduced, of the same shape.
    picture: Floats
    #: Is every facet's energy right to the tolerance?
    converged: bool
    #: Largest relative error of a facet's energy.
    max_relative_error: float
    #: Of light and picture.
    correlation: float
    #: The share of the beam that falls on the picture.
    landed: float
    #: How far facets miss the middles of their pixels on a screen, in pixels, after each aim.
    misses: list[float]


class SphereMap(NamedTuple):
    """A closed mesh on the unit sphere: `points[triangles]` are the corners of the triangles."""

    #: A point for each vertex, (n, 3); zeros for vertices without triangles.
    points: Floats
    #: Triangles by the vertices given, (m, 3), counter-clockwise as seen from outside.
    triangles: Ints
    #: For each triangle that of the input which it is, or is a part of.
    face_of: Ints
    #: Is the map one to one, proved on the points as they are?
    bijective: bool
    #: Sum over the triangles of how far their shares of the sphere are off, of at most 2.
    area_error: float
    #: The stretch at 50, 95 and 99 per cent of the area.
    stretch: tuple[float, float, float]
    #: What the repair did.
    notes: list[str]


class Parameterization(NamedTuple):
    """A mesh laid into the unit square: `uv[corners]` are the corners of the triangles.

    .. versionadded:: 0.1.0
    """

    #: Points, (k, 2).
    uv: Floats
    #: For each triangle the points of its corners, (m, 3).
    corners: Ints
    #: Triangles by the vertices given, (m, 3): those of the input, unless the repair left some out or divided them.
    triangles: Ints
    #: For each triangle that of the input which it is, or is a part of.
    face_of: Ints
    #: For each triangle its chart.
    chart_of: Ints
    #: Is the map one to one, proved on the points as they are?
    bijective: bool
    #: Sum over the triangles of how far their shares of the area are off, of at most 2.
    area_error: float
    #: The stretch at 50, 95 and 99 per cent of the area.
    stretch: tuple[float, float, float]
    #: What the repair did.
    notes: list[str]

    def per_vertex(self, vertices: int) -> Floats:
        """The point of each of so many vertices, (vertices, 2), NaN without faces; only where none lies on a cut."""
        place = np.full(vertices, -1)
        place[self.triangles] = self.corners
        off = np.flatnonzero(place[self.triangles] != self.corners)
        if len(off):
            vertex = self.triangles.reshape(-1)[off[0]]
            raise BrenierError(f"vertex {vertex} lies on a cut and has several points; use uv and corners")
        points = np.vstack([self.uv, [[np.nan, np.nan]]])
        at: Floats = points[place]
        return at
