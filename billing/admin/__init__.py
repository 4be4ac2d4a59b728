"""Money for staff: prices to draft and put in force, codes, payments to follow, settle and refund, and the books."""

from billing.admin import books, notices, payments, prices, promo, stripe_objects

__all__ = ["books", "notices", "payments", "prices", "promo", "stripe_objects"]
