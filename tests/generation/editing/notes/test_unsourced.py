"""Sentences that state facts without a source, in ten languages, and those that do not."""

import pytest

from generation.editing.notes import unsourced
from generation.editing.notes.text import Text

FIGURE, YEAR, STUDY, COMPARED, LAW = "figure", "when", "studies", "compares", "law"
STATED = [
    ("en", FIGURE, "About 40 % of all keepers left the service in those years."),
    ("en", FIGURE, "The tower cost £12,500 and was paid by the harbour."),
    ("en", FIGURE, "More than 250 keepers lived on that coast at the time."),
    ("en", YEAR, "The first tower was lit in 1871 on a skerry."),
    ("en", STUDY, "Studies have shown that keepers slept badly in winter."),
    ("en", STUDY, "According to recent research keepers slept badly."),
    ("en", STUDY, "It is well known that keepers slept badly in winter."),
    ("en", COMPARED, "Keepers on skerries lived longer lives than sailors did."),
    ("en", LAW, "Article 17 of the Convention protects those who keep watch."),
    ("de", FIGURE, "Rund 40 Prozent aller Wärter verließen in dieser Zeit den Dienst."),
    ("de", YEAR, "Der erste Turm wurde 1871 auf einer Schäre errichtet."),
    ("de", STUDY, "Zahlreiche Studien belegen, dass Wärter im Winter schlecht schliefen."),
    ("de", COMPARED, "Die Türme der Küste waren höher als die des Hafens."),
    ("de", LAW, "Nach § 823 BGB haftet, wer einen anderen schuldhaft verletzt."),
    ("it", FIGURE, "Circa il 40 per cento dei guardiani lasciò il servizio."),
    ("it", YEAR, "La prima torre fu accesa nel 1871 su uno scoglio."),
    ("it", STUDY, "Numerosi studi dimostrano che i guardiani dormivano male."),
    ("it", COMPARED, "Il costo della torre era superiore a quello del porto."),
    ("es", FIGURE, "Cerca del 40 por ciento de los torreros dejó el servicio."),
    ("es", YEAR, "La primera torre se encendió en 1871 sobre un islote."),
    ("es", STUDY, "Los estudios demuestran que los torreros dormían mal."),
    ("es", COMPARED, "Los torreros eran más numerosos que los pescadores de aquella costa."),
    ("fr", FIGURE, "Près de 40 % des gardiens quittèrent le service."),
    ("fr", YEAR, "La première tour fut allumée en 1871 sur un rocher."),
    ("fr", STUDY, "Plusieurs études montrent que les gardiens dormaient mal."),
    ("fr", COMPARED, "Les gardiens étaient plus nombreux que les pêcheurs de la côte."),
    ("pl", FIGURE, "Około 40 procent latarników opuściło wtedy służbę."),
    ("pl", YEAR, "Pierwszą wieżę zapalono w 1871 roku na skale."),
    ("pl", STUDY, "Badania pokazują, że latarnicy zimą spali źle."),
    ("pl", COMPARED, "Latarnie na skałach były wyższe od innych i większe niż porty."),
    ("pt", FIGURE, "Cerca de 40 por cento dos faroleiros deixou o serviço."),
    ("pt", YEAR, "A primeira torre foi acesa em 1871 num ilhéu."),
    ("pt", STUDY, "Vários estudos demonstram que os faroleiros dormiam mal."),
    ("pt", COMPARED, "Os faroleiros eram mais numerosos do que os pescadores da costa."),
    ("nl", FIGURE, "Ongeveer 40 procent van de wachters verliet de dienst."),
    ("nl", YEAR, "De eerste toren werd in 1871 op een rots ontstoken."),
    ("nl", STUDY, "Uit recent onderzoek blijkt dat wachters slecht sliepen."),
    ("nl", COMPARED, "De torens van de kust waren hoger dan die van de haven."),
    ("cs", FIGURE, "Asi 40 procent strážců tehdy opustilo službu."),
    ("cs", YEAR, "První věž byla rozsvícena roku 1871 na skále."),
    ("cs", STUDY, "Výzkumy ukazují, že strážci v zimě spali špatně."),
    ("cs", COMPARED, "Věže na pobřeží byly vyšší než ty u přístavu."),
    ("ro", FIGURE, "Aproximativ 40 la sută dintre paznici au părăsit serviciul."),
    ("ro", YEAR, "Primul turn a fost aprins în 1871 pe o stâncă."),
    ("ro", STUDY, "Numeroase studii arată că paznicii dormeau prost iarna."),
    ("ro", COMPARED, "Turnurile de pe coastă erau mai înalte decât cele din port."),
]
#: Questions, remarks about the work, its writer or its method, what is supposed, views, plain sentences.
NOT_STATED = [
    ("en", "Why did 40 % of all keepers leave the service?"),
    ("en", "This chapter follows the years from 1871 to 1902 in three steps."),
    ("en", "I asked 250 people on that coast about their work."),
    ("en", "Suppose that 40 % of the keepers leave in one year."),
    ("en", "If a tower is higher than the mast, it can be seen from the deck."),
    ("en", "The lamp burned through the night, and nobody slept."),
    ("en", "Section 3.2 compares the towers of 1871 with those of today."),
    ("en", "Seen from the sea, the tower is little more than a line."),
    ("en", "In 1871."),
    ("de", "Wie viele der 250 Wärter blieben im Jahr 1871 an der Küste?"),
    ("de", "Diese Arbeit untersucht die Zeit von 1871 bis 1902 in drei Schritten."),
    ("de", "Wir befragten 250 Menschen an der Küste nach ihrer Arbeit."),
    ("de", "Aus §2 und §3 folgt die Behauptung für jede Gerade."),
    ("it", "Questo capitolo segue gli anni dal 1871 al 1902 in tre passi."),
    ("it", "Perché nel 1871 il 40 % dei guardiani lasciò il servizio?"),
    ("it", "La lampada ardeva tutta la notte e nessuno dormiva."),
    ("es", "Este capítulo recorre los años de 1871 a 1902 en tres pasos."),
    ("es", "¿Por qué dejó el servicio el 40 % de los torreros?"),
    ("fr", "Ce chapitre suit les années de 1871 à 1902 en trois temps."),
    ("fr", "Pourquoi 40 % des gardiens quittèrent-ils le service ?"),
    ("pl", "Ten rozdział omawia lata od 1871 do 1902 w trzech krokach."),
    ("pl", "Dlaczego 40 procent latarników opuściło służbę?"),
    ("pt", "Este capítulo percorre os anos de 1871 a 1902 em três passos."),
    ("pt", "Porque deixou o serviço 40 % dos faroleiros?"),
    ("nl", "Dit hoofdstuk volgt de jaren van 1871 tot 1902 in drie stappen."),
    ("nl", "Waarom verliet 40 procent van de wachters de dienst?"),
    ("cs", "Tato kapitola sleduje roky 1871 až 1902 ve třech krocích."),
    ("cs", "Proč 40 procent strážců opustilo službu?"),
    ("ro", "Acest capitol urmărește anii 1871–1902 în trei pași."),
    ("ro", "De ce au părăsit serviciul 40 la sută dintre paznici?"),
]


