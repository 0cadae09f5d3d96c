"""One table for one data set: the same autoencoder and as many points for every row, and real data in the first one."""

from __future__ import annotations

import hashlib
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from brenier.aeot import AEOT
from evaluate import rivals
from evaluate.metrics import derived, figures, misses
from sklearn.linear_model import LogisticRegression


class Split:
    """Three parts of one size, drawn by a seed: what is learned from, what is held out, and real data beside it."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, coordinates: int, tol: float, seed: int) -> None:
        self.size = len(images) // 3
        order = np.random.default_rng(seed).permutation(len(images))
        trained, held, other = (order[k * self.size : (k + 1) * self.size] for k in range(3))
        coder = rivals.Linear(images[trained], coordinates)
        model = AEOT(coder.encode, coder.decode, tol=tol, seed=seed + 1).fit(images[trained])
        self.coder, self.plan, codes, real = coder, model.plan_, model.codes_, coder.encode(images[held])
        rows = {"real": coder.encode(images[other])}
        rows |= {name: self.plan.sample(self.size, seed + 3, name).images for name in ("local", "pair", "simplex", "hard")}
        rows["GMM 10"] = rivals.mixture(codes, self.size)
        rows["KDE"] = rivals.kernels(codes, self.size)
        new = rivals.variational(images[trained], self.size)
        if new is not None:
            rows["VAE"] = coder.encode(new)
        self.rows = rows
        classifier = LogisticRegression(max_iter=2000).fit(codes, labels[trained])
        self.score = classifier.score(real, labels[held])
        self.digest = hashlib.sha256(np.round(classifier.coef_, 3).tobytes()).hexdigest()[:16]
        self.kinds = len(classifier.classes_)
        wanted = np.bincount(labels[trained], minlength=self.kinds) / self.size

        def doubt(row: np.ndarray) -> np.ndarray:
            p = np.maximum(classifier.predict_proba(row), 1e-300)
            return -(p * np.log(p)).sum(1)

        # Mixed: the classifier is in more doubt than at 99 of 100 real ones.
        limit = np.quantile(doubt(real), 0.99)
        self.table = {}
        for name, row in rows.items():
            share = np.bincount(classifier.predict(row), minlength=self.kinds) / self.size
            seen = share > 0
            self.table[name] = {
                **figures(row, real, codes),
                "classes": int(seen.sum()),
                "class KL": float(np.sum(share[seen] * np.log(share[seen] / wanted[seen]))),
                "mixed %": float(100 * (doubt(row) > limit).mean()),
            }


def run(
    out: str, images: np.ndarray, labels: np.ndarray, source: str, coordinates: int, tol: float, splits: int
) -> dict:
    """Prints and writes the table, means and spreads over splits, and draws new pictures; returns the rows."""
    lines: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        lines.append(text)

    say(f"data       {source}; thirds trained, held out, real; {splits} splits")
    found = []
    for seed in range(splits):
        split = Split(images, labels, coordinates, tol, seed)
        found.append(split)
        plan = split.plan
        low, high = plan.rms_interval
        names, parts = plan.components()
        say(
            f"split {seed}    {plan.samples} samples, mass error {plan.rms_error:.1%} ({low:.1%} to {high:.1%}), {parts['count']}"
            f" components (widest gap {parts['gap']:.2f}), strength {plan.strength:.2f}; classifier right for {split.score:.1%}"
            f" ({split.digest})"
        )
        assert plan.converged
    first = found[0]
    if "VAE" not in first.rows:
        say("rivals     no VAE: PyTorch is not here")
    say("")
    say(f"{'':8}" + "".join(f"{key:>15}" for key in first.table["real"]) + "  misses by fixed limits; by those of copies")
    table: dict = {}
    spreads: dict = {}
    for name in first.rows:
        values = {key: [split.table[name][key] for split in found] for key in first.table[name]}
        table[name] = {key: float(np.mean(v)) for key, v in values.items()}
        spreads[name] = {key: float(np.std(v, ddof=min(1, splits - 1))) for key, v in values.items()}
    for name, row in table.items():
        wrong = misses(row, table["real"], table["hard"])
        told = "".join(f"{f'{v:.3f} ± {spreads[name][key]:.3f}':>15}" for key, v in row.items())
        own = derived(row, table["hard"])
        say(f"{name:8}{told}  {', '.join(wrong) or '-'}; {', '.join(own) or '-'}")
        row["misses"], row["derived"] = wrong, own
    say("")
    chance = (first.kinds - 1) / (2 * first.size)
    say(f"class KL by chance alone: {chance:.4f}; ideal of copies: 0.5, of the others: those of real")
    pathlib.Path(out).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    side = int(round(np.sqrt(images.shape[1])))
    figure, axes = plt.subplots(3, 1, figsize=(9, 4.6))
    for axis, (title, row) in zip(axes, [("real", "real"), ("local", "local"), ("pair", "pair")], strict=True):
        pictures = np.clip(first.coder.decode(first.rows[row][:40]), 0, 1).reshape(2, 20, side, side)
        axis.imshow(pictures.transpose(0, 2, 1, 3).reshape(2 * side, 20 * side), cmap="gray_r", vmin=0, vmax=1)
        axis.set_title({"real": "real, through the autoencoder", "local": "new: local map", "pair": "new: pairs"}[title])
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    return table
