"""New digits: codes of scikit-learn's digits, transport onto them, and an honest table.

    python digits.py digits.png [SPLITS]

Writes the picture and, beside it, the table (digits.txt). A third of the digits is learned from, a third is held out, a
third is the row "real", drawn anew for each split; printed are means and spreads. The autoencoder is linear (principal components): found at once, and the same for all rows. A row
misses a figure that is farther from that of real data than is allowed: precision by 0.02, recall by 0.05 below, density by
0.1, coverage by 0.04 below, Frechet distance by a tenth of that of copies, copies outside of 0.35 to 0.75. These limits are
fixed; behind them stands what a row misses by limits that the copies of this data set (evaluate/metrics.py).
"""

from __future__ import annotations

import sys

from evaluate import data, table


def main(out: str, splits: int) -> None:
    rows = table.run(out, *data.digits(), coordinates=16, tol=0.1, splits=splits)
    assert rows["local"]["classes"] == 10
    assert rows["hard"]["copies"] > 0.95 and rows["local"]["copies"] < 0.9
    # What shrinks or blurs is found out; of what is new the local map is nearest to real data. (Copies are no new digits.)
    fewest = min(len(row["derived"]) for name, row in rows.items() if name not in ("real", "hard"))
    assert len(rows["local"]["derived"]) == fewest


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "digits.png", int(sys.argv[2]) if len(sys.argv) > 2 else 1)
