"""Checks that every text passes before it is saved as a revision (R-10, R-35): by code, then by a model."""
