"""Space and tori: whole solves and bare diagrams in three dimensions, beside peers.

    python bench/space.py PROGRAM [FOLDER] [MOST]

PROGRAM is the command line (target/release/brenier), FOLDER is for files, MOST the largest number of sites of the table of costs
(100,000; a million takes minutes). Seconds are CPU seconds, user and system, of one run on one thread unless said; memory is the
peak of the process. Peers come from PyPI where they can be installed: sdot (Newton's method on power diagrams; Python 3.12),
multivoro and pyvoro2 (cells alone, by voro++; brenier's rows write files); what is missing is named and left out.
"""

import json
import os
import subprocess
import sys

import numpy as np
from processes import child


def uniform(folder, n):
    path = os.path.join(folder, f"cube-{n}.npy")
    if not os.path.exists(path):
        np.save(path, np.random.default_rng(7).random((n, 3)))
    return path


def grains(folder, n, sigma):
    """Sites, with log-normal volumes as their masses."""
    path = os.path.join(folder, f"grains-{n}-{sigma}.csv")
    if not os.path.exists(path):
        rng = np.random.default_rng(8)
        volumes = rng.lognormal(0.0, sigma, n)
        columns = np.column_stack([rng.random((n, 3)), volumes / volumes.sum()])
        np.savetxt(path, columns, delimiter=",", header="x,y,z,mass", comments="", fmt="%.17g")
    return path


def told(what, sites, seconds, wall, peak, more):
    print(f"{what:<44} {sites:>9,} {seconds:>9.2f} {wall:>9.2f} {peak:>8,.0f}  {more}", flush=True)


def solve(program, folder, what, domain, points, n, tol, threads=1):
    out = os.path.join(folder, "solution.json")
    arguments = ["solve", "--domain", domain, "--points", points, "--tol", str(tol), "--threads", str(threads), "-o", out]
    text, seconds, wall, peak = child(program, *arguments, "--json", accepted=(0, 1))
    report = json.loads(text)
    steps = report["iterations"]
    first, cells = steps[0]["hull"] + steps[0]["cells"], sum(s["cells"] for s in steps[1:])
    linear = sum(s["linear"] for s in steps)
    phases = f"{len(steps) - 1} steps: start {first:.2f}, cells {cells:.2f}, linear {linear:.2f} s"
    rest = "" if report["converged"] else ", NOT converged"
    bytes_a_site = f"{peak * 2**20 / n:,.0f} B a site" if n >= 100_000 else ""
    told(what, n, seconds, wall, peak, f"{phases} {bytes_a_site}{rest}")


def peer(code, *arguments):
    """CPU seconds, wall seconds, MiB and a remark of a piece of Python in a process of its own."""
    frame = """
import os, resource, sys, time
import numpy as np
def clock():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime
"""
    try:
        found = subprocess.run(
            [sys.executable, "-c", frame + code, *map(str, arguments)], capture_output=True, text=True, timeout=1800
        )
    except subprocess.TimeoutExpired:
        return None
    if found.returncode:
        reason = found.stderr.strip().splitlines()[-1:] or ["failed"]
        print(f"left out: {reason[0]}")
        return None
    return found.stdout.strip().splitlines()[-1].split(" ", 3)


SDOT = """
import sdot
y, tol = np.load(sys.argv[1]), float(sys.argv[2])
one = lambda: sdot.ot_solve(sdot.SumOfDiracs(y), sdot.Box([0, 0, 0], [1, 1, 1]), tol=tol / len(y))
# The first run compiles.
sdot.ot_solve(sdot.SumOfDiracs(y[:100]), sdot.Box([0, 0, 0], [1, 1, 1]), tol=1e-4 / 100)
c, w = clock(), time.time()
one()
print(clock() - c, time.time() - w, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "Newton, to the same error")
"""

MULTIVORO = """
import multivoro
y, periodic = np.load(sys.argv[1]), sys.argv[2] == "torus"
c, w = clock(), time.time()
limits, radii = np.array([[0.0] * 3, [1.0] * 3]), np.full(len(y), 1e-3)
cells = multivoro.compute_voronoi(y, limits=limits, periodic_boundaries=(periodic,) * 3, radii=radii, n_threads=1)
print(clock() - c, time.time() - w, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, f"{len(cells)} cells")
"""

PYVORO = """
import pyvoro2
y, periodic = np.load(sys.argv[1]), sys.argv[2] == "torus"
box = ((0.0, 1.0),) * 3
domain = pyvoro2.OrthorhombicCell(bounds=box, periodic=(True,) * 3) if periodic else pyvoro2.Box(box)
c, w = clock(), time.time()
cells = pyvoro2.compute(y, domain=domain, return_vertices=False, return_faces=False, output="cells")
print(clock() - c, time.time() - w, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, f"{len(cells)} volumes")
"""


def diagram(program, folder, what, domain, n):
    """Cells at weight 0, files included."""
    name, out = os.path.join(folder, "problem.json"), os.path.join(folder, "diagram.json")
    sites = np.load(uniform(folder, n)).tolist()
    with open(name, "w") as file:
        json.dump({"format": "brenier/problem", "version": 1, "domain": domain, "sites": sites, "weights": [0.0] * n}, file)
    text, seconds, wall, peak = child(program, "diagram", name, "--threads", "1", "-o", out, "--json")
    told(what, n, seconds, wall, peak, "moments and walls, files included")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, folder = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "bench/build"
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    os.makedirs(folder, exist_ok=True)
    print(f"{'':<44} {'sites':>9} {'CPU s':>9} {'wall s':>9} {'MiB':>8}")
    for n in [n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= most]:
        tol = 1e-10 if n < 1_000_000 else 1e-6
        solve(program, folder, f"cube to {tol:g}", "cube", uniform(folder, n), n, tol)
        if n >= 10_000:
            solve(program, folder, "  on two threads", "cube", uniform(folder, n), n, tol, 2)
        if n in (10_000, 100_000):
            for tol in (1e-6, 1e-10):
                found = peer(SDOT, uniform(folder, n), tol)
                if found:
                    told(f"  sdot to {tol:g}", n, *map(float, found[:3]), found[3])
    for n in (1_000, 10_000):
        solve(program, folder, "torus to 1e-10", "torus3", uniform(folder, n), n, 1e-10)
    for sigma in (0.35, 1.0):
        name = f"log-normal volumes on it, width {sigma:g}"
        solve(program, folder, name, "torus3", grains(folder, 10_000, sigma), 10_000, 1e-10)
    n = min(most, 100_000)
    periodic = {"type": "torus", "min": [0, 0, 0], "max": [1, 1, 1]}
    for domain, told_as in (("cube", {"type": "box", "min": [0, 0, 0], "max": [1, 1, 1]}), ("torus", periodic)):
        diagram(program, folder, f"Voronoi cells, {domain}: brenier", told_as, n)
        for name, code in (("multivoro", MULTIVORO), ("pyvoro2", PYVORO)):
            found = peer(code, uniform(folder, n), domain)
            if found:
                told(f"Voronoi cells, {domain}: {name}", n, *map(float, found[:3]), found[3])


if __name__ == "__main__":
    main()
