"""Refusals speak of options, files and nodes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hybridq.cli.refusals import check_memory, in_words_of_options
from hybridq.core import memory
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from tests.cli.cli_samples import Outcome

GIB = 2**30
FOLDER = Path(__file__).parents[2] / "problems" / "maxcut"


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[float | None], None]:
    """Set how many GiB are free."""

    def set_free(gib: float | None) -> None:
        monkeypatch.setattr(
            memory, "available_bytes", lambda: None if gib is None else int(gib * GIB)
        )

    return set_free


# One state of n nodes takes 2**(n - 1) amplitudes of 16 or 8 bytes: 16 GiB for 31 nodes in double
# precision. L-BFGS holds two of them, COBYLA one.
@pytest.mark.parametrize(
    ("nodes", "precision", "optimizer", "message"),
    [
        (
            32,
            "double",
            "cobyla",
            "takes 32 GiB, 22.9 are free; up to 31 nodes fit (32 with --precision single)",
        ),
        (32, "double", None, "64 GiB, 22.9 are free; up to 30 nodes fit (32 with --precision sin"),
        (31, "double", None, "takes 32 GiB, 22.9 are free; up to 30 nodes fit (31 with --precisio"),
        (32, "single", None, "takes 32 GiB, 22.9 are free; up to 31 nodes fit (32 with --optimiz"),
        (33, "single", "cobyla", "takes 32 GiB, 22.9 are free; up to 32 nodes fit"),
        (34, "double", None, "takes 256 GiB, 22.9 are free; up to 30 nodes fit"),
        (800, "double", "cobyla", "takes 2**773 GiB, 22.9 are free; up to 31 nodes fit"),
    ],
)
def test_a_graph_too_large_is_told_by_its_name_with_what_fits(
    free: Callable[[float | None], None],
    nodes: int,
    precision: str,
    optimizer: str | None,
    message: str,
) -> None:
    free(22.9)
    with pytest.raises(CapacityError) as caught:
        check_memory("g.json", nodes, precision, optimizer)
    text = str(caught.value)
    assert text.startswith(f"g.json has {nodes} nodes: simulating it takes ")
    assert message in text
    assert "precision=" not in text
    if nodes > 32:
        assert text.endswith("nodes fit")  # no option that would not help either


def test_what_fits_and_what_nobody_can_tell_is_let_through(
    free: Callable[[float | None], None],
) -> None:
    free(16)
    check_memory("g.json", 30, "double", "l-bfgs")
    check_memory("g.json", 31, "double", "cobyla")
    free(15.9)
    with pytest.raises(CapacityError):
        check_memory("g.json", 30, "double", "l-bfgs")
    free(None)
    check_memory("g.json", 800, "double", None)


def test_the_page_of_the_graphs_names_those_that_24_gib_cannot_simulate(
    free: Callable[[float | None], None],
) -> None:
    free(22.9)
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    part = page.partition("**Which can be simulated.**")[2].partition("\n\n")[0]
    check_memory("davis.json", 32, "single", "cobyla")
    for entry in json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["instances"]:
        name = "G*.rud" if entry["file"].startswith("G") else entry["file"]
        if entry["nodes"] <= 30:
            check_memory(name, entry["nodes"], "double", None)
            assert name not in part
        else:
            with pytest.raises(CapacityError):
                check_memory(name, entry["nodes"], "double", None)
            assert name in part


def test_the_command_refuses_such_a_graph_on_one_line(
    hybridq: Callable[..., Outcome], free: Callable[[float | None], None]
) -> None:
    free(22.9)
    outcome = hybridq("solve", "maxcut", FOLDER / "davis.json")
    assert outcome.code == 2
    assert outcome.err.startswith("hybridq: error: davis.json has 32 nodes: simulating it takes")
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ParameterError("threads=999: use fewer"), "--threads 999: use fewer"),
        (CapacityError("use precision='single' or"), "use --precision single or"),
        (EngineError("use engine='auto'"), "use --engine auto"),
        (ParameterError("all forbidden (symmetry=False)"), "all forbidden (--no-symmetry)"),
        (DimensionError("QAOA(p=2) takes 4, got 3"), "--initial a.json: QAOA with --p 2 takes 4"),
    ],
)
def test_refusals_name_options_and_the_file_of_angles(error: Exception, message: str) -> None:
    with pytest.raises(type(error)) as caught, in_words_of_options(Path("a.json")):
        raise error
    assert str(caught.value).startswith(message)
