"""One table of whole solves: CPU seconds, peak memory and the error reached, a row for each workload and program.

Called by bench/solve.sh. Every run is a fresh process; peers' time is counted after their imports and a small solve that loads their kernels,
brenier's from start to exit, reading and writing files included. Errors are max |m_i - nu_i| / nu_i as each program tells its masses; POT tells
none, so its weights are measured by `brenier diagram`.
"""

import json
import os
import random
import resource
import struct
import subprocess
import sys
import time


def write_npy(path, rows):
    """Doubles, n x 2, in NumPy's format: brenier alone needs no NumPy."""
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 2), }" % len(rows)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            f.write(struct.pack("<2d", *row))


def inside(draw):
    while True:
        p = draw()
        if 0.0 < p[0] < 1.0 and 0.0 < p[1] < 1.0:
            return p


def sites(kind, n):
    """The same points on every machine."""
    rng = random.Random(f"{kind} {n}")
    if kind == "uniform":
        return [(rng.random(), rng.random()) for _ in range(n)]
    if kind == "gauss":
        return [inside(lambda: (abs(rng.gauss(0, 0.02)), abs(rng.gauss(0, 0.02)))) for _ in range(n)]
    centres = [(0.05 + 0.9 * rng.random(), 0.05 + 0.9 * rng.random()) for _ in range(50)]

    def near(k):
        return (rng.gauss(centres[k][0], 0.005), rng.gauss(centres[k][1], 0.005))

    return [inside(lambda: near(rng.randrange(50))) for _ in range(n)]


def run(command, limit):
    """CPU seconds, peak bytes and output of a process; None if it ran too long or failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, text=True)
    except subprocess.TimeoutExpired:
        return None, f"not within {limit:.0f} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["failed"])[-1][:60]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, done.stdout


def by_brenier(program, points, folder, tolerance, limit):
    solution = os.path.join(folder, "solution.json")
    command = [program, "solve", "--domain", "square", "--points", points, "-o", solution, "--tol", repr(tolerance), "--json"]
    cpu, out = run(command, limit)
    if cpu is None:
        return None, out
    report = json.loads(out)
    return (cpu, report["max_relative_error"], report["peak_bytes"] / 2**20), ""


def by_peer(name, points, folder, tolerance, limit, program):
    cpu, out = run([sys.executable, __file__, "--child", name, points, repr(tolerance), folder], limit)
    if cpu is None:
        return None, out
    told = json.loads(out.strip().splitlines()[-1])
    if told["error"] is None:
        cpu_unused, out = run([program, "diagram", os.path.join(folder, "pot.json"), "-o", os.path.join(folder, "d.json"), "--json"], limit)
        told["error"] = json.loads(out)["max_relative_error"] if cpu_unused is not None else float("nan")
    return (told["cpu"], told["error"], told["mib"]), ""


def child(name, points, tolerance, folder):
    """In a process of its own: solves and tells CPU seconds, error and peak memory."""
    import numpy as np

    y = np.load(points)
    n = len(y)
    if name == "sdot":
        import sdot

        # Its tolerance is absolute in masses of 1 / n.
        solve = lambda y, tol: sdot.ot_solve(sdot.SumOfDiracs(y), sdot.Box([0, 0], [1, 1]), tol=tol)
        solve(np.random.default_rng(0).random((500, 2)), 1e-8)
        start = time.process_time()
        masses = np.asarray(solve(y, tolerance / n).cell_masses)
        cpu = time.process_time() - start
        error = float(np.abs(masses * n - 1).max())
    else:
        from ot.semidiscrete import solve_semidiscrete

        rng = np.random.default_rng(0)
        start = time.process_time()
        weights = solve_semidiscrete(y, lambda b: rng.random((b, 2)), max_iter=20000, max_cost=2.0)
        cpu, error = time.process_time() - start, None
        problem = {
            "format": "brenier/problem",
            "version": 1,
            "domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
            "sites": y.tolist(),
            "weights": np.asarray(weights).tolist(),
        }
        with open(os.path.join(folder, "pot.json"), "w") as f:
            json.dump(problem, f)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "error": error, "mib": mib}))


def has(module):
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0


def main(program, folder, limit):
    modules = {"sdot": "sdot", "POT": "ot.semidiscrete"}
    peers = [name for name, module in modules.items() if has(module)]
    version = ".".join(map(str, sys.version_info[:2]))
    for name in modules.keys() - set(peers):
        needs = " (it needs 3.12)" if name == "sdot" and sys.version_info < (3, 12) else ""
        print(f"bench: {name} cannot be imported by Python {version}{needs}; its rows are left out", file=sys.stderr)
    rows = [("uniform", n, tol) for n in (10_000, 100_000, 1_000_000) for tol in (1e-6, 1e-10)]
    rows += [("gauss", 100_000, 1e-10), ("gauss", 1_000_000, 1e-6), ("clusters", 100_000, 1e-10)]
    print(f"{'workload':<10} {'sites':>8} {'tol':>6}  {'program':<8} {'CPU s':>8} {'ratio':>6} {'error':>8} {'MiB':>6}")
    for kind, n, tolerance in rows:
        points = os.path.join(folder, f"{kind}-{n}.npy")
        if not os.path.exists(points):
            write_npy(points, sites(kind, n))
        own = None
        # POT's stochastic gradients cost n per sample and reach percents: one row shows it.
        for name in ["brenier"] + [p for p in peers if p == "sdot" or (kind, n, tolerance) == ("uniform", 10_000, 1e-6)]:
            if name == "brenier":
                found, why = by_brenier(program, points, folder, tolerance, 10 * limit)
                own = found
            else:
                found, why = by_peer(name, points, folder, tolerance, limit, program)
            head = f"{kind:<10} {n:>8} {tolerance:>6.0e}  {name:<8}"
            if found is None:
                print(f"{head} {why}", flush=True)
                continue
            cpu, error, mib = found
            ratio = f"{cpu / own[0]:.1f}" if own else "-"
            print(f"{head} {cpu:>8.2f} {ratio:>6} {error:>8.1e} {mib:>6.0f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        child(sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5])
    else:
        main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
