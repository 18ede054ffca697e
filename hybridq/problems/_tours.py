"""Distances of tours: reading them, and proofs that no closed tour exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ProblemError, shown
from hybridq.core.text import listed
from hybridq.problems.graph_data import finite_weight, simple_graph
from hybridq.problems.instance_data import Matrix

if TYPE_CHECKING:
    import networkx as nx

_NAMED = 4  # cities that a message lists
_MOST_PATHS = 20_000  # beginnings of tours that are looked at


def distances_of(given: Any) -> tuple[list[Any], Matrix]:
    """Return labels and distances, inf for a missing way, of a matrix or a graph.

    Args:
        given: shape (n, n), or a networkx graph whose edge attribute weight is the distance.

    Raises:
        ProblemError: neither, or an entry is not a number.
    """
    import networkx as nx

    if isinstance(given, nx.Graph):
        return _from_graph(given)
    try:
        array = np.array(given)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ProblemError(
            f"distances must be a square matrix of real numbers, or a graph, got {shown(given)}",
            argument="distances",
        )
    ways = array.astype(np.float64)
    np.fill_diagonal(ways, 0.0)
    return list(range(len(ways))), ways


def _from_graph(graph: nx.Graph[Any]) -> tuple[list[Any], Matrix]:
    if not graph.is_directed():
        graph = simple_graph(graph, parallel="once").graph
    labels = list(graph)
    place = {label: index for index, label in enumerate(labels)}
    ways = np.full((len(labels), len(labels)), np.inf)
    for u, v, data in graph.edges(data=True):
        chosen = data.get("weight", 1)
        length = finite_weight(chosen, f"edge {u!r}-{v!r}")
        ends = (place[u], place[v])
        ways[ends] = min(ways[ends], length)
        if not graph.is_directed():
            ways[ends[::-1]] = ways[ends]
    np.fill_diagonal(ways, 0.0)
    return labels, ways


def check_distances(ways: Matrix, cities: Sequence[Any]) -> None:
    """Raise unless distances can be those of a tour of at least three cities.

    Raises:
        ProblemError: too few cities, labels that repeat, or a distance that is negative or NaN.
    """
    if len(ways) < 3:
        raise ProblemError(f"a closed tour needs at least three cities, got {len(ways)}")
    names = [str(city) for city in cities]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ProblemError(f"two cities are called {twice!r}: give each a name of its own")
    bad = np.argwhere(np.isnan(ways) | (ways < 0.0))
    if len(bad):
        a, b = bad[0].tolist()
        raise ProblemError(
            f"the distance from {cities[a]} to {cities[b]} is {ways[a, b]:g}: give a number >= 0, "
            "or inf for a missing way"
        )


def require_tour(ways: Matrix, cities: Sequence[Any]) -> None:
    """Raise where it is plain that no closed tour visits all cities.

    Proven here are: cities with too few ways, cities that cannot be reached from the others,
    cities whose removal separates others, and a search that ends without a tour.

    Raises:
        ProblemError: no closed tour exists; the message names the cities.
    """
    joined = np.isfinite(ways) & ~np.eye(len(ways), dtype=bool)
    if joined.sum() == len(ways) * (len(ways) - 1):
        return
    _require_degrees(joined, cities)
    import networkx as nx

    graph = nx.from_numpy_array(joined, create_using=nx.DiGraph)
    parts = [sorted(part) for part in nx.strongly_connected_components(graph)]
    if len(parts) > 1:
        smallest = _listed(min(parts, key=lambda part: (len(part), part)), cities)
        raise _no_tour(f"no round trip joins {smallest} with the other cities")
    cut = min(nx.articulation_points(graph.to_undirected()), default=None)
    if cut is not None:
        raise _no_tour(f"every way between some cities passes through {cities[cut]}")
    if _has_tour(joined) is False:
        raise _no_tour("all orders of the cities were tried")


def _has_tour(joined: NDArray[np.bool_]) -> bool | None:
    """Return whether a closed tour exists, None where the search is too long.

    Cities with few further ways come first.
    """
    n = len(joined)
    after = [set(np.flatnonzero(row).tolist()) for row in joined]
    stack: list[tuple[int, ...]] = [(0,)]
    for _ in range(_MOST_PATHS):
        if not stack:
            return False
        path = stack.pop()
        if len(path) == n:
            if joined[path[-1], 0]:
                return True
            continue
        left = after[path[-1]].difference(path)
        stack += [
            (*path, city)
            for city in sorted(left, key=lambda city: -len(after[city].difference(path)))
        ]
    return None


def _require_degrees(joined: NDArray[np.bool_], cities: Sequence[Any]) -> None:
    for line, words in ((joined, "from"), (joined.T, "to")):
        lonely = np.flatnonzero(~line.any(axis=1)).tolist()
        if lonely:
            raise _no_tour(f"no way leads {words} {_listed(lonely, cities)}")
    single = np.flatnonzero((joined | joined.T).sum(axis=1) < 2).tolist()
    if single:
        raise _no_tour(f"only one other city has a way to or from {_listed(single, cities)}")


def _no_tour(reason: str) -> ProblemError:
    return ProblemError(
        f"no closed tour visits all cities (proven): {reason}", remedy="add a way between cities"
    )


def _listed(indices: Sequence[int], cities: Sequence[Any]) -> str:
    return listed((cities[index] for index in indices), _NAMED)
