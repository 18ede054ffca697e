"""One server: the API and its workers in one process, until a signal ends it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass

from hybridq.core import memory
from hybridq.core.errors import MissingExtraError, OutputError, ParameterError, Setting
from hybridq.core.processes import cores
from hybridq.experiments.running.journals import journal_folder
from hybridq.experiments.running.stop_request import handle_signals, termination_signals
from hybridq.service.connection import is_loopback
from hybridq.service.webhooks.targets import Targets

DEFAULT_DATABASE = "sqlite:///hybridq-serve.db"

_LEAST_MEMORY = 2**30  # bytes for the libraries and kernels of a slot
_CLOSING_SECONDS = 3
_ARENA_MAX, _ARENAS = -8, 2  # M_ARENA_MAX of malloc.h


@dataclass(frozen=True)
class ServerSettings:
    """Settings of a server.

    Args:
        host: address to bind.
        port: port to bind; 0 for a free one.
        database: an SQLite file or a PostgreSQL server.
        slots: jobs at a time; one for each core by default.
        memory: most bytes of each slot; an equal share of what is free by default.
        rate: requests a second of one key.
        burst: requests of one key at once after a pause.
        behind_proxy: another server ends TLS and passes requests on.
        tls_cert: file of the certificate.
        tls_key: file of its key.
        webhook_host: names of hosts that webhooks may have, with a port if it is not 443.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    database: str = DEFAULT_DATABASE
    slots: int | None = None
    memory: int | None = None
    rate: float = 50.0
    burst: int = 200
    behind_proxy: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None
    webhook_host: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            missing = "tls_key" if self.tls_key is None else "tls_cert"
            raise ParameterError(
                (Setting("tls_cert"), " and ", Setting("tls_key"), " must be given together"),
                argument=missing,
            )
        if not (is_loopback(self.host) or self.tls_cert or self.behind_proxy):
            raise ParameterError(
                argument="host",
                value=self.host,
                expected="a loopback address, since keys would cross the network unencrypted",
                remedy=(
                    "give ",
                    Setting("tls_cert"),
                    " and ",
                    Setting("tls_key"),
                    ", or ",
                    Setting("behind_proxy"),
                    " where another server ends TLS",
                ),
            )
        Targets(self.webhook_host)  # checked

    @property
    def slot_count(self) -> int:
        """Number of jobs that run at a time."""
        return cores() if self.slots is None else self.slots

    @property
    def slot_memory(self) -> int | None:
        """Most bytes of each slot, None where it is not known what is free."""
        if self.memory is not None:
            return self.memory
        free = memory.available_bytes()
        return None if free is None else max(_LEAST_MEMORY, free // max(1, self.slot_count))


def serve(settings: ServerSettings, on_ready: Callable[[str], None]) -> None:
    """Answer requests and run jobs until SIGINT or SIGTERM.

    Running jobs then return to the queue, with the journals of their searches.

    Args:
        settings: of the server.
        on_ready: called with the URL once requests are answered.

    Raises:
        MissingExtraError: FastAPI or uvicorn is not installed.
        OutputError: the database or the address cannot be used.
        ParameterError: the database is not of a kind that serves.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError as error:
        name = error.name or "fastapi"
        raise MissingExtraError(name, "serve", "the job service") from None
    from hybridq.service.api.app import create_app
    from hybridq.service.api.protocol import BOUNDED
    from hybridq.service.keys import Keys
    from hybridq.service.queue.changes import Changes, Watch
    from hybridq.service.queue.jobs import Queue
    from hybridq.service.store.database import Database
    from hybridq.service.webhooks.sender import Sender
    from hybridq.service.work.catalog import CatalogProcess
    from hybridq.service.work.dispatcher import Dispatcher
    from hybridq.service.work.effects import EFFECTS
    from hybridq.service.work.slot import Slot

    targets = Targets(settings.webhook_host)

    _share_arenas()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            memory.leave_uncollected()
            if self.started:
                on_ready(url)

    with ExitStack() as stack:
        listener = stack.enter_context(closing(_bound(settings.host, settings.port)))
        scheme = "http" if settings.tls_cert is None else "https"
        name, port = listener.getsockname()[:2]
        url = f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"
        changes = Changes()
        database = stack.enter_context(Database(settings.database))
        queue = Queue(database, changes, EFFECTS)
        stack.enter_context(closing(Watch(settings.database, changes)))
        threads = max(1, cores() // max(1, settings.slot_count))
        slots = [
            Slot(threads=threads, memory=settings.slot_memory) for _ in range(settings.slot_count)
        ]
        workers = Dispatcher(queue, slots, journal_folder(settings.database, "jobs"))
        catalog = CatalogProcess()
        config = uvicorn.Config(
            create_app(
                queue,
                workers=workers,
                catalog=catalog,
                rate=settings.rate,
                burst=settings.burst,
                targets=targets,
            ),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.behind_proxy,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            **BOUNDED,
        )
        # uvicorn raises the signal that ended it once more, which must not skip what follows.
        signals = [*termination_signals(), signal.SIGINT]
        stack.enter_context(handle_signals(dict.fromkeys(signals, lambda: None)))
        workers.start()
        stack.callback(workers.close)
        stack.callback(catalog.begin().cancel)
        if targets:
            stack.enter_context(closing(Sender(queue, Keys(database).secret_of, targets)))
        Server(config).run(sockets=[listener])


def _share_arenas() -> None:
    """Let all threads of this process allocate from the same few heaps.

    Else each keeps what its largest request took. Without effect where the C library is not glibc.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def check(settings: ServerSettings) -> None:
    """Check that a server could start: address, database and folder of journals.

    Raises:
        OutputError: one of them cannot be used.
    """
    from hybridq.service.queue.jobs import Queue
    from hybridq.service.store.database import Database

    _bound(settings.host, settings.port).close()
    with Database(settings.database) as database:
        Queue(database).counts()
    folder = journal_folder(settings.database, "jobs")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror}") from None


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to the address.

    Raises:
        OutputError: it is in use, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Accepted connections inherit it; asyncio sets it only where the protocol is named.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise OutputError(
            f"{host}:{port} cannot be bound: {error.strerror or error}; choose another port"
        ) from None
