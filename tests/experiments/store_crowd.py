"""A process that adds trials and works on them at the same time as others: STORAGE NUMBER FOLDER.

It creates ``ready-NUMBER`` in the folder and begins when ``go`` is there.
"""

import json
import sys
import time
from pathlib import Path

from hybridq.experiments.store.store import Store
from tests.experiments.store_samples import create, outcome, planned

COUNT = 24


def main(storage, number, folder):
    (folder / f"ready-{number}").touch()
    while not (folder / "go").exists():
        time.sleep(0.001)
    done, worker = [], f"w{number}"
    with Store.open(storage) as store:
        experiment = create(store, trials=planned(COUNT))
        experiment.beat(worker)
        added = experiment.enqueue(planned(COUNT))
        while claimed := experiment.claim(worker):
            assert experiment.finish(claimed, outcome(claimed.conditions["index"] / 100))
            done.append(claimed.conditions["index"])
    print(json.dumps({"added": added, "done": done}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
