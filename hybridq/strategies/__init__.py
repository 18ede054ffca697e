"""Where a search starts and how a circuit grows: loops around the objective."""
