#!/usr/bin/env python3
"""Do two builds give the same bits? Some forty problems of all families, solved by both, with 1 and with 3 threads.

    scripts/same_bits.py OLD NEW          two programs, before and after a change that should change no result
    scripts/same_bits.py OLD NEW plane    only problems whose name has this word
    scripts/same_bits.py OLD NEW -cost    but for fields of this name

What is compared: every field of the solution (heights, masses, centroids, Hessian, hidden sites, cost, residuals of every
step) but times, memory and threads; what `check --json` proves of it; what `diagram`, `quantize` and `parameterize` write.
Exit status 1 if anything differs. Cost: about a minute. Needs Python 3 and nothing else.
"""

import json
import math
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PASSING = {"seconds", "hull", "cells", "linear", "peak_bytes", "threads", "hull_seconds", "cells_seconds"}


def square(side=1.0):
    return {"type": "box", "min": [0, 0], "max": [side, side]}


def points(seed, n, dimension=2, side=1.0):
    r = random.Random(seed)
    return [[side * r.random() for _ in range(dimension)] for _ in range(n)]


def masses(seed, n, decades=0.0):
    r = random.Random(seed)
    return [10.0 ** (-decades * r.random()) * (0.5 + r.random()) for _ in range(n)]


def grid_mesh(n, hole=None, bump=None):
    """A triangulated square; cells in `hole` are left out; `bump` gives the third coordinate."""
    vertices = [[i / n, j / n] + ([bump(i / n, j / n)] if bump else []) for j in range(n + 1) for i in range(n + 1)]
    triangles = []
    for j in range(n):
        for i in range(n):
            if hole and hole(i, j):
                continue
            a, b, c, d = j * (n + 1) + i, j * (n + 1) + i + 1, (j + 1) * (n + 1) + i + 1, (j + 1) * (n + 1) + i
            triangles += [[a, b, c], [a, c, d]]
    return {"type": "mesh", "vertices": vertices, "triangles": triangles}


def cube():
    v = [[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)]
    quads = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
    return {"type": "mesh", "vertices": v, "triangles": [t for a, b, c, d in quads for t in ([a, b, c], [a, c, d])]}


def problem(domain, sites, **more):
    return dict({"format": "brenier/problem", "version": 1, "domain": domain, "sites": sites}, **more)


def image(n, values, kind="constant"):
    return {"type": "image", "width": n, "values": values, "interpolation": kind}


def problems():
    """Name, problem, options of solve."""
    hexagon = [[math.cos(k * math.pi / 3), math.sin(k * math.pi / 3)] for k in range(6)]
    ring = grid_mesh(6, lambda i, j: 2 <= i < 4 and 2 <= j < 4)
    hill = grid_mesh(8, bump=lambda x, y: 0.3 * math.sin(3 * x) * math.cos(2 * y))
    torn = grid_mesh(6, lambda i, j: i == 3)
    r = random.Random(5)
    noise = [r.random() for _ in range(256)]
    holes = [v if v > 0.6 else 0.0 for v in noise]
    bars = [1.0 if (k % 16) % 5 < 2 else 0.0 for k in range(256)]
    yield "plane-one", problem(square(), [[0.3, 0.4]]), []
    yield "plane-two", problem(square(), [[0.0, 0.5], [1.0, 0.5]], masses=[1, 3]), []
    yield "plane-uniform", problem(square(), points(1, 2000)), ["--hessian"]
    yield "plane-lattice", problem(square(), [[i / 7, j / 7] for i in range(8) for j in range(8)]), ["--hessian"]
    yield "plane-masses", problem(square(), points(2, 800), masses=masses(3, 800, 6.0)), []
    yield "plane-affine", problem(
        {"type": "polygon", "vertices": hexagon}, points(4, 500), density={"type": "affine", "g": [0.5, 0.2], "c": 1.0}), []
    yield "plane-outside", problem(square(), [[5 + x, y] for x, y in points(6, 300)]), []
    yield "plane-line", problem(square(), [[k / 50, 0.5] for k in range(50)]), ["--hessian"]
    yield "plane-tiny", problem(square(1e-90), points(7, 100, side=1e-90)), []
    yield "plane-merged", problem(square(), points(8, 50) + points(8, 20)), []
    yield "plane-limit", problem(square(), points(9, 500), masses=masses(9, 500, 8.0)), ["--max-iterations", "3"]
    yield "patches-ring", problem(ring, points(10, 200)), ["--hessian"]
    yield "patches-torn", problem(torn, points(11, 100)), []
    yield "patches-vertex", problem(ring, points(12, 150), density={
        "type": "vertex", "values": [1 + x for x, _ in ring["vertices"]]}), ["--hessian"]
    yield "patches-face", problem(ring, points(13, 60), density={
        "type": "face", "values": [1 + k % 3 for k in range(len(ring["triangles"]))]}), []
    yield "image-noise", problem(square(), points(14, 300), density=image(16, noise)), ["--hessian"]
    yield "image-bilinear", problem(square(), points(15, 300), density=image(16, noise, "bilinear")), []
    yield "image-holes", problem(square(), points(16, 120), density=image(16, holes)), []
    yield "image-bars", problem(square(), points(17, 90), density=image(16, bars)), []
    yield "partial-few", problem(square(), points(18, 20), masses=[0.02] * 20, partial=True), ["--hessian"]
    yield "partial-many", problem(square(), points(19, 300), masses=[0.002] * 300, partial=True), []
    yield "partial-little", problem(square(), points(20, 60), masses=[0.99 / 60] * 60, partial=True), []
    yield "partial-far", problem(square(), [[3 + x, y] for x, y in points(21, 40)], masses=[0.01] * 40, partial=True), []
    yield "partial-image", problem(square(), points(22, 40), masses=[0.001] * 40, partial=True,
                                   density=image(16, holes)), []
    yield "partial-mesh", problem(ring, points(23, 40), masses=[0.005] * 40, partial=True), ["--hessian"]
    yield "surface-cube", problem(cube(), points(24, 60, 3)), ["--hessian"]
    yield "surface-kink", problem(cube(), [[0.5, 0.5, 0.5], [0.5, 0.5, 1.5]]), []
    yield "surface-hill", problem(hill, points(25, 200, 3)), ["--hessian"]
    yield "surface-masses", problem(hill, points(26, 80, 3), masses=masses(26, 80, 4.0)), []
    yield "surface-face", problem(hill, points(27, 60, 3), density={
        "type": "face", "values": [1 + k % 4 for k in range(len(hill["triangles"]))]}), ["--hessian"]
    yield "surface-vertex", problem(cube(), points(28, 30, 3), density={
        "type": "vertex", "values": [1, 2, 1, 2, 3, 1, 1, 2]}), []
    yield "surface-corners", problem(cube(), cube()["vertices"]), []
    yield "surface-limit", problem(hill, points(29, 80, 3), masses=masses(29, 80, 9.0)), ["--max-iterations", "2"]


