"""The check that every text passes before it becomes a revision (R-10, R-35): code first, a model second."""
