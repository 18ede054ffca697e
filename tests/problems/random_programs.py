"""Small random integer programs and polynomials for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from hybridq.problems.instance_data import PolynomialData
from hybridq.problems.programs import Constraint, IntegerProgram, Variable

COEFFICIENTS = st.sampled_from([1.0, -1.0, 2.5, -0.75, 1e-3, 3.0, 1 / 3, -1e4])
BOUNDS = st.sampled_from([(0, 1), (0, 1), (0, 1), (0, 3), (-2, 1), (1, 2), (0, 0), (-1, 0)])
NAMES = st.just("x{}")
BITS = st.just(False)
SENSES = st.sampled_from(["minimize", "maximize"])


@st.composite
def monomials(draw, n: int, degree: int, least: int = 1):
    size = draw(st.integers(least, degree))
    return tuple(sorted(draw(st.lists(st.integers(0, n - 1), min_size=size, max_size=size))))


@st.composite
def programs(draw, degree: int = 2, constraint_degree: int | None = None, names=NAMES):
    n = draw(st.integers(1, 4))
    pattern = draw(names)
    variables = tuple(
        Variable(pattern.format(k) if "{}" in pattern else f"{pattern}{k}", *draw(BOUNDS))
        for k in range(n)
    )
    objective = draw(st.dictionaries(monomials(n, degree, 0), COEFFICIENTS, max_size=5))
    highest = degree if constraint_degree is None else constraint_degree
    constraints = tuple(
        Constraint(
            f"c_{k}",
            draw(st.dictionaries(monomials(n, highest), COEFFICIENTS, max_size=4)),
            draw(st.sampled_from(["<=", ">=", "=="])),
            draw(st.sampled_from([0.0, 1.0, -1.0, 2.5])),
        )
        for k in range(draw(st.integers(0, 3)))
    )
    return IntegerProgram(variables, objective, constraints, draw(SENSES))


@st.composite
def polynomials(draw, degree: int = 2, spins=BITS, names=NAMES):
    n = draw(st.integers(1, 5))
    pattern = draw(names)
    terms = draw(st.lists(st.tuples(COEFFICIENTS, monomials(n, degree, 0)), max_size=8))
    return PolynomialData(
        tuple(pattern.format(k) for k in range(n)), tuple(terms), draw(spins), draw(SENSES)
    )
