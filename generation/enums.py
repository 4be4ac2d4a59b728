"""States and kinds of jobs, steps and calls to models."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobKind(models.TextChoices):
    """What a job makes."""

    OUTLINE = "outline", _("outline")
    SOURCES = "sources", _("sources")
    DOCUMENT = "document", _("document")
    REWRITING = "rewriting", _("rewriting")


class JobState(models.TextChoices):
    """Legal moves: ``generation.engine.jobs.JOB_MOVES``."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("done")
    FAILED = "failed", _("failed")


#: Of jobs that are not over.
OPEN_JOB_STATES: Final = (JobState.QUEUED, JobState.RUNNING)
#: Of those that are.
OVER_JOB_STATES: Final = (JobState.SUCCEEDED, JobState.FAILED)


class Stage(models.TextChoices):
    """What a step does, in the order in which a document passes through."""

    OUTLINE = "outline", _("Outline")
    SEARCH = "search", _("Looking for sources")
    RESEARCH = "research", _("Gathering the sources")
    WRITE = "write", _("Writing")
    CHECK = "check", _("Checking the citations")
    MEASURE = "measure", _("Measuring the pages")
    REVISE = "revise", _("Fitting the pages")
    RECHECK = "recheck", _("Checking what changed")
    ASSEMBLE = "assemble", _("Putting it together")
    EXPORT = "export", _("Making the files")
    REWRITE = "rewrite", _("Writing anew on order")
    OFFER = "offer", _("Checking what was written anew")


class StepState(models.TextChoices):
    """Where a step stands; a claimed one is leased to a worker (R-40)."""

    READY = "ready", _("waiting")
    CLAIMED = "claimed", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


#: Of steps that are not over.
OPEN_STEP_STATES: Final = (StepState.READY, StepState.CLAIMED)


class Wish(models.TextChoices):
    """How an owner wants a text to be written anew (R-93)."""

    SHORTER = "shorter", _("shorter")
    PLAINER = "plainer", _("plainer")
    COUNTER = "counter", _("with the counter-argument")
    SOURCE = "source", _("more from one source")
    OWN = "own", _("as I say it in my own words")


class RewritingState(models.TextChoices):
    """Where a rewriting stands: asked for, offered to be taken or left, and how it ended (R-93)."""

    ASKED = "asked", _("being written")
    OFFERED = "offered", _("ready to be taken or left")
    TAKEN = "taken", _("taken")
    LEFT = "left", _("left")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("called off")


#: Of rewritings that still wait for something: to be written, or to be taken or left.
OPEN_REWRITING_STATES: Final = (RewritingState.ASKED, RewritingState.OFFERED)


class Provider(models.TextChoices):
    """Whose models write."""

    OPENAI = "openai", "OpenAI"
    ANTHROPIC = "anthropic", "Anthropic"


class Purpose(models.TextChoices):
    """What models are asked for; each has a chain of its own (R-24)."""

    WRITING = "writing", _("writing")
    CORRECTING = "correcting", _("correcting")
    JUDGING = "judging", _("judging citations")
    QUERIES = "queries", _("planning searches and parts")
    GLOSSARY = "glossary", _("terms of the work")


class Effort(models.TextChoices):
    """How much a model reasons before it answers, from least to most. Not every model takes each of them."""

    NONE = "none", _("none")
    MINIMAL = "minimal", _("minimal")
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")
    XHIGH = "xhigh", _("very high")
    MAX = "max", _("the most")


class Outcome(models.TextChoices):
    """How an attempt ended (R-36). ``INTENT``: the call was about to be made, and nothing more is known."""

    INTENT = "intent", _("asked")
    SUCCEEDED = "succeeded", _("answered")
    RATE_LIMITED = "rate_limited", _("rate limited")
    TIMEOUT = "timeout", _("timed out")
    CONNECTION = "connection", _("connection lost")
    SERVER_ERROR = "server_error", _("provider error")
    BAD_ANSWER = "bad_answer", _("unusable answer")
    CUT = "cut", _("answer cut off")
    ONLY_REASONED = "only_reasoned", _("reasoned without an answer")
    REFUSED = "refused", _("refused by the model")
    AUTHENTICATION = "authentication", _("key refused")
    ACCOUNT = "account", _("account out of money or on hold")
    NO_ACCESS = "no_access", _("model not open to the key")
    GONE = "gone", _("no such model any more")
    BAD_REQUEST = "bad_request", _("request refused")
    ABANDONED = "abandoned", _("lost with its worker")


class KeyHealth(models.TextChoices):
    """How a provider's key is: its circuit breaker, and what the provider said of it (R-31, R-33)."""

    CLOSED = "closed", _("working")
    OPEN = "open", _("failing, not asked")
    HALF_OPEN = "half_open", _("being tried again")
    RESTING = "resting", _("told to wait")
    ASIDE = "aside", _("refused, set aside")


class Scope(models.TextChoices):
    """What a budget is for (R-21). Jobs and the house count euros, people count tokens."""

    JOB = "job", _("a job")
    USER_DAY = "user_day", _("a person and day")
    HOUSE_DAY = "house_day", _("the house, a day")
    HOUSE_MONTH = "house_month", _("the house, a month")


class Wait(models.TextChoices):
    """What an open job waits for, beyond its turn."""

    BUDGET = "budget", _("the budget")
    LIMIT = "limit", _("its owner's daily limit")


class NoteKind(models.TextChoices):
    """What can be said of a text without a model, while it is written."""

    UNSOURCED = "unsourced", _("states something without a source")
    COPIED = "copied", _("words of a source without quotation marks")
    UNCHECKED = "unchecked", _("a citation that is not checked")
    UNRESOLVED = "unresolved", _("a citation that cannot be resolved")
    SLIP = "slip", _("a slip of the language")
    REPEATED = "repeated", _("said in two places")
    TERM = "term", _("a term in another form")
    SHEET = "sheet", _("asked for, and not here")
