"""Models of generation: jobs and steps, AI models, calls, budgets."""

from generation.models.asking import Attempt, KeyLimit, LanguageFactor
from generation.models.budget import Budget, BudgetUse, PersonalLimit, Reservation
from generation.models.chains import AIModel, ChainPlace
from generation.models.disclosure import Disclosure
from generation.models.note import LeftNote
from generation.models.order import WholeOrder, WriterChoice
from generation.models.queue import Job, JobEvent, Step
from generation.models.rewriting import MoreRewritings, Rewriting
from generation.models.usage import CallMonth, JobUsage, ModelDay, ProviderCredit

__all__ = [
    "AIModel",
    "Attempt",
    "Budget",
    "BudgetUse",
    "CallMonth",
    "ChainPlace",
    "Disclosure",
    "Job",
    "JobEvent",
    "JobUsage",
    "KeyLimit",
    "LanguageFactor",
    "LeftNote",
    "ModelDay",
    "MoreRewritings",
    "PersonalLimit",
    "ProviderCredit",
    "Reservation",
    "Rewriting",
    "Step",
    "WholeOrder",
    "WriterChoice",
]
