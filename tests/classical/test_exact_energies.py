"""Exact energies, or the reason for their absence, as fields and in words."""

from __future__ import annotations

import numpy as np
import pytest

from hybridq.classical import exact_energies as module
from hybridq.classical.exact_energies import ExactEnergies, ExactStatus, exact_energies
from hybridq.operators.sector import Sector
from hybridq.operators.spin_models import tfim, xxz


def test_energies_of_the_whole_space_name_their_method():
    found = exact_energies(tfim(2, h=0.0), 2)
    np.testing.assert_allclose(found.values, [-1.0, -1.0])
    assert (found.how.status, found.how.sector, found.how.states) == (ExactStatus.DONE, None, 4)
    assert "4 states" in found.how.method


def test_energies_of_a_sector_name_it():
    sector = Sector.of_weight(2, 1)
    found = exact_energies(xxz(2, 1.0), sector=sector)
    assert found.values == pytest.approx([-3.0])  # the singlet, in Pauli matrices
    assert found.how.sector == sector
    assert found.how.method.endswith(" with 1 ones on 2 qubits")


def test_energies_that_were_not_requested_are_absent():
    found = exact_energies(tfim(2), wanted=False)
    assert (len(found.values), found.how.status) == (0, ExactStatus.NOT_REQUESTED)


def test_a_space_too_large_for_seconds_is_diagonalized_only_on_request(monkeypatch):
    monkeypatch.setattr(module, "QUICK_STATES", 3)
    found = exact_energies(tfim(2))
    assert (len(found.values), found.how.status) == (0, ExactStatus.TOO_LARGE)
    assert found.how.states == 4
    assert len(exact_energies(tfim(2), wanted=True).values) == 1


def test_a_refusal_keeps_its_cause():
    found = ExactEnergies.absent(ExactStatus.REFUSED, refusal="no memory")
    assert found.how.method == "not computed: no memory"
