"""Tables that fit the screen."""

from __future__ import annotations

import pytest
from rich.console import Console

from hybridq.cli.fitted_table import Column, fitted


def lines(texts: list[str], width: int) -> list[str]:
    table, _ = fitted([Column("name", texts, words=True)], width)
    console = Console(width=width)
    with console.capture() as screen:
        console.print(table)
    return [line.strip() for line in screen.get().splitlines()[1:]]


@pytest.mark.parametrize(
    ("texts", "cut"),
    [
        (["short", "shorter"], ["short", "shorter"]),
        (["abcdefghijklmnop", "xbcdefghijklmnop"], ["abcdefghi…", "xbcdefghi…"]),
        (["graphs/instance_a.json", "graphs/instance_b.json"], ["…ce_a.json", "…ce_b.json"]),
        (["a" * 12 + "x" + "a" * 12, "a" * 12 + "y" + "a" * 12], ["aaaaaaaa…1", "aaaaaaaa…2"]),
    ],
)
def test_what_is_cut_stays_distinguishable(texts: list[str], cut: list[str]) -> None:
    found = lines(texts, 13)
    assert len(set(found)) == len(set(texts))
    assert [len(line) for line in found] == [min(10, len(text)) for text in texts]
    assert found == cut
