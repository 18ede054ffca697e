"""The order of the spins of a Hamiltonian, on the command line."""

from __future__ import annotations

import pytest

import hybridq as hq
from tests.helpers.energy_samples import TFIM


def test_the_command_line_offers_and_takes_the_order(tmp_path, hybridq):
    # Two sites by OpenFermion, spins alternating, with t = 1 and U = 4.
    terms = {"XZXI": -0.5, "YZYI": -0.5, "IXZX": -0.5, "IYZY": -0.5, "IIII": 2.0}
    terms |= {"ZIII": -1.0, "IZII": -1.0, "IIZI": -1.0, "IIIZ": -1.0, "ZZII": 1.0, "IIZZ": 1.0}
    path = tmp_path / "hubbard.json"
    hq.PauliSum.from_labels(terms).to_json(path)
    plain = hybridq("solve", "hamiltonian", path, "--seed", 1)
    assert "--spin-order interleaved" in " ".join(plain.out.split())
    ordered = hybridq(
        "solve", "hamiltonian", path, "--spin-order", "interleaved", "--particles", "1,1"
    )
    assert "--spin-order" not in ordered.out
    # One electron of each spin: (U - sqrt(U^2 + 16 t^2)) / 2.
    assert f"{2 - 8**0.5:.6f}" in ordered.out


@pytest.mark.parametrize("order", ["blocks", "interleave"])
def test_other_orders_are_refused(order, hybridq):
    outcome = hybridq("solve", "hamiltonian", TFIM, "--spin-order", order)
    assert outcome.code == 2
    assert "interleaved" in outcome.err
