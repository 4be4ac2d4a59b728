"""Finding the words of a passage on which a sentence rests."""

from rapidfuzz import fuzz

SHORTEST_SUPPORT = 12


def supporting_span(*, passage: str, sentence: str) -> tuple[int, int]:
    """Start and end, in characters of ``passage``, of the stretch most like ``sentence``; (0, 0) when nothing is.

    Widened to whole words, so that the mark on the page never cuts one.
    """
    if not passage or not sentence:
        return (0, 0)
    best = fuzz.partial_ratio_alignment(sentence.lower(), passage.lower(), score_cutoff=50)
    if best is None:
        return (0, 0)
    # rapidfuzz aligns the shorter text within the longer: of a longer sentence, all of the passage counts.
    start, end = (best.dest_start, best.dest_end) if len(sentence) <= len(passage) else (0, len(passage))
    if end - start < SHORTEST_SUPPORT:
        return (0, 0)
    while start > 0 and not passage[start - 1].isspace():
        start -= 1
    while end < len(passage) and not passage[end].isspace():
        end += 1
    return (start, end)
