"""The diagonal engine: QAOA circuits with the X mixer, half the state where the cost allows it."""
