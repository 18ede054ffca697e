"""A PostgreSQL server of one's own, in a temporary folder, for tests and trials by hand."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg


def server_programs():
    """The folder of initdb and postgres, the newest one; None where they are not installed."""

    def version(folder):
        return [int(part) for part in folder.parent.name.split(".") if part.isdigit()]

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version)
    if found:
        return found[-1]
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


class PrivatePostgresql:
    """Begun by `with`, ended and removed after it.

    The server refuses to run as root; then it runs as the user postgres or nobody.
    """

    def __init__(self):
        self.programs = server_programs()
        self.folder = Path(tempfile.mkdtemp(prefix="hybridq-pg-"))
        self.data = self.folder / "data"
        self.port = _free_port()
        self._user = _other_user() if os.geteuid() == 0 else None
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)

    def __enter__(self):
        try:
            self._run("initdb", "-D", self.data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop("immediate", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Begin, and wait until connections are taken."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c fsync=off"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "-t", "60", "start")

    def stop(self, mode="fast", check=True):
        """End; ``immediate`` is as a crash."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop", check=check)

    def restart(self, mode="immediate"):
        """End and begin again."""
        self.stop(mode)
        self.start()

    def kill(self):
        """SIGKILL all of its processes."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, others)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_lives, (first, *others))):
            time.sleep(0.01)
        # Their locks name a process, which a slow parent may not have reaped yet.
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink()

    @property
    def url(self):
        """The URL of its only database."""
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def emptied(self):
        """The URL, once all studies of Optuna there are deleted; its tables stay."""
        with psycopg.connect(self.url) as connection:
            if connection.execute("SELECT to_regclass('studies')").fetchone()[0]:
                connection.execute("TRUNCATE studies CASCADE")
        return self.url

    def _run(self, program, *arguments, check=True):
        kinds = {"user": self._user.pw_uid, "group": self._user.pw_gid} if self._user else {}
        if self._user:
            kinds["extra_groups"] = []
        done = subprocess.run(
            [str(self.programs / program), *map(str, arguments)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "output").open("ab"),
            stderr=subprocess.STDOUT,
            check=False,
            **kinds,
        )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {(self.folder / 'output').read_text()[-2000:]}")


def _lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _other_user():
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither a user postgres nor a user nobody is there to run PostgreSQL")
