"""Requests that schemathesis makes from the description of the API, on both databases.

`python -m experiments.fuzz SCHEMATHESIS [--examples 200] [--database sqlite postgresql]`, where
SCHEMATHESIS is its program, starts a server on loopback for each database and sends so many
requests of each kind for each operation: valid ones, invalid ones, and sequences. Answers must be
as described, invalid requests refused, and valid ones accepted. Streams of events, which do not
end, are left out. Ends with status 1 if a check fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import networkx as nx

import hybridq as hq
from hybridq.angles.aliases import Promotion
from hybridq.angles.content import content_of
from hybridq.service.keys import SCOPES, Keys
from hybridq.service.store.database import Database
from tests.experiments.private_postgresql import PrivatePostgresql

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MODEL = "cubic"
LIMITS = ["--rate", "1000000", "--burst", "1000000"]


def fuzz(program: str, url: str, folder: str, examples: int, seed: int) -> bool:
    """Start a server, run schemathesis against it, and return whether all checks hold."""
    with Database(url) as database:
        key = Keys(database).add("fuzz", scopes=SCOPES)
    command = [sys.executable, "-m", "hybridq", "serve", "--port", "0", "--slots", "1"]
    server = subprocess.Popen(
        [*command, "--database", url, *LIMITS],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[0]
        registered(hq.Client(address, key))
        environment = {
            **os.environ,
            "FUZZ_MODEL": MODEL,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "experiments.fuzz.hooks",
        }
        options = [f"{address}/openapi.json", "--max-examples", str(examples), "--seed", str(seed)]
        options += ["--exclude-path-regex", "events$", "--header", f"Authorization: Bearer {key}"]
        options += ["--warnings", "off", "--generation-database", "none", "--request-timeout", "30"]
        done = subprocess.run(
            [program, "--config-file", HERE / "schemathesis.toml", "--no-color", "run", *options],
            env=environment,
            cwd=folder,
        )
        return done.returncode == 0 and server.poll() is None
    finally:
        server.terminate()
        server.wait()


def registered(client: hq.Client) -> None:
    """Register a model with two versions and an alias."""
    problems = [hq.MaxCut(nx.random_regular_graph(3, 8, seed=seed)) for seed in range(2)]
    for number in (1, 2):
        learned = hq.learn_angles(problems[:number], 1, name=MODEL)
        client.models.register(MODEL, content_of(learned))
    for version in (1, 2):
        client.models.promote(MODEL, Promotion(version, force=True, reason="fuzz"))


def main() -> int:
    """Run on each database."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="schemathesis")
    parser.add_argument("--examples", type=int, default=200, help="of each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", nargs="*", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    good = True
    for kind in asked.database:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            os.environ["XDG_CACHE_HOME"] = folder  # for journals, which end with the folder
            url = f"sqlite:///{folder}/jobs.db"
            if kind == "postgresql":
                url = stack.enter_context(PrivatePostgresql()).url
            print(kind, flush=True)
            good &= fuzz(os.path.abspath(asked.program), url, folder, asked.examples, asked.seed)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
