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
from evaluate.metrics import figures, misses
from sklearn.linear_model import LogisticRegression


def run(out: str, images: np.ndarray, labels: np.ndarray, source: str, coordinates: int, tol: float) -> dict:
    """Prints and writes the table, and draws new pictures; returns the rows."""
    lines: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        lines.append(text)

    # Three parts of one size: what is learned from, what is held out, and real data beside it.
    size = len(images) // 3
    order = np.random.default_rng(0).permutation(len(images))
    trained, held, other = (order[k * size : (k + 1) * size] for k in range(3))
    coder = rivals.Linear(images[trained], coordinates)
    model = AEOT(coder.encode, coder.decode, tol=tol, seed=1).fit(images[trained])
    plan, codes, real = model.plan_, model.codes_, coder.encode(images[held])
    low, high = plan.rms_interval
    names, parts = plan.components()
    say(f"data       {source}; {size} trained, {size} held out, {size} real")
    say(f"transport  {plan.samples} samples, mass error {plan.rms_error:.1%} ({low:.1%} to {high:.1%})")
    say(f"map        {parts['count']} components (widest gap {parts['gap']:.2f}), strength {plan.strength:.1f}")
    rows = {"real": coder.encode(images[other])}
    rows |= {name: plan.sample(size, 3, name).images for name in ("local", "pair", "simplex", "hard")}
    rows["GMM 10"] = rivals.mixture(codes, size)
    rows["KDE"] = rivals.kernels(codes, size)
    new = rivals.variational(images[trained], size)
    if new is None:
        say("rivals     no VAE: PyTorch is not here")
    else:
        rows["VAE"] = coder.encode(new)
    table = {name: figures(row, real, codes) for name, row in rows.items()}
    classifier = LogisticRegression(max_iter=2000).fit(codes, labels[trained])
    score = classifier.score(real, labels[held])
    digest = hashlib.sha256(np.round(classifier.coef_, 3).tobytes()).hexdigest()[:16]
    kinds = len(classifier.classes_)
    wanted = np.bincount(labels[trained], minlength=kinds) / size

    def doubt(row: np.ndarray) -> np.ndarray:
        p = np.maximum(classifier.predict_proba(row), 1e-300)
        return -(p * np.log(p)).sum(1)

    # Mixed: the classifier is in more doubt than at 99 of 100 real ones.
    limit = np.quantile(doubt(real), 0.99)
    say(f"classes    by a classifier of codes, right for {score:.1%} of those held out ({digest})")
    say("")
    say(f"{'':8}" + "".join(f"{key:>10}" for key in [*table["real"], "classes", "class KL", "mixed %"]) + "  misses")
    for name, row in rows.items():
        share = np.bincount(classifier.predict(row), minlength=kinds) / size
        seen = share > 0
        table[name]["classes"] = int(seen.sum())
        table[name]["class KL"] = float(np.sum(share[seen] * np.log(share[seen] / wanted[seen])))
        table[name]["mixed %"] = float(100 * (doubt(row) > limit).mean())
        wrong = misses(table[name], table["real"], table["hard"])
        told = ", ".join(wrong) or "-"
        say(f"{name:8}" + "".join(f"{value:10.3f}" for value in table[name].values()) + f"  {told}")
        table[name]["misses"] = wrong
    say("")
    say(f"class KL by chance alone: {(kinds - 1) / (2 * size):.4f}; ideal of copies: 0.5, of the others: those of real")
    pathlib.Path(out).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    side = int(round(np.sqrt(images.shape[1])))
    figure, axes = plt.subplots(3, 1, figsize=(9, 4.6))
    for axis, (title, row) in zip(axes, [("real", "real"), ("local", "local"), ("pair", "pair")], strict=True):
        pictures = np.clip(coder.decode(rows[row][:40]), 0, 1).reshape(2, 20, side, side)
        axis.imshow(pictures.transpose(0, 2, 1, 3).reshape(2 * side, 20 * side), cmap="gray_r", vmin=0, vmax=1)
        axis.set_title({"real": "real, through the autoencoder", "local": "new: local map", "pair": "new: pairs"}[title])
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    assert plan.converged
    return table
