"""The queue of steps (R-40): jobs and how they go on, workers that hold steps, and what is lost and found again."""
