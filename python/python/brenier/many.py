"""Many problems: side by side on any executor, each result kept where a restart finds it.

An executor is anything with the `submit` of :class:`concurrent.futures.Executor`: threads (the default), processes, loky,
`dask.distributed.Client(...).get_executor()`, `mpi4py.futures.MPIPoolExecutor`. The results do not depend on which.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from . import _brenier, solving
from ._brenier import Plan
from ._errors import BrenierError, NotConverged
from .latent import LatentPlan, solve_latent
from .problem import Problem, read_problem

__all__ = ["solve_many"]

#: What belongs to a problem, of the arguments of `solve`; the rest says how to solve it.
_OF_PROBLEM = ("sites", "source", "masses", "density", "partial", "normalize", "duplicates", "drop_zero_mass")

#: What says how to solve, with its default; `callback`, `progress` and `cancel` make no sense from afar.
_OPTIONS: dict[str, Any] = {
    "tol": 1e-10,
    "max_iterations": 100,
    "time_limit": None,
    "hessian": False,
    "threads": None,
    "warm": None,
}

#: Arguments of `solve_latent` that a dict with `codes` may have.
_OF_CODES = ("codes", "source", "masses", "tol", "confidence", "seed", "max_points", "time_limit", "threads")

#: Tasks handed to an executor and not yet back, at most, for each worker: the rest of the list waits as it is.
_AHEAD = 4


class _Job:
    """A problem and how to solve it."""

    __slots__ = ("options", "problem")

    def __init__(self, problem: Problem, options: dict[str, Any]) -> None:
        self.problem = problem
        self.options = options

    def key(self) -> str:
        """The same for the same problem, options and version of brenier: 64 hexadecimal digits."""
        warm = self.options["warm"]
        # Threads do not change a bit of the result.
        options = {name: value for name, value in self.options.items() if name not in ("warm", "threads")}
        digest = hashlib.sha256()
        core = self.problem._core
        for part in (
            _brenier.__version__.encode(),
            json.dumps(options, sort_keys=True).encode(),
            b"" if warm is None else warm.to_bytes(),
            core.to_bytes(),
            *(h.tobytes() for h in core.heights or ()),
        ):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()


    def here(self, cancel: Any) -> tuple[Any, ...]:
        """What is submitted to threads of this process."""
        options, warm = self._split()
        return (_solve, self.problem._core, options, warm, cancel)

    def afar(self) -> tuple[Any, ...]:
        """What is submitted to others."""
        return (_work, self.problem, *self._split())

    def _split(self) -> tuple[dict[str, Any], Plan | None]:
        options = dict(self.options)
        return options, options.pop("warm")

    @staticmethod
    def read(data: bytes) -> Plan:
        return Plan.from_bytes(data)


class _Codes:
    """Codes of many coordinates, and how to solve for them."""

    __slots__ = ("given",)

    def __init__(self, item: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        unknown = [name for name in item if name not in _OF_CODES]
        if unknown:
            raise BrenierError(f"{unknown[0]} is no argument beside codes; give those of solve_latent")
        common = {"threads": options["threads"], "time_limit": options["time_limit"]}
        self.given: dict[str, Any] = {**common, **item}

    def key(self) -> str | None:
        """As that of a problem. A function has no name that is the same in another run."""
        source = self.given.get("source", "normal")
        if callable(source):
            return None
        digest = hashlib.sha256(_brenier.__version__.encode() + b"codes")
        named = vars(source) if hasattr(source, "__dict__") else {"source": source}
        digest.update(type(source).__name__.encode())
        for name, value in sorted({**self.given, **named}.items()):
            if name not in ("threads", "time_limit") and value is not source or name in named:
                array = np.asarray(value if value is not None else [])
                digest.update(f"{name} {array.dtype} {array.shape} ".encode())
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def here(self, cancel: Any) -> tuple[Any, ...]:
        return (_solve_codes, self.given, cancel)

    def afar(self) -> tuple[Any, ...]:
        return (_work_codes, self.given)

    def read(self, data: bytes) -> LatentPlan:
        from .latent import _restored

        return _restored(data, self.given.get("source"))


def _solve_codes(given: Mapping[str, Any], cancel: Any) -> LatentPlan:
    return solve_latent(**given, cancel=cancel)


def _work_codes(given: Mapping[str, Any]) -> LatentPlan | Exception:
    try:
        return _solve_codes(given, None)
    except (BrenierError, NotConverged) as error:
        return error


def _solve(core: _brenier.Problem, options: Mapping[str, Any], warm: Plan | None, cancel: Any) -> Plan:
    return _brenier.solve(
        core,
        float(options["tol"]),
        options["max_iterations"],
        options["time_limit"],
        options["hessian"],
        warm,
        None,
        cancel,
        options["threads"],
    )


def _work(problem: Problem, options: dict[str, Any], warm: Plan | None) -> Plan | Exception:
    """Solves in another process. What the library says is a result; what is raised is the engine's."""
    try:
        return _solve(problem._core, options, warm, None)
    except (BrenierError, NotConverged) as error:
        return error


