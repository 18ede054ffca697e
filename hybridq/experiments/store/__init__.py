"""Storage of experiments: one study of Optuna for each."""
