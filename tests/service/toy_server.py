"""The workers of a server without its API, with toy processes: URL, folder and slots."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from hybridq.service.queue.changes import Changes, Watch
from hybridq.service.queue.jobs import Queue
from hybridq.service.store.database import Database
from hybridq.service.work.dispatcher import Dispatcher
from hybridq.service.work.slot import Slot

TOY = (sys.executable, str(Path(__file__).with_name("toy_child.py")))


def main():
    """Work until the input ends; print the processes of the slots as they begin."""
    url, folder, slots = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    changes = Changes()
    queue = Queue(Database(url), changes)
    Watch(url, changes)
    made = [Slot(command=TOY) for _ in range(slots)]
    dispatcher = Dispatcher(queue, made, folder)
    dispatcher.start()
    print("ready", flush=True)
    threading.Thread(target=lambda: sys.stdin.read(), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
