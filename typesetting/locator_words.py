"""What each of our languages calls a place in a source, and the pages that follow one (R-04)."""

from typing import Final

#: Every word for a kind of place, in small letters, plurals and abbreviations without their full stop.
WORDS: Final = {
    "page": "p pp pg pgs page pages s ss seite seiten pág págs pag pags pagg pagina pagine página páginas str stron "
    "strona strony strana strany blz bladzijde bladzijden bladzijdes pagina's paginile",
    "chapter": "ch chap chaps chapter chapters kap kapitel kapiteln cap capp caps capítulo capítulos capitolo capitoli "
    "chapitre chapitres rozdz rozdział rozdziały kapitola kapitoly hfst hoofdst hoofdstuk hoofdstukken capitol "
    "capitolul capitole",
    "section": "sec secs sect section sections abschn abschnitt abschnitte sez sezione sezioni sección secciones "
    "secção secções sekcja sekcje sekce sectie secties secțiune secțiunea secțiuni",
    "volume": "vol vols volume volumes bd bde band bände tomo tomos tome tomes tom sv svazek deel",
    "line": "line lines z zeile zeilen riga righe línea líneas ligne lignes linha linhas wers řádek řádky regel regels",
    "figure": "fig figs figure figures abb abbildung abbildungen figura figuras figure rys rycina ryc obr obrázek "
    "afb afbeelding",
    "part": "part parts teil teile parte partes partie parties część části část",
    "paragraph": "para paras paragraph paragraphs par pars abs absatz absätze paragr paragraphe paragraphes párr "
    "párrafo párrafos paragrafo paragrafi parágrafo parágrafos akap akapit akapity odst odstavec odstavce paragraaf "
    "paragraful",
    "column": "col cols column columns sp spalte spalten kol kolumna kolumny szp szpalta sloupec sloupce colonna "
    "colonne columna columnas coluna colunas kolom kolommen coloana",
    "folio": "fol fols folio folios",
    "verse": "verse verses vers verš verset versets versetto versículo",
}  # fmt: skip
#: Numbers in a legal text's margin, articles, tables, footnotes and appendices have no name among the engine's.
SAID_AS: Final = {
    "margin": {
        "de": "Rn.", "en": "para.", "fr": "n°", "it": "n.", "es": "n.º", "pt": "n.º", "pl": "nb", "nl": "rn.",
        "cs": "bod", "ro": "pct.",
    },
    "article": dict.fromkeys(("en", "fr", "it", "es", "pt", "pl", "nl", "ro"), "art.") | {"de": "Art.", "cs": "čl."},
    "table": {
        "de": "Tab.", "en": "table", "fr": "tabl.", "it": "tab.", "es": "tabla", "pt": "tab.", "pl": "tab.",
        "nl": "tabel", "cs": "tab.", "ro": "tab.",
    },
    "footnote": {
        "de": "Fn.", "en": "fn.", "fr": "n.", "it": "nota", "es": "nota", "pt": "nota", "pl": "przyp.", "nl": "noot",
        "cs": "pozn.", "ro": "nota",
    },
    "note": {
        "de": "Anm.", "en": "n.", "fr": "n.", "it": "nota", "es": "nota", "pt": "nota", "pl": "przyp.", "nl": "noot",
        "cs": "pozn.", "ro": "nota",
    },
    "appendix": {
        "de": "Anhang", "en": "app.", "fr": "annexe", "it": "app.", "es": "apénd.", "pt": "apênd.", "pl": "zał.",
        "nl": "bijl.", "cs": "příl.", "ro": "anexa",
    },
    "number": {
        "de": "Nr.", "en": "no.", "fr": "n°", "it": "n.", "es": "n.º", "pt": "n.º", "pl": "nr", "nl": "nr.",
        "cs": "č.", "ro": "nr.",
    },
    "paragraph": {
        "de": "Abs.", "en": "para.", "fr": "paragr.", "it": "par.", "es": "párr.", "pt": "par.", "pl": "akap.",
        "nl": "par.", "cs": "odst.", "ro": "par.",
    },
    "column": dict.fromkeys(("en", "fr", "it", "es", "pt", "ro"), "col.")
    | {"de": "Sp.", "pl": "kol.", "nl": "kol.", "cs": "sl."},
    "folio": dict.fromkeys(("en", "de", "it", "es", "pt", "pl", "nl", "cs", "ro"), "fol.") | {"fr": "f°"},
    "verse": {
        "de": "Vers", "en": "verse", "fr": "vers", "it": "v.", "es": "v.", "pt": "v.", "pl": "w.", "nl": "vers",
        "cs": "verš", "ro": "v.",
    },
    "chapter": {
        "de": "Kap.", "en": "chap.", "fr": "chap.", "it": "cap.", "es": "cap.", "pt": "cap.", "pl": "rozdz.",
        "nl": "hfst.", "cs": "kap.", "ro": "cap.",
    },
    "section": {
        "de": "Abschn.", "en": "sec.", "fr": "sect.", "it": "sez.", "es": "sec.", "pt": "sec.", "pl": "sekc.",
        "nl": "sect.", "cs": "sekce", "ro": "secț.",
    },
    "volume": dict.fromkeys(("en", "fr", "it", "es", "pt", "ro"), "vol.")
    | {"de": "Bd.", "pl": "t.", "nl": "deel", "cs": "sv."},
    "line": {
        "de": "Z.", "en": "line", "fr": "l.", "it": "r.", "es": "lín.", "pt": "l.", "pl": "w.", "nl": "r.",
        "cs": "ř.", "ro": "r.",
    },
    "figure": {
        "de": "Abb.", "en": "fig.", "fr": "fig.", "it": "fig.", "es": "fig.", "pt": "fig.", "pl": "rys.",
        "nl": "afb.", "cs": "obr.", "ro": "fig.",
    },
    "part": {
        "de": "Teil", "en": "part", "fr": "part.", "it": "parte", "es": "parte", "pt": "parte", "pl": "cz.",
        "nl": "deel", "cs": "část", "ro": "partea",
    },
}  # fmt: skip
OUR_KINDS: Final = {
    "margin": "rn rdn rdnr rz randnummer randziffer randnr",
    "article": "art arts artikel article articles articolo artículo artigo artykuł článek čl articolul",
    "footnote": "fn fns fußnote fußnoten footnote footnotes przyp przypis przypisy pozn poznámka poznámky voetnoot "
    "voetnoten noot",
    "note": "anm anmerkung anmerkungen note notes nota notas",
    "appendix": "app appendix appendices anhang anlage annexe annexes appendice apéndice apêndice anexo allegato zał "
    "załącznik aneks bijl bijlage příl příloha anexa",
    "number": "nr nrs no nos n.º nº n° núm č číslo numer número numero nummer",
    "table": "tab tabelle table tables tabella tabla tabl tableau tabela tabulka tabel tabelul",
}
#: The page that follows, or those that do, as each language says it.
NEXT: Final = {"de": "f.", "en": "f.", "fr": "sq.", "it": "s.", "es": "s.", "pt": "s.", "pl": "n.", "nl": "e.v.",
                "cs": "n.", "ro": "urm."}  # fmt: skip
REST: Final = {"de": "ff.", "en": "ff.", "fr": "sqq.", "it": "ss.", "es": "ss.", "pt": "ss.", "pl": "nn.",
                "nl": "e.v.", "cs": "nn.", "ro": "urm."}  # fmt: skip
ALSO: Final = {
    "en": ("et seq.",),
    "fr": ("s.", "ss.", "et suiv.", "et s.", "et sq."),
    "it": ("e s.", "e ss.", "sg.", "sgg.", "e sg.", "e sgg.", "e seg.", "e segg."),
    "es": ("y s.", "y ss.", "y sig.", "y sigs."),
    "pt": ("e s.", "e ss.", "e seg.", "e segs."),
    "pl": ("i n.", "i nn."),
    "cs": ("a n.", "an.", "násl.", "a násl."),
    "nl": ("ev.", "vv."),
    "ro": ("și urm.",),
}
SEVERAL: Final = frozenset(
    {"ff", "sqq", "ss", "nn", "e ss", "y ss", "i nn", "sgg", "e sgg", "e segg", "y sigs", "e segs", "et suiv", "vv"}
    | {"et seq", "násl", "a násl"}
)
