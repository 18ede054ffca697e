"""Databases, journals and Optuna storages, independent of optimizers."""
