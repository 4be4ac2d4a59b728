"""Stages of a job. A stage is a coroutine; it saves nothing itself but returns a result."""

from typing import Final

from generation.engine.work import Stages
from generation.enums import Stage
from generation.writing.stages import check, finishing, measure, offer, outline, research, revise, rewrite, write

RUN: Final[Stages] = {
    Stage.OUTLINE: outline.run,
    Stage.SEARCH: research.before_payment,
    Stage.RESEARCH: research.run,
    Stage.WRITE: write.run,
    Stage.CHECK: check.run,
    Stage.MEASURE: measure.run,
    Stage.REVISE: revise.run,
    Stage.RECHECK: check.run,
    Stage.ASSEMBLE: finishing.assemble,
    Stage.EXPORT: finishing.export,
    Stage.REWRITE: rewrite.run,
    Stage.OFFER: offer.run,
}
