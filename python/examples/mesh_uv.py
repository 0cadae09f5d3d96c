"""UV coordinates that keep areas, next to those of trimesh (which asks xatlas).

A texture has as many texels to spend on a triangle as its share of the UV square. brenier's layout spends them by area on
the surface, in one chart; xatlas cuts many charts that keep angles and pack loosely. Neither is wrong: they are for
different ends. What is compared is the share of each triangle in the layout against its share of the surface.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
import trimesh
from matplotlib.collections import PolyCollection


def shares(corners: np.ndarray) -> np.ndarray:
    """Signed areas of triangles in the plane, (m, 3, 2), as shares of their sum."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    signed = 0.5 * (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    return signed / np.abs(signed).sum()


def main(out: str = "mesh_uv.png") -> None:
    model = pathlib.Path(__file__).parents[2] / "data" / "spot.obj"
    mesh = trimesh.load(model, process=False, force="mesh")
    surface = mesh.area_faces / mesh.area

    ours = bn.parameterize(mesh.vertices, mesh.faces, boundary="free", area_weight=100.0)
    assert ours.bijective
    flat = ours.uv[ours.corners]
    theirs = mesh.unwrap()
    other = np.asarray(theirs.visual.uv)[theirs.faces]

    rows = []
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.6), layout="constrained", width_ratios=(1, 1, 0.9))
    for plot, corners, name, on in (
        (axes[0], flat, "brenier", surface[ours.face_of]),
        (axes[1], other, "trimesh (xatlas)", theirs.area_faces / theirs.area),
    ):
        share = np.abs(shares(corners))
        with np.errstate(divide="ignore"):
            stretch = np.log2(share / on)
        rows.append((name, stretch, on))
        shown = PolyCollection(
            corners, array=np.clip(stretch, -1, 1), cmap="coolwarm", edgecolors="0.4", linewidths=0.15
        )
        shown.set_clim(-1, 1)
        plot.add_collection(shown)
        plot.autoscale()
        plot.set(aspect="equal", title=name)
        plot.set_axis_off()
    figure.colorbar(
        shown, ax=axes[:2], location="bottom", shrink=0.5, label="log2 of texels per area, relative to the mean"
    )
    for name, stretch, on in rows:
        axes[2].hist(np.clip(stretch, -1, 1), bins=np.linspace(-1, 1, 81), weights=on, alpha=0.6, label=name)
        wrong = float(np.abs(2.0**stretch * on - on).sum()) / 2
        print(f"{name:<17} {wrong:.1%} of the texels are on the wrong triangle")
    axes[2].legend()
    axes[2].set(xlabel="log2 of texels per area", ylabel="share of the surface", title=f"{len(mesh.faces)} triangles")
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:2])
