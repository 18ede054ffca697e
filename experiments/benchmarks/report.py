"""The tables and the picture of a benchmark run, made from its JSON alone.

python report.py results/qaoa.json    # writes them again, and the tables in README.md and docs/
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SPEED_PAGE = ROOT / "docs" / "explanations" / "speed.md"
FEW = (12, 16, 20, 24)
"""Qubits of the short table."""


def _three_digits(number: float) -> str:
    """Return a number with three digits, without an exponent."""
    return f"{number:.3g}" if number < 1000 else f"{float(f'{number:.3g}'):,.0f}"


def _peer_table(
    document: dict[str, Any], kind: str, sizes: Collection[int] | None = None
) -> list[str]:
    rows = [
        row
        for row in document["rows"]
        if row["kind"] == kind and (sizes is None or row["n"] in sizes)
    ]
    names = list(dict.fromkeys(row["peer"] for row in rows))
    if not names:
        return []
    lines = [
        "| n | hybridq, ms | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for n in sorted({row["n"] for row in rows}):
        mine = [row for row in rows if row["n"] == n]
        double = [row["hybridq_s"] / row["p"] for row in mine if row["precision"] == "double"]
        cells = [f"{sorted(double)[len(double) // 2] * 1e3:.3g}" if double else ""]
        for name in names:
            found = [row for row in mine if row["peer"] == name]
            cells.append(
                f"{_three_digits(found[0]['peer_s'] / found[0]['p'] * 1e3)} ms, "
                f"**{_three_digits(found[0]['ratio'])}×**"
                if found
                else ""
            )
        lines.append(f"| {n} | " + " | ".join(cells) + " |")
    return lines


def _own_table(own: dict[str, Any]) -> list[str]:
    lines = [
        "| n | gradient / value | layer / memory pass | real / unit weights | all cores / one |",
        "|---|---|---|---|---|",
    ]
    for grad, layer, weight, threads in zip(
        own["gradient"], own["layer"], own["weights"], own["threads"], strict=True
    ):
        lines.append(
            f"| {grad['n']} | {grad['ratio']:.2f} | {layer['ratio']:.2f} | {weight['ratio']:.2f} "
            f"| {threads['speedup']:.2f}× |"
        )
    lines.append("")
    lines.append(f"10,000 energies at n = 12, p = 3: {own['batch_10000_n12_p3_s']:.3f} s.")
    if "million_shots_n24_after_state_s" in own:
        seconds = own["million_shots_n24_after_state_s"]
        lines.append(f"A million shots at n = 24, after the state: {seconds:.2f} s.")
    for row in own.get("capacity", []):
        head = f"n = {row['n']}, {row['precision']} precision, {row['what']}, p = {row['p']}"
        if "error" in row:
            lines.append(f"- {head}: {row['error']}")
        else:
            lines.append(
                f"- {head}: {row['seconds']:.1f} s, {row['state_bytes'] / 2**30:.3g} GiB of state, "
                f"{row['beyond_state']:.1%} beyond it, cut fraction {row['cut_fraction']:.8f}"
            )
    return lines


def write(document: dict[str, Any], out: Path) -> None:
    """Write `qaoa.md` and `qaoa.png` into the folder `out`."""
    machine = document["machine"]
    lines = [
        f"{machine['date']}, {machine['cores']} cores of {machine['processor']}, commit "
        f"{machine['commit']}, `{machine['command']}`. Milliseconds a layer, medians in "
        "alternation; how many times faster hybridq is.",
        "",
        "Energy:",
        "",
        *_peer_table(document, "energy"),
        "",
        "Value and full gradient:",
        "",
        *_peer_table(document, "gradient"),
        "",
        "hybridq by itself:",
        "",
        *_own_table(document["own"]),
        "",
        "Peers: " + ", ".join(f"{name} {v}" for name, v in document["peers"].items()) + ".",
    ]
    if document["missing"]:
        told = ", ".join(f"{name} ({why})" for name, why in document["missing"].items())
        lines.append(f"Missing: {told}.")
    (out / "qaoa.md").write_text("\n".join(lines) + "\n")
    _plot(document, out / "qaoa.png")


def between_marks(page: Path, mark: str, lines: list[str]) -> None:
    """Put `lines` between ``<!-- mark -->`` and ``<!-- end of mark -->`` of a page."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    head, rest = page.read_text(encoding="utf-8").split(begin)
    _, tail = rest.split(end)
    page.write_text(head + begin + "\n" + "\n".join(lines) + "\n" + end + tail, encoding="utf-8")


def into_pages(document: dict[str, Any], readme: Path, page: Path) -> None:
    """Put a short table into the README and the whole ones into the page on speed."""
    machine = document["machine"]
    head = (
        f"Milliseconds a QAOA layer, and how many times faster hybridq is; {machine['date']}, "
        f"{machine['cores']} cores of {machine['processor']}, `{machine['command']}`."
    )
    between_marks(readme, "speed", [head, "", *_peer_table(document, "energy", FEW)])
    lines = [head, "", *_peer_table(document, "energy"), "", "Value and all 20 derivatives:"]
    between_marks(page, "benchmark", [*lines, "", *_peer_table(document, "gradient")])


def _plot(document: dict[str, Any], path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    rows = [row for row in document["rows"] if row["kind"] == "energy"]
    colours = ["#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9"]
    for colour, name in zip(colours, dict.fromkeys(row["peer"] for row in rows), strict=False):
        mine = [row for row in rows if row["peer"] == name]
        axes.plot(
            [row["n"] for row in mine], [row["peer_s"] / row["p"] * 1e3 for row in mine],
            "o-", color=colour, label=name, markersize=4,
        )  # fmt: skip
    for precision, style in (("double", "s-"), ("single", "s:")):
        own = {
            row["n"]: row["hybridq_s"] / row["p"] * 1e3
            for row in rows
            if row["precision"] == precision
        }
        axes.plot(own.keys(), own.values(), style, color="#0072B2", linewidth=2.2, markersize=5,
                  label=f"hybridq, {precision}")  # fmt: skip
    passes = document["own"]["layer"]
    axes.plot(
        [row["n"] for row in passes], [row["pass_s"] * 1e3 for row in passes], "--", color="0.4",
        label="one pass over the (half) state",
    )  # fmt: skip
    axes.set_yscale("log")
    axes.set_xlabel("qubits")
    axes.set_ylabel("milliseconds a layer")
    machine = document["machine"]
    axes.set_title(
        f"QAOA layer, max-cut on 3-regular graphs, {machine['cores']} cores, {machine['date']}",
        fontsize=11,
    )
    axes.grid(True, which="major", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    source = Path(sys.argv[1])
    stored = json.loads(source.read_text(encoding="utf-8"))
    write(stored, source.parent)
    into_pages(stored, ROOT / "README.md", SPEED_PAGE)
