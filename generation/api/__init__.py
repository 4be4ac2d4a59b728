"""API for jobs and outlines (R-58)."""
