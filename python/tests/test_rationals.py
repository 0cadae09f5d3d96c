"""Problems written in rationals are solved and proved as they are written."""

import json
import pickle
from fractions import Fraction
from pathlib import Path

import brenier as bn

THIRDS = {
    "format": "brenier/problem",
    "version": 1,
    "domain": {"type": "box", "min": [0, 0], "max": [1, 1]},
    "sites": [["1/6", "1/2"], ["1/2", "1/2"], ["5/6", "1/2"]],
}


def test_thirds(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(THIRDS))
    plan = bn.solve(bn.read_problem(tmp_path / "p.json"))
    proof = plan.check()
    assert proof.ok and "all is of the problem as written" in proof.text
    assert abs(plan.value - 5 / 54) < 1e-15
    # Files hold the problem as written, or name its file.
    plan.save(tmp_path / "s.json")
    again = bn.load(tmp_path / "s.json").check()
    assert again.ok and "as written" in again.text
    # So do bytes, for other processes, and a copy of the problem.
    told = pickle.loads(pickle.dumps(plan))
    assert "as written" in told.check().text and told.to_bytes() == plan.to_bytes()
    plan.problem.save(tmp_path / "copy.json")
    assert json.loads((tmp_path / "copy.json").read_text()) == THIRDS
    copy = pickle.loads(pickle.dumps(bn.read_problem(tmp_path / "copy.json")))
    assert "as written" in bn.solve(copy).check().text
    lines = [line for line in proof.text.splitlines() if "W2^2 in [" in line]
    low, high = (Fraction(float(x)) for x in lines[0].split("[")[1].split("]")[0].split(","))
    assert low <= Fraction(5, 54) <= high
