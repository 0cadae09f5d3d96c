"""Transport onto codes of many coordinates, by samples: every figure is an estimate, with its interval.

What is exact and what is estimated: docs/exact-and-estimated.md.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from . import _arrays, _brenier
from ._arrays import Floats, Ints
from ._errors import BrenierError, BrenierWarning, NotConverged

__all__ = ["Ball", "Gaussian", "LatentPlan", "Moved", "class_sampler", "load_latent", "sampler", "solve_classes", "solve_latent"]

#: How codes are filled in between.
EXTENSIONS = ("local", "hard", "soft", "pair", "simplex")


class Gaussian:
    """A source: independent normal coordinates with one deviation.

    .. versionadded:: 0.1.0
    """

    def __init__(self, mean: Any = 0.0, deviation: float = 1.0) -> None:
        self.mean = _arrays.floats(mean, "mean")
        self.deviation = float(deviation)


class Ball:
    """A source: even in a ball.

    .. versionadded:: 0.1.0
    """

    def __init__(self, center: Any = 0.0, radius: float = 1.0) -> None:
        self.center = _arrays.floats(center, "center")
        self.radius = float(radius)


class Moved(NamedTuple):
    """Points of the source, the codes whose cells they lie in, and where they are sent."""

    points: Floats
    cells: Ints
    images: Floats


class _Given(NamedTuple):
    """A source as the compiled part takes it."""

    kind: str
    rows: Floats | None
    number: float
    draw: Callable[..., Any] | None
    dimension: int


def _whole(value: Any, name: str, least: int = 0) -> int:
    """A whole number that the compiled part can take."""
    try:
        found = operator.index(value)
    except TypeError:
        raise BrenierError(f"{name} is {value!r}; give a whole number") from None
    if not least <= found < 1 << 64:
        raise BrenierError(f"{name} is {found}; give a whole number of at least {least}" + " and below 2^64" * (found > least))
    return found


def _maybe(value: Any, name: str, least: int = 0) -> int | None:
    return None if value is None else _whole(value, name, least)


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise BrenierError(f"{name} is {value!r}; give a number") from None


def _row(values: Floats, d: int, name: str) -> Floats:
    found = np.broadcast_to(values, (d,)) if values.ndim == 0 else values
    if found.shape != (d,):
        raise BrenierError(f"{name} has shape {values.shape}; give {d} numbers")
    return np.ascontiguousarray(found, dtype=np.float64)[None, :]


def _drawing(draw: Callable[..., Any], d: int) -> Callable[[int, int, int], Floats]:
    """A function of seed, block and number, whatever the order of calls."""

    def drawn(seed: int, block: int, count: int) -> Floats:
        found = draw(np.random.default_rng([seed, block]), count)
        try:
            array = np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError):
            raise BrenierError("gave no array of numbers; return an array of shape (n, d)") from None
        if array.shape != (count, d):
            raise BrenierError(f"gave an array of shape {array.shape}; return one of shape ({count}, {d})")
        return np.ascontiguousarray(array)

    return drawn


def _source(source: Any, d: int) -> _Given:
    if isinstance(source, str):
        if source in ("normal", "gaussian"):
            return _Given("gaussian", np.zeros((1, d)), 1.0, None, d)
        if source == "cube":
            return _Given("cube", None, 0.0, None, d)
        if source == "ball":
            return _Given("ball", np.zeros((1, d)), 1.0, None, d)
        raise BrenierError(f"source is {source!r}; give \"normal\", \"cube\", \"ball\", points, or a function")
    if isinstance(source, Gaussian):
        return _Given("gaussian", _row(source.mean, d, "mean"), source.deviation, None, d)
    if isinstance(source, Ball):
        return _Given("ball", _row(source.center, d, "center"), source.radius, None, d)
    if callable(source):
        return _Given("sampler", None, 0.0, _drawing(source, d), d)
    if isinstance(source, tuple) and len(source) == 2:
        low, high = (_row(_arrays.floats(corner, "a corner of the box"), d, "a corner of the box") for corner in source)
        return _Given("box", np.concatenate([low, high]), 0.0, None, d)
    points = _arrays.rows(source, "the source", d)
    return _Given("points", points, 0.0, None, d)


def _matrix(values: Any, name: str, columns: int | None = None) -> Floats:
    array = _arrays.floats(values, name)
    if array.ndim != 2 or (columns is not None and array.shape[1] != columns):
        wanted = "(n, d)" if columns is None else f"(n, {columns})"
        raise BrenierError(f"{name} has shape {array.shape}; give an array of shape {wanted}")
    return np.ascontiguousarray(array)


class LatentPlan:
    """What `solve_latent` and `load_latent` return: heights, and what independent points say of them.

    Nothing here is proved; every error is an estimate, and has an interval.

    .. versionadded:: 0.1.0
    """

    def __init__(self, core: _brenier.Latent, source: Any = None) -> None:
        self._core = core
        self._given = source
        self._strength: float | None = None

    @property
    def heights(self) -> Floats:
        """`h_i`: cell i is where `<x, y_i> + h_i` is largest; one a distinct code, `sum nu h = 0`."""
        return self._core.heights

    @property
    def codes(self) -> Floats:
        """The distinct codes."""
        return self._core.codes

    @property
    def target_masses(self) -> Floats:
        """What the cells shall have, of sum 1. (What they have is not known, only estimated.)"""
        return self._core.target_masses

    @property
    def site_of_input(self) -> Ints | None:
        """The distinct code of each code given; None if all were distinct."""
        return self._core.site_of_input

    @property
    def converged(self) -> bool:
        """Is the upper end of the interval of the mass error at most `tol`?"""
        return self._core.converged

    @property
    def report(self) -> dict[str, Any]:
        """What was done: samples, looks, steps, remarks."""
        return self._core.report

    @property
    def validation(self) -> dict[str, Any] | None:
        """All that the last validation says; None if the run was stopped before one."""
        return self._core.validation

    def _seen(self, name: str) -> Any:
        seen = self.validation
        if seen is None:
            raise BrenierError("these heights were not validated; call check()")
        return seen[name]

    @property
    def rms_error(self) -> float:
        """Estimate of the relative mass error: root of the mean, over the mass, of its squares."""
        return float(self._seen("rms_error"))

    @property
    def rms_interval(self) -> tuple[float, float]:
        """Its interval, with confidence `validation["confidence"]`."""
        low, high = self._seen("rms_interval")
        return low, high

    @property
    def samples(self) -> int:
        """All samples that were drawn, those of validation included."""
        report = self.report
        return int(report["stars"] + report["learned"] + report["validated"])

    @property
    def value(self) -> float:
        """Estimate of the squared Wasserstein distance."""
        return float(self._seen("value"))

    @property
    def value_interval(self) -> tuple[float, float]:
        """Its interval: the dual's value below, a flow along walls above."""
        low, high = self._seen("value_interval")
        return low, high

    @property
    def empty(self) -> Ints:
        """Codes whose cells no point of the validation fell into, although it should have."""
        return np.asarray(self._seen("empty"), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.heights)

    def __repr__(self) -> str:
        codes = self.codes
        error = "not validated" if self.validation is None else f"mass error about {self.rms_error:.2%}"
        return f"<brenier.LatentPlan of {codes.shape[0]} codes in dimension {codes.shape[1]}, {error}>"

    def cells(self, x: Any, threads: int | None = None) -> Ints:
        """The code whose cell each point lies in."""
        return self._core.cells(_matrix(x, "x", self.codes.shape[1]), _maybe(threads, "threads", 1))

    def transport(self, x: Any, extension: str = "local", threads: int | None = None) -> Floats:
        """Where points of the source are sent.

        Parameters
        ----------
        x : (n, d) array
        extension : {"local", "hard", "soft", "pair", "simplex"}
            "hard" is the map itself, onto the codes. "local" keeps the law of classes and the covariance of codes about
            each; "pair" and "simplex" go between codes of one component, and shrink; "soft" mixes across walls.
        """
        rows = _matrix(x, "x", self.codes.shape[1])
        found: Floats = self._core.transport(rows, str(extension), _maybe(threads, "threads", 1))[2]
        return found

    def sample(
        self, n: int, seed: int = 0, extension: str = "local", first: int = 0, threads: int | None = None
    ) -> Moved:
        """Draws points of the source and sends them; sample k is a function of the seed and k."""
        count, begin = _whole(n, "n"), _whole(first, "first")
        found = self._core.sample(count, _whole(seed, "seed"), begin, str(extension), _maybe(threads, "threads", 1))
        return Moved(*found)

    def components(self) -> tuple[Ints, dict[str, float]]:
        """Parts of the codes between which the map jumps: their names, and the cut and gap they were found by."""
        names, count, cut, gap = self._core.components(None)
        return names, {"count": count, "cut": cut, "gap": gap}

    def walls(self) -> list[tuple[int, int, float, bool]]:
        """Walls that sampled lines crossed: cells, the jump over its median, whether between components."""
        return self._core.walls(None)

    def curve(self, x: Any, y: Any) -> list[tuple[float, int, int, bool]]:
        """The walls on the straight way between two points of the source: where, from which cell to which, and whether
        the map jumps to another component there."""
        d = self.codes.shape[1]
        ends = [_row(_arrays.floats(p, "an end"), d, "an end")[0] for p in (x, y)]
        return self._core.curve(*ends)

    @property
    def strength(self) -> float:
        """The strength of the local map: as given, or by codes that were held out."""
        return self._core.strength(None)

    def with_strength(self, strength: float) -> LatentPlan:
        """The same plan with this strength of the local map: 0 copies the codes, 1 forgets where among its neighbours a
        code was. More of it copies less, and puts more new codes where none are."""
        plan = LatentPlan(self._core.with_strength(_number(strength, "strength")), self._given)
        plan._strength = float(strength)
        return plan

    def check(self, points: int | None = None, confidence: float = 0.95, seed: int = 1) -> tuple[dict[str, Any], bool]:
        """Validates again by points never seen: what they say, and whether that is within `tol`."""
        return self._core.check(_maybe(points, "points", 1), _number(confidence, "confidence"), _whole(seed, "seed"), None)

    def save(self, path: Any) -> None:
        """Writes the file of `brenier latent`: .npz, or .json."""
        self._core.save(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (self._core.to_bytes(), self._given, self._strength))


