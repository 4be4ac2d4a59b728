"""Admin pages of generation. Importing this package registers them."""

from generation.admin import chains, controls, credits, disclosures, jobs, ledger, rewritings

__all__ = ["chains", "controls", "credits", "disclosures", "jobs", "ledger", "rewritings"]
