"""The tables of a VQE benchmark run, made from its JSON alone.

python vqe_report.py results/vqe.json    # writes them again, and the tables in docs/
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from report import SPEED_PAGE, between_marks

BUSY = 0.5
"""A load average above which times are not to be trusted: threads that wait for each other suffer
most."""

WHAT = {"energy": "energy", "gradient": "energy and gradient"}


def peer_table(document: dict[str, Any]) -> list[str]:
    """One line for every circuit and kind of call, one column for every peer."""
    rows = document["rows"]
    names = list(dict.fromkeys(row["peer"] for row in rows))
    if not names:
        return ["No peer was there."]
    lines = [
        "| circuit | call | hybridq, ms | " + " | ".join(names) + " |",
        "|---|---|---|" + "---|" * len(names),
    ]
    keys = dict.fromkeys((row["case"], row["ansatz"], row["kind"]) for row in rows)
    for key in keys:
        mine = [row for row in rows if (row["case"], row["ansatz"], row["kind"]) == key]
        own = sorted(row["hybridq_s"] for row in mine)[len(mine) // 2]
        case, ansatz, kind = key
        cells = [
            f"{case}, {ansatz}: {mine[0]['n_params']} parameters",
            WHAT[kind],
            f"{own * 1e3:.3g}",
        ]
        for name in names:
            found = [row for row in mine if row["peer"] == name]
            cells.append(
                f"{found[0]['peer_s'] * 1e3:.3g} ms, **{found[0]['ratio']:.3g}×**" if found else ""
            )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def run_table(runs: list[dict[str, Any]]) -> list[str]:
    """hybridq's whole runs."""
    lines = [
        "| run | seconds | first, in a new process | energy, Ha | error, mHa | parameters "
        "| evaluations | memory, MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in runs:
        if "error" in row:
            lines.append(f"| {row['what']} | {row['error']} |" + " |" * 6)
            continue
        error = row.get("error_mha")
        lines.append(
            f"| {row['what']} | {row['seconds']:.3g} | {row['first_seconds']:.3g} "
            f"| {row['energy']:.9f} | {'' if error is None else f'{error:.4g}'} "
            f"| {row['parameters']} | {row.get('evaluations', '')} "
            f"| {row['peak_bytes'] / 2**20:.0f} |"
        )
    return lines


def _head(document: dict[str, Any]) -> str:
    machine = document["machine"]
    load = machine["load_before"]
    busy = f" **The machine was busy before (load {load}).**" if load > BUSY else ""
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['processor']}, commit "
        f"{machine['commit']}, `{machine['command']}`. Milliseconds a call, medians in "
        f"alternation; how many times faster hybridq is.{busy}"
    )


def write(document: dict[str, Any], out: Path) -> None:
    """Write `vqe.md` into the folder `out`."""
    lines = [_head(document), "", *peer_table(document), ""]
    if document["runs"]:
        lines += ["Whole runs of hybridq:", "", *run_table(document["runs"]), ""]
    lines.append(
        "Peers: " + ", ".join(f"{name} {v}" for name, v in document["peers"].items()) + "."
    )
    if document["missing"]:
        told = ", ".join(f"{name} ({why})" for name, why in document["missing"].items())
        lines.append(f"Missing: {told}.")
    (out / "vqe.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    source = Path(sys.argv[1])
    stored = json.loads(source.read_text(encoding="utf-8"))
    write(stored, source.parent)
    lines = [_head(stored), "", *peer_table(stored), "", *run_table(stored["runs"])]
    between_marks(SPEED_PAGE, "vqe benchmark", lines)
