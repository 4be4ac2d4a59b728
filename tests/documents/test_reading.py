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


def test_the_supporting_words_are_found_and_never_cut() -> None:
    passage = "Before it. The lens turned on a bath of mercury, driven by a weight. After it."
    start, end = supporting_span(passage=passage, sentence="The lens turned on a bath of mercury")
    assert passage[start:end].strip(" ,") == "The lens turned on a bath of mercury"


def test_nothing_is_marked_where_nothing_is_alike() -> None:
    assert supporting_span(passage="zzzz qqqq xxxx", sentence="The lens turned on a bath of mercury") == (0, 0)
