"""Figures of merit of new codes, beside codes that were held out."""

from __future__ import annotations

import numpy as np

NEIGHBOURS = 5


def far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All distances."""
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(square, 0))


def figures(new: np.ndarray, held: np.ndarray, trained: np.ndarray) -> dict[str, float]:
    """Precision and recall of Kynkaanniemi (2019), density and coverage of Naeem (2020), the Frechet distance of these
    codes, and `copies`: how often a new code is nearer to the training codes than a held-out one is (Meehan 2020; one
    half is ideal, 1 is memory)."""
    radius = np.partition(far(held, held), NEIGHBOURS, axis=1)[:, NEIGHBOURS]
    own = np.partition(far(new, new), NEIGHBOURS, axis=1)[:, NEIGHBOURS]
    between = far(held, new)
    inside = between <= radius[:, None]
    nearest = [np.sort(far(a, trained).min(axis=1)) for a in (new, held)]
    below = np.searchsorted(nearest[0], nearest[1], side="left").mean() / len(new)
    mean, cov = new.mean(0) - held.mean(0), [np.cov(a.T) for a in (new, held)]
    root = np.sqrt(np.maximum(np.linalg.eigvals(cov[0] @ cov[1]).real, 0)).sum()
    return {
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((between <= own).any(axis=1).mean()),
        "density": float(inside.sum() / (NEIGHBOURS * len(new))),
        "coverage": float((between.min(axis=1) <= radius).mean()),
        "Frechet": float(mean @ mean + np.trace(cov[0] + cov[1]) - 2 * root),
        "copies": float(below),
    }


def misses(row: dict[str, float], real: dict[str, float], copied: dict[str, float]) -> list[str]:
    """Which figures are farther from those of real data than is allowed."""
    bounds = {
        "precision": abs(row["precision"] - real["precision"]) <= 0.02,
        "recall": row["recall"] >= real["recall"] - 0.05,
        "density": abs(row["density"] - real["density"]) <= 0.1,
        "coverage": row["coverage"] >= real["coverage"] - 0.04,
        "Frechet": row["Frechet"] <= 1.1 * max(copied["Frechet"], real["Frechet"]),
        "copies": 0.35 <= row["copies"] <= 0.75,
    }
    return [name for name, good in bounds.items() if not good]


def derived(row: dict[str, float], copied: dict[str, float]) -> list[str]:
    """The same by limits that the data itself sets. Even the codes that are learned from, drawn anew, are no second sample of
    their law: as many draws miss more than a third of them. What a row has less than these copies is its own fault, so
    precision, recall and coverage may be 0.02 below theirs, about what splits differ by, and density off theirs by 0.1."""
    bounds = {
        **{name: row[name] >= copied[name] - 0.02 for name in ("precision", "recall", "coverage")},
        "density": abs(row["density"] - copied["density"]) <= 0.1,
        "Frechet": row["Frechet"] <= 1.1 * copied["Frechet"],
        "copies": 0.35 <= row["copies"] <= 0.75,
    }
    return [name for name, good in bounds.items() if not good]
