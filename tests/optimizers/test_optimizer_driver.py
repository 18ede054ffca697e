from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.optimizers.driver import BATCH_ROWS, Driver, Stop


def make(objective, dimension=1, *, budget=100, **settings):
    driver = Driver(objective, dimension, max_evaluations=budget, **settings)
    driver.begin(0, 1)
    return driver


def replay(numbers):
    """An objective that returns the given numbers one after the other."""
    numbers = iter(numbers)
    return lambda x: next(numbers)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(width=32), min_size=1, max_size=30))
def test_the_best_is_the_first_lowest_finite_value_seen(numbers):
    driver = make(replay(numbers))
    handed = [driver.value(np.array([float(index)])) for index in range(len(numbers))]
    np.testing.assert_array_equal(driver.history, numbers)
    assert all(math.isfinite(value) for value in handed)
    finite = [value for value in numbers if math.isfinite(value)]
    assert driver.not_finite == len(numbers) - len(finite)
    if not finite:
        assert driver.best is None
    else:
        assert driver.best.value == min(finite)
        assert driver.best.evaluation == numbers.index(min(finite))
        assert driver.best.x.tolist() == [driver.best.evaluation]


def test_a_value_that_is_not_finite_becomes_worse_than_all_seen():
    driver = make(replay([5.0, -2.0, math.nan, math.inf, -math.inf]))
    seen = [driver.value(np.zeros(1)) for _ in range(5)]
    assert seen[:2] == [5.0, -2.0]
    assert all(5.0 < value < 1e6 for value in seen[2:])


def test_evaluate_returns_the_value_as_it_is():
    assert math.isnan(make(lambda x: math.nan).evaluate(np.zeros(1)))


def test_a_request_beyond_the_budget_stops_and_keeps_stopping():
    calls = []
    driver = make(lambda x: calls.append(1) or 1.0, budget=2)
    driver.value(np.zeros(1))
    driver.value(np.zeros(1))
    for _ in range(3):
        with pytest.raises(Stop):
            driver.value(np.zeros(1))
    assert len(calls) == driver.evaluations == 2
    assert driver.stopped == "max_evaluations"


def test_no_except_exception_can_swallow_the_stop():
    assert not issubclass(Stop, Exception)


def test_starts_share_the_budget_equally_and_pass_on_what_is_left():
    driver = Driver(lambda x: 1.0, 1, max_evaluations=10)
    assert driver.begin(0, 3)
    assert driver.remaining == 4
    driver.value(np.zeros(1))  # the first start converges after one
    assert driver.begin(1, 2)
    assert driver.remaining == 5
    assert driver.begin(2, 1)
    assert driver.remaining == 9
    for _ in range(9):
        driver.value(np.zeros(1))
    assert not driver.begin(3, 1)


def test_an_objective_may_spoil_its_argument():
    def spoils(x):
        value = float(x[0])
        x[:] = 99.0
        return value

    driver = make(spoils)
    point = np.array([3.0])
    driver.value(point)
    assert point.tolist() == [3.0]
    assert driver.best.x.tolist() == [3.0]


def test_a_method_may_reuse_the_memory_of_its_point():
    driver = make(lambda x: float(x[0]))
    point = np.array([3.0])
    driver.value(point)
    point[:] = 7.0
    assert driver.best.x.tolist() == [3.0]


class Buffered:
    """Hands out one gradient buffer again and again."""

    buffer = np.zeros(2)

    def __call__(self, x):
        return float(x @ x)

    def value_and_gradient(self, x):
        self.buffer[:] = 2.0 * x
        return self(x), self.buffer


def test_an_objective_may_reuse_the_memory_of_its_gradient():
    driver = make(Buffered(), 2)
    _, first = driver.value_and_gradient(np.array([1.0, 2.0]))
    driver.value_and_gradient(np.array([5.0, 6.0]))
    assert first.tolist() == [2.0, 4.0]
    assert driver.evaluations == driver.gradients == 2


