"""Registry of file formats, and views of its entries by shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hybridq.core.errors import ParameterError, UnknownNameError
from hybridq.core.registry import Registry, lazy
from hybridq.problems.formats._format import Format

# Name, shape of the data, module and entry in it, further names. A module is imported when its
# format is first tried. Of formats that recognize a text equally well as a fallback, the first
# is chosen.
_FORMATS: tuple[tuple[str, ...], ...] = (
    ("json", "graph", "json_text:PLAIN"),
    ("node-link", "graph", "json_text:NODE_LINK"),
    ("matrix-market", "graph", "matrix_market:FORMAT", "mtx", "matrixmarket"),
    ("graphml", "graph", "graphml:FORMAT"),
    ("dimacs", "graph", "dimacs:FORMAT", "col"),
    ("rudy", "graph", "rudy:FORMAT", "gset", "rud", "mc"),
    ("matrix", "graph", "matrix:FORMAT"),
    ("csv", "graph", "csv_text:FORMAT", "tsv"),
    ("edgelist", "graph", "edge_list:FORMAT", "edge-list", "edges"),
    ("npy", "graph", "matrix:NPY"),
    ("npz", "graph", "matrix:NPZ"),
    ("pajek", "graph", "networkx_readers:PAJEK"),
    ("gml", "graph", "networkx_readers:GML"),
    ("gexf", "graph", "networkx_readers:GEXF"),
    ("dot", "graph", "networkx_readers:DOT"),
    ("graph6", "graph", "networkx_readers:GRAPH6"),
    ("sparse6", "graph", "networkx_readers:SPARSE6"),
    ("adjlist", "graph", "networkx_readers:ADJACENCY", "adjacency-list"),
    ("pauli-json", "pauli-sum", "pauli_sums:OWN_JSON"),
    ("pauli-list", "pauli-sum", "pauli_sums:LITERALS", "sparse-pauli-op"),
    ("openfermion", "pauli-sum", "pauli_sums:OPENFERMION", "qubit-operator"),
    (
        "pauli-products",
        "pauli-sum",
        "pauli_sums:PRODUCTS",
        "pennylane",
        "cirq",
        "blueqat",
        "pyquil",
    ),
    ("pauli-labels", "pauli-sum", "pauli_sums:LABELS"),
    ("fcidump", "integrals", "fcidump:FORMAT"),
    ("xyz", "geometry", "xyz:FORMAT"),
    ("json-knapsack", "knapsack", "family_json:FORMATS.knapsack"),
    ("json-bins", "bins", "family_json:FORMATS.bins"),
    ("json-equations", "equations", "family_json:FORMATS.equations"),
    ("json-distances", "distances", "family_json:FORMATS.distances"),
    ("json-assignment", "assignment", "family_json:FORMATS.assignment"),
    ("json-portfolio", "portfolio", "family_json:FORMATS.portfolio"),
    ("json-sets", "sets", "family_json:FORMATS.sets"),
    ("json-jobs", "jobs", "family_json:FORMATS.jobs"),
    ("json-clauses", "clauses", "family_json:FORMATS.clauses"),
    ("json-size", "size", "family_json:FORMATS.size"),
    ("cnf", "clauses", "clauses:CNF", "dimacs-cnf"),
    ("wcnf", "clauses", "clauses:WCNF"),
    ("tsplib", "distances", "tsplib:FORMAT", "tsp"),
    ("quadratic-knapsack", "knapsack", "knapsack_files:QUADRATIC", "qkp"),
    ("mknap", "knapsack", "knapsack_files:MKNAP"),
    ("knapsack-list", "knapsack", "knapsack_files:LIST"),
    ("binpack", "bins", "bin_packing:BINPACK"),
    ("bpplib", "bins", "bin_packing:PLAIN"),
    ("jobshop", "jobs", "job_shop:FORMAT"),
    ("scp", "sets", "set_cover:FORMAT"),
    ("qaplib", "assignment", "qaplib:FORMAT"),
    ("market-split", "equations", "market_split:FORMAT"),
    ("json-numbers", "numbers", "numbers:JSON"),
    ("numbers", "numbers", "numbers:FORMAT"),
    ("distance-matrix", "distances", "distance_matrix:FORMAT"),
    ("csv-returns", "portfolio", "returns_csv:FORMAT"),
    ("npy-distances", "distances", "numpy_arrays:DISTANCES"),
    ("npy-returns", "portfolio", "numpy_arrays:RETURNS"),
    ("npz-portfolio", "portfolio", "numpy_arrays:PORTFOLIO"),
    ("json-program", "program", "program_json:FORMAT"),
    ("lp", "program", "lp:FORMAT", "cplex-lp"),
    ("mps", "program", "mps:FORMAT"),
    ("qplib", "program", "qplib:FORMAT"),
    ("json-polynomial", "polynomial", "polynomial_json:FORMAT"),
    ("qubo", "polynomial", "dwave_qubo:FORMAT", "qbsolv"),
    ("qoblib-qs", "polynomial", "quadratic_lists:QOBLIB", "qs"),
    ("mqlib", "polynomial", "quadratic_lists:MQLIB"),
    ("biq-mac", "polynomial", "quadratic_lists:BIQ_MAC", "biqmac"),
    ("or-library-bqp", "polynomial", "quadratic_lists:OR_LIBRARY", "bqp"),
    ("quadratic-matrix", "polynomial", "quadratic_matrix:TEXT"),
    ("quadratic-npy", "polynomial", "quadratic_matrix:NPY"),
    ("quadratic-npz", "polynomial", "quadratic_matrix:NPZ"),
    ("quadratic-market", "polynomial", "quadratic_matrix:MARKET"),
)

_SHAPES = {name: shape for name, shape, *_ in _FORMATS}


def _check_format(name: str, entry: object) -> None:
    """Raise unless `entry` is a `Format` of this name.

    Raises:
        ParameterError: it is not.
    """
    if not isinstance(entry, Format) or entry.name != name:
        raise ParameterError(
            argument="entry point", value=entry, expected=f"a Format with the name {name!r}"
        )


#: Every file format by name.
FORMATS: Registry[Format] = Registry(
    "format",
    {name: lazy(f"{__package__}.{reference}") for name, _, reference, *_ in _FORMATS},
    aliases={alias: name for name, _, _, *aliases in _FORMATS for alias in aliases},
    group="hybridq.formats",
    check=_check_format,
)


def _shape(name: str) -> str:
    """Return the shape of a format by its canonical name."""
    # Those listed above need no import for it.
    return _SHAPES[name] if name in _SHAPES else FORMATS[name].shape


class FormatsOfShape(Mapping[str, Format]):
    """View of the entries of `FORMATS` that hold data of given shapes.

    Args:
        shapes: keys of `SHAPES`.
    """

    def __init__(self, *shapes: str) -> None:
        self.shapes = shapes

    def canonical(self, name: str) -> str:
        """Return the registered spelling of `name`.

        Raises:
            UnknownNameError: no format of these shapes has that name.
        """
        if name in FORMATS:
            found = FORMATS.canonical(name)
            if _shape(found) in self.shapes:
                return found
        what = " or ".join(shape.replace("-", " ") for shape in self.shapes)
        raise UnknownNameError(f"{what} format", name, self, argument="format")

    def __getitem__(self, name: str) -> Format:
        return FORMATS[self.canonical(name)]

    def __contains__(self, name: object) -> bool:
        return name in FORMATS and _shape(FORMATS.canonical(str(name))) in self.shapes

    def __iter__(self) -> Iterator[str]:
        return (name for name in FORMATS if _shape(name) in self.shapes)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"FormatsOfShape({', '.join(map(repr, self.shapes))})"
