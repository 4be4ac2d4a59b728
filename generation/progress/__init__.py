"""How far documents are, what they wait for and how long it takes (R-43): for pages, those who watch, and programs."""
