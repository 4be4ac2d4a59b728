"""The writing room: what an owner changes in a finished text, section by section (R-90, R-91)."""
