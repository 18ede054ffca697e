from __future__ import annotations

from hybridq.optimizers import OPTIMIZERS


def test_the_table_names_every_optimizer_in_eighty_columns(hybridq):
    outcome = hybridq("optimizers")
    lines = outcome.out.splitlines()
    assert outcome.code == 0
    assert max(map(len, lines)) <= 80
    assert {line.split(" ")[0] for line in lines} >= set(OPTIMIZERS)
    (lbfgs,) = (line for line in lines if line.startswith("l-bfgs"))
    assert "needed" in lbfgs
    (spsa,) = (line for line in lines if line.startswith("spsa"))
    assert spsa.split()[1:3] == ["no", "2"]
