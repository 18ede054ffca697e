"""The embedded simulator: engines that run circuits exactly."""
