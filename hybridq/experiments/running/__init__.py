"""Run stored trials: workers, pools of them, their events, and stop requests."""
