"""Databases, journals and Optuna storages; nothing here knows an optimizer."""
