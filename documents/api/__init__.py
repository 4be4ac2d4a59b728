"""Documents for programs: what their pages can do, by the same domain functions (R-58)."""