def _restored(data: bytes, source: Any, strength: float | None = None) -> LatentPlan:
    given = None
    if source is not None:
        import json

        given = _source(source, int(json.loads(data)["dimension"]))
    plan = LatentPlan(_brenier.Latent.from_bytes(data, given), source)
    return plan if strength is None else plan.with_strength(strength)


def solve_latent(
    codes: Any,
    source: Any = "normal",
    masses: Any = None,
    tol: float = 0.05,
    confidence: float = 0.95,
    seed: int = 0,
    checkpoint: Any = None,
    *,
    time_limit: float | None = None,
    max_points: int | None = None,
    callback: Callable[[dict[str, Any]], object] | None = None,
    cancel: Any = None,
    threads: int | None = None,
) -> LatentPlan:
    """Heights whose cells have given masses, in any dimension, with an error that is estimated.

    For up to three coordinates the exact `solve` proves what this estimates.

    Parameters
    ----------
    codes : (n, d) array
        What the source is transported onto; equal rows are merged, with a warning.
    source : optional
        "normal", "cube" (the unit cube), "ball" (the unit ball), `Gaussian`, `Ball`, a pair of corners of a box, an array
        of independent points, or a function `draw(rng, n)` that returns an array of shape (n, d).
    masses : (n,) array, optional
        Positive; absent: equal.
    tol : float
        Stop when the relative mass error (root of the mean of squares) is at most this, at the upper end of its interval.
    confidence : float
        Of the intervals, all looks of the run together.
    seed : int
        Another seed draws other points. Results have the same bits for any number of threads.
    checkpoint : path, optional
        Keep the state there; a run that finds its own state there goes on from it.
    time_limit, max_points : optional
        Seconds, and samples, after which it stops.
    callback : callable, optional
        Called with a dictionary (`next`, `samples`, `needed`, `expected`) between steps. If it returns true the run stops.

    Returns
    -------
    LatentPlan

    Raises
    ------
    BrenierError
        The input cannot be.
    NotConverged
        The tolerance is not reached; `plan` has the best state, and the text says how many samples it would take.

    Examples
    --------
    >>> import numpy as np, brenier as bn
    >>> codes = np.random.default_rng(0).normal(size=(50, 6))
    >>> lat = bn.solve_latent(codes, tol=0.2)
    >>> lat.rms_interval[1] <= 0.2
    True
    >>> lat.transport(np.zeros((1, 6)), extension="hard").shape
    (1, 6)

    .. versionadded:: 0.1.0
    """
    rows = _matrix(codes, "codes")
    given = _source(source, rows.shape[1])
    weights = None if masses is None else _arrays.vector(masses, "masses")
    kept = source if given.kind in ("points", "sampler") else None
    try:
        core = _brenier.solve_latent(
            rows,
            given,
            weights,
            _number(tol, "tol"),
            _number(confidence, "confidence"),
            _whole(seed, "seed"),
            None if time_limit is None else _number(time_limit, "time_limit"),
            _maybe(max_points, "max_points", 1),
            checkpoint,
            callback,
            cancel,
            _maybe(threads, "threads", 1),
        )
    except BaseException as error:
        # The best state, as it is here.
        found = getattr(error, "plan", None)
        if isinstance(found, _brenier.Latent):
            error.plan = LatentPlan(found, kept)  # type: ignore[attr-defined]
        raise
    for remark in core.report["remarks"]:
        warnings.warn(remark, BrenierWarning, stacklevel=2)
    return LatentPlan(core, kept)


