"""Runs: progress, stopping, signals, threads, forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import brenier as bn


@pytest.fixture(scope="module")
def large(square: bn.Source) -> bn.Problem:
    """A problem that takes a while: sites in clusters."""
    random = np.random.default_rng(11)
    centers = random.random((40, 2))
    sites = centers[random.integers(0, 40, 60_000)] + 0.01 * random.standard_normal((60_000, 2))
    return bn.Problem(sites, square, random.uniform(0.1, 1.0, 60_000))


def test_callbacks_see_every_step(square: bn.Source) -> None:
    seen: list[bn.Progress] = []
    plan = bn.solve(np.random.default_rng(0).random((200, 2)), square, callback=seen.append)
    solved = [p for p in seen if np.isfinite(p.residual)]
    # The last step ends the run, and is told by the plan.
    assert [p.iteration for p in solved] == list(range(plan.iterations))
    assert solved[-1].residual < 0.5 and solved[0].costs == [] and solved[0].remaining > 0


def test_a_callback_may_stop(square: bn.Source) -> None:
    sites = np.random.default_rng(0).random((500, 2)) ** 3
    with pytest.raises(bn.NotConverged) as caught:
        bn.solve(sites, square, callback=lambda p: p.iteration >= 1)
    assert caught.value.status == "interrupted"
    assert str(caught.value).startswith("interrupted: the largest relative mass error is ")
    assert isinstance(caught.value, RuntimeError) and not isinstance(caught.value, bn.BrenierError)
    plan = caught.value.plan
    assert plan.iterations == 1 and not plan.converged and plan.masses.sum() == pytest.approx(1.0)
    assert bn.solve(sites, square, warm=plan).converged


def test_a_callback_that_raises_is_heard(square: bn.Source) -> None:
    class Own(Exception):
        pass

    def callback(progress: bn.Progress) -> None:
        raise Own(f"at {progress.iteration}")

    with pytest.raises(Own) as caught:
        bn.solve(np.random.default_rng(0).random((50, 2)), square, callback=callback)
    assert isinstance(caught.value.plan, bn.Plan)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="not callable"):
        bn.solve(np.random.default_rng(0).random((50, 2)), square, callback=3)  # type: ignore[arg-type]


def test_limits_are_told(square: bn.Source, large: bn.Problem) -> None:
    with pytest.raises(bn.NotConverged, match=r"^not converged: .*; the largest relative mass error is"):
        bn.solve(large, max_iterations=1)
    with pytest.raises(bn.NotConverged, match="^time limit: ") as caught:
        bn.solve(large, time_limit=0.05)
    assert caught.value.status == "time limit"


def test_another_thread_may_cancel(large: bn.Problem) -> None:
    cancel = threading.Event()
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    begun = time.monotonic()
    try:
        with pytest.raises(bn.NotConverged, match="^interrupted: ") as caught:
            bn.solve(large, tol=1e-15, max_iterations=10_000, cancel=cancel)
    finally:
        timer.cancel()
    assert caught.value.plan.status == "interrupted"
    assert time.monotonic() - begun < 20


def test_the_lock_is_released(large: bn.Problem) -> None:
    """While one thread solves, another one runs on."""
    ticks, running = 0, threading.Event()

    def solve() -> None:
        running.set()
        try:
            bn.solve(large, max_iterations=3)
        except bn.NotConverged:
            pass
        finally:
            running.clear()

    thread = threading.Thread(target=solve)
    thread.start()
    running.wait()
    while running.is_set():
        ticks += 1
        time.sleep(0.005)
    thread.join()
    assert ticks > 5


def test_many_threads_may_solve_at_once(square: bn.Source) -> None:
    sites = [np.random.default_rng(k).random((300, 2)) for k in range(8)]
    alone = [bn.solve(s, square).heights for s in sites]
    together: list[np.ndarray | None] = [None] * 8

    def solve(k: int) -> None:
        together[k] = bn.solve(sites[k], square, callback=lambda p: None).heights

    threads = [threading.Thread(target=solve, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


def _python(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
def test_ctrl_c_is_heard_at_once_and_leaves_the_best_plan() -> None:
    child = _python(
        """
        import signal, time
        import numpy as np
        import brenier as bn
        problem = bn.Problem(np.random.default_rng(11).random((150_000, 2)), bn.Box([0, 0], [1, 1]))
        seen = []
        def callback(progress):
            if np.isfinite(progress.residual) and not seen:
                print("solving", flush=True)
            seen.append(progress.iteration)
        sent = []
        signal.signal(signal.SIGINT, lambda *_: (sent.append(time.monotonic()), signal.default_int_handler(*_)))
        try:
            bn.solve(problem, tol=1e-15, callback=callback)
        except KeyboardInterrupt as stop:
            late = time.monotonic() - sent[0]
            plan = stop.plan
            print(f"heard {late:.3f}", plan is not None, flush=True)
            if plan is not None:
                print(plan.status, plan.masses.shape[0], round(float(plan.masses.sum()), 9), flush=True)
        """
    )
    end = threading.Timer(120, child.kill)
    end.start()
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "solving"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=120)
    finally:
        end.cancel()
    assert child.returncode == 0, err
    heard, told = out.strip().splitlines()
    # A machine with more work than cores may take its time to wake a thread.
    busy = hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1)
    assert float(heard.split()[1]) < (1.0 if busy else 0.2) and heard.endswith("True")
    assert told == "interrupted 150000 1.0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own(square: bn.Source) -> None:
    sites = np.random.default_rng(4).random((2000, 2))
    before = bn.solve(sites, square)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            same = np.array_equal(bn.solve(sites, square).heights, before.heights)
            os.write(write, b"same" if same else b"other")
        finally:
            os._exit(0)
    os.close(write)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.05)
    assert os.read(read, 10) == b"same"
    os.close(read)


def test_bars_need_tqdm(square: bn.Source, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        import tqdm  # noqa: F401
    except ImportError:
        with pytest.raises(bn.BrenierError, match="progress=True needs the package tqdm"):
            bn.solve([[0.1, 0.2]], square, progress=True)
        pytest.skip("tqdm is not installed: the bar itself is not shown")
    assert bn.solve(np.random.default_rng(0).random((50, 2)), square, progress=True).converged
    assert "residual" in capsys.readouterr().err


def test_a_panic_does_not_cross(square: bn.Source) -> None:
    with pytest.raises(bn.InternalError, match="^internal error: oops; please report it with the input$") as caught:
        bn._brenier._panic("oops")
    assert isinstance(caught.value, bn.BrenierError)
    # The threads live on.
    assert bn.solve([[0.1, 0.2], [0.6, 0.7]], square).converged
