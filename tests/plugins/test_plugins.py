"""Another package adds an entry of every kind without a change to this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hybridq.cli import main
from tests.helpers.commands import run_one_by_one

TOY = Path(__file__).with_name("toy_package")
ENTRY_POINTS = """\
[hybridq.problems]
toy-cover = toy_hybridq.cover:ToyCover

[hybridq.mixers]
toy-half-x = toy_hybridq.half_x:HalfX

[hybridq.engines]
toy-dense = toy_hybridq.dense:ToyDense

[hybridq.ansatze]
toy-turns = toy_hybridq.turns:ToyTurns

[hybridq.objectives]
toy-cubes = toy_hybridq.cubes:ToyCubes

[hybridq.optimizers]
toy-coin = toy_hybridq.coin:ToyCoin

[hybridq.strategies]
toy-plain = toy_hybridq.plain:ToyPlain

[hybridq.backends]
toy-dice = toy_hybridq.dice:ToyDice

[hybridq.groupings]
toy-singles = toy_hybridq.singles:ToySingles

[hybridq.mitigations]
toy-damped = toy_hybridq.damped:ToyDamped

[hybridq.formats]
toy-arrows = toy_hybridq.arrows:ARROWS

[hybridq.panels]
toy-steps = toy_hybridq.steps:STEPS
"""
BROKEN = """\
[hybridq.problems]
toy-absent = broken_hybridq_plugin:Absent
maxcut = toy_hybridq.cover:ToyCover

[hybridq.mixers]
toy-wrong = toy_hybridq.cover:ToyCover
"""
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def install(target: Path, name: str, entry_points: str, files: Path | None = None) -> None:
    """Install a wheel of pure Python into a folder, with pip."""
    wheel = target.parent / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in sorted(files.rglob("*.py")) if files else []:
            archive.write(path, path.relative_to(files))
        archive.writestr(f"{info}/METADATA", METADATA.format(name=name))
        archive.writestr(f"{info}/WHEEL", WHEEL)
        archive.writestr(f"{info}/entry_points.txt", entry_points)
        archive.writestr(f"{info}/RECORD", "")
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", target, wheel]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("toys") / "site"
    install(target, "toy_hybridq", ENTRY_POINTS, TOY)
    return target


@pytest.fixture(scope="module")
def broken(toys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("broken") / "site"
    install(target, "broken_hybridq", BROKEN)
    return target


def environment(*packages: Path) -> dict[str, str]:
    """Variables of a process with further packages."""
    paths = [*map(str, packages), str(Path(__file__).parents[2])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def hybridq(folder: Path, *commands: tuple[object, ...], packages: tuple[Path, ...]) -> list[str]:
    """Run commands in a folder with further packages; return what each printed."""
    return [
        out + err for out, err in run_one_by_one(commands, env=environment(*packages), cwd=folder)
    ]


def python(script: str, toys: Path, folder: Path) -> None:
    """Run a script in a folder with the toy package."""
    subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment(toys), check=True)


def test_the_command_line_solves_draws_and_lists_them(toys: Path, tmp_path: Path) -> None:
    graph = {"nodes": list("abcde"), "edges": [["a", "b"], ["b", "c"], ["c", "d"], ["d", "e"]]}
    (tmp_path / "path.json").write_text(json.dumps(graph), encoding="utf-8")
    problems, mixers, engines, helped, shown = hybridq(
        tmp_path,
        *(("list", kind) for kind in ("problems", "mixers", "engines")),
        ("solve", "toy-cover", "--help"),
        (
            *("solve", "toy-cover", "path.json", "--mixer", "toy-half-x", "--engine", "toy-dense"),
            *("--p", 1, "--optimizer", "cobyla", "--seed", 1, "--strength", 1.5),
            *("--json", "out.json", "--plot", "out.png"),
        ),
        packages=(toys,),
    )
    assert "toy-cover" in problems
    assert "toy-half-x" in mixers
    assert "toy-de" in engines
    assert "--strength" in helped
    result = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert result["problem"]["kind"] == "toy-cover"
    assert (result["ansatz"]["mixer"], result["engine"]["name"]) == ("toy-half-x", "toy-dense")
    # A path of five nodes is covered by its second and fourth.
    assert result["best"]["value"] == 2
    assert result["best"]["answer"] == {"In the cover": ["b", "d"]}
    assert result["best"]["feasible"] is True
    assert "In the cover" in shown
    assert "cut" not in shown.lower().replace("interrupted", "")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_a_search_uses_every_part_of_it(toys: Path, tmp_path: Path) -> None:
    (tmp_path / "path.txt").write_text("a -> b -> c\nc -> d -> e\n", encoding="utf-8")
    parts = ("--objective", "toy-cubes", "--optimizer", "toy-coin", "--strategy", "toy-plain")
    parts += ("--backend", "toy-dice", "--mitigate", "toy-damped")
    panels, _ = hybridq(
        tmp_path,
        ("list", "panels"),
        ("solve", "maxcut", "path.txt", *parts, "--p", 1, "--seed", 1, "--json", "out.json"),
        packages=(toys,),
    )
    assert "toy-steps" in panels
    result = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    # All four edges of a path can be cut.
    assert result["best"]["value"] == 4
    assert result["objective"]["kind"] == "toy-cubes"
    assert result["optimizer"]["method"] == "toy-coin"
    assert result["optimizer"]["evaluations"] >= 31
    assert result["ansatz"]["strategy"] == "toy-plain"
    execution = result["execution"]
    assert (execution["backend"], execution["mitigation"]) == ("toy-dice", "toy-damped")
    # The mean cut of random assignments is half of the four edges.
    assert execution["mitigated"] == pytest.approx(2 + (execution["mean"] - 2) / 0.5)
    assert result["expectation"] == execution["mitigated"]


def test_python_takes_an_ansatz_and_draws_a_panel(toys: Path, tmp_path: Path) -> None:
    script = """
