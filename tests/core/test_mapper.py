"""Tasks on executors: the same results in order, whatever happens to workers."""

import os
import socket
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Event

import pytest

from hybridq.core.errors import HybridqError, OutputError, ParameterError, UnknownNameError
from hybridq.core.executors import open_mapper
from hybridq.core.mapper import Mapper, WorkerLostError, result_of


def inverse(number):
    return 1.0 / number


def end_process_once(task):
    """Return the number, after the end of the first process that came so far."""
    number, marker = task
    if number == 5:
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return number
        os._exit(1)
    return number


class Losing(Executor):
    """An executor whose every third chunk is lost, or that loses all of them."""

    def __init__(self, every):
        self.every, self.sent, self.sizes = every, 0, []

    def submit(self, function, /, *args):
        future = Future()
        self.sent += 1
        self.sizes.append(len(args[1]))
        if self.sent % self.every == 0:
            future.set_exception(ConnectionError("the worker has gone"))
        else:
            future.set_result(function(*args))
        return future


@pytest.mark.parametrize("name", ["serial", "threads", "processes:2"])
def test_results_come_in_the_order_of_the_tasks(name):
    tasks = range(1, 300)
    if name == "threads":
        with ThreadPoolExecutor(3) as pool, open_mapper(pool) as mapper:
            found, total = mapper.map(inverse, tasks), mapper.sum(inverse, tasks)
    else:
        with open_mapper(name) as mapper:
            found, total = mapper.map(inverse, tasks), mapper.sum(inverse, tasks)
    expected = [inverse(number) for number in tasks]
    assert found == expected
    assert total == sum(expected)  # to the last bit


def test_the_error_of_the_first_task_is_raised():
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        Mapper(pool).map(inverse, [1, 0, 2])
    found = dict(Mapper(None).stream(inverse, [("a", 2), ("b", 0)]))
    assert result_of(found["a"]) == 0.5
    with pytest.raises(ZeroDivisionError):
        result_of(found["b"])


def test_short_tasks_are_sent_many_at_a_time():
    executor = Losing(every=10**9)
    assert Mapper(executor, workers=1).map(inverse, range(1, 2001)) == [
        inverse(number) for number in range(1, 2001)
    ]
    assert len(executor.sizes) < 20
    assert executor.sizes[0] == 1


def test_tasks_of_lost_workers_are_sent_again():
    executor = Losing(every=3)
    assert Mapper(executor, workers=2).map(inverse, range(1, 50)) == [
        inverse(number) for number in range(1, 50)
    ]
    with pytest.raises(WorkerLostError, match="lost 3 times over the same tasks: ConnectionError"):
        Mapper(Losing(every=1)).map(inverse, [1])


def test_an_executor_without_workers_is_given_up(monkeypatch):
    class Deserted(Executor):
        def submit(self, function, /, *args):
            return Future()

    monkeypatch.setattr("hybridq.core.mapper._POLL_SECONDS", 0.0)
    monkeypatch.setattr("hybridq.core.mapper.LONELY_SECONDS", 0)
    with pytest.raises(WorkerLostError, match="has had no worker for 0 s"):
        Mapper(Deserted(), workers_left=lambda: 0).map(inverse, [1])


def test_a_killed_process_is_replaced(tmp_path):
    with open_mapper("processes:2") as mapper:
        tasks = [(number, str(tmp_path / "ended")) for number in range(40)]
        assert mapper.map(end_process_once, tasks) == list(range(40))
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize("stopped", [True, False])
def test_after_ctrl_c_tasks_that_have_begun_are_awaited(monkeypatch, stopped):
    began, stop = Event(), Event() if stopped else None

    def task(number):
        began.set()
        if number and stopped:
            assert stop.wait(60)
        return number

    def interrupted(mapper, flying):
        monkeypatch.undo()
        began.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(Mapper, "_ended", interrupted)
    with ThreadPoolExecutor(2) as pool:
        if stopped:
            found = Mapper(pool).map(task, range(100), stop)
            assert 1 <= len(found) < 100
            assert found == sorted(found)
        else:
            with pytest.raises(KeyboardInterrupt):
                Mapper(pool).map(task, range(100))


def test_what_is_no_executor_is_refused():
    with (
        pytest.raises(UnknownNameError, match="unknown executor 'processs'"),
        open_mapper("processs"),
    ):
        pass
    for bad in ("processes:0", "processes:many", "dask:8786"):
        with pytest.raises(ParameterError, match="executor must be"), open_mapper(bad):
            pass
    with pytest.raises(ParameterError, match="an executor of"):
        Mapper(print)
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(ParameterError, match="give one that is not shut down"):
        Mapper(pool).map(inverse, [1])
    pytest.importorskip("mpi4py")
    if "OMPI_COMM_WORLD_SIZE" not in os.environ:
        with pytest.raises(HybridqError, match="mpirun"), open_mapper("mpi"):
            pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("hybridq.core.executors.CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as other:  # takes calls, and is no scheduler
        for port in (9, other.getsockname()[1]):
            with (
                pytest.raises(OutputError, match="did not answer within 1 s"),
                open_mapper(f"dask://127.0.0.1:{port}"),
            ):
                pass
