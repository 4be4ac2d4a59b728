"""Prompts, one module for each purpose. All text from users and sources is fenced (R-37)."""
