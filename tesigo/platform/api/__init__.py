"""The ground under `/api/v1/`: what every route there has in common, whatever it is about (R-58)."""