def load_latent(path: Any, source: Any = None) -> LatentPlan:
    """Reads a file of `brenier latent` or of `LatentPlan.save`.

    Parameters
    ----------
    path : path
    source : optional
        The source again, where the file only names it: points, or a function.

    .. versionadded:: 0.1.0
    """
    core = _brenier.load_latent(path, None)
    if source is not None:
        core = _brenier.load_latent(path, _source(source, core.codes.shape[1]))
    return LatentPlan(core, source)


def sampler(
    plan: LatentPlan, batch: int, seed: int = 0, extension: str = "hard"
) -> Iterator[tuple[Floats, Floats, Ints]]:
    """Endless pairs for flow matching: `(x, y, index)`, new ones each time.

    `x` is drawn from the source, `y` is where the plan sends it, `index` the code; no batch biases the coupling. For
    classes see :func:`solve_classes` and :func:`class_sampler`.

    .. versionadded:: 0.1.0
    """
    first, batch = 0, _whole(batch, "batch", 1)
    while True:
        moved = plan.sample(batch, seed, extension, first)
        first += batch
        yield moved.points, moved.images, moved.cells


def solve_classes(
    codes: Any, labels: Any, source: Any = "normal", masses: Any = None, *, executor: Any = None, **options: Any
) -> dict[Any, tuple[LatentPlan, Ints]]:
    """One plan for each class of codes, side by side: the source is transported onto each class alone.

    Parameters
    ----------
    codes : (n, d) array
    labels : (n,) array
        The class of each code.
    source, masses : optional
        As for :func:`solve_latent`; masses are those of the codes.
    executor : concurrent.futures.Executor, optional
        Where the solves run; see :func:`brenier.solve_many`.
    **options
        `tol`, `confidence`, `seed`, `time_limit`, `max_points`, `threads` of :func:`solve_latent`.

    Returns
    -------
    dict
        For each class its plan, and which of the codes given are those of the plan.

    Raises
    ------
    BrenierError, NotConverged
        The first class that fails, by name.

    Examples
    --------
    >>> import numpy as np
    >>> from brenier.latent import class_sampler, solve_classes
    >>> codes = np.random.default_rng(0).normal(size=(60, 5))
    >>> classes = solve_classes(codes, np.arange(60) % 3, tol=0.3)
    >>> x, y, index, label = next(class_sampler(classes, 8))
    >>> bool((index % 3 == label).all())
    True

    .. versionadded:: 0.1.0
    """
    from .many import solve_many

    rows, names = _matrix(codes, "codes"), np.asarray(labels)
    weights = None if masses is None else _arrays.vector(masses, "masses")
    for name, found in (("labels", names), ("masses", weights)):
        if found is not None and found.shape != (len(rows),):
            raise BrenierError(f"{name} has shape {found.shape}; give one of each of the {len(rows)} codes")
    kinds = np.unique(names)
    which = [np.flatnonzero(names == kind) for kind in kinds]
    given = [{"codes": rows[k], "masses": None if weights is None else weights[k], "source": source, **options} for k in which]
    plans: dict[Any, tuple[LatentPlan, Ints]] = {}
    for kind, index, plan in zip(kinds.tolist(), which, solve_many(given, executor), strict=True):
        if isinstance(plan, Exception):
            if isinstance(plan, NotConverged):
                raise NotConverged(f"class {kind!r}: {plan}", plan.plan, plan.status) from plan
            raise BrenierError(f"class {kind!r}: {plan}") from plan
        if plan.site_of_input is not None:
            # Of equal codes the first one stands for all.
            index = index[np.unique(plan.site_of_input, return_index=True)[1]]
        plans[kind] = (plan, index.astype(np.int64))
    return plans