def test_a_gradient_that_is_not_finite_is_replaced_with_the_penalty():
    class Bad(Buffered):
        def value_and_gradient(self, x):
            return 1.0, np.array([math.nan, 0.0])

    driver = make(Bad(), 2)
    value, gradient = driver.value_and_gradient(np.zeros(2))
    assert value > 1.0
    assert gradient.tolist() == [0.0, 0.0]
    assert driver.history.tolist() == [1.0]


def test_points_are_clipped_into_the_bounds():
    asked = []
    driver = make(
        lambda x: asked.append(x.tolist()) or float(x.sum()),
        2,
        bounds=np.array([[-1.0, 1.0], [0.0, 2.0]]),
    )
    driver.value(np.array([5.0, -5.0]))
    assert asked == [[1.0, 0.0]]
    assert driver.best.x.tolist() == [1.0, 0.0]


class Batch:
    """Sum of the coordinates, row by row, noting the sizes of batches."""

    def __init__(self):
        self.sizes = []

    def __call__(self, x):
        return float(x.sum())

    def values(self, points):
        self.sizes.append(len(points))
        return points.sum(axis=1)


def test_a_batch_equals_its_rows():
    points = np.random.default_rng(0).normal(size=(2 * BATCH_ROWS + 3, 2))
    objective = Batch()
    driver = make(objective, 2)
    np.testing.assert_array_equal(driver.values(points), points.sum(axis=1))
    np.testing.assert_array_equal(driver.history, points.sum(axis=1))
    assert objective.sizes == [BATCH_ROWS, BATCH_ROWS, 3]
    assert driver.best.evaluation == np.argmin(points.sum(axis=1))


def test_a_batch_beyond_the_budget_is_evaluated_as_far_as_it_goes():
    driver = make(Batch(), 2, budget=5)
    with pytest.raises(Stop):
        driver.values(np.ones((9, 2)))
    assert driver.evaluations == 5
    assert driver.stopped == "max_evaluations"


def test_a_batch_that_reaches_the_target_is_recorded_whole():
    driver = make(Batch(), 1, target=0.0)
    with pytest.raises(Stop):
        driver.values(np.array([[1.0], [-1.0], [-2.0]]))
    assert driver.stopped == "target"
    assert driver.history.tolist() == [1.0, -1.0, -2.0]
    assert driver.best.value == -2.0


@pytest.mark.parametrize("value", [2, np.float32(2.0), np.array(2.0), np.array([2.0])])
def test_any_single_real_number_is_a_value(value):
    result = make(lambda x: value).value(np.zeros(1))
    assert result == 2.0
    assert type(result) is float


@pytest.mark.parametrize("value", [None, "2", 1j, np.zeros(2), np.zeros(0), {}])
def test_anything_else_is_refused(value):
    with pytest.raises(ParameterError, match="one real number"):
        make(lambda x: value).value(np.zeros(1))


def test_wrong_shapes_from_the_objective_are_refused():
    class Wrong(Batch):
        def values(self, points):
            return np.zeros(1)

        def value_and_gradient(self, x):
            return 0.0, np.zeros(3)

    with pytest.raises(DimensionError, match=r"shape \(2,\)"):
        make(Wrong(), 2).value_and_gradient(np.zeros(2))
    with pytest.raises(DimensionError, match="4 points"):
        make(Wrong(), 2).values(np.zeros((4, 2)))


def test_only_true_itself_from_a_callback_ends_the_search():
    driver = make(lambda x: 1.0, callback=lambda record: 1)
    assert driver.value(np.zeros(1)) == 1.0
    driver = make(lambda x: 1.0, callback=lambda record: np.True_)
    with pytest.raises(Stop):
        driver.value(np.zeros(1))


def test_a_record_carries_the_gradient_where_there_is_one():
    records = []
    driver = make(Buffered(), 2, callback=records.append)
    driver.value(np.array([1.0, 0.0]))
    driver.value_and_gradient(np.array([0.0, 3.0]))
    assert records[0].gradient is None
    assert records[1].gradient.tolist() == [0.0, 6.0]
    assert records[1].best_value == 1.0
    with pytest.raises(ValueError, match="read-only"):
        records[1].best_x[0] = 5.0
