"""The Gaussian process and the expected gain, against dense formulas and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.optimizers import gaussian_process
from hybridq.optimizers.expected_gain import ExpectedGain, best_point, log_h
from hybridq.optimizers.gaussian_process import FLAT, JITTER, Embedding, GaussianProcess

PERIODS = np.array([np.pi / 2, np.inf, 6.0])
WIDTHS = np.array([1.0, 3.0, 2.0])


def process_of(count, seed=0, errors=0.1):
    """A process with values of a sum of cosines at random points."""
    rng = np.random.default_rng(seed)
    process = GaussianProcess(Embedding(PERIODS, WIDTHS))
    units = rng.uniform(-3.0, 3.0, (count, 3))
    values = np.cos(units).sum(axis=1) + errors * rng.standard_normal(count)
    process.add(units, values, np.full(count, errors))
    return process, units, values


def kernel_by_hand(x, y, lengths, amplitude):
    """The product of the docstring, factor by factor."""
    k = amplitude**2
    for a, b, period, width, length in zip(x, y, PERIODS, WIDTHS, lengths, strict=True):
        if np.isfinite(period):
            k *= np.exp(-2.0 * np.sin(np.pi * (a - b) / period) ** 2 / length**2)
        else:
            k *= np.exp(-((2.0 * np.pi * (a - b) / width) ** 2) / (2.0 * length**2))
    return k


def hyperparameters(process):
    theta = np.exp(process.hyperparameters)
    return theta[:-2], theta[-2], theta[-1]


points = st.lists(
    st.lists(st.floats(-20.0, 20.0), min_size=3, max_size=3), min_size=2, max_size=12
).map(np.array)


@given(points)
@settings(max_examples=25, deadline=None)
def test_the_kernel_is_the_product_of_the_docstring(x):
    process, _, _ = process_of(5)
    lengths, amplitude, _ = hyperparameters(process)
    scale = Embedding(PERIODS, WIDTHS).scale
    process.add(x / scale, np.arange(len(x)) % 3.0, np.full(len(x), 0.1))
    lengths, amplitude, _ = hyperparameters(process)
    ours = process.covariance(x / scale)[:, -len(x) :] - FLAT
    for i, a in enumerate(x):
        for j, b in enumerate(x):
            assert ours[i, j] == pytest.approx(kernel_by_hand(a, b, lengths, amplitude), abs=1e-9)


@given(points, st.lists(st.integers(-3, 3), min_size=2, max_size=2))
@settings(max_examples=25, deadline=None)
def test_whole_periods_change_no_prediction(x, turns):
    process, _, _ = process_of(6)
    scale = Embedding(PERIODS, WIDTHS).scale
    moved = x + np.array([turns[0] * PERIODS[0], 0.0, turns[1] * PERIODS[2]])
    np.testing.assert_allclose(process.mean(moved / scale), process.mean(x / scale), atol=1e-8)


@given(points)
@settings(max_examples=25, deadline=None)
def test_the_kernel_is_positive_semidefinite(x):
    process, _, _ = process_of(4)
    units = np.vstack([x, x + 1e-3])
    process.add(units, np.sin(units).sum(axis=1), np.full(len(units), 0.1))
    kernel = process.covariance(process.units) - FLAT
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9 * np.trace(kernel)


def dense(process, units, values, errors, at):
    """Mean and covariance at rows by explicit inverses; values in the unit of the process."""
    lengths, amplitude, extra = hyperparameters(process)
    scale = Embedding(PERIODS, WIDTHS).scale

    def k(left, right):
        return np.array(
            [[kernel_by_hand(a, b, lengths, amplitude) + FLAT for b in right] for a in left]
        )

    x, y = units * scale, at * scale
    noise = errors**2 / process.unit**2 + extra**2 + JITTER
    inverse = np.linalg.inv(k(x, x) + np.diag(noise))
    cross = k(y, x)
    standardized = (values - process.shift) / process.unit
    return cross @ inverse @ standardized, k(y, y) - cross @ inverse @ cross.T


@pytest.mark.parametrize("count", [3, 17])
def test_the_posterior_is_that_of_the_dense_formula(count):
    process, units, values = process_of(count)
    at = np.random.default_rng(1).uniform(-3.0, 3.0, (6, 3))
    mean, covariance = dense(process, units, values, np.full(count, 0.1), at)
    np.testing.assert_allclose(process.mean(at), mean, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(process.variance(at), np.diag(covariance), rtol=1e-6, atol=1e-9)


def test_values_that_extend_the_factor_give_the_posterior_of_all_at_once(monkeypatch):
    monkeypatch.setattr(gaussian_process, "EACH_TIME", 0)
    monkeypatch.setattr(gaussian_process, "GROWTH", 2.0)
    process, units, values = process_of(20)
    rng = np.random.default_rng(2)
    more = rng.uniform(-3.0, 3.0, (7, 3))
    fresh, errors = np.cos(more).sum(axis=1), rng.uniform(0.08, 0.3, 7)
    process.add(more[:4], fresh[:4], errors[:4])
    process.add(more[4:], fresh[4:], errors[4:])
    at = rng.uniform(-3.0, 3.0, (5, 3))
    mean, covariance = dense(
        process, np.vstack([units, more]), np.append(values, fresh),
        np.append(np.full(20, 0.1), errors), at,
    )  # fmt: skip
    np.testing.assert_allclose(process.mean(at), mean, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(process.variance(at), np.diag(covariance), rtol=1e-6, atol=1e-9)


def test_the_loss_is_the_log_density_of_the_values_and_its_gradient_the_slope():
    process, units, values = process_of(9)
    rng = np.random.default_rng(3)
    scale = Embedding(PERIODS, WIDTHS).scale

    def by_hand(theta):
        lengths, amplitude, extra = np.exp(theta[:3]), np.exp(theta[3]), np.exp(theta[4])
        x = units * scale
        k = [[kernel_by_hand(a, b, lengths, amplitude) + FLAT for b in x] for a in x]
        noise = 0.1**2 / process.unit**2 + extra**2 + JITTER
        y = (values - process.shift) / process.unit
        density = scipy.stats.multivariate_normal(np.zeros(9), np.array(k) + noise * np.eye(9))
        median = np.log([0.35 * np.sqrt(3)] * 3 + [1.0, 1e-3])
        prior = scipy.stats.norm(median, [0.5, 0.5, 0.5, 1.0, 1.0])
        return -density.logpdf(y) - prior.logpdf(theta).sum()

    first, second = process.hyperparameters + 0.3 * rng.standard_normal((2, 5))
    ours = process.loss(first)[0] - process.loss(second)[0]
    assert ours == pytest.approx(by_hand(first) - by_hand(second), abs=1e-6)
    slope = scipy.optimize.approx_fprime(first, lambda theta: process.loss(theta)[0], 1e-6)
    np.testing.assert_allclose(process.loss(first)[1], slope, rtol=1e-4, atol=1e-4)


def test_the_lengths_that_are_found_are_those_of_the_function():
    rng = np.random.default_rng(4)
    process = GaussianProcess(Embedding(np.full(2, 2.0 * np.pi), np.full(2, 2.0 * np.pi)))
    units = rng.uniform(-np.pi, np.pi, (60, 2))
    process.add(units, np.cos(4.0 * units[:, 0]) + 0.2 * np.cos(units[:, 1]), np.full(60, 1e-3))
    (fast, slow), _, _ = hyperparameters(process)
    assert slow > 3.0 * fast
    at = rng.uniform(-np.pi, np.pi, (50, 2))
    truth = np.cos(4.0 * at[:, 0]) + 0.2 * np.cos(at[:, 1])
    assert np.abs(process.mean(at) * process.unit + process.shift - truth).max() < 0.15


def test_unknown_noise_is_estimated():
    rng = np.random.default_rng(5)
    process = GaussianProcess(Embedding(np.array([2.0 * np.pi]), np.array([1.0])))
    units = rng.uniform(-np.pi, np.pi, (80, 1))
    values = np.sin(units[:, 0]) + 0.3 * rng.standard_normal(80)
    process.add(units, values, np.full(80, np.nan))
    assert np.sqrt(process.noise) * process.unit == pytest.approx(0.3, rel=0.3)


def test_an_error_of_zero_among_others_is_not_believed():
    process = GaussianProcess(Embedding(np.array([1.0]), np.array([1.0])))
    process.add(np.array([[0.0], [2.0]]), np.array([0.0, 1.0]), np.array([0.0, 0.4]))
    # Its variance is a tenth of the average, 0.08.
    assert process.noise * process.unit**2 == pytest.approx((0.008 + 0.16) / 2.0, rel=0.02)


@pytest.mark.parametrize("z", [-80.0, -30.0, -25.001, -24.999, -9.0, -1.0, 0.0, 1e-9, 2.0, 50.0])
def test_log_h_is_the_integral_it_stands_for(z):
    # h(z) = ∫_0^∞ t φ(t − z) dt = φ(z) ∫_0^∞ t e^{tz − t²/2} dt
    reach = 40.0 / max(-z, 1.0) + max(z, 0.0)
    if z <= 0.0:
        integral, _ = scipy.integrate.quad(lambda t: t * np.exp(t * z - t * t / 2.0), 0.0, reach)
        expected = scipy.stats.norm.logpdf(z) + np.log(integral)
    else:
        integral, _ = scipy.integrate.quad(
            lambda t: t * scipy.stats.norm.pdf(t - z), 0.0, reach, points=[z]
        )
        expected = np.log(integral)
    assert log_h(np.array([z]))[0] == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_the_gain_is_the_mean_over_simulated_values():
    process, units, values = process_of(8, errors=0.4)
    gain = ExpectedGain(process)
    at = np.array([0.4, -1.2, 2.0])
    mean, covariance = dense(
        process, units, values, np.full(8, 0.4), np.vstack([at, units[gain.best]])
    )
    # Draw the value, condition on it, and compare the new means at both points.
    draws = np.random.default_rng(6).standard_normal(400_000)
    total = covariance[0, 0] + process.noise
    moved = np.outer(covariance[:, 0] / np.sqrt(total), draws) + mean[:, np.newaxis]
    gains = np.maximum(moved[1] - moved[0], 0.0)
    error = gains.std() / np.sqrt(len(gains))
    assert np.exp(gain.logarithms(at[np.newaxis])[0]) == pytest.approx(
        gains.mean(), abs=5.0 * error
    )


def test_the_gain_of_knowledge_is_the_mean_over_simulated_functions():
    process, units, values = process_of(8, errors=0.4)
    gain = ExpectedGain(process)
    at = np.array([0.4, -1.2, 2.0])
    mean, covariance = dense(
        process, units, values, np.full(8, 0.4), np.vstack([at, units[gain.best]])
    )
    draws = np.random.default_rng(6).multivariate_normal(mean, covariance, 400_000)
    gains = np.maximum(draws[:, 1] - draws[:, 0], 0.0)
    error = gains.std() / np.sqrt(len(gains))
    known = gain.of_knowledge(at[np.newaxis])[0]
    assert known == pytest.approx(gains.mean(), abs=5.0 * error)
    assert known > np.exp(gain.logarithms(at[np.newaxis])[0])


def test_the_gradient_of_the_gain_is_its_slope():
    process, _, _ = process_of(8)
    gain = ExpectedGain(process)
    for unit in np.random.default_rng(7).uniform(-3.0, 3.0, (5, 3)):
        value, slope = gain.logarithm(unit)
        assert value == pytest.approx(gain.logarithms(unit[np.newaxis])[0], abs=1e-9)
        expected = scipy.optimize.approx_fprime(unit, lambda u: gain.logarithm(u)[0], 1e-6)
        np.testing.assert_allclose(slope, expected, rtol=1e-3, atol=1e-4)


def test_the_best_point_beats_a_fine_grid():
    process = GaussianProcess(Embedding(np.full(2, 2.0 * np.pi), np.full(2, 1.0)))
    units = np.random.default_rng(8).uniform(-np.pi, np.pi, (9, 2))
    process.add(units, -np.cos(units).sum(axis=1), np.full(9, 0.01))
    low, high = np.full(2, -np.pi), np.full(2, np.pi)
    point, most = best_point(process, low, high, np.random.default_rng(0))
    axis = np.linspace(-np.pi, np.pi, 101)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    gain = ExpectedGain(process)
    assert gain.logarithm(point)[0] >= gain.logarithms(grid).max() - 1e-6
    assert most == pytest.approx(gain.of_knowledge(grid).max(), rel=0.05)
    assert ((low <= point) & (point <= high)).all()


def test_an_imagined_value_leaves_the_mean_and_lowers_the_variance():
    process, _, _ = process_of(10)
    at = np.array([0.2, 0.1, -0.4])
    near = np.vstack([at, at + 0.05, at + 3.0])
    imagined = process.imagined(at)
    np.testing.assert_allclose(imagined.mean(near), process.mean(near), atol=1e-7)
    before, after = process.variance(near), imagined.variance(near)
    assert (after <= before + 1e-9).all()
    assert after[0] < 0.7 * before[0]
    assert len(process.units) == 10
