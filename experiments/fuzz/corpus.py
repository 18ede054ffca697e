"""Hostile requests to the job service, and the statuses that refuse them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

KIBI = 2**10
MEBI = 2**20

RING = {"nodes": 5, "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]}
PROBLEM = {"kind": "maxcut", "content": RING}
SOLVE: dict[str, Any] = {"kind": "solve", "problem": PROBLEM, "options": {"p": 1}, "seed": 7}


@dataclass(frozen=True)
class Hostile:
    """One request: its name, its bytes after the head of Authorization, and the right statuses.

    Where `head` is given, it takes the place of Content-Type and Content-Length.
    """

    name: str
    body: bytes
    statuses: tuple[int, ...]
    head: str | None = None
    path: str = "/v1/jobs"
    method: str = "POST"

    def raw(self, key: str) -> bytes:
        """Return the request as it is sent."""
        head = self.head
        if head is None:
            head = f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        start = f"{self.method} {self.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        return f"{start}Authorization: Bearer {key}\r\n{head}\r\n".encode() + self.body


def _solve(**changes: Any) -> bytes:
    return json.dumps({**SOLVE, **changes}).encode()


def _content(content: Any) -> bytes:
    return _solve(problem={"kind": "maxcut", "content": content})


def _text(content: bytes) -> bytes:
    """Return a submission with a content that is JSON as it stands."""
    return _solve(problem={"kind": "maxcut", "content": 0}).replace(
        b'"content": 0', b'"content": ' + content
    )


def _chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def corpus() -> list[Hostile]:
    """Return all requests; statuses of 200 and 202 mean that a process refuses it later."""
    json_head = "Content-Type: application/json\r\n"
    chunked = f"{json_head}Transfer-Encoding: chunked\r\n"
    length = f"{json_head}Content-Length: "
    nested = b"[" * 5000 + b"]" * 5000
    edges = [[0, k] for k in range(1, 90_000)]
    inner: dict[str, Any] = {"x": {}}
    for _ in range(40):
        inner = {"x": inner}
    many = b'{"kind":"solve","problem":{"kind":"maxcut","content":"0 1"}},'
    angles: dict[str, Any] = {"angles": {"angles": [0.1] * 100_000}}
    return [
        Hostile("nested lists", nested, (400,)),
        Hostile("nested lists without an end", b"[" * MEBI, (400,)),
        Hostile("nested objects", b'{"a":' * 100_000, (400,)),
        Hostile("nested content", _text(nested), (400, 422)),
        Hostile("content that is a little too deep", _content(inner), (422,)),
        Hostile("number of a million digits", _text(b"9" * (MEBI - KIBI)), (400, 422)),
        Hostile("numbers of many digits", _text(b"[%s]" % b",".join([b"9" * 4000] * 250)), (202,)),
        Hostile("exponent beyond floats", _text(b"[1e999999]"), (202, 400, 422)),
        Hostile("no numbers", _text(b"[NaN, Infinity, -Infinity]"), (202, 400, 422)),
        Hostile("huge list", _text(b"[%s1]" % (b"1," * 300_000)), (422,)),
        Hostile("huge object", _text(json.dumps(dict.fromkeys(map(str, range(90_000)))).encode()),
                (202, 413)),
        Hostile("huge graph", _content({"nodes": 90_000, "edges": edges}), (202, 413)),
        Hostile("graph of 10^9 nodes", _content({"nodes": 10**9, "edges": [[0, 1]]}), (202,)),
        Hostile("text of a graph of 10^9 nodes", _content("p edge 1000000000 1\ne 1 999999999\n"),
                (202,)),
        Hostile("long text", _content("0 1\n" * 250_000), (202, 413)),
        Hostile("blanks", _content(" " * 900_000), (202,)),
        Hostile("body of blanks", b" " * MEBI, (400,)),
        Hostile("body that is too long", b" " * (8 * MEBI), (413,)),
        Hostile("many jobs", b"[%s]" % (many * 15_000)[:-1], (422,)),
        Hostile("many fields", _solve(**{f"f{k}": 0 for k in range(60_000)}), (422,)),
        Hostile("many tags", _solve(tags=["a"] * 200_000), (422,)),
        Hostile("many points", json.dumps({"kind": "evaluate", "problem": PROBLEM,
                "points": [[0.0]] * 16_385}).encode(), (422,)),
        Hostile("repeated fields", b'{"kind":"solve",' + b'"label":"a",' * 80_000 + b'"seed":1}',
                (422,)),
        Hostile("NUL in a label", _solve(label="a\0b"), (422,)),
        Hostile("NUL in a content", _content("0 1\0\n1 2\n"), (200, 202)),
        Hostile("NUL in a name", _solve(problem={**PROBLEM, "name": "a\0b"}), (422,)),
        Hostile("lone surrogate", b'{"kind":"solve","label":"\\ud800"}', (400,)),
        Hostile("bytes that are not UTF-8", b'{"kind":"\xff\xfe\xfd"}', (400,)),
        Hostile("UTF-16", json.dumps(SOLVE).encode("utf-16"), (400,)),
        Hostile("two documents", _solve() + _solve(), (400,)),
        Hostile("empty body", b"", (400,)),
        Hostile("other type", b"kind=solve", (415,),
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n"),
        Hostile("no type", _solve(), (415,), f"Content-Length: {len(_solve())}\r\n"),
        Hostile("compressed", b"\x1f\x8b", (415,), f"{json_head}Content-Encoding: gzip\r\n"
                "Content-Length: 2\r\n"),
        Hostile("length that lies, too long", b"{}", (413,), f"{length}9999999999\r\n"),
        Hostile("length that is negative", b"{}", (400,), f"{length}-1\r\n"),
        Hostile("length that is a word", b"{}", (400,), f"{length}two\r\n"),
        Hostile("two lengths", b"{}", (400,), f"{length}2\r\nContent-Length: 3\r\n"),
        Hostile("chunks that are too many", _chunked(*[b" " * 64 * KIBI] * 64), (411,), chunked),
        Hostile("chunks of one byte", _chunked(*[b" "] * 200_000), (411,), chunked),
        Hostile("chunk with a bad length", b"zz\r\n{}\r\n0\r\n\r\n", (400, 411), chunked),
        Hostile("chunk of 2^63 bytes", b"7fffffffffffffff\r\n{}", (411,), chunked),
        Hostile("huge header", b"", (400, 431), "X-Big: " + "a" * MEBI + "\r\n", "/healthz", "GET"),
        Hostile("many headers", b"", (400, 431), "X-A: b\r\n" * 20_000, "/healthz", "GET"),
        Hostile("huge query", b"", (200, 400), "", "/v1/jobs?" + "a" * 60_000, "GET"),
        Hostile("huge identifier", b"", (400, 404), "", "/v1/jobs/" + "a" * 60_000, "GET"),
        Hostile("identifier with NUL", b"", (404,), "", "/v1/jobs/%00", "GET"),
        Hostile("many identifiers", b"", (400, 422), "",
                "/v1/jobs?ids=" + ",".join(["01a22ff6-dbd8-76a7-8823-cf7f293a2d7a"] * 1000), "GET"),
        Hostile("long wait", b"", (422,), "", "/v1/jobs?wait=1e308", "GET"),
        Hostile("angles of a huge file", json.dumps(angles).encode(), (422,),
                path="/v1/models/x/versions"),
        Hostile("angles nested", b'{"angles":{"a":%s}}' % nested, (400, 422),
                path="/v1/models/x/versions"),
    ]  # fmt: skip
