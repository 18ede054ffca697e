"""Experiments: a config becomes trials, trials are run and stored, results compared."""
