"""What tests share: sources, problems, and the command line to compare with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import brenier as bn

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def square() -> bn.Source:
    return bn.Box([0, 0], [1, 1])


@pytest.fixture(scope="session")
def towns() -> tuple[np.ndarray, np.ndarray]:
    """Sixty sites of unequal masses."""
    random = np.random.default_rng(7)
    return random.random((60, 2)), random.uniform(0.5, 2.0, 60)


def _command() -> str | None:
    named = os.environ.get("BRENIER_COMMAND")
    built = [ROOT / "target" / profile / "brenier" for profile in ("release", "debug")]
    found = [named, *(str(path) for path in built if path.exists()), shutil.which("brenier")]
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line of the same library."""
    program = _command()
    if program is None:
        pytest.skip("the command line is not built: cargo build, or set BRENIER_COMMAND")

    def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        words = [program, *(str(a) for a in arguments)]
        return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)

    return run


def tetrahedron() -> tuple[np.ndarray, np.ndarray]:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    return vertices, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def bumpy(n: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """A graph over the unit square, without symmetries."""
    grid = np.linspace(0, 1, n)
    x, y = (a.reshape(-1) for a in np.meshgrid(grid, grid))
    z = 0.2 * np.sin(3.1 * x + 0.3) * np.cos(2.3 * y) + 0.1 * x
    cell = np.arange(n * n).reshape(n, n)
    a, b, c, d = (q.reshape(-1) for q in (cell[:-1, :-1], cell[:-1, 1:], cell[1:, 1:], cell[1:, :-1]))
    return np.stack([x, y, z], axis=1), np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
