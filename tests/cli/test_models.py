"""Models on the command line, from learning to rollback, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

import hybridq as hq
from tests.angles.angle_samples import learned
from tests.cli.cli_samples import Outcome
from tests.experiments.config_samples import RING, parse_config, trials

Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HYBRIDQ_MODELS", "HYBRIDQ_SERVER"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def held_out(folder: Path) -> list[Path]:
    """Files of 20 cubic graphs of 10 nodes, which are no training instances."""
    files = []
    for seed in range(20):
        graph = nx.random_regular_graph(3, 10, seed=seed)
        files.append(folder / f"held{seed}.json")
        files[-1].write_text(json.dumps({"nodes": 10, "edges": [list(e) for e in graph.edges]}))
    return files


def test_a_model_is_registered_evaluated_promoted_used_and_rolled_back(
    hybridq: Run, folder: Path
) -> None:
    for number in (1, 2):
        learned(1, p=number, name=f"of {number}").save(f"a{number}.json")
    files = held_out(folder)
    assert "error: the models in hybridq-models.db do not exist" in hybridq("models", "list").err
    assert hybridq("models", "register", "cubic", "a1.json").out == "cubic@1\n"
    again = hybridq("models", "register", "cubic", "a1.json")
    assert again.out == "cubic@1 has the same content already\n"
    assert hybridq("models", "register", "cubic", "a2.json").out == "cubic@2\n"
    refused = hybridq("models", "promote", "cubic@1")
    assert (refused.code, "has no evaluation against auto" in refused.err) == (2, True)
    forced = hybridq("models", "promote", "cubic@1", "--force", "--reason", "the first")
    assert forced.out == "cubic@champion is version 1\n"
    # Two layers of hand-made angles against one layer of them, both seen by the same two layers.
    found = hybridq("models", "evaluate", "cubic@2", *files, "--budget", 3, "--quiet")
    passed = found.code == 0
    assert f"cubic@2 {'passes' if passed else 'does not pass'} the gate" in found.out
    promoted = hybridq("models", "promote", "cubic@2", "--if-version", 1)
    assert (promoted.code == 0) == passed
    hybridq("models", "promote", "cubic@2", "--force", "--reason", "for the rollback")
    shown = hybridq("models", "show", "cubic").out
    assert "champion  version 2" in shown
    assert "force by local: the first" in shown
    assert max(map(len, shown.splitlines())) <= 80
    solved = hybridq("solve", "maxcut", files[0], "--initial", "model:cubic", "--json", "-")
    assert json.loads(solved.out)["ansatz"]["model"]["version"] == 2
    assert hybridq("models", "rollback", "cubic").out == "cubic@champion is version 1\n"
    one = hybridq("models", "show", "cubic@champion").out
    assert "Learned angles 'of 1': 1 layer" in one
    assert "cubic@1" in one
    exported = hybridq("models", "export", "cubic@2", "--out", "x.zip")
    assert exported.out.startswith("x.zip: cubic@2, sha256:")
    taken = hybridq("models", "import", "x.zip", "--name", "other", "--store", "b.db")
    assert taken.out == "other@1\n"
    assert hybridq("models", "list", "--store", "b.db").out == "other: 1 version\n"


def test_a_model_learns_from_files(hybridq: Run, folder: Path) -> None:
    """The same angles as from Python, with the files as their source."""
    files = held_out(folder)[:2]
    learn = ("models", "learn", "cubic", *files, "--p", 1, "--quiet")
    assert hybridq(*learn).out == "cubic@1\n"
    assert hybridq(*learn).out == "cubic@1 has the same content already\n"
    shown = json.loads(hybridq("models", "show", "cubic@1", "--json", "-").out)
    problems = [hq.MaxCut.from_file(file) for file in files]
    expected = hq.learn_angles(problems, 1, name="cubic", source="held0, held1")
    assert shown["content"]["angles"] == expected.describe()
    refused = hybridq("models", "learn", "cubic", *files, "--p", 101)
    assert (refused.code, "--p must be at most 100" in refused.err) == (2, True)
    other = hybridq("models", "learn", "set", files[0], "--p", 1, "--family", "independent-set")
    assert other.out == "set@1\n", other.err


def test_misuse_is_named_in_one_line(hybridq: Run, folder: Path) -> None:
    learned().save("a.json")
    hybridq("models", "register", "cubic", "a.json")
    for arguments, text in (
        (("promote", "cubic@champion"), "a version by its number"),
        (("promote", "cubic@1", "--canary", "0.5"), "job service"),
        (("promote", "cubic@1", "--force"), "--reason must be given"),
        (("show", "cubik"), "did you mean 'cubic'"),
        (("rollback", "cubic"), "named no other version"),
        (("register", "Cubic", "a.json"), "lower-case"),
        (("import", "a.json"), "not an archive"),
    ):
        outcome = hybridq("models", *arguments)
        assert (outcome.code, text in outcome.err) == (2, True), outcome.err
        assert len(outcome.err.splitlines()) == 1


def test_files_of_earlier_versions_are_registered_with_their_signature(
    hybridq: Run, folder: Path
) -> None:
    facts = learned().describe()
    del facts["training"]
    Path("old.json").write_text(json.dumps(facts))
    assert "--family must be given" in hybridq("models", "register", "cubic", "old.json").err
    signature = ("--family", "maxcut", "--sign", "positive")
    assert hybridq("models", "register", "cubic", "old.json", *signature).out == "cubic@1\n"
    wrong = hybridq("models", "register", "cubic", "old.json", "--family", "x", "--sign", "odd")
    assert "one of positive, negative" in wrong.err


def test_a_config_keeps_the_version_that_the_alias_named(hybridq: Run, folder: Path) -> None:
    learned(1, p=1).save("a.json")
    learned(2, p=1).save("b.json")
    for file in ("a.json", "b.json"):
        hybridq("models", "register", "cubic", file)
    hybridq("models", "promote", "cubic@1", "--force", "--reason", "first")
    text = f"{RING}ansatz: {{kind: qaoa, p: 1}}\nstrategy: {{initial: 'model:cubic@champion'}}"
    (planned,) = trials(text, base=folder)
    assert planned.conditions["strategy"]["initial"] == "model:cubic@1"
    ((digest, (name, data)),) = parse_config(text, base=folder).contents().items()
    assert planned.conditions["strategy"]["sha256"] == digest
    kept = hq.LearnedAngles.from_plain(json.loads(data))
    assert (name, str(kept.model)) == ("cubic@1.json", "cubic@1")
    hybridq("models", "promote", "cubic@2", "--force", "--reason", "second")
    (moved,) = trials(text, base=folder)
    assert moved.identity != planned.identity
