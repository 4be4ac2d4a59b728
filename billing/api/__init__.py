"""Prices, payments and receipts for programs (R-58)."""
