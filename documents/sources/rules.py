"""What each search service asks of who asks it: a key, an address, and how often at most (as of autumn 2026)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """``needs`` is "key", "contact" or nothing; calls in a second of all processes together, with a key and without.

    ``at_once`` calls of one search run beside each other.
    """

    title: str
    needs: str
    per_second: float
    per_second_without: float
    at_once: int
    #: What an operator is told, by the name of the variable.
    hint: str


RULES: Final = {
    # Metered: 1 USD a day with a free key, enough for 1,000 searches; a tenth without, for trying it out only.
    # https://developers.openalex.org/guides/authentication
    "openalex": Rule(
        "OpenAlex", "key", 10, 0, 4,
        "OPENALEX_API_KEY, free of charge at openalex.org/settings/api: 1,000 searches a day",
    ),
    # The public pool's limits were lowered in December 2025; who says how to be reached gets the polite one's.
    # https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/
    "crossref": Rule(
        "Crossref", "contact", 2, 2, 3,
        "SOURCES_CONTACT_EMAIL, an address at which somebody reads; CROSSREF_API_KEY only for its paid Plus service",
    ),
    # 1,000 requests in five minutes for those who say how to be reached, a firewall for the others:
    # https://support.datacite.org/docs/is-there-a-rate-limit-for-making-requests-against-the-datacite-apis
    "datacite": Rule("DataCite", "", 3, 3, 3, "SOURCES_CONTACT_EMAIL, an address at which somebody reads"),
    # One request a second with a key; without, a pool that all the world shares: 100 in five minutes are fair.
    # https://www.semanticscholar.org/product/api
    "semantic_scholar": Rule(
        "Semantic Scholar", "", 0.8, 0.33, 1,
        "SEMANTIC_SCHOLAR_API_KEY, free of charge on request: one search a second of your own",
    ),
    # 100 requests a minute with a development key: https://docs.tavily.com/documentation/rate-limits
    "tavily": Rule("Tavily", "key", 1.6, 0, 2, "TAVILY_API_KEY"),
    # 50 requests a second, and we need few: https://docs.perplexity.ai/guides/usage-tiers
    "perplexity": Rule("Perplexity", "key", 3, 0, 3, "PERPLEXITY_API_KEY"),
}  # fmt: skip


def lacks(name: str, *, key: str, contact: str) -> str:
    """What a service needs and does not have, in words for an operator; empty where it may be asked."""
    rule = RULES[name]
    missing = (rule.needs == "key" and not key) or (rule.needs == "contact" and not contact)
    return rule.hint if missing else ""
