"""Queue of steps (R-40): jobs, the workers that run their steps, and recovery of lost work."""
