"""Size limits of prompts and answers. In characters, unless stated otherwise.

Everything in a prompt is paid for with every call. A passage that is not in it cannot be cited.
"""

from typing import Final

#: Passages offered for each page of a section, and the fewest and most for one section. A page cites five or six times,
#: and a passage holds several sentences worth citing; half of what a call shows is passages.
PASSAGES_PER_PAGE: Final = 2.5
FEWEST_PASSAGES: Final = 6
MOST_PASSAGES: Final = 32
#: Of each source that has to be cited in a section: one that fits, and another to choose from.
WANTED_PASSAGES: Final = 2
#: Of one passage: what a writer is shown, around the words of its section; what a judge is shown, who has to see a
#: condition or a doubt that stands elsewhere in it.
EXCERPT_CHARACTERS: Final = 700
PASSAGE_CHARACTERS: Final = 1_600
#: Passages that one question for corrections shows, and for each sentence beside those that it cites.
CORRECTION_PASSAGES: Final = 16
PASSAGES_BESIDE: Final = 2
#: Sentences that one question asks to be corrected.
CORRECTED_SENTENCES: Final = 20
#: Claims that one question to the judge holds, and all of its text: in longer ones models begin to skip.
CLAIMS: Final = 24
JUDGED_CHARACTERS: Final = 36_000
#: A sentence: none that is longer can be judged.
CLAIM_CHARACTERS: Final = 1_200
#: The outline as the writers see it: enough that a provider's cache takes it, little enough that it costs little.
OUTLINE_CHARACTERS: Final = 6_000
#: A present text, and what comes before a part of one.
TEXT_CHARACTERS: Final = 120_000
BEFORE_CHARACTERS: Final = 1_200
