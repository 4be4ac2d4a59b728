"""What writing may cost and has cost (R-20 to R-27): budgets and places in them, estimates, calls as booked, credit."""
