"""Files handed in by people: what is let in, under which name, and where it lies (R-80, R-81, R-84)."""
