"""A real PostgreSQL server that goes away and comes back."""

import pytest

from hybridq.core.errors import OutputError
from hybridq.experiments.records import State
from hybridq.experiments.store.store import Store
from tests.experiments.store_samples import create, outcome, planned


def test_a_server_that_restarts_loses_nothing(postgresql):
    store = Store.open(postgresql.emptied())
    experiment = create(store, trials=planned(3))
    experiment.enqueue(planned(3))
    experiment.finish(experiment.claim("me"), outcome())
    claimed = experiment.claim("me")
    postgresql.stop("immediate")
    try:
        with pytest.raises(OutputError, match=r"failed .*resumes the run") as caught:
            experiment.finish(claimed, outcome())
        assert "\n" not in str(caught.value)
        with pytest.raises(OutputError, match="cannot be reached"):
            Store.open(postgresql.url)
    finally:
        postgresql.start()
    assert experiment.finish(claimed, outcome())
    assert len(experiment.trials([State.DONE])) == 2
    postgresql.restart()  # the connections in hand are of the old server
    assert experiment.claim("me") is not None


def test_a_database_that_is_not_there_is_told(postgresql):
    with pytest.raises(OutputError, match='database "nothing" does not exist'):
        Store.open(postgresql.url.replace("/postgres", "/nothing"))
