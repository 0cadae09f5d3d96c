"""What the Python package costs: the call, many small problems, a large one beside the command, and peers.

    python bench/python.py [PROGRAM] [SITES]

PROGRAM is the command line of the same build (target/release/brenier), SITES the size of the large problem (1,000,000). Seconds
are wall seconds, the least of some runs; memory is the peak of a process of its own. Peers that are not installed are named and
left out.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time

import numpy as np
from processes import child


def least(call, runs):
    """Least seconds of some runs."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def imports():
    line = "import time; t = time.perf_counter(); import brenier; print(time.perf_counter() - t)"
    bare = "import time; t = time.perf_counter(); import numpy; print(time.perf_counter() - t)"
    for name, code in (("import brenier", line), ("import numpy alone", bare)):
        seconds = min(float(child(sys.executable, "-c", code)[0]) for _ in range(5))
        print(f"{name:<34} {1e3 * seconds:9.1f} ms")


def calls(bn):
    box, rng = bn.Box([0, 0], [1, 1]), np.random.default_rng(0)
    y = rng.random((10, 2))
    whole = least(lambda: bn.solve(y, box, threads=1), 300)
    problem = bn.Problem(y, box)
    ready = least(lambda: bn.solve(problem, threads=1), 300)
    inside = min(bn.solve(y, box, threads=1).report["seconds"] for _ in range(100))
    print(f"{'solve, 10 sites':<34} {1e3 * whole:9.3f} ms")
    print(f"{'  of a Problem that is there':<34} {1e3 * ready:9.3f} ms")
    print(f"{'  as its report says':<34} {1e3 * inside:9.3f} ms")


def many(bn):
    box, rng = bn.Box([0, 0], [1, 1]), np.random.default_rng(1)
    given = [(rng.random((100, 2)), box) for _ in range(1000)]
    seconds = [least(lambda: bn.solve_many(given, on_error="raise"), 1) for _ in range(3)]
    print(f"{'solve_many, 1,000 of 100 sites':<34} {statistics.median(seconds):9.2f} s")


LARGE = """
import json, resource, sys, time
import numpy as np, brenier as bn
y = np.load(sys.argv[1])
start = time.perf_counter()
plan = bn.solve(y, bn.Box([0, 0], [1, 1]))
seconds = time.perf_counter() - start
print(json.dumps([seconds, plan.report["seconds"], plan.max_mass_error]))
"""


def large(program, n):
    with tempfile.TemporaryDirectory() as folder:
        points, out = os.path.join(folder, "y.npy"), os.path.join(folder, "s.json")
        np.save(points, np.random.default_rng(2).random((n, 2)))
        text, _, _, peak = child(sys.executable, "-c", LARGE, points)
        seconds, inside, error = json.loads(text)
        print(f"{f'solve, {n:,} sites':<34} {seconds:9.2f} s  (report {inside:.2f} s), {peak:,.0f} MiB, error {error:.1e}")
        if program is None:
            print("the command: not built (target/release/brenier)")
            return
        text, _, seconds, peak_command = child(program, "solve", "--domain", "square", "--points", points, "-o", out, "--json")
        told = json.loads(text)
        more = (peak - peak_command) * 2**20 / n
        print(f"{'  the command, files included':<34} {seconds:9.2f} s  (report {told['seconds']:.2f} s), {peak_command:,.0f} MiB")
        print(f"{'  Python beyond it':<34} {more:9.0f} bytes a site")


def peers(bn):
    n, box = 1000, bn.Box([0, 0], [1, 1])
    rng = np.random.default_rng(3)
    y = rng.random((n, 2))

    def error(weights):
        masses = bn.diagram(y, box, np.asarray(weights, dtype=float)).masses
        return float(np.abs(masses * n - 1).max())

    print(f"\n{'1,000 uniform sites, unit square':<34} {'seconds':>9}  largest relative mass error")
    plans = []
    seconds = least(lambda: plans.append(bn.solve(y, box)), 3)
    print(f"{'brenier':<34} {seconds:9.3f}  {error(plans[-1].weights):.1e}")
    try:
        import sdot

        found = []
        solve = lambda: found.append(sdot.ot_solve(sdot.SumOfDiracs(y), sdot.Box([0, 0], [1, 1]), tol=1e-10 / n))
        solve()
        print(f"{'sdot':<34} {least(solve, 3):9.3f}  {error(found[-1].weights):.1e}")
    except (ImportError, SyntaxError):
        print("sdot: not installed (it needs Python 3.12)")
    try:
        from ot.semidiscrete import solve_semidiscrete

        found = []
        draw = np.random.default_rng(4)
        solve = lambda: found.append(solve_semidiscrete(y, lambda b: draw.random((b, 2))))
        print(f"{'POT, its defaults':<34} {least(solve, 1):9.3f}  {error(found[-1]):.1e}")
    except ImportError:
        print("POT: not installed")
    try:
        import jax
        import optax
        from ott.geometry.semidiscrete_pointcloud import SemidiscretePointCloud
        from ott.problems.linear.semidiscrete_linear_problem import SemidiscreteLinearProblem
        from ott.solvers.linear.semidiscrete import SemidiscreteSolver

        uniform = lambda key, shape, dtype: jax.random.uniform(key, shape, dtype)
        problem = SemidiscreteLinearProblem(SemidiscretePointCloud(uniform, jax.numpy.asarray(y), epsilon=0.0))
        solver = SemidiscreteSolver(num_iterations=40_000, batch_size=128, optimizer=optax.sgd(0.02))
        found = []
        solve = lambda: found.append(np.asarray(solver(jax.random.key(0), problem).g))
        print(f"{'OTT, as in its tutorial':<34} {least(solve, 1):9.3f}  {error(found[-1]):.1e}")
    except ImportError:
        print("OTT: not installed")


def main(program=None, sites="1000000"):
    import brenier as bn

    default = os.path.join(os.path.dirname(__file__), "..", "target", "release", "brenier")
    program = program or (default if os.path.exists(default) else None)
    imports()
    calls(bn)
    many(bn)
    large(program, int(sites))
    peers(bn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nthis process: {peak:.0f} MiB at most")


if __name__ == "__main__":
    main(*sys.argv[1:3])
