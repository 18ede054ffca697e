"""Jobs about models: learn, evaluate, begin with a version; aliases that move under load."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import networkx as nx
import pytest
from fastapi.testclient import TestClient

import hybridq as hq
from hybridq.angles.registry import ModelRegistry
from hybridq.ansatz.learned_angles import LearnedAngles
from hybridq.service.api.app import create_app
from hybridq.service.keys import Keys
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import Outcome, State
from hybridq.service.store.database import Database
from hybridq.service.work.effects import EFFECTS
from hybridq.service.work.tasks import run_task
from tests.angles.angle_samples import content, cubic
from tests.cli.conftest import hybridq
from tests.service.service_samples import finish_next
from tests.service.test_api import Service, refused
from tests.service.test_client import Running

__all__ = ["hybridq"]


@pytest.fixture
def service(tmp_path):
    """The API over a queue whose completed jobs have their effects on models."""
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        queue = Queue(database, effects=EFFECTS)
        with TestClient(create_app(queue, burst=1000), raise_server_exceptions=False) as client:
            yield Service(queue, client, Keys(database))


def section(seed, nodes=8):
    """A max-cut problem inline."""
    edges = [[int(u), int(v)] for u, v in cubic(seed, nodes).graph.edges]
    return {"kind": "maxcut", "content": {"nodes": nodes, "edges": edges}}


def work(queue):
    """Run the next job as the process of a slot does, and end it; return its end."""
    claimed = queue.claim("worker")
    done = run_task(json.loads(claimed.request), Path("/nonexistent"), lambda progress: None)
    outcome = Outcome(State.COMPLETED, result=done["result"], usage=done["usage"])
    assert queue.finish(claimed, outcome)
    return queue.job("amber", claimed.id)


def result_of(service, job):
    return service.ask("GET", f"/v1/jobs/{job}/result").json()


def two_versions(service):
    registry = ModelRegistry(service.queue.database, "amber")
    for number in (1, 2):
        registry.register("cubic", content(number))
    return registry


def move(service, version, **body):
    body = {"version": version, "force": True, "reason": "a test", **body}
    answer = service.ask("PUT", "/v1/models/cubic/aliases/champion", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def solve(service, initial="model:cubic@champion", seed=7, **more):
    """Submit a solve that begins with a model."""
    body = {"kind": "solve", "problem": section(5), "seed": seed, **more}
    return service.submit({**body, "options": {"initial": initial, "p": 1}})


def test_angles_are_learned_evaluated_and_promoted_by_jobs(service):
    learn = {"kind": "angles.learn", "model": "cubic", "problems": [section(0), section(1)], "p": 1}
    job = service.submit(learn).json()
    assert work(service.queue).state is State.COMPLETED
    found = result_of(service, job["id"])
    expected = hq.learn_angles([cubic(0), cubic(1)], 1, name="cubic")
    assert found["version"] == 1
    assert found["content"]["angles"]["gamma"] == pytest.approx(expected.schedule[:1].tolist())
    shown = service.ask("GET", "/v1/models/cubic/versions/1").json()
    assert shown["origin"] == f"job {job['id']}"
    assert len(shown["content"]["angles"]["training"]["digests"]) == 2
    assert service.queue.job("amber", job["id"]).usage["evaluations"] > 2
    again = service.submit(learn).json()
    assert (again["source"], again["status"]) == ("cache", "completed")
    problems = [section(seed, 10) for seed in range(20, 42)]
    path = "/v1/models/cubic/evaluations"
    asked = service.ask("POST", path, json={"version": 1, "problems": problems, "budget": 2})
    assert (asked.status_code, asked.json().get("kind")) == (202, "models.evaluate"), asked.text
    assert asked.json()["start"]["version"] == 1
    ended = work(service.queue)
    assert ended.usage["evaluations"] <= 2 * 2 * len(problems)
    found = result_of(service, asked.json()["id"])
    (stored,) = service.ask("GET", path).json()["evaluations"]
    assert (stored["id"], stored["baseline"]) == (found["id"], "auto")
    assert stored["verdicts"] == found["verdicts"]
    answer = service.ask("PUT", "/v1/models/cubic/aliases/champion", json={"version": 1})
    assert (answer.status_code == 200) == stored["passed"]


def test_a_promotion_changes_no_queued_job_and_no_cached_one(service):
    two_versions(service)
    move(service, 1)
    first = solve(service).json()
    move(service, 2)
    assert (first["start"]["name"], first["start"]["version"]) == ("cubic", 1)
    claimed = json.loads(service.queue.claim("worker").request)
    assert LearnedAngles.from_plain(claimed["options"]["initial"]).model.version == 1
    assert claimed["options"]["initial"]["training"]["digests"] == []
    service.queue.cancel("amber", first["id"])
    second = solve(service).json()
    assert (second["start"]["version"], second["source"]) == (2, "computed")
    work(service.queue)
    assert result_of(service, second["id"])["ansatz"]["model"]["version"] == 2
    assert solve(service).json()["source"] == "cache"
    move(service, 1)
    assert solve(service).json()["source"] == "computed"
    assert service.ask("GET", "/v1/models/cubic").json()["versions"][0]["compared"] == 1


def test_other_families_unknown_models_and_missing_scopes_are_refused(service):
    two_versions(service)
    refused(solve(service), 404, "unknown_model")  # the alias names no version yet
    refused(solve(service, "model:other@1"), 404, "unknown_model")
    wrong = solve(service, "model:cubic@1", problem={**section(5), "kind": "spin-glass"})
    assert "learned on maxcut" in refused(wrong, 422, "invalid_request")["detail"]
    for initial in ("model:Cubic@1", "model:cubic@1@2", "model:../x"):
        assert solve(service, initial).status_code == 422
    jobs_alone = service.keys.add("amber", scopes=["jobs:write"])
    learn = {"kind": "angles.learn", "model": "cubic", "problems": [section(0)], "p": 1}
    refused(service.submit(learn, key=jobs_alone), 403, "missing_scope")
    evaluate = {"kind": "models.evaluate", "model": "cubic", "version": 1, "problems": []}
    assert refused(service.submit(evaluate), 422, "too_short")["pointer"] == "/problems"


def outcome(service, difference):
    """The end of the next job, a solve that began better than its control by a difference."""
    claimed = service.queue.claim("worker")
    learned = LearnedAngles.from_plain(json.loads(claimed.request)["options"]["initial"])
    facts = {**vars(learned.model), "energy": -10 - 10 * difference, "auto": -9, "kept": "model"}
    if learned.control is not None:
        facts["control"] = {**vars(learned.control.model), "energy": -10.0}
    result = {"ansatz": {"model": facts}, "reference": {"value": 10.0}}
    result["objective"] = {"kind": "expectation", "value": 10.0}
    assert service.queue.finish(claimed, Outcome(State.COMPLETED, result=json.dumps(result)))


def test_a_bad_canary_is_rolled_back_by_the_jobs_that_it_served(service):
    two_versions(service)
    move(service, 1)
    move(service, 2, canary=0.5)
    served = {1: 0, 2: 0}
    for seed in range(200):
        served[solve(service, seed=seed).json()["start"]["version"]] += 1
        outcome(service, -0.04)
        model = service.ask("GET", "/v1/models/cubic").json()
        if model["aliases"][0]["canary"] is None:
            break
    assert model["aliases"][0]["version"] == 1
    assert model["history"][0]["kind"] == "canary"
    assert min(served.values()) > 0
    assert solve(service, seed=999).json()["start"]["version"] == 1


def test_a_job_whose_effect_is_refused_fails_without_any_effect(service):
    two_versions(service)
    body = {"version": 1, "problems": [section(20), section(21)]}
    asked = service.ask("POST", "/v1/models/cubic/evaluations", json=body).json()
    assert asked["status"] == "queued"
    wrong = {"version": 9, "baseline": "auto", "passed": True, "verdicts": {}, "instances": []}
    finish_next(service.queue, Outcome(State.COMPLETED, result=json.dumps(wrong)))
    job = service.ask("GET", f"/v1/jobs/{asked['id']}").json()
    assert (job["status"], job["error"]["code"]) == ("failed", "invalid_request")
    assert service.ask("GET", "/v1/models/cubic/evaluations").json() == {"evaluations": []}


def test_an_alias_that_flips_under_load_fails_no_submission(service):
    registry = two_versions(service)
    move(service, 1)
    digests = {
        number: registry.version(hq_reference(number))["digest"].removeprefix("sha256:")
        for number in (1, 2)
    }

    def flip():
        for place in range(100):
            move(service, 2 - place % 2)

    flipping = threading.Thread(target=flip)
    flipping.start()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda seed: solve(service, seed=seed), range(100)))
    flipping.join()
    starts = [answer.json()["start"] for answer in answers]
    assert {answer.status_code for answer in answers} == {202}
    assert all(start["digest"] == digests[start["version"]] for start in starts)
    moves = service.ask("GET", "/v1/models/cubic/versions/1").json()["history"]
    assert len(moves) == 101


def hq_reference(number):
    from hybridq.angles.references import Reference

    return Reference("cubic", number)


@pytest.fixture
def running(tmp_path, monkeypatch):
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        one = Running(Queue(database, effects=EFFECTS))
        monkeypatch.setenv("HYBRIDQ_SERVER", one.url)
        monkeypatch.setenv("HYBRIDQ_KEY", one.key)
        monkeypatch.chdir(tmp_path)
        yield one
        one.close()


def test_the_command_line_speaks_to_a_service_as_to_a_file(running, hybridq):
    for number in (1, 2):
        graphs = [nx.random_regular_graph(3, 8, seed=seed) for seed in range(number)]
        hq.learn_angles([hq.MaxCut(each) for each in graphs], 1, name="x").save(f"{number}.json")
        assert hybridq("models", "register", "cubic", f"{number}.json").out == f"cubic@{number}\n"
    assert hybridq("models", "register", "cubic", "1.json").out.endswith(
        "the same content already\n"
    )
    forced = hybridq("models", "promote", "cubic@1", "--force", "--reason", "first")
    assert forced.out == "cubic@champion is version 1\n"
    files = []
    for seed in range(20, 40):
        files.append(f"held{seed}.json")
        Path(files[-1]).write_text(json.dumps(section(seed, 10)["content"]))

    ended = threading.Event()

    def serve():
        while not ended.is_set():
            running.queue.changes.wait(running.queue.changes.count, 0.1)
            if running.queue.counts()[State.QUEUED]:
                work(running.queue)

    worker = threading.Thread(target=serve)
    worker.start()
    try:
        found = hybridq("models", "evaluate", "cubic@2", *files, "--budget", 2)
        assert hybridq("models", "learn", "small", *files[:2], "--p", 1).out == "small@1\n"
        missing = hybridq("models", "learn", "small", "missing.json", "--p", 1)
        assert (missing.code, "missing.json" in missing.err) == (2, True), missing.err
    finally:
        ended.set()
        worker.join()
    assert "the gate against cubic@1" in found.out, found.err
    promoted = hybridq("models", "promote", "cubic@2", "--if-version", 1)
    assert (promoted.code == 0) == (found.code == 0)
    canary = ("--canary", "0.5", "--force", "--reason", "a test")
    hybridq("models", "promote", "cubic@1", "--force", "--reason", "back")
    assert hybridq("models", "promote", "cubic@2", *canary).code == 0
    shown = " ".join(hybridq("models", "show", "cubic").out.split())
    assert "a canary with 50.0 % of the jobs against version 1: 0 comparisons" in shown
    assert hybridq("models", "rollback", "cubic").out == "cubic@champion is version 1\n"
    assert hybridq("models", "export", "cubic@2", "--out", "x.zip").code == 0
    assert hybridq("models", "import", "x.zip", "--name", "other").out == "other@1\n"
    assert hybridq("models", "list").out.splitlines()[1:] == [
        "other: 1 version",
        "small: 1 version",
    ]
    client = hq.Client()
    assert (
        client.models.version(hq_reference(2))["digest"]
        == (ModelRegistry(running.queue.database, "amber").version(hq_reference(2))["digest"])
    )
    assert client.submit("maxcut", section(5)["content"], initial="model:cubic").facts["start"]
