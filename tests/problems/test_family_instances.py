"""Instances of numbers, sets and clauses: the optima that their pages state."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from hybridq.problems import PROBLEMS, BinaryProblem

FOLDER = Path(__file__).parents[2] / "problems"
KINDS = {
    "polynomial": "polynomial",
    "spin_glass": "spin-glass",
    "labs": "labs",
    "max_sat": "max-sat",
    "set_cover": "set-cover",
    "set_packing": "set-packing",
    "exact_cover": "exact-cover",
    "number_partitioning": "number-partitioning",
    "knapsack": "knapsack",
    "bin_packing": "bin-packing",
}


def _table() -> list[tuple[str, str, str, float, str]]:
    """Folder, file, size, optimum and proof of every instance."""
    found = []
    for folder in KINDS:
        page = (FOLDER / folder / "README.md").read_text(encoding="utf-8")
        for line in page.splitlines():
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            if len(cells) == 6 and "." in cells[0]:
                found.append((folder, cells[0], cells[2], float(cells[3]), cells[4]))
    return found


TABLE = _table()
# uf20-01 is enumerated in test_max_sat, labs_20 in test_labs, gka1b below.
ENUMERATED = [
    row
    for row in TABLE
    if row[4] == "enumeration" and row[1] not in ("uf20-01.cnf", "gka1b.sparse", "labs_20.json")
]


def _read(folder: str, file: str) -> BinaryProblem:
    family = PROBLEMS[KINDS[folder]]
    options = {"reduce": False} if folder == "exact_cover" else {}
    return family.from_file(FOLDER / folder / file, **options)  # type: ignore[return-value]


def _stated(folder: str, file: str) -> float:
    """The optimum that the page of an instance states."""
    return next(row[3] for row in TABLE if row[:2] == (folder, file))


def test_every_file_is_on_its_page() -> None:
    listed = {(folder, file) for folder, file, *_ in TABLE if "/" not in file}
    present = {
        (folder, path.name)
        for folder in KINDS
        for path in (FOLDER / folder).iterdir()
        if path.name != "README.md"
    }
    assert listed == present


@pytest.mark.parametrize(("folder", "file", "size"), [row[:3] for row in TABLE])
def test_the_page_states_the_size(folder: str, file: str, size: str) -> None:
    problem = _read(folder, file)
    of_couplings = {"spin_glass": ("node", "spin", "edge", "coupling")}.get(folder)
    shown = problem.size()
    if of_couplings:
        shown = shown.replace("nodes", "spins").replace("edges", "couplings")
    assert shown.startswith(size.replace("spins", "variables") if folder == "polynomial" else size)


@pytest.mark.parametrize(
    ("folder", "file", "optimum"), [(row[0], row[1], row[3]) for row in ENUMERATED]
)
def test_enumeration_proves_the_optimum(folder: str, file: str, optimum: float) -> None:
    problem = _read(folder, file)
    n = problem.n_qubits
    assert n <= 21
    best = -np.inf
    for start in range(0, 1 << n, 1 << 18):
        states = np.arange(start, min(start + (1 << 18), 1 << n), dtype=np.int64)
        rows = (states[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)
        if problem.space is not None:
            rows = rows[problem.space.contains(rows)]
        if len(rows):
            best = max(best, float((-problem.sign * problem.values(rows)).max()))
    assert -problem.sign * best == pytest.approx(optimum, abs=5e-5)


@pytest.mark.parametrize(
    ("folder", "file"), [("polynomial", "gka1a.sparse"), ("spin_glass", "pm_j_100.csv")]
)
def test_integer_programming_proves_quadratic_optima(folder: str, file: str) -> None:
    """One variable for each product, with the rows that make it one."""
    problem = _read(folder, file)
    terms, offset = problem.cost().to_qubo()
    n, pairs = problem.n_qubits, [key for key in terms if len(key) == 2]
    costs = np.zeros(n + len(pairs))
    rows = lil_array((3 * len(pairs), n + len(pairs)))
    for key, value in terms.items():
        if len(key) == 1:
            costs[key] = value
    for place, pair in enumerate(pairs):
        costs[n + place] = terms[pair]
        for end, bit in enumerate(pair):
            rows[3 * place + end, [n + place, bit]] = [1.0, -1.0]
        rows[3 * place + 2, [n + place, *pair]] = [-1.0, 1.0, 1.0]
    limits = np.tile([0.0, 0.0, 1.0], len(pairs))
    found = milp(
        costs,
        constraints=LinearConstraint(rows.tocsr(), ub=limits),
        integrality=np.r_[np.ones(n), np.zeros(len(pairs))],
        bounds=Bounds(0, 1),
    )
    assert found.status == 0
    assert found.mip_dual_bound + offset == pytest.approx(_stated(folder, file), abs=1e-6)


def test_enumeration_of_a_matrix_proves_gka1b() -> None:
    """The file lists one triangle of a symmetric matrix: off-diagonals count twice."""
    lines = (FOLDER / "polynomial" / "gka1b.sparse").read_text(encoding="utf-8").splitlines()
    matrix = np.zeros((20, 20))
    for line in lines[1:]:
        if line.strip():
            i, j, value = (int(word) for word in line.split())
            matrix[i - 1, j - 1] = matrix[j - 1, i - 1] = value
    rows = (np.arange(1 << 20)[:, np.newaxis] >> np.arange(20) & 1).astype(np.float64)
    values = ((rows @ matrix) * rows).sum(axis=1)
    assert values.min() == _stated("polynomial", "gka1b.sparse")
    best = rows[values.argmin()].astype(np.uint8)
    assert _read("polynomial", "gka1b.sparse").value(best) == values.min()


def test_integer_programming_proves_the_cover_of_27_points() -> None:
    problem = _read("set_cover", "lines_27.json")
    rows = np.zeros((117, 27))
    for element, sets in enumerate(problem.holders):
        rows[element, list(sets)] = 1.0
    found = milp(
        np.ones(27), constraints=LinearConstraint(rows, lb=1.0), integrality=1, bounds=Bounds(0, 1)
    )
    assert found.status == 0
    assert found.mip_dual_bound == pytest.approx(_stated("set_cover", "lines_27.json"))


def test_the_complement_of_a_cap_covers_81_points() -> None:
    """A cap holds no line; the largest has 20 points (Pellegrino 1971), here ten opposite pairs."""
    problem = _read("set_cover", "lines_81.json")
    half = ["0001", "0011", "1100", "1011", "0100", "1110", "0112", "1201", "1221", "1020"]
    opposite = ["".join(str(-int(digit) % 3) for digit in point) for point in half]
    cap = {*half, *opposite}
    assert len(cap) == 20
    bits = np.array([label not in cap for label, _ in problem.data.sets], dtype=np.uint8)
    assert problem.violations(bits) == ()
    assert problem.value(bits) == _stated("set_cover", "lines_81.json") == 61


def test_the_planted_assignment_satisfies_its_formula() -> None:
    problem = _read("max_sat", "planted_100.cnf")
    odd = np.array([v % 2 for v in range(1, 101)], dtype=np.uint8)
    assert problem.value(odd) == _stated("max_sat", "planted_100.cnf") == problem.most


def test_the_edges_of_the_buckyball_have_a_perfect_matching() -> None:
    """C60 is 3-regular with 60 nodes, 12 pentagons and no smaller cycle."""
    problem = _read("set_packing", "buckyball_edges.json")
    graph = nx.Graph(tuple(elements) for _, elements in problem.data.sets)
    assert {degree for _, degree in graph.degree} == {3}
    assert nx.is_planar(graph)
    assert min(map(len, nx.minimum_cycle_basis(graph))) == 5
    assert len(nx.max_weight_matching(graph, maxcardinality=True)) == 30
    assert _stated("set_packing", "buckyball_edges.json") == 30


def test_parallel_lines_partition_27_points() -> None:
    """Every exact cover has 27 / 3 lines, and the lines of one direction are one."""
    problem = _read("exact_cover", "lines_27.json")
    direction = [len({point[:2] for point in points}) == 1 for _, points in problem.data.sets]
    bits = np.array(direction, dtype=np.uint8)
    assert problem.violations(bits) == ()
    assert problem.value(bits) == 27 / 3 == _stated("exact_cover", "lines_27.json")


def test_twenty_bins_are_the_sum_of_the_sizes() -> None:
    problem = _read("bin_packing", "triplets_60.json")
    assert problem.data.sizes.sum() == 20 * problem.data.capacity
    assert problem.least_bins == 20 == _stated("bin_packing", "triplets_60.json")
    assert problem.n_bins == 23


def test_labs_of_length_40_is_as_published() -> None:
    assert _read("labs", "labs_40.json").least_energy == _stated("labs", "labs_40.json")


def test_the_script_writes_the_files(tmp_path: Path) -> None:
    """A copy of the script in another folder makes the same files."""
    script = (FOLDER / "make_instances.py").read_text(encoding="utf-8")
    (tmp_path / "make_instances.py").write_text(script, encoding="utf-8")
    for folder in KINDS:
        (tmp_path / folder).mkdir()
    subprocess.run([sys.executable, tmp_path / "make_instances.py"], check=True)
    made = [path for path in tmp_path.glob("*/*") if path.is_file()]
    assert len(made) >= 15
    for path in made:
        kept = FOLDER / path.relative_to(tmp_path)
        assert path.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8"), path.name
