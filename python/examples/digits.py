"""New digits: codes of scikit-learn's digits, transport onto them, and an honest table.

    python digits.py digits.png

Half of the digits is held out. The reference autoencoder is linear (principal components): it is trained at once and the
same for all rows of the table. Each row has as many points as the held-out half; "real" is that half itself.
Precision, recall, density and coverage are those of Kynkaanniemi 2019 and Naeem 2020 with five neighbours; "copies" is how
often a new point is nearer to the training half than a held-out one is: one half is ideal, 1 is memory.
"""

from __future__ import annotations

import hashlib
import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from brenier.aeot import AEOT

COORDINATES, NEIGHBOURS = 16, 5


class Linear:
    """A reference autoencoder: the principal components."""

    def __init__(self, data: np.ndarray) -> None:
        self.mean = data.mean(axis=0)
        self.axes = np.linalg.svd(data - self.mean, full_matrices=False)[2][:COORDINATES]
        self.scale = ((data - self.mean) @ self.axes.T).std()

    def encode(self, data: np.ndarray) -> np.ndarray:
        return (data - self.mean) @ self.axes.T / self.scale

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes @ self.axes * self.scale + self.mean


def far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(square, 0))


def figures(new: np.ndarray, held: np.ndarray, trained: np.ndarray) -> dict[str, float]:
    """Of codes, beside codes that were held out."""
    radius = np.partition(far(held, held), NEIGHBOURS, axis=1)[:, NEIGHBOURS]
    own = np.partition(far(new, new), NEIGHBOURS, axis=1)[:, NEIGHBOURS]
    between = far(held, new)
    inside = between <= radius[:, None]
    nearest = [far(a, trained).min(axis=1) for a in (new, held)]
    mean, cov = new.mean(0) - held.mean(0), [np.cov(a.T) for a in (new, held)]
    root = np.sqrt(np.maximum(np.linalg.eigvals(cov[0] @ cov[1]).real, 0)).sum()
    return {
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((between <= own).any(axis=1).mean()),
        "density": float(inside.sum() / (NEIGHBOURS * len(new))),
        "coverage": float((between.min(axis=1) <= radius).mean()),
        "Frechet": float(mean @ mean + np.trace(cov[0] + cov[1]) - 2 * root),
        "copies": float((nearest[0][:, None] < nearest[1]).mean()),
    }


def main(out: str) -> None:
    data, labels = load_digits(return_X_y=True)
    print("data", hashlib.sha256(np.ascontiguousarray(data)).hexdigest()[:12])
    order = np.random.default_rng(0).permutation(len(data))
    halves = np.array_split(order, 2)
    trained, held = data[halves[0]], data[halves[1]]
    coder = Linear(trained)
    model = AEOT(coder.encode, coder.decode, tol=0.1, seed=1).fit(trained)
    seen = model.plan_.validation
    print(f"{model.plan_}: {seen['rms_interval'][0]:.1%} to {seen['rms_interval'][1]:.1%}, {model.plan_.samples} samples")
    print(f"components {model.plan_.components()[1]}, strength {model.plan_.strength}")
    codes, real = model.codes_, coder.encode(held)
    count = len(real)
    random = np.random.default_rng(2)
    rows = {name: model.sample_codes(count, seed=3, extension=name)[0] for name in ("local", "hard", "pair", "simplex")}
    rows["GMM 10"] = GaussianMixture(10, random_state=0).fit(codes).sample(count)[0]
    rows["KDE"] = KernelDensity(bandwidth=0.3).fit(codes).sample(count, random_state=0)
    # The real row: a random part of the training half beside the other one.
    split = random.permutation(len(codes))
    table = {"real": figures(codes[split[: count // 2]], real, codes[split[count // 2 :]])}
    table |= {name: figures(new, real, codes) for name, new in rows.items()}
    print(f"{'':8}" + "".join(f"{key:>10}" for key in table["real"]))
    for name, told in table.items():
        print(f"{name:8}" + "".join(f"{value:10.3f}" for value in told.values()))
    classifier = LogisticRegression(max_iter=2000).fit(codes, labels[halves[0]])
    share = np.bincount(classifier.predict(rows["local"]), minlength=10) / count
    wanted = np.bincount(labels[halves[0]], minlength=10) / len(codes)
    print(f"classifier {classifier.score(real, labels[halves[1]]):.3f}, classes {np.count_nonzero(share)}, "
          f"divergence {np.sum(share * np.log(np.maximum(share, 1e-9) / wanted)):.4f} (chance {9 / (2 * count):.4f})")
    assert model.plan_.converged and np.count_nonzero(share) == 10
    assert table["hard"]["copies"] > 0.95 and table["local"]["copies"] < 0.9
    figure, axes = plt.subplots(8, 12, figsize=(7.5, 5))
    pictures = coder.decode(rows["local"][: axes.size])
    for axis, picture in zip(axes.flat, pictures):
        axis.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=0, vmax=16)
        axis.axis("off")
    figure.suptitle("new digits, by transport of codes")
    figure.savefig(out, dpi=110)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "digits.png")
