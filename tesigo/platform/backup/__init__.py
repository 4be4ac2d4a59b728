"""Backups: taken, sent, kept, watched and restored (R-120 to R-122)."""