class _Kept:
    """Results in a folder, a file each: KEY.json, a solution as the command line reads it.

    A file gets its name when it is written: it is whole or not there.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def get(self, key: str, job: _Job | _Codes) -> Plan | LatentPlan | None:
        """The plan, or None if there is none that can be read."""
        try:
            return job.read(self.path(key).read_bytes())
        except (BrenierError, FileNotFoundError):
            return None

    def put(self, key: str, plan: Plan | LatentPlan) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(plan.to_bytes() if isinstance(plan, Plan) else plan._core.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _job(item: Any, options: dict[str, Any]) -> _Job | _Codes:
    """What one entry of the list says."""
    if isinstance(item, str | PathLike):
        return _Job(read_problem(fspath(item)), options)
    if isinstance(item, Problem):
        return _Job(item, options)
    if isinstance(item, tuple):
        if not 2 <= len(item) <= 4:
            raise BrenierError(f"a tuple of {len(item)} is no problem; give (sites, source[, masses[, density]])")
        item = dict(zip(("sites", "source", "masses", "density"), item, strict=False))
    if not isinstance(item, Mapping):
        raise BrenierError(
            f"a {type(item).__name__} is no problem; give a Problem, a dict of the arguments of solve, a tuple "
            "(sites, source, masses), or the path of a problem file"
        )
    if "codes" in item:
        return _Codes(item, options)
    own = {name: item[name] for name in item if name in _OPTIONS}
    unknown = [name for name in item if name not in _OPTIONS and name not in _OF_PROBLEM]
    if unknown:
        raise BrenierError(f"{unknown[0]} is no argument here; give those of solve but for callback, progress, cancel")
    given = {name: item[name] for name in item if name in _OF_PROBLEM}
    sites = given.pop("sites", None)
    if isinstance(sites, Problem):
        return _Job(solving._problem(sites, given.pop("source", None), given), {**options, **own})
    if sites is None or given.get("source") is None:
        missing = "sites" if sites is None else "source"
        raise BrenierError(f"{missing} is missing; a dict needs sites and source")
    return _Job(Problem(sites, given.pop("source"), **given), {**options, **own})


def _workers(executor: Executor) -> int:
    """How many tasks it can do at once, as far as it tells."""
    for name in ("_max_workers", "num_workers"):
        found = getattr(executor, name, None)
        if isinstance(found, int) and found > 0:
            return found
    return 16


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Run:
    """One call of `solve_many`."""

    def __init__(
        self,
        executor: Executor,
        kept: _Kept | None,
        raising: bool,
        callback: Callable[[int, Any], object] | None,
    ) -> None:
        self.executor, self.kept, self.raising, self.callback = executor, kept, raising, callback
        self.here = isinstance(executor, ThreadPoolExecutor)
        self.stop = threading.Event()
        self.results: dict[int, Plan | LatentPlan | Exception] = {}
        self.pending: dict[Future[Any], tuple[int, str | None]] = {}

    def done(self, index: int, result: Plan | LatentPlan | Exception, key: str | None = None) -> None:
        if key is not None and self.kept is not None and isinstance(result, Plan | LatentPlan):
            self.kept.put(key, result)
        self.results[index] = result
        if isinstance(result, Exception) and self.raising:
            raise result
        if self.callback is not None:
            self.callback(index, result)

    def submit(self, index: int, job: _Job | _Codes) -> None:
        key = None
        if self.kept is not None:
            key = job.key()
            found = None if key is None else self.kept.get(key, job)
            if found is not None:
                self.done(index, found)
                return
        task = job.here(self.stop) if self.here else job.afar()
        future: Future[Any] = self.executor.submit(*task)
        self.pending[future] = (index, key)

    def collect(self, at_most: int) -> None:
        """Waits until no more than so many tasks are out."""
        while len(self.pending) > at_most:
            finished, _ = wait(self.pending, return_when=FIRST_COMPLETED)
            for future in finished:
                index, key = self.pending.pop(future)
                try:
                    result = future.result()
                except Exception as error:  # noqa: BLE001  (whatever a worker or its engine raises is the result)
                    result = error
                self.done(index, result, key)

    def all(self, items: Iterator[Any], options: dict[str, Any], ahead: int) -> list[Plan | LatentPlan | Exception]:
        for index, item in enumerate(items):
            try:
                job = _job(item, options)
            except (BrenierError, OSError) as error:
                self.done(index, error)
                continue
            try:
                self.submit(index, job)
            except RuntimeError as error:
                # The executor is broken or shut down. What it has is still collected; this one has the error.
                self.done(index, error)
            self.collect(ahead)
        self.collect(0)
        return [self.results[index] for index in range(len(self.results))]

    def cancel(self) -> None:
        """Leaves nothing behind that still runs for nobody."""
        self.stop.set()
        for future in self.pending:
            future.cancel()


def solve_many(
    problems: Iterable[Any],
    executor: Executor | None = None,
    cache_dir: str | PathLike[str] | None = None,
    on_error: str = "return",
    *,
    workers: int | None = None,
    callback: Callable[[int, Plan | Exception], object] | None = None,
    **options: Any,
) -> list[Any]:
    """Solves many problems, side by side.

    Parameters
    ----------
    problems : iterable
        Each a :class:`brenier.Problem`, a dict of arguments of :func:`brenier.solve` (`sites` and `source` at least), a
        tuple `(sites, source, masses, density)` whose last two may be absent, the path of a problem file, or a dict of
        arguments of :func:`brenier.solve_latent` with `codes`. Read as they are needed: a generator is fine.
    executor : concurrent.futures.Executor, optional
        Where the solves run. Absent: as many threads as there are processors, one for each solve. Others get problems
        and give plans by pickle: loky, processes, `Client(...).get_executor()` of dask.distributed,
        `mpi4py.futures.MPIPoolExecutor`. Its workers need brenier, in the same version. It is not shut down.
    cache_dir : path, optional
        A folder for results, made if it is not there. A problem that has its result there is not solved again, so a run
        that was interrupted goes on where it was. A result is found by the SHA-256 of the problem, the options and the
        version of brenier. Only converged plans are kept, as solution files (`brenier check` reads them). Each file
        appears whole or not at all, so several runs may share a folder.
    on_error : {"return", "raise"}
        What is done about a problem that fails: its exception stands in the list in place of a plan, or it is raised
        (the problems not yet begun are given up, what is finished is in the cache).
    workers : int, optional
        Threads, if no executor is given.
    callback : callable, optional
        `callback(index, result)`, called in this thread as results come.
    **options
        `tol`, `max_iterations`, `time_limit`, `hessian`, `threads`, `warm` of :func:`brenier.solve`, for all problems;
        those in a dict of the list win. `threads` is 1 unless said otherwise.

    Returns
    -------
    list of Plan, LatentPlan or Exception
        In the order of the problems. Arrays have the same bits for any executor and any number of workers.

    Raises
    ------
    BrenierError
        With `on_error="raise"`, or for options that cannot be.
    NotConverged
        With `on_error="raise"`.
    KeyboardInterrupt
        Solves under way stop; what is finished is in the cache.

    Examples
    --------
    >>> import numpy as np, brenier as bn
    >>> rng = np.random.default_rng(0)
    >>> box = bn.Box([0, 0], [1, 1])
    >>> plans = bn.solve_many([(rng.random((10, 2)), box) for _ in range(5)])
    >>> [plan.converged for plan in plans]
    [True, True, True, True, True]

    .. versionadded:: 0.1.0
    """
    if isinstance(problems, str | PathLike | Mapping | Problem):
        raise BrenierError(f"problems is a {type(problems).__name__}; give a list of problems, be it of one")
    if on_error not in ("return", "raise"):
        raise BrenierError(f"on_error is {on_error!r}; give 'return' or 'raise'")
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise BrenierError(f"{unknown[0]} is no option of solve_many; there are {', '.join(_OPTIONS)}")
    settings = {**_OPTIONS, "threads": 1, **options}
    own: ThreadPoolExecutor | None = None
    if executor is None:
        executor = own = ThreadPoolExecutor(workers or _processors(), thread_name_prefix="brenier")
    elif workers is not None:
        raise BrenierError("workers is given beside an executor, which has its own; drop one")
    kept = None if cache_dir is None else _Kept(cache_dir)
    run = _Run(executor, kept, on_error == "raise", callback)
    try:
        return run.all(iter(problems), settings, _AHEAD * _workers(executor))
    except BaseException:
        run.cancel()
        raise
    finally:
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)
