"""What can be said of a text while it is written, by code alone: no model is asked (R-10, R-11, R-15 to R-17)."""
