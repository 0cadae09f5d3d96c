"""South Africa, which surrounds Lesotho, in a hundred regions of equal area.

The border is taken to kilometres by an equal-area projection, so that equal areas on paper are equal areas on the ground.
`quantize` then moves a hundred sites until each is in the middle of its cell and all cells have the same area: regions
about as round as they can be.
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection

REGIONS = 100


def kilometres(ring: list[list[float]]) -> np.ndarray:
    """Lambert's cylindrical equal-area projection, true to scale along 29 degrees south."""
    longitude, latitude = np.radians(np.array(ring[:-1])).T
    true = np.cos(np.radians(29.0))
    return 6371.0072 * np.column_stack([(longitude - np.radians(24.5)) * true, np.sin(latitude) / true])


def area(ring: np.ndarray) -> float:
    x, y = ring.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def country(rings: list[np.ndarray]) -> bn.Source:
    """The border and its hole as a source."""
    try:
        return bn.Polygon(rings[0], holes=rings[1:])
    except bn.BrenierError:
        # A version of brenier that wants convex polygons gets the triangles.
        import mapbox_earcut

        points = np.vstack(rings)
        ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
        return bn.Mesh(points, mapbox_earcut.triangulate_float64(points, ends).reshape(-1, 3).astype(np.int64))


def main(out: str = "country.png") -> None:
    border = pathlib.Path(__file__).parent / "data" / "south_africa.geojson"
    rings = [kilometres(r) for r in json.loads(border.read_text())["geometry"]["coordinates"]]
    total = sum(area(ring) for ring in rings)
    found = bn.quantize(country(rings), REGIONS, steps=60)
    plan = found.plan
    print(f"area       {total:,.0f} km^2 without Lesotho, {total / REGIONS:,.1f} a region")
    print(f"regions    equal to {plan.max_mass_error:.1e}, relatively")
    assert plan.converged and plan.max_mass_error < 1e-9

    cells = plan.cells()
    polygons = [cells.vertices[a:b] for a, b in zip(cells.offsets[:-1], cells.offsets[1:], strict=True)]
    areas = np.bincount(cells.site, [abs(area(p)) for p in polygons], REGIONS)
    print(f"polygons   {len(polygons)} pieces; areas {areas.min():,.3f} to {areas.max():,.3f} km^2")
    assert np.allclose(areas, total / REGIONS, rtol=1e-6)

    figure, axes = plt.subplots(figsize=(8, 6.6), layout="constrained")
    shade = np.random.default_rng(3).permutation(REGIONS) / REGIONS
    colours = plt.get_cmap("YlGnBu")(0.1 + 0.6 * shade)
    # Pieces of one cell have the cell's colour for an edge: no seams inside it.
    axes.add_collection(
        PolyCollection(polygons, facecolors=colours[cells.site], edgecolors=colours[cells.site], linewidths=0.5)
    )
    axes.plot(*found.sites.T, ".", color="black", markersize=3)
    for ring in rings:
        axes.plot(*np.vstack([ring, ring[:1]]).T, color="black", linewidth=1)
    axes.set(aspect="equal", title=f"{REGIONS} regions of {total / REGIONS:,.0f} km² each")
    axes.set_axis_off()
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
