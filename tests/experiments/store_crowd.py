"""A process that adds trials and works on them beside others: STORAGE NAME NUMBER START."""

import json
import sys
import time

from hybridq.experiments.store.store import Store
from tests.experiments.store_samples import create, outcome, planned

COUNT = 24


def main(storage, number, start):
    while time.time() < start:
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
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
