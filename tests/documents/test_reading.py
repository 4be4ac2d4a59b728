from documents.domain.reading import link_citations
from documents.domain.support import supporting_span


def test_citations_are_numbered_over_all_sections() -> None:
    fragments = [
        '<p>One <span class="citation" data-occurrence="1" data-keys="a">(A, <em>2001</em>)</span>.</p>',
        "",
        '<p>Two <span class="citation" data-occurrence="2" data-keys="a b">(<a href="#ref-a">A</a>; B)</span>, '
        'three <span class="citation" data-occurrence="3" data-keys="c">(C)</span></p>',
    ]
    assert list(link_citations(fragments)) == [
        '<p>One <a class="cite" href="#cite-1">(A, <em>2001</em>)</a>.</p>',
        "",
        '<p>Two <a class="cite" href="#cite-2">(A; B)</a>, three <a class="cite" href="#cite-4">(C)</a></p>',
    ]


def test_the_words_that_both_share_are_marked_whole() -> None:
    passage = "They lived on rock. They were landed in April with flour and a cow, and not relieved. The board wrote."
    sentence = "According to the source, the following holds: They were landed in April with flour and a cow."
    start, end = supporting_span(passage=passage, sentence=sentence)
    assert passage[start:end] == "They were landed in April with flour and a cow"


def test_a_sentence_in_other_words_marks_what_is_most_alike() -> None:
    passage = "First of all. The lens turned upon a bath of mercury. And so on, for long and many other words to come."
    start, end = supporting_span(passage=passage, sentence="The lens had turned on baths of mercury.")
    assert "lens turned upon a bath of mercury" in passage[start:end]


def test_nothing_is_marked_where_nothing_is_alike() -> None:
    assert supporting_span(passage="zzzz qqqq xxxx", sentence="The lens turned on a bath of mercury") == (0, 0)
    passage = "The lens turned upon a bath of mercury through the whole of the night."
    assert supporting_span(passage=passage, sentence="Quartz jumped by five") == (0, 0)


def test_a_stretch_that_is_alike_is_marked_to_the_ends_of_its_words() -> None:
    passage = "Far out at sea. The overlooked rocks were charted at last. The board wrote."
    start, end = supporting_span(passage=passage, sentence="looked rocks had been charted")
    assert passage[start:end] == "overlooked rocks were charted at"


def test_a_sentence_longer_than_its_passage_marks_shared_words_or_nothing() -> None:
    passage = "The lens turned on mercury."
    assert supporting_span(passage=passage, sentence="The lenses had been turned on a bath of mercury.") == (0, 0)
    start, end = supporting_span(passage=passage, sentence="It is known that the lens turned on mercury by night.")
    assert passage[start:end] == "The lens turned on mercury"
