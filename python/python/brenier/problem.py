"""Problems: a source, and the points that its mass goes to."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import Any

import numpy as np

from . import _arrays, _brenier
from ._errors import BrenierError, BrenierWarning
from .sources import Source, split

Path = str | PathLike[str]


class Problem:
    """A sound problem of semi-discrete optimal transport.

    Parameters
    ----------
    sites : (n, d) array
        Points `y_i`; `d` is the source's dimension.
    source : Source
        Where the mass comes from.
    masses : (n,) array, optional
        Positive masses `nu_i`. Absent: equal, with total 1.
    density : Affine, PerVertex, PerFace, PerCell, PerCorner, Image or dict, optional
        Density of the source; absent: constant, or that of the source (an `Image`).
    heights, weights : (n,) array, optional
        Heights `h_i`, or weights `w_i = |y_i|^2 + 2 h_i`: for `diagram`, and as a start of `solve`.
    partial : bool
        The masses may sum to less than the source; the rest stays.
    normalize : bool
        The source is scaled to the total of the masses. If not, they must agree.
    duplicates : {"merge", "refuse", "keep"}
        Sites at the same place: one with the sum of the masses (told by a warning), an error, or (for diagrams) all kept.
    drop_zero_mass : bool
        Leave out sites of mass 0, which are an error otherwise, and tell by a warning.

    Raises
    ------
    BrenierError
        With the place of what is wrong, and the cure.

    Notes
    -----
    Arrays are copied. The source is compared with the masses in exact arithmetic.

    .. versionadded:: 0.1.0
    """

    __slots__ = ("_core", "_duplicates", "kept")

    #: Indices of the sites given that have mass, if some were dropped.
    kept: _arrays.Ints | None

    def __init__(
        self,
        sites: Any,
        source: Source,
        masses: Any = None,
        density: Any = None,
        *,
        heights: Any = None,
        weights: Any = None,
        partial: bool = False,
        normalize: bool = True,
        duplicates: str = "merge",
        drop_zero_mass: bool = False,
    ) -> None:
        if not isinstance(source, Source):
            raise BrenierError(f"source is a {type(source).__name__}; give brenier.Box, Polygon, Mesh, Image, ...")
        points = _arrays.rows(sites, "sites", source.dimension)
        nu = None if masses is None else _arrays.vector(masses, "masses")
        self.kept = None
        self._duplicates = duplicates
        if drop_zero_mass and nu is not None and len(nu) == len(points) and not nu.all():
            points, nu = self._drop(points, nu)
        pair: list[_arrays.Floats | None] = [None, None]
        if heights is not None:
            given = heights if isinstance(heights, tuple) else (heights,)
            pair[: len(given)] = [_arrays.vector(h, "heights") for h in given]
        spread, values = split(density)
        self._core = _brenier.Problem(
            source._domain,
            spread,
            values,
            points,
            nu,
            pair[0],
            pair[1],
            None if weights is None else _arrays.vector(weights, "weights"),
            bool(partial),
            bool(normalize),
            duplicates,
        )
        self._tell()

    def _drop(self, points: _arrays.Floats, nu: _arrays.Floats) -> tuple[_arrays.Floats, _arrays.Floats]:
        self.kept = np.flatnonzero(nu)
        gone = np.flatnonzero(nu == 0)
        zero = " is 0; its site was" if len(gone) == 1 else f" and {len(gone) - 1} more are 0; their sites were"
        text = f"masses[{gone[0]}]{zero} dropped, and kept numbers the others"
        warnings.warn(text, BrenierWarning, stacklevel=4)
        return points[self.kept], nu[self.kept]

    def _tell(self) -> None:
        for text in self._core.warnings:
            warnings.warn(text, BrenierWarning, stacklevel=4)

    @classmethod
    def _of(cls, core: _brenier.Problem, duplicates: str = "merge") -> Problem:
        problem = cls.__new__(cls)
        problem._core = core
        problem._duplicates = duplicates
        problem.kept = None
        return problem

    @property
    def dimension(self) -> int:
        """Coordinates of a site."""
        return self._core.dimension

    @property
    def sites(self) -> _arrays.Floats:
        """Sites after merging, (n, d), read-only."""
        return self._core.sites

    @property
    def masses(self) -> _arrays.Floats:
        """Their masses, (n,), read-only."""
        return self._core.masses

    @property
    def site_of_input(self) -> _arrays.Ints | None:
        """For every site given its index among the sites; None if none were merged."""
        return self._core.site_of_input

    @property
    def notes(self) -> list[str]:
        """Remarks of the library."""
        return self._core.notes

    @property
    def sha256(self) -> str:
        """The problem's identity: that of its file, or of its canonical text. The same problem has the same."""
        return self._core.sha256

    def save(self, path: Path) -> None:
        """Writes a problem file, as the command line reads it."""
        self._core.save(path)

    def __len__(self) -> int:
        return len(self._core)

    def __reduce__(self) -> tuple[Any, ...]:
        # Heights of merged sites are a start only, and belong to no list of sites that is told.
        heights = self._core.heights if self.site_of_input is None else None
        return (_unpickled, (self._core.to_bytes(), self._duplicates, heights, self.kept))

    def __repr__(self) -> str:
        return f"<brenier.Problem: {len(self)} sites in dimension {self.dimension}>"


def _unpickled(data: bytes, duplicates: str, heights: Any, kept: _arrays.Ints | None) -> Problem:
    problem = Problem._of(_brenier.Problem.from_bytes(data, duplicates, heights), duplicates)
    problem.kept = kept
    return problem


def read_problem(path: Path, *, duplicates: str = "merge") -> Problem:
    """Reads a problem file, and the files it refers to.

    Parameters
    ----------
    path : path
        A file `{"format": "brenier/problem", ...}`.
    duplicates : {"merge", "refuse", "keep"}
        As in :class:`Problem`.

    Raises
    ------
    FileError, OSError
        With the file and the place.

    .. versionadded:: 0.1.0
    """
    problem = Problem._of(_brenier.Problem.read(path, duplicates), duplicates)
    problem._tell()
    return problem
