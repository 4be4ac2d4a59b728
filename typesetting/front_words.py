"""Words of the title page and of the parts before and behind the body, in the languages of documents (R-04)."""

from dataclasses import dataclass

from typesetting.labels import base_language


@dataclass(frozen=True)
class FrontWords:
    """What stands before a value on the title page, and the headings of parts.

    Roles are named without a gender where the language can. ``place_and_date`` stands before a line that is filled in
    by hand.
    """

    matriculation_number: str
    course: str
    module: str
    semester: str
    supervision: str
    abstract: str
    keywords: str
    abbreviations: str
    appendix: str
    citation_report: str
    declaration: str
    place_and_date: str
    #: What is declared where the student gives no words of their own; their university may ask for others.
    declared: str


_ENGLISH = FrontWords(
    matriculation_number="Student number",
    course="Course of study",
    module="Module",
    semester="Semester",
    supervision="Supervision",
    abstract="Abstract",
    keywords="Keywords",
    abbreviations="List of abbreviations",
    appendix="Appendix",
    citation_report="Citation report",
    declaration="Declaration of authorship",
    place_and_date="Place, date",
    declared=(
        "I declare that I am responsible for this work, that I have named every source and aid used in it, and that "
        "passages taken from other works, word for word or in substance, are marked as such. The work has not been "
        "handed in for another examination."
    ),
)

