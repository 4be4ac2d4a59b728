"""Writing a text (R-10, R-11, R-34): prompts, checks, and fitting to the ordered pages."""
