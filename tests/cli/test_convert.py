"""`hybridq convert`: one line of what was read and written, one line for a refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

from tests.cli.cli_samples import Outcome

DATA = Path(__file__).parents[1] / "problems/data"


def test_it_says_what_was_read_and_written(hybridq: Callable[..., Outcome], tmp_path: Path) -> None:
    source, target = DATA / "ms_03_050_002.qs", tmp_path / "ms.lp"
    found = hybridq("convert", source, target)
    assert (found.code, found.err) == (0, "")
    assert found.out == (
        f"Read {source} as qoblib-qs: 20 variables, 210 terms, offset 202539, "
        f"off-diagonals counted twice. Wrote {target} as lp.\n"
    )
    assert hybridq("convert", target, tmp_path / "ms.qubo").code == 0
    assert (tmp_path / "ms.qubo").read_text().startswith("c Names: x1 x2")


def test_it_reads_an_instance_of_hybridq(hybridq: Callable[..., Outcome], tmp_path: Path) -> None:
    found = hybridq("convert", "dataset:florentine", tmp_path / "florentine.graphml")
    assert found.code == 0
    assert len(nx.read_graphml(tmp_path / "florentine.graphml").edges) == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gka1b.sparse", "a.qubo", "--convention", "thrice"), "--convention must be 'once' or"),
        (("mis_farm.lp", "a.json", "--convention", "once"), "leave out --convention"),
        (("mis_farm.lp", "a.qs"), "the program has 39 constraints"),
        (("mis_farm.lp", "a.doc"), "no format that is written has the suffix '.doc'"),
        (("mis_farm.lp", "a.lp", "--to", "blub"), "unknown format 'blub'"),
        (("farm.gph", "a.lp", "--from", "dimacs"), "the format dimacs holds a graph"),
        (("missing.lp", "a.json"), "file not found"),
    ],
)
def test_a_refusal_is_one_line(hybridq, tmp_path: Path, arguments, message) -> None:
    source, target, *options = arguments
    found = hybridq("convert", DATA / source, tmp_path / target, *options)
    assert found.code == 2
    assert found.err.startswith("hybridq: error: ")
    assert message in found.err
    assert found.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_list_that_may_be_of_two_formats_asks_for_from(hybridq, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text((DATA / "gka1b.sparse").read_text())
    found = hybridq("convert", source, tmp_path / "a.qubo")
    assert found.code == 2
    assert "choose with --from qoblib-qs or --from mqlib" in found.err
    assert hybridq("convert", source, tmp_path / "a.qubo", "--from", "biq-mac").code == 0


def test_the_file_that_is_read_is_not_overwritten(hybridq, tmp_path: Path) -> None:
    source = tmp_path / "a.lp"
    source.write_text((DATA / "mis_farm.lp").read_text())
    found = hybridq("convert", source, source)
    assert found.code == 2
    assert "that is the file that is read" in found.err
    assert source.read_text() == (DATA / "mis_farm.lp").read_text()
