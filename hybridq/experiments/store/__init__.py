"""Where experiments are kept: Optuna's storages, one study an experiment."""
