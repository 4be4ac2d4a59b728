"""Documents as programs see them and send them."""