def found(markdown: str, language: str = "en") -> list[str]:
    return [note.why for note in unsourced.notes(Text(markdown), language=language)]


@pytest.mark.parametrize(("language", "what", "sentence"), STATED)
def test_a_fact_without_a_source_is_found(language: str, what: str, sentence: str) -> None:
    [why] = found(f"So it began. {sentence}", language)
    assert what in why


@pytest.mark.parametrize(("language", "_what", "sentence"), STATED)
def test_with_a_source_nothing_is_said(language: str, _what: str, sentence: str) -> None:
    assert found(f"{sentence[:-1]} [@light, p. 3].", language) == []


@pytest.mark.parametrize(("language", "sentence"), NOT_STATED)
def test_what_states_no_fact_is_left_alone(language: str, sentence: str) -> None:
    assert found(sentence, language) == []


def test_a_figure_that_is_cited_in_its_paragraph_may_be_spoken_of() -> None:
    cited = "In 1871 about 40 % of the keepers left the service [@light, p. 3]."
    assert found(f"{cited} Those 40 % never came back to the coast.") == []
    assert len(found(f"{cited}\n\nThose 40 % never came back to the coast.")) == 1
    assert len(found(f"{cited} Another 60 % never came back to the coast.")) == 1


@pytest.mark.parametrize(
    "apart",
    [
        "### 40 % of all the keepers left",
        "> Some 40 % of all the keepers left.",
        "“Some 40 % of all the keepers left,” he said.",
    ],
)
def test_headings_and_quotations_state_nothing_of_ones_own(apart: str) -> None:
    assert found(apart) == []