def class_sampler(
    classes: Mapping[Any, tuple[LatentPlan, Ints]],
    batch: int,
    seed: int = 0,
    extension: str = "hard",
    shares: Mapping[Any, float] | None = None,
) -> Iterator[tuple[Floats, Floats, Ints, np.ndarray[Any, Any]]]:
    """Endless pairs for flow matching with classes: `(x, y, index, label)`.

    `index` counts the codes that :func:`solve_classes` was given. Every class has its share of each batch, up to one
    pair that is drawn; without `shares` that of its codes.

    .. versionadded:: 0.1.0
    """
    kinds, batch = list(classes), _whole(batch, "batch", 1)
    if not kinds:
        raise BrenierError("there are no classes; give what solve_classes returns")
    unknown = set(shares or {}) - set(kinds)
    if unknown:
        raise BrenierError(f"shares names {unknown.pop()!r}, which is no class of these plans")
    raw = [len(classes[k][1]) if shares is None else float(shares.get(k, 0.0)) for k in kinds]
    if not (min(raw) >= 0 and np.isfinite(sum(raw)) and sum(raw) > 0):
        raise BrenierError("shares must be numbers of at least 0, not all 0")
    wanted = batch * np.asarray(raw) / sum(raw)
    first = np.zeros(len(kinds), dtype=np.int64)
    for number in range(1 << 62):
        random = np.random.default_rng([seed, number])
        # Systematic: the mean of each count is what is wanted, and none is off by one.
        edges = np.floor(np.concatenate([[0.0], np.cumsum(wanted)]) + random.random())
        counts = np.diff(edges).astype(np.int64)
        counts[np.argmax(counts)] += batch - counts.sum()
        parts: list[tuple[Any, ...]] = []
        for k, count in enumerate(counts.tolist()):
            if count:
                plan, index = classes[kinds[k]]
                moved = plan.sample(count, seed, extension, int(first[k]))
                first[k] += count
                parts.append((moved.points, moved.images, index[moved.cells], np.repeat(np.asarray([kinds[k]]), count)))
        x, y, code, label = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = random.permutation(batch)
        yield x[order], y[order], code[order], label[order]