import matplotlib
matplotlib.use("Agg")
import hybridq as hq
from hybridq.testing import check_backend, check_optimizer
check_optimizer(hq.OPTIMIZERS["toy-coin"]())
check_backend(hq.backends.BACKENDS["toy-dice"]())
coin = hq.OPTIMIZERS["toy-coin"](steps=400, length=1.5)
problem = hq.MaxCut.from_file("path.txt")
result = hq.solve(problem, ansatz="toy-turns", optimizer=coin, rng=1)
assert result.ansatz["kind"] == "toy-turns", result.ansatz
assert result.best.value == 4.0, result.best
titles = [ax.get_title() for ax in result.plot().axes]
assert "Toy steps" in titles, titles
terms = hq.PauliSum.from_labels({"ZI": 1.0, "IX": 0.5})
singles = hq.measurement.plan(terms, hq.Circuit(2).h(0), shots=100, grouping="toy-singles")
assert len(singles.groups) == 2, singles
"""
    (tmp_path / "path.txt").write_text("a -> b -> c\nc -> d -> e\n", encoding="utf-8")
    python(script, toys, tmp_path)


def test_the_guide_shows_the_family_of_the_toy_package() -> None:
    guide = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = (TOY / "toy_hybridq" / "cover.py").read_text(encoding="utf-8")
    assert code.partition("\n\n")[2].strip() in guide


def test_configs_and_their_schema_know_them(toys: Path, tmp_path: Path) -> None:
    config = {
        "name": "toys",
        "problem": {"kind": "toy-cover", "graph": {"kind": "ring", "nodes": 5}, "strength": 1.5},
        "ansatz": {"kind": "qaoa", "p": 1, "mixer": "toy-half-x"},
        "optimizer": {"kind": "cobyla"},
        "budget": {"evaluations": 12},
        "engine": {"kind": "toy-dense", "most": 6},
    }
    (tmp_path / "toys.yaml").write_text(json.dumps(config), encoding="utf-8")
    checked, _, shown, _ = hybridq(
        tmp_path,
        ("config", "check", "toys.yaml"),
        ("run", "toys.yaml", "--quiet"),
        ("experiments", "show", "toys", "0"),
        ("config", "schema", "--out", "schema.json"),
        packages=(toys,),
    )
    assert "no mistakes" in checked
    assert "toy-cover" in shown
    schema = (tmp_path / "schema.json").read_text(encoding="utf-8")
    for name in ("toy-cover", "toy-half-x", "toy-dense", "strength", "most"):
        assert f'"{name}"' in schema


def test_a_broken_package_is_named_in_a_line_and_breaks_nothing(
    toys: Path, broken: Path, tmp_path: Path
) -> None:
    # Each in a process of its own: a package is reported once.
    (listed,) = hybridq(tmp_path, ("list", "problems"), packages=(toys, broken))
    assert "toy-cover" in listed
    assert "maxcut" in listed
    lines = [line for line in listed.splitlines() if line.startswith("left out")]
    assert len(lines) == 2
    assert any("toy-absent" in line and "broken_hybridq" in line for line in lines)
    (mixers,) = hybridq(tmp_path, ("list", "mixers"), packages=(toys, broken))
    assert "toy-half-x" in mixers
    assert "toy-wrong" in mixers


def test_without_the_package_there_is_no_trace_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", "toy-cover", str(tmp_path / "x.json")]) == 2
    assert "unknown family 'toy-cover'" in capsys.readouterr().err


def test_the_toy_entries_keep_the_contract_and_the_family_has_the_name_of_its_class(
    toys: Path, tmp_path: Path
) -> None:
    script = """
import networkx as nx, hybridq as hq
from hybridq.testing import check_engine, check_mixer, check_problem
assert hq.ToyCover is hq.PROBLEMS["toy-cover"]
assert not hasattr(hq, "ToyNothing")
check_problem(hq.ToyCover.example())
check_problem(hq.ToyCover(nx.petersen_graph()))
check_mixer(hq.MIXERS["toy-half-x"]())
check_engine(hq.ENGINES["toy-dense"]())
"""
    python(script, toys, tmp_path)
