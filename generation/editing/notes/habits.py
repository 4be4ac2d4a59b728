"""What each language doubles rightly, quotes with, and writes otherwise than its neighbours: data of `slips`."""

from typing import Final

#: Words that may stand twice in a row.
DOUBLED: Final[dict[str, frozenset[str]]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "had that is very so more long",
        "de": "die der das den dem sie was wer ihr sich sehr",
        "it": "piano via man così sempre molto mano pian passo",
        "es": "muy casi poco más",
        "fr": "nous vous très bien fort",
        "pl": "bardzo coraz tak raz",
        "pt": "muito mais se logo",
        "nl": "die dat ze heel zeer er",
        "cs": "se si velmi víc co to",
        "ro": "foarte mai rar încet așa",
    }.items()
}
#: Pairs of double and low or angled single marks that are quotation marks of a language, opening and closing.
QUOTES: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"“”"}),
    "de": frozenset({"„“", "»«", "«»", "‚‘", "›‹", "‹›"}),
    "it": frozenset({"«»", "“”", "‹›"}),
    "es": frozenset({"«»", "“”"}),
    "fr": frozenset({"«»", "“”", "‹›"}),
    "pl": frozenset({"„”", "«»", "»«", "‚’", "“”"}),
    "pt": frozenset({"«»", "“”"}),
    "nl": frozenset({"“”", "„”", "‚’", "«»"}),
    "cs": frozenset({"„“", "»«", "«»", "‚‘", "›‹"}),
    "ro": frozenset({"„”", "«»"}),
}
_OUR: Final = "col fav lab neighb hon harb rum flav hum vap endeav behavi od savi"
_OUR_ENDINGS: Final = ("", "s", "ed", "ing", "er", "ers", "able", "ably", "ite", "ites", "hood", "ful", "less")
_ISE: Final = (
    "organ real recogn emphas character summar critic general industrial minim maxim optim standard special util "
    "categor "
    "modern central symbol stabil visual prior hypothes synthes author apolog digit global urban"
)
_ISE_ENDINGS: Final = ("e", "es", "ed", "ing", "ation", "ations", "er", "ers")
_OTHERS: Final = (
    "behavioural/behavioral centre/center centres/centers centred/centered theatre/theater theatres/theaters "
    "fibre/fiber "
    "fibres/fibers litre/liter litres/liters kilometre/kilometer kilometres/kilometers millimetre/millimeter "
    "millimetres/millimeters centimetre/centimeter centimetres/centimeters defence/defense defences/defenses "
    "offence/offense offences/offenses analysed/analyzed analysing/analyzing catalysed/catalyzed paralysed/paralyzed "
    "travelled/traveled travelling/traveling traveller/traveler travellers/travelers modelled/modeled "
    "modelling/modeling labelled/labeled labelling/labeling cancelled/canceled cancelling/canceling "
    "signalled/signaled signalling/signaling counselling/counseling counsellor/counselor skilful/skillful "
    "wilful/willful grey/gray ageing/aging sceptic/skeptic sceptical/skeptical scepticism/skepticism plough/plow "
    "mould/mold paediatric/pediatric anaesthetic/anesthetic anaesthesia/anesthesia haemoglobin/hemoglobin "
    "oestrogen/estrogen foetus/fetus foetal/fetal aluminium/aluminum archaeology/archeology"
)


def _spellings() -> dict[str, str]:
    """Words that are spelled otherwise in Britain than in the United States, each with the English that it is."""
    pairs = [pair.split("/") for pair in _OTHERS.split()]
    pairs += [[f"{one}our{end}", f"{one}or{end}"] for one in _OUR.split() for end in _OUR_ENDINGS]
    pairs += [[f"{one}is{end}", f"{one}iz{end}"] for one in _ISE.split() for end in _ISE_ENDINGS]
    return {word: english for pair in pairs for word, english in zip(pair, ("en-GB", "en-US"), strict=True)}


SPELLINGS: Final = _spellings()
#: What Oxford spells as the United States do: it is British, too.
OXFORD: Final = frozenset(f"{one}iz{end}" for one in _ISE.split() for end in _ISE_ENDINGS)
