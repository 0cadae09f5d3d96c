#!/usr/bin/env python3
"""Verifies a small solution in the plane with nothing but Python's fractions: verify.py SOLUTION

It shares nothing with brenier but the file. Every cell is cut out of the domain by half planes, its
mass is a rational number, and the bounds are those of docs/theory/what-a-pass-proves.md. The source
has constant density on polygons, which may have holes. The time is quadratic: 100 sites take some
seconds.
"""
import json, math, pathlib, sys
from fractions import Fraction as Q

def number(x):  # a string is taken as it is written
    return Q(float.fromhex(x)) if isinstance(x, str) and "0x" in x else Q(x)

def point(p):
    return tuple(map(number, p))

def dot(a, b):
    return a[0] * b[0] + a[1] * b[1]

def clip(polygon, side):
    """The part of a polygon where an affine function is not negative; sides run twice cancel."""
    kept = []
    for k, p in enumerate(polygon):
        q, s, t = polygon[k - 1], side(p), side(polygon[k - 1])
        if s * t < 0:
            kept.append(tuple((s * q[c] - t * p[c]) / (s - t) for c in (0, 1)))
        if s >= 0:
            kept.append(p)
    return kept

def integrals(rings):
    """Of 1, x and |x|^2, as sums over the triangles of all sides and the origin."""
    area, first, second = Q(0), [Q(0), Q(0)], Q(0)
    for p, q in ((p, ring[k - 1]) for ring in rings for k, p in enumerate(ring)):
        cross = q[0] * p[1] - q[1] * p[0]
        area += cross / 2
        first = [first[c] + cross * (p[c] + q[c]) / 6 for c in (0, 1)]
        second += cross * (dot(p, p) + dot(p, q) + dot(q, q)) / 12
    return area, first, second

def rings_of(domain):
    """Outer rings counter-clockwise, holes clockwise."""
    low, high, rings = domain.get("min"), domain.get("max"), []
    if low:
        domain = {"vertices": [low, (high[0], low[1]), high, (low[0], high[1])]}
    for part in domain.get("parts", [domain]):
        for turn, ring in [(1, part["vertices"])] + [(-1, hole) for hole in part.get("holes", [])]:
            ring = [point(corner) for corner in ring]
            rings.append(ring[::-1] if turn * integrals([ring])[0] < 0 else ring)
    return rings

def outwards(low, high):
    """Doubles around two rationals."""
    a, b = float(low), float(high)
    a = math.nextafter(a, -math.inf) if a > low else a
    return [a, math.nextafter(b, math.inf) if b < high else b]

def verify(solution, problem):
    domain, sites = problem["domain"], [point(y) for y in problem["sites"]]
    n, density = len(sites), problem.get("density", {"type": "constant"})["type"]
    known = domain["type"] in ("box", "polygon", "multipolygon") and density == "constant" and "periodic" not in domain
    known = known and all(len(y) == 2 for y in sites) and len(domain.get("min", (0, 0))) == 2 and "metric" not in problem
    if not known or problem.get("partial") or len(set(sites)) < n:
        sys.exit("only distinct sites and constant densities on polygons are verified here")
    whole = rings_of(domain)
    area, _, second = integrals(whole)
    targets = [number(m) for m in problem.get("masses", [1 / n] * n)]
    heights = [Q(a) + Q(b) for a, b in zip(solution["heights"], solution["heights_lo"])]
    factor, masses, first = sum(targets) / area, [], []
    for y, h in zip(sites, heights):
        cell = whole
        for z, g in zip(sites, heights):
            cell = [clip(ring, lambda x: dot(x, y) + h - dot(x, z) - g) for ring in cell]
        mass, moment, _ = integrals(cell)
        masses.append(factor * mass)
        first.append([factor * c for c in moment])

    residuals = [m - nu for m, nu in zip(masses, targets)]
    dual = factor * second  # weak duality
    for y, h, nu, f, r in zip(sites, heights, targets, first, residuals):
        dual += dot(y, y) * nu - 2 * (dot(y, f) + h * r)
    cost = dual + sum((dot(y, y) + 2 * h) * r for y, h, r in zip(sites, heights, residuals))

    # A plan costs its slack more than the dual: surpluses go to deficits, both from left to right.
    order = sorted(range(n), key=sites.__getitem__)
    gap, wanting = Q(0), {j: -residuals[j] for j in order if residuals[j] < 0}
    for i in order:
        surplus = residuals[i]
        while surplus > 0:
            j = next(iter(wanting))
            moved = min(surplus, wanting[j])
            apart = [sites[i][c] - sites[j][c] for c in (0, 1)]
            gap += moved * 2 * (dot(first[i], apart) / masses[i] + heights[i] - heights[j])
            surplus, wanting[j] = surplus - moved, wanting[j] - moved
            if wanting[j] == 0:
                del wanting[j]

    error = max(abs(r) / nu for r, nu in zip(residuals, targets))
    off = max(abs(Q(c) - m) / nu for c, m, nu in zip(solution["masses"], masses, targets))
    bound = number(solution["report"]["tolerance"]) * Q("1.001") + Q("1e-14")
    return {
        "whole": sum(masses) == sum(targets),
        "kept": error <= bound or not solution["report"]["converged"],
        "masses_off": float(off),
        "max_relative_error": outwards(error, error),
        "map_cost": outwards(cost, cost),
        "w2_squared": outwards(max(dual, Q(0)), dual + gap),
    }

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py SOLUTION")
    path = pathlib.Path(sys.argv[1])
    try:
        solution = json.loads(path.read_text("utf-8-sig"))
        inside, outside = (solution["problem"].get(name) for name in ("data", "path"))
        problem = inside or json.loads((path.parent / outside).read_text("utf-8-sig"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"verify.py: {sys.argv[1]} is no solution that can be read: {error}")
    found = verify(solution, problem)
    print(json.dumps(found))
    sys.exit(0 if found["whole"] and found["kept"] and found["masses_off"] <= 1e-9 else 1)