def still(value):
    """A document without what passes: times, memory, threads."""
    if isinstance(value, dict):
        return {k: still(v) for k, v in value.items() if k not in PASSING}
    return [still(v) for v in value] if isinstance(value, list) else value


def run(program, arguments, folder):
    """Exit status and what was written to standard output."""
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout


def document(text):
    try:
        return still(json.loads(text))
    except ValueError:
        return text


def everything(program, threads, folder, chosen):
    """Name of each result with the result."""
    found = {}
    for name, data, options in problems():
        if not any(word in name for word in chosen):
            continue
        with open(os.path.join(folder, "p.json"), "w", encoding="utf-8") as f:
            json.dump(data, f)
        more = ["--threads", str(threads)]
        status, _ = run(program, ["solve", "p.json", "-o", "s.json", "--quiet", *options, *more], folder)
        with open(os.path.join(folder, "s.json"), encoding="utf-8") as f:
            found[name] = (status, document(f.read()))
        status, text = run(program, ["check", "s.json", "--json", *more], folder)
        found[name + " checked"] = (status, document(text))
        if name.endswith(("-lattice", "-ring", "-holes", "-few", "-cube")):
            weights = dict(data, weights=found[name][1]["weights"]) if isinstance(found[name][1], dict) else data
            with open(os.path.join(folder, "w.json"), "w", encoding="utf-8") as f:
                json.dump(weights, f)
            # Cells cut by balls are no polygons.
            cells = [] if name.startswith("partial") else ["--cells"]
            status, _ = run(program, ["diagram", "w.json", "-o", "d.json", "--quiet", *cells, *more], folder)
            with open(os.path.join(folder, "d.json"), encoding="utf-8") as f:
                found[name + " diagram"] = (status, document(f.read()))
            with open(os.path.join(folder, "domain.json"), "w", encoding="utf-8") as f:
                json.dump(data["domain"], f)
            quantize = ["quantize", "--domain", "domain.json", "-n", "40", "--steps", "3", "-o", "q.json", "--quiet"]
            status, _ = run(program, [*quantize, *more], folder)
            with open(os.path.join(folder, "q.json"), encoding="utf-8") as f:
                found[name + " quantize"] = (status, document(f.read()))
    return found


def first_difference(a, b, path="$"):
    if type(a) is not type(b):
        return f"{path}: {a!r} and {b!r}"
    if isinstance(a, dict):
        for key in sorted(set(a) | set(b)):
            if key not in a or key not in b:
                return f"{path}.{key} is in one only"
            found = first_difference(a[key], b[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, (list, tuple)):
        if len(a) != len(b):
            return f"{path}: {len(a)} and {len(b)} entries"
        for k, (x, y) in enumerate(zip(a, b)):
            found = first_difference(x, y, f"{path}[{k}]")
            if found:
                return found
        return None
    return None if a == b or (a != a and b != b) else f"{path}: {a!r} and {b!r}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    old, new = (os.path.abspath(p) for p in sys.argv[1:3])
    PASSING.update(word[1:] for word in sys.argv[3:] if word.startswith("-"))
    chosen = [word for word in sys.argv[3:] if not word.startswith("-")] or [""]
    wrong = 0
    for threads in (1, 3):
        with tempfile.TemporaryDirectory() as folder:
            before = everything(old, threads, folder, chosen)
        with tempfile.TemporaryDirectory() as folder:
            after = everything(new, threads, folder, chosen)
        for name in before:
            difference = first_difference(before[name], after.get(name))
            if difference:
                wrong += 1
                print(f"{name}, {threads} threads: {difference}")
        print(f"{threads} threads: {len(before)} results compared")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
