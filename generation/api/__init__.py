"""Jobs and outlines for programs (R-58)."""