_WORDS = {
    "en": _ENGLISH,
    "de": FrontWords(
        matriculation_number="Matrikelnummer",
        course="Studiengang",
        module="Modul",
        semester="Semester",
        supervision="Betreuung",
        abstract="Zusammenfassung",
        keywords="Schlagwörter",
        abbreviations="Abkürzungsverzeichnis",
        appendix="Anhang",
        citation_report="Zitatnachweis",
        declaration="Eigenständigkeitserklärung",
        place_and_date="Ort, Datum",
        declared=(
            "Ich erkläre, dass ich diese Arbeit verantworte, alle verwendeten Quellen und Hilfsmittel angegeben habe "
            "und dass wörtlich oder sinngemäß übernommene Stellen als solche kenntlich gemacht sind. Die Arbeit wurde "
            "in keiner anderen Prüfung vorgelegt."
        ),
    ),
    "it": FrontWords(
        matriculation_number="Matricola",
        course="Corso di studio",
        module="Insegnamento",
        semester="Semestre",
        supervision="Supervisione",
        abstract="Abstract",
        keywords="Parole chiave",
        abbreviations="Elenco delle abbreviazioni",
        appendix="Appendice",
        citation_report="Rapporto sulle citazioni",
        declaration="Dichiarazione di paternità dell’opera",
        place_and_date="Luogo, data",
        declared=(
            "Dichiaro di essere responsabile di questo lavoro, di aver indicato tutte le fonti e gli strumenti "
            "utilizzati e che i passi ripresi da altre opere, alla lettera o nella sostanza, sono segnalati come tali. "
            "Il lavoro non è stato presentato per un altro esame."
        ),
    ),
    "es": FrontWords(
        matriculation_number="Número de matrícula",
        course="Titulación",
        module="Asignatura",
        semester="Semestre",
        supervision="Tutoría",
        abstract="Resumen",
        keywords="Palabras clave",
        abbreviations="Lista de abreviaturas",
        appendix="Anexo",
        citation_report="Informe de citas",
        declaration="Declaración de autoría",
        place_and_date="Lugar, fecha",
        declared=(
            "Declaro que soy responsable de este trabajo, que he indicado todas las fuentes y ayudas utilizadas y que "
            "los pasajes tomados de otras obras, de forma literal o en su contenido, están señalados como tales. El "
            "trabajo no se ha presentado en otro examen."
        ),
    ),
    "fr": FrontWords(
        matriculation_number="Numéro étudiant",
        course="Formation",
        module="Unité d’enseignement",
        semester="Semestre",
        supervision="Sous la direction de",
        abstract="Résumé",
        keywords="Mots-clés",
        abbreviations="Liste des abréviations",
        appendix="Annexe",
        citation_report="Rapport des citations",
        declaration="Déclaration sur l’honneur",
        place_and_date="Lieu, date",
        declared=(
            "Je déclare être responsable de ce travail, avoir indiqué toutes les sources et aides utilisées et avoir "
            "signalé comme tels les passages repris d’autres ouvrages, mot à mot ou en substance. Ce travail n’a pas "
            "été présenté à un autre examen."
        ),
    ),
    "pl": FrontWords(
        matriculation_number="Numer albumu",
        course="Kierunek",
        module="Przedmiot",
        semester="Semestr",
        supervision="Opieka naukowa",
        abstract="Streszczenie",
        keywords="Słowa kluczowe",
        abbreviations="Wykaz skrótów",
        appendix="Załącznik",
        citation_report="Raport cytowań",
        declaration="Oświadczenie o autorstwie pracy",
        place_and_date="Miejsce, data",
        declared=(
            "Oświadczam, że odpowiadam za tę pracę, że podane w niej są wszystkie wykorzystane źródła i środki "
            "pomocnicze, a fragmenty zaczerpnięte z innych dzieł, dosłownie lub co do treści, są oznaczone. Praca nie "
            "była przedstawiona na innym egzaminie."
        ),
    ),
    "pt": FrontWords(
        matriculation_number="Número de estudante",
        course="Curso",
        module="Unidade curricular",
        semester="Semestre",
        supervision="Orientação",
        abstract="Resumo",
        keywords="Palavras-chave",
        abbreviations="Lista de abreviaturas",
        appendix="Anexo",
        citation_report="Relatório de citações",
        declaration="Declaração de autoria",
        place_and_date="Local, data",
        declared=(
            "Declaro que sou responsável por este trabalho, que indiquei todas as fontes e todos os meios utilizados e "
            "que as passagens retiradas de outras obras, à letra ou em substância, estão assinaladas como tais. O "
            "trabalho não foi apresentado noutra prova."
        ),
    ),
    "nl": FrontWords(
        matriculation_number="Studentnummer",
        course="Opleiding",
        module="Vak",
        semester="Semester",
        supervision="Begeleiding",
        abstract="Samenvatting",
        keywords="Trefwoorden",
        abbreviations="Lijst van afkortingen",
        appendix="Bijlage",
        citation_report="Citatierapport",
        declaration="Verklaring van auteurschap",
        place_and_date="Plaats, datum",
        declared=(
            "Ik verklaar dat ik verantwoordelijk ben voor dit werk, dat alle gebruikte bronnen en hulpmiddelen zijn "
            "vermeld en dat passages die woordelijk of inhoudelijk uit ander werk zijn overgenomen, als zodanig "
            "herkenbaar zijn. Het werk is niet voor een ander examen ingediend."
        ),
    ),
    "cs": FrontWords(
        matriculation_number="Osobní číslo",
        course="Studijní program",
        module="Předmět",
        semester="Semestr",
        supervision="Vedení práce",
        abstract="Abstrakt",
        keywords="Klíčová slova",
        abbreviations="Seznam zkratek",
        appendix="Příloha",
        citation_report="Zpráva o citacích",
        declaration="Prohlášení o autorství",
        place_and_date="Místo, datum",
        declared=(
            "Prohlašuji, že za tuto práci odpovídám, že jsou v ní uvedeny všechny použité prameny a pomůcky a že místa "
            "převzatá z jiných děl, doslova nebo obsahem, jsou jako taková označena. Práce nebyla předložena "
            "k jiné zkoušce."
        ),
    ),
    "ro": FrontWords(
        matriculation_number="Număr matricol",
        course="Program de studii",
        module="Disciplina",
        semester="Semestrul",
        supervision="Coordonare științifică",
        abstract="Rezumat",
        keywords="Cuvinte-cheie",
        abbreviations="Lista abrevierilor",
        appendix="Anexă",
        citation_report="Raportul citărilor",
        declaration="Declarație privind autoratul lucrării",
        place_and_date="Locul, data",
        declared=(
            "Declar că răspund de această lucrare, că am indicat toate sursele și mijloacele folosite și că pasajele "
            "preluate din alte lucrări, cuvânt cu cuvânt sau ca idee, sunt marcate ca atare. Lucrarea nu a fost "
            "prezentată la un alt examen."
        ),
    ),
}


def front_words(language: str) -> FrontWords:
    """The words of a language; English for one that we do not set."""
    return _WORDS.get(base_language(language), _ENGLISH)
