"""Every program of the gallery runs, holds its claim, and draws its picture."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"

#: What each needs beside numpy and matplotlib, and the ending of its picture.
GALLERY = {
    "quantile_map": ([], "png"),
    "country": (["mapbox_earcut"], "png"),
    "stippling": ([], "png"),
    "mesh_uv": (["trimesh", "xatlas"], "png"),
    "gradient_flow": ([], "png"),
    "couplings": (["scipy"], "png"),
    "thousand_problems": ([], "png"),
    "modes": ([], "png"),
    "digits": (["sklearn"], "png"),
    "pictures": (["sklearn", "mlxtend"], "png"),
    "stacked": (["sklearn", "mlxtend"], "png"),
    "singular": (["sklearn"], "png"),
    "animation": (["PIL"], "gif"),
}


def test_none_is_forgotten():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(GALLERY)
    listed = (EXAMPLES / "README.md").read_text()
    assert all(f"[{name}.py]" in listed for name in GALLERY)


@pytest.mark.parametrize("name", GALLERY)
def test_picture(name, tmp_path):
    needs, ending = GALLERY[name]
    for package in ["matplotlib", *needs]:
        pytest.importorskip(package, reason=f"{package} is not installed")
    out = tmp_path / f"{name}.{ending}"
    env = {**os.environ, "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(tmp_path)}
    command = [sys.executable, "-W", "error::DeprecationWarning:brenier", str(EXAMPLES / f"{name}.py"), str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), "says nothing"
    data = out.read_bytes()
    assert len(data) > 5000
    assert data.startswith(b"\x89PNG" if ending == "png" else b"GIF89a")
    from PIL import Image

    with Image.open(out) as picture:
        assert picture.width > 300 and picture.height > 300
        # Not one colour: something was drawn.
        assert len(picture.convert("L").getcolors(256)) > 20
