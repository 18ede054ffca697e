"""The API: kinds of jobs, options of entries, tags, reports, pictures, the stream of all jobs."""

from __future__ import annotations

import json
from dataclasses import replace

from hybridq.core.errors import OutputError
from hybridq.service.api.events import _list_stream
from hybridq.service.queue.records import Picture
from hybridq.service.refused_options import REFUSED_OPTIONS
from hybridq.service.store.tables import PICTURES
from tests.service.service_samples import DONE
from tests.service.test_api import PROBLEM, SOLVE, refused, service

__all__ = ["service"]

SAMPLE = {"kind": "sample", "problem": PROBLEM, "options": {"p": 1}, "parameters": [0.1, 0.2]}


def test_one_stream_tells_the_changes_of_all_jobs(service):
    """A new job, its change, and its deletion; the stream of another tenant has none of them."""
    job = service.submit().json()["id"]
    context = service.client.app.state.context

    async def read():
        stream = _list_stream(context, context.keys.accept(service.key))
        parts = [await anext(stream)]
        service.queue.cancel("amber", job)
        parts.append(await anext(stream))
        service.queue.delete("amber", job)
        return [*parts, await anext(stream)]

    new, changed, deleted = service.client.portal.call(read)
    assert json.loads(new.partition("data: ")[2])["status"] == "queued"
    assert json.loads(changed.partition("data: ")[2])["status"] == "cancelled"
    assert deleted == f'event: deleted\ndata: {{"id": "{job}"}}\n\n'


def test_the_catalog_is_shown_in_two_parts(service):
    context = service.client.app.state.context
    refused(service.ask("GET", "/v1/families"), 404, "no_catalog")
    context.catalog = lambda: {"families": ["maxcut"], "engines": ["diagonal"]}
    service.submit()
    assert service.ask("GET", "/v1/families").json() == {"families": ["maxcut"]}
    found = service.ask("GET", "/v1/engines").json()
    assert (found["engines"], found["waiting"], found["slots"]) == (["diagonal"], 1, None)

    def fails():
        raise OutputError("the process /secret/place failed")

    context.catalog = fails
    body = refused(service.ask("GET", "/v1/families"), 503, "no_catalog")
    assert "secret" not in json.dumps(body)


def test_identical_jobs_share_their_progress(service):
    service.submit()
    joined = service.submit().json()
    claimed = service.queue.claim("worker")
    assert service.queue.report(claimed, {"evaluations": 3})
    found = service.ask("GET", f"/v1/jobs/{joined['id']}").json()
    assert (found["status"], found["progress"]) == ("running", {"evaluations": 3})


def test_isomorphic_graphs_are_for_questions_that_have_their_symmetry(service):
    service.submit({**SOLVE, "reuse": "isomorphic"})
    assert json.loads(service.finish().request)["isomorphic"] is True
    for change in (
        {"options": {"mixer": "x"}},
        {"options": {"strategy": "multi-angle"}},
        {"pictures": True},
        {"problem": {**PROBLEM, "kind": "coloring"}},
    ):
        bad = service.submit({**SOLVE, "reuse": "isomorphic", **change})
        refused(bad, 422, "not_symmetric")
    refused(service.submit({**SAMPLE, "reuse": "isomorphic"}), 422, "literal_error")


def test_sentences_and_pictures_are_those_of_the_result(service):
    job = service.submit({**SOLVE, "pictures": True}).json()["id"]
    refused(service.ask("GET", f"/v1/jobs/{job}/report"), 409, "not_ended")
    drawn = Picture("answer", "image/svg+xml", b"<svg/>")
    claimed = service.finish(replace(DONE, report='{"headline": "4"}', pictures=[drawn]))
    assert json.loads(claimed.request)["pictures"] is True
    link = f"/v1/jobs/{job}/pictures/answer"
    report = service.ask("GET", f"/v1/jobs/{job}/report").json()
    assert report == {"headline": "4", "pictures": [{"name": "answer", "link": link}]}
    picture = service.ask("GET", link)
    assert (picture.headers["content-type"], picture.content) == ("image/svg+xml", b"<svg/>")
    for wrong in ("growth", "A", "%00"):
        refused(service.ask("GET", f"/v1/jobs/{job}/pictures/{wrong}"), 404, "no_picture")
    # Those of an identical job are the same, until both are deleted.
    other = service.submit({**SOLVE, "pictures": True}).json()
    assert (other["source"], other["usage"]) == ("cache", {})
    service.ask("DELETE", f"/v1/jobs/{job}")
    assert service.ask("GET", f"/v1/jobs/{other['id']}/pictures/answer").content == b"<svg/>"
    assert service.ask("DELETE", f"/v1/jobs/{other['id']}").status_code == 204
    with service.queue.database.reading() as connection:
        assert connection.execute(PICTURES.select()).all() == []


def test_one_circuit_is_measured(service):
    job = service.submit({**SAMPLE, "shots": 8, "seed": 3}).json()
    assert job["kind"] == "sample"
    request = json.loads(service.finish().request)
    assert (request["shots"], request["seed"], request["parameters"]) == (8, 3, [0.1, 0.2])
    assert service.submit({**SAMPLE, "shots": 8, "seed": 3}).json()["source"] == "cache"
    assert service.submit({**SAMPLE, "shots": 9, "seed": 3}).json()["source"] == "computed"
    assert service.submit(SAMPLE).json()["digest"] is None
    refused(service.submit({**SAMPLE, "shots": 0}), 422, "greater_than_equal")


def test_entries_take_options_but_none_that_names_a_place(service):
    chosen = {"name": "spsa", "blocking": True}
    service.submit({**SOLVE, "options": {"optimizer": chosen}})
    assert json.loads(service.finish().request)["options"]["optimizer"] == chosen
    for option in (*sorted(REFUSED_OPTIONS), "__class__", "a b"):
        body = {**SOLVE, "options": {"optimizer": {"name": "optuna-cmaes", option: "x"}}}
        bad = refused(service.submit(body), 422, "refused_option")
        assert bad["pointer"] == "/options/optimizer"


def test_jobs_are_found_by_their_tags(service):
    one = service.submit({**SOLVE, "tags": ["paper", "ring", "paper"]}).json()
    service.finish(replace(DONE, usage={"evaluations": 30}))
    two = service.submit({**SOLVE, "tags": ["ring"], "seed": 8}).json()
    assert (one["tags"], two["tags"]) == (["paper", "ring"], ["ring"])

    def found(tag, key=None):
        answer = service.ask("GET", "/v1/jobs", key, params={"tag": tag}).json()
        return [job["id"] for job in answer["jobs"]]

    assert (found("ring"), found("paper")) == ([two["id"], one["id"]], [one["id"]])
    assert found("ring", service.keys.add("birch")) == []
    usage = service.ask("GET", "/v1/usage", params={"by": "tag"}).json()["usage"]
    assert [(each["tag"], each["jobs"], each.get("evaluations")) for each in usage] == [
        ("paper", 1, 30),
        ("ring", 2, 30),
    ]
    assert service.ask("DELETE", f"/v1/jobs/{one['id']}").status_code == 204
    assert found("paper") == []
    refused(service.submit({**SOLVE, "tags": ["a\nb"]}), 422, "string_pattern_mismatch")
    refused(service.submit({**SOLVE, "tags": ["a"] * 17}), 422, "too_long")
