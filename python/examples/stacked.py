"""Stacked MNIST: three digits in the channels of one picture make a thousand modes; how many does a model keep?

    python stacked.py stacked.png [STACKS]

Protocol of VEEGAN and PacGAN: 26,000 new pictures, each channel named by a classifier; modes that appear, and the divergence
of their law from that of the data. By chance alone a perfect sampler has 999 / (2 * 26,000) = 0.019. Published: DCGAN 99
modes and 3.40, VEEGAN 150 and 2.95, PacDCGAN 1,000 and 0.06. Where all of MNIST is here (evaluate/data.py says how it comes),
20,000 digits are stacked, 13,000 times, and learned from, 20,000 others train the classifier, and the 10,000 of the test set
are the row "real": its error is the classifier's and chance's. Else these are thirds of 5,000 digits, stacked 2,000 times.

The last column takes the classifier away: a new picture has the name of the code in whose cell its point lies. What is more
there than by chance is the error of the masses. "Hard" copies the codes, so what its first column has more than its last is
the classifier's, which names the same few codes wrongly again and again. What "local" has more is the local map's: the
twenty stacks about a stack are of other modes, and what lies between them is no clear digit. No distance shows that; in 36
coordinates these new codes are as near to held-out ones as real ones are. The rows "by channel" use that the channels of this
data are independent: the optimal map of a product of laws is the product of their maps, so one plan for single digits sends
three points each.
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

EACH, NEW = 12, 26_000


def parts() -> tuple[list[np.ndarray], list[np.ndarray], str, int]:
    """Images and labels to learn from, for the classifier, and for the row "real"; where they are from; how many stacks."""
    try:
        images, labels, others, names, source = data.mnist()
    except data.Missing:
        images, labels, source = data.mnist5k()
        thirds = np.array_split(np.random.default_rng(0).permutation(len(images)), 3)
        return [images[k] for k in thirds], [labels[k] for k in thirds], source, 2000
    cuts = [slice(0, 20_000), slice(40_000, 60_000)]
    return [*(images[k] for k in cuts), others], [*(labels[k] for k in cuts), names], source, 13_000


def stacks(labels: np.ndarray, count: int, random: np.random.Generator, drawn: bool = False) -> np.ndarray:
    """Triples of pictures, as many of each of the thousand modes as of any other, up to one; or drawn with even chances."""
    of = [np.flatnonzero(labels == k) for k in range(10)]
    modes = random.integers(1000, size=count) if drawn else random.permutation(np.arange(count) % 1000)
    return np.stack([[random.choice(of[m // by % 10]) for by in (100, 10, 1)] for m in modes])


def divergence(named: np.ndarray) -> tuple[int, float]:
    """Modes that appear, and the divergence of their law from the even one."""
    share = np.bincount(named, minlength=1000) / len(named)
    seen = share > 0
    return int(seen.sum()), float(np.sum(share[seen] * np.log(1000 * share[seen])))


def main(out: str, count: int | None) -> None:
    lines: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        lines.append(text)

    (learned, judging, other), (digits, named, truth), source, usual = parts()
    count = count or usual
    random = np.random.default_rng(1)
    coder = rivals.Linear(learned, EACH)
    encoded = coder.encode(learned)
    chosen = stacks(digits, count, random)
    codes = encoded[chosen].reshape(count, 3 * EACH)
    names = digits[chosen] @ [100, 10, 1]
    # Errors of codes are independent: those of a mode fall with the number of its codes.
    plan = bn.solve_latent(codes, tol=0.1 * np.sqrt(max(count / 2000, 1)), seed=1)
    # As many of each digit as of any other, as in the stacks.
    tol = 0.05 * np.sqrt(max(len(digits) / 2000, 1))
    single = bn.solve_latent(encoded, masses=1 / np.bincount(digits)[digits], tol=tol, seed=1)
    say(f"data       {source}; {count} stacks of {len(learned)} digits, {3 * EACH} coordinates")
    for what, found in (("stacks", plan), ("digits", single)):
        low, high = found.rms_interval
        say(
            f"transport  of {what}: {found.samples} samples, mass error {found.rms_error:.1%} ({low:.1%} to {high:.1%}),"
            f" strength {found.strength:.2f}"
        )
    # What the autoencoder loses is nobody's merit: the classifier sees pictures that went through it.
    judge = SVC(C=10).fit(coder.encode(judging), named)
    held = coder.encode(other)
    scores = [judge.score(rows, of) for rows, of in ((held, truth), (encoded, digits))]
    digest = hashlib.sha256(np.round(judge.dual_coef_, 3).tobytes()).hexdigest()[:16]
    say(f"classifier right for {scores[0]:.1%} of the digits held out, {scores[1]:.1%} of those learned ({digest})")
    say("")
    say(f"{'':18}{'modes':>8}{'KL':>9}{'KL of cells':>13}")
    found: dict[str, tuple[int, float]] = {}

    def judged(name: str, rows: np.ndarray, cells: np.ndarray | None) -> None:
        digit = judge.predict(rows.reshape(-1, EACH)).reshape(-1, 3)
        found[name] = divergence(digit @ [100, 10, 1])
        exact = "" if cells is None else f"{divergence(cells)[1]:13.4f}"
        say(f"{name:18}{found[name][0]:8}{found[name][1]:9.4f}{exact}")

    real = stacks(truth, NEW, random, drawn=True)
    judged("real", held[real], truth[real] @ [100, 10, 1])
    shown = None
    for name, kind, which in (
        ("hard", "hard", plan),
        ("local", "local", plan),
        *((f"local, {s:g}", "local", plan.with_strength(s)) for s in (0.3, 0.5, 0.7, 1.0)),
        ("pair", "pair", plan),
    ):
        moved = which.sample(NEW, 3, kind)
        shown = moved.images if name == "local" else shown
        judged(name, moved.images, names[moved.cells])
    for name, kind, which in (
        ("by channel, hard", "hard", single),
        ("by channel, local", "local", single),
        ("by channel, 0.5", "local", single.with_strength(0.5)),
    ):
        moved = which.sample(3 * NEW, 3, kind)
        judged(name, moved.images, digits[moved.cells].reshape(NEW, 3) @ [100, 10, 1])
    judged("GMM 10", rivals.mixture(codes, NEW), None)
    say("")
    say(f"by chance alone: {999 / (2 * NEW):.4f}")
    pathlib.Path(out).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    pictures = np.clip(coder.decode(shown[:60].reshape(-1, EACH)), 0, 1).reshape(5, 12, 3, 28, 28)
    pictures = pictures.transpose(0, 3, 1, 4, 2).reshape(5 * 28, 12 * 28, 3)
    figure, axis = plt.subplots(figsize=(9, 4))
    axis.imshow(1 - pictures)
    axis.set_title(f"new stacks: {found['local'][0]} modes of 1,000")
    axis.axis("off")
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    assert found["local"][0] > 990 and found["by channel, local"][0] == 1000 and found["by channel, local"][1] < 0.06


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "stacked.png", int(sys.argv[2]) if len(sys.argv) > 2 else None)
