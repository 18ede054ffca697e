"""Mutated requests for every route: answers are as the description says, and never failures."""

from __future__ import annotations

import json
import random
import re

from tests.angles.angle_samples import content
from tests.service.test_api import HOOK, PROBLEM, SOLVE, body_of, refused, service

__all__ = ["service"]

REQUESTS = 400
BODIES = (
    SOLVE,
    [SOLVE, {**SOLVE, "seed": 8}],
    {**SOLVE, "options": {"p": 2, "optimizer": {"name": "spsa", "blocking": True}}, "tags": ["a"]},
    {"kind": "evaluate", "problem": PROBLEM, "options": {"p": 1}, "points": [[0.1, 0.2]]},
    {"kind": "sample", "problem": PROBLEM, "options": {"p": 1}, "parameters": [0.1, 0.2]},
    {"kind": "angles.learn", "model": "cubic", "problems": [PROBLEM], "p": 1},
    {"kind": "models.evaluate", "model": "cubic", "version": 1, "problems": [PROBLEM, PROBLEM]},
)
ODD = (
    None, True, False, 0, -1, 1, 2**31, 2**53, -(2**63), 10**40, 0.5, -0.0, 1e308, "", "0", "null",
    "a" * 300, "é\u2028", "\x00", "\ud800", "../../etc/passwd", "' OR 1=1 --", [], [[]], {},
    {"": 0}, [None], {"kind": "solve"}, "maxcut", "model:cubic@champion", "model:x@9", "NaN",
)  # fmt: skip
TEXTS = ("x", "%00", "..", "1", "0" * 36, "champion", "cubic", "é", "a" * 200, "%F0%9F%98%80", "-1")
QUERIES = ("limit", "status", "kind", "tag", "created_after", "cursor", "ids", "days", "by")


def mutated(value, dice):
    """The value with one part replaced, removed, repeated or added."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        value = dict(value)
        name = dice.choice(sorted(value))
        kind = dice.random()
        if kind < 0.1:
            del value[name]
        elif kind < 0.2:
            value[dice.choice(("x", "options", "path", "url", "seed", "kind"))] = dice.choice(ODD)
        else:
            value[name] = mutated(value[name], dice)
        return value
    if isinstance(value, list) and value and dice.random() < 0.8:
        value = list(value)
        place = dice.randrange(len(value))
        value[place] = mutated(value[place], dice)
        return value * dice.choice((1, 1, 1, 60))
    return dice.choice(ODD)


def test_mutated_requests_get_a_described_answer(service):
    """As schemathesis sends them (`make fuzz`), with one seed and without its time."""
    dice = random.Random(20261201)
    schema = service.client.get("/openapi.json").json()
    job = service.submit().json()["id"]
    service.webhooks.add("amber", HOOK["url"])
    angles = json.loads(content())["angles"]
    made = service.ask("POST", "/v1/models/cubic/versions", json={"angles": angles})
    assert made.status_code == 201
    operations = [
        (method, path)
        for path, methods in schema["paths"].items()
        for method in methods
        if not path.endswith("/events")
    ]
    known = {"job": job, "name": "cubic", "version": "1", "alias": "champion"}
    statuses = set()
    for number in range(REQUESTS):
        method, path = operations[number % len(operations)]
        target = re.sub(
            r"{(\w+)}",
            lambda found: known.get(found[1], "x") if dice.random() < 0.7 else dice.choice(TEXTS),
            path,
        )
        options = {"headers": {"X-Request-ID": "a"}}
        if method in ("post", "put"):
            whole = (
                dice.choice(BODIES) if path in ("/v1/jobs", "/v1/jobs/estimate") else body_of(path)
            )
            body = mutated(whole, dice)
            options["content"] = json.dumps(body).encode()
            options["headers"]["Content-Type"] = "application/json"
        else:
            options["params"] = {
                dice.choice(QUERIES): str(dice.choice((*TEXTS[:6], 0.01, "nan", "2026", "tag")))
                for _ in range(dice.randrange(3))
            }
        answer = service.ask(method.upper(), target, **options)
        described = schema["paths"][path][method]["responses"]
        status = str(answer.status_code)
        # A path with odd texts may be that of another route, or of none.
        assert status in described or status in ("404", "405"), (
            method,
            target,
            options,
            answer.text,
        )
        assert answer.status_code < 500, (method, target, options, answer.text)
        if answer.status_code >= 400:
            refused(answer, answer.status_code, answer.json()["code"])
            assert "Traceback" not in answer.text
        statuses.add(answer.status_code)
    assert {200, 201, 202, 404, 422} <= statuses
    assert service.submit({**SOLVE, "seed": 99}).status_code == 202
