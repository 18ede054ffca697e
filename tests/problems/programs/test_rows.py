"""Constraints in arrays are the constraints that were given one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hybridq.core.errors import ProblemError
from hybridq.problems.programs import Constraint, IntegerProgram, Rows
from hybridq.problems.programs.encoded import encode
from hybridq.problems.programs.penalty_terms import Slack, penalty_terms

N = 5
STATES = (np.arange(1 << N)[:, np.newaxis] >> np.arange(N)) & 1


@st.composite
def constraints(draw: st.DrawFn) -> list[Constraint]:
    """Return constraints on five bits, some with products or without variables."""
    found = []
    for place in range(draw(st.integers(1, 5))):
        bits = draw(st.lists(st.integers(0, N - 1), max_size=N, unique=True))
        values = draw(
            st.one_of(
                st.just([1.0] * len(bits)),
                st.just([-2.0] * len(bits)),
                st.lists(
                    st.sampled_from([1.0, -1.0, 3.0, 0.5]), min_size=len(bits), max_size=len(bits)
                ),
            )
        )
        terms: dict[tuple[int, ...], float] = {
            (bit,): value for bit, value in zip(bits, values, strict=True)
        }
        if draw(st.integers(0, 5)) == 0:
            terms[0, 3] = 2.0
        relation = draw(st.sampled_from(["<=", ">=", "=="]))
        found.append(Constraint(f"c{place}", terms, relation, draw(st.integers(-3, 4))))  # type: ignore[arg-type]
    return found


def _holds(each: Constraint, bits: list[int]) -> bool:
    left = sum(value * all(bits[bit] for bit in key) for key, value in each.terms.items())
    return {"<=": left <= each.bound, ">=": left >= each.bound, "==": left == each.bound}[
        each.relation
    ]


@given(constraints())
def test_rows_hold_where_the_constraints_do(given_ones: list[Constraint]) -> None:
    rows = Rows.of(given_ones)
    assert rows == tuple(given_ones)
    expected = [[_holds(each, bits) for each in given_ones] for bits in STATES.tolist()]
    np.testing.assert_array_equal(rows.excesses(STATES) == 0.0, expected)
    low, high = np.zeros(N, dtype=np.int64), np.ones(N, dtype=np.int64)
    always = np.all(expected, axis=0)
    assert not (rows.redundant(low, high) & ~always).any()
    place = rows.impossible(low, high)
    assert place is None or not np.any(expected, axis=0)[place]


@given(constraints())
def test_blocks_join_to_the_same_constraints(given_ones: list[Constraint]) -> None:
    without = Rows.of([Rows.of(given_ones[:2]), *given_ones[2:]])
    assert without == tuple(given_ones)
    kept = np.arange(len(given_ones)) % 2 == 0
    assert without.chosen(kept) == tuple(given_ones[::2])


@pytest.mark.parametrize("inequalities", ["indicator", "hinge"])
@settings(max_examples=30)
@example(given_ones=[Constraint("c0", {(0,): -2.0}, "==", 1.0)])  # never met, by 1/2 of a unit
@given(given_ones=constraints())
def test_a_penalty_is_zero_where_its_constraint_holds(
    inequalities: str, given_ones: list[Constraint]
) -> None:
    encoded = encode(IntegerProgram.binary([f"x{i}" for i in range(N)], {(0,): 1.0}, given_ones))
    found = penalty_terms(encoded.forms, inequalities, Slack(N))
    kept = [each for each in given_ones if each.name not in encoded.dropped]
    assert found.names == tuple(each.name for each in kept)
    total = found.weighted(np.arange(1.0, len(found) + 1))
    for bits in STATES.astype(np.uint8):
        energies = found.energies(bits)
        for each, term, energy in zip(kept, found, energies.tolist(), strict=True):
            assert (abs(energy) < 1e-9) == _holds(each, bits.tolist())
            value = sum(v * all(bits[bit] for bit in key) for key, v in term.terms.items())
            assert value == pytest.approx(energy, abs=1e-9)
            if not _holds(each, bits.tolist()) and term.least is not None:
                assert energy >= term.least - 1e-9
        at_once = sum(v * all(bits[bit] for bit in key) for key, v in total.items())
        weighted = float(np.arange(1.0, len(found) + 1) @ energies)
        assert at_once == pytest.approx(weighted, abs=1e-9)


def test_rows_of_arrays_are_made_of_constraints() -> None:
    uniform = Rows.uniform(["a", "b"], [[1, 0], [2, 4]], "<=", [1.0, 2.0], [2.0, 3.0])
    assert uniform == (
        Constraint("a", {(0,): 3.0, (1,): 2.0}, "<=", 1.0),
        Constraint("b", {(2,): 2.0, (4,): 3.0}, "<=", 2.0),
    )
    ragged = Rows.ragged(["c", "d"], [[3], [4, 0, 1]], "==", 1.0)
    assert ragged[1] == Constraint("d", {(0,): 1.0, (1,): 1.0, (4,): 1.0}, "==", 1.0)
    assert len(Rows.of([uniform, ragged])) == 4
    with pytest.raises(ProblemError, match="constraint 'b' has a number that is not finite"):
        Rows.uniform(["a", "b"], [[1, 0], [2, 4]], "<=", [1.0, np.inf])
