"""Fetching from addresses that strangers name, without reaching anything that is not public (R-83)."""
