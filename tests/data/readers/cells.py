"""Reads what `brenier cells` wrote with other people's libraries.

Usage: cells.py FOLDER KIND..., where FOLDER has KIND.geojson and so on, and KIND is flat, arcs or space
followed by : and a name. Prints what was read; any difference is an AssertionError.
"""

import json
import pathlib
import sys

import numpy as np
import plyfile
import shapely
import trimesh
from shapely.geometry import shape
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader


def rings_of(arrays, cell):
    """The parts of a cell as lists of rings of points."""
    parts, rings, corners, vertices = (arrays[k] for k in ("parts", "rings", "corners", "vertices"))
    for part in range(*arrays["cells"][cell : cell + 2]):
        yield [vertices[corners[rings[r] : rings[r + 1]]] for r in range(*parts[part : part + 2])]


def shoelace(ring):
    x, y = (ring - ring[0]).T[:2]
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def geojson(path):
    features = json.loads(path.read_text())["features"]
    areas = [f["properties"]["area"] for f in features]
    shapes = [shape(f["geometry"]) if f["geometry"] else None for f in features]
    return areas, shapes


def wkt(path):
    import csv

    csv.field_size_limit(1 << 30)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return [float(r["area"]) for r in rows], [shapely.from_wkt(r["wkt"]) for r in rows]


def ply(path):
    data = plyfile.PlyData.read(path)
    points = np.stack([data["vertex"][k] for k in "xyz"], axis=1)
    return points, data["face"]["vertex_indices"], data["face"]["site"].astype(int)


def obj(path):
    """Trimesh keeps the groups of an .obj; polygons become triangles."""
    scene = trimesh.load(path, split_object=False, group_material=False, process=False, maintain_order=True)
    mesh = scene.to_mesh() if hasattr(scene, "to_mesh") else scene
    # The same file by hand, for who owns which face.
    points, site = [], -1
    polygons, owners = [], []
    for line in open(path):
        word, *rest = line.split()
        if word == "v":
            points.append([float(x) for x in rest])
        elif word == "g":
            site = int(rest[0].removeprefix("cell_"))
        elif word == "f":
            polygons.append([int(x) - 1 for x in rest])
            owners.append(site)
    points = np.array(points)
    assert len(mesh.faces) == sum(len(p) - 2 for p in polygons)
    return points, polygons, owners


def vtp(path):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    data = reader.GetOutput()
    points = vtk_to_numpy(data.GetPoints().GetData())
    polygons = [
        [data.GetCell(k).GetPointId(c) for c in range(data.GetCell(k).GetNumberOfPoints())]
        for k in range(data.GetNumberOfCells())
    ]
    return points, polygons, vtk_to_numpy(data.GetCellData().GetArray("site")).astype(int)


def main(folder, kinds):
    for kind, name in (k.split(":") for k in kinds):
        at = lambda ending: folder / f"{name}.{ending}"
        areas, shapes = geojson(at("geojson"))
        table_areas, table = wkt(at("csv"))
        assert areas == table_areas, name
        off = 1e-3 if kind == "arcs" else 1e-12
        arrays = np.load(at("npz"))
        assert np.array_equal(arrays["area"], areas), name
        assert arrays["cells"].dtype == np.int64
        for cell, (area, one, other) in enumerate(zip(areas, shapes, table)):
            if one is None:
                assert other.is_empty and area == 0, (name, cell)
                continue
            assert one.equals_exact(other, 0, normalize=False), (name, cell, "both files say the same")
            if kind == "space":
                continue
            assert one.is_valid, (name, cell, shapely.is_valid_reason(one))
            parts = getattr(one, "geoms", [one])
            assert all(p.exterior.is_ccw and not any(h.is_ccw for h in p.interiors) for p in parts), (name, cell)
            assert abs(one.area - area) <= off * area, (name, cell, one.area, area)
            mine = sum(shoelace(ring) for part in rings_of(arrays, cell) for ring in part)
            assert abs(mine - one.area) <= 1e-13 * sum(areas), (name, cell)
        solid = [s for s in shapes if s is not None]
        if kind == "flat":
            # Neighbours have the same vertices: neither gaps nor overlaps, not even of one rounding.
            assert shapely.coverage_is_valid(solid), (name, shapely.coverage_invalid_edges(solid))
        if kind != "space":
            union = shapely.union_all(solid)
            total = sum(s.area for s in solid)
            assert abs(union.area - total) <= 1e-12 * total, (name, union.area, total)
        for ending, read in (("ply", ply), ("obj", obj), ("vtp", vtp)):
            points, faces, sites = read(at(ending))
            by_site = np.zeros(len(areas))
            for site, face in zip(sites, faces):
                p = points[face]
                fan = np.cross(p[1:-1] - p[0], p[2:] - p[0])
                by_site[site] += 0.5 * float(np.linalg.norm(fan.sum(axis=0)))
            assert np.all(np.abs(by_site - areas) <= max(off, 1e-9) * sum(areas)), (name, ending)
        print(f"read {name}: {len(solid)} cells, area {sum(areas):.6g}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
