"""Run one trial: from its conditions to metrics."""
