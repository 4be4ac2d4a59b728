"""Backups: a format, its signature and encryption, places to keep it, and what makes one (R-120, R-122)."""
