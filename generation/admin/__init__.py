"""Writing for staff: what they change, what was spent, jobs step by step. Importing it registers the pages."""

from generation.admin import chains, controls, credits, jobs, ledger

__all__ = ["chains", "controls", "credits", "jobs", "ledger"]
