"""AI spending (R-20 to R-27): budgets, reservations, estimates, calls and credit."""
