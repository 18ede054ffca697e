"""A process of a slot that does what the request says, without any solver."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


class Interrupted(BaseException):
    """SIGTERM."""


def interrupt(*_):
    raise Interrupted


def send(message):
    print(json.dumps(message), flush=True)


def run(request, journal):
    """Do one job; each evaluation appends a line to the journal."""
    kind = request["do"]
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "fail":
        return {"state": "failed", "error": {"code": "toy", "detail": "as asked"}}
    if kind == "environment":
        return done(sorted(os.environ))
    if kind == "gate":
        send({"progress": {"evaluations": 0}})
        gate = Path(request["path"])
        while not gate.exists():
            time.sleep(0.01)
        gate.with_suffix(".passed").touch()
        return done("through")
    if kind == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    count = len(Path(journal).read_text().splitlines()) if Path(journal).exists() else 0
    while count < request.get("steps", 10**9):
        with Path(journal).open("a") as file:
            file.write(f"{os.getpid()}\n")
        count += 1
        send({"progress": {"evaluations": count}})
        time.sleep(request.get("pause", 0.0))
    return done(count)


def done(found):
    return {"state": "completed", "result": json.dumps(found), "usage": {}, "reusable": True}


def read_lines(lines):
    """End at once when the input ends, as the real one does."""
    for line in sys.stdin:
        lines.append(line)
    os._exit(0)


def main():
    signal.signal(signal.SIGTERM, interrupt)
    lines = []
    threading.Thread(target=read_lines, args=(lines,), daemon=True).start()
    send({"ready": True})
    while True:
        if not lines:
            time.sleep(0.005)
            continue
        message = json.loads(lines.pop(0))
        try:
            end = run(message["request"], message["journal"])
        except Interrupted:
            end = {"state": "interrupted"}
        send({"end": end})


if __name__ == "__main__":
    main()
