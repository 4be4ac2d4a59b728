"""The words by which sheets ask for things, in the ten languages that documents are written in."""

import re
from typing import Final


def _words(text: str) -> "re.Pattern[str]":
    """A pattern of whole words or phrases; blanks in it are any white space."""
    parts = [part.strip().replace(" ", r"\s+") for part in text.split("|")]
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)


#: Words for 1 to 12, 15 and 20.
_NUMBERS: Final = """
1 one ein eine einen einer une un una uno um uma een één jeden jedna jedno jednu jeden
2 two zwei deux due dos dois duas twee dwa dwie dwóch dva dvě două doi
3 three drei trois tre tres três drie trzy trzech tři trei
4 four vier quatre quattro cuatro quatro cztery czterech čtyři patru
5 five fünf cinq cinque cinco vijf pięć pięciu pět cinci
6 six sechs sei seis zes sześć sześciu šest șase
7 seven sieben sept sette siete sete zeven siedem siedmiu sedm șapte
8 eight acht huit otto ocho oito osiem ośmiu osm opt
9 nine neun neuf nove nueve negen dziewięć dziewięciu devět nouă
10 ten zehn dix dieci diez dez tien dziesięć dziesięciu deset zece
11 eleven elf onze undici once jedenaście jedenáct unsprezece
12 twelve zwölf douze dodici doce doze twaalf dwanaście dvanáct doisprezece
15 fifteen fünfzehn quinze quindici quince vijftien piętnaście patnáct cincisprezece
20 twenty zwanzig vingt venti veinte vinte twintig dwadzieścia dvacet douăzeci
"""
NUMBERS: Final = {word: int(line.split()[0]) for line in _NUMBERS.strip().splitlines() for word in line.split()[1:]}
PAGES: Final = _words(
    r"pages?|Seiten?|Normseiten?|A4-Seiten?|pagin[ae]|págin[ao]s?|pagina['’]?s|stron\w*|stran\w*|normostran\w*|"
    r"pagin[iă]"
)
WORDS: Final = _words(
    r"words?|Wörtern?|Worten?|mots?|parole|palabras?|palavras?|woorden|słów|słowa|slov|slova|"
    r"cuvinte"
)
CHARACTERS: Final = _words(
    r"characters?|Zeichen|signes|caractères|caratteri|battute|caracteres|tekens|znak\w*|caractere|semne"
)
SOURCES: Final = _words(
    r"sources?|references?|works cited|publications?|titles?|Quellen?|Literaturquellen?|Literaturangaben|"
    r"Titeln?|Werken?|"
    r"Publikationen|références?|ouvrages?|fonti|riferimenti(?: bibliografici)?|titoli|fuentes?|referencias?|obras?|"
    r"fontes?|referências?|bronnen|bron|literatuurbronnen|źród\w+|pozycj\w+|zdroj\w*|pramen\w*|surse|surselor|"
    r"referințe"
)
BOOKS: Final = _words(
    r"books?|monographs?|Bücher[n]?|Monogra(?:ph|f)ien?|livres?|monographies?|libri|monografie|libros?|monografías?|"
    r"livros?|monografias?|boeken|książ\w+|monografi\w*|knih\w*|cărți"
)
ARTICLES: Final = _words(
    r"(?:journal )?articles?|papers?|Aufsätzen?|Fachartikeln?|Zeitschriftenaufsätzen?|Artikeln?|articoli|"
    r"artículos?|artigos?|"
    r"artikelen|artykuł\w*|článk\w*|článek|articole"
)
WEB: Final = _words(
    r"websites?|web sites?|webpages?|web pages?|internet sources?|Webseiten?|Internetquellen?|sites? (?:web|"
    r"internet)|siti(?: web)?|"
    r"páginas web|sitios web|páginas da web|stron\w* internetow\w*|internetov\w+ (?:zdroj|strán)\w*|"
    r"site-uri(?: web)?"
)
REVIEWED: Final = _words(
    r"peer[- ]?reviewed|scholarly|academic|refereed|wissenschaftlich\w*|begutachtet\w*|scientifiques?|académiques?|"
    r"scientific\w+|scientifici|scientifiche|accademic\w+|científic\w+|académic\w+|acadêmic\w+|wetenschappelijke?|"
    r"naukow\w+|recenzowan\w+|recenzovan\w+|vědeck\w+|odborn\w+|științific\w*|academice"
)
TABLES: Final = _words(r"tables?|Tabellen?|tableaux?|tabell[ae]|tablas?|tabelas?|tabellen|tabel|tabel\w+|tabul\w+")
PICTURES: Final = _words(
    r"figures?|pictures?|images?|diagrams?|charts?|illustrations?|photos?|Abbildung(?:en)?|Bilder[n]?|"
    r"Diagramm\w*|Grafiken?|"
    r"schémas?|immagin[ei]|figur[ae]|grafic[io]|imágenes|gráficos?|imagens|afbeelding(?:en)?|rysun\w+|wykres\w*|"
    r"ilustracj\w+|"
    r"obrázk\w*|obrázek|graf\w*|imagini|figuri"
)
#: Nothing of the other things that are counted stands between a number and its unit.
TIMES: Final = _words(
    r"years?|weeks?|days?|hours?|minutes?|points?|percent|jahren?|wochen?|tagen?|stunden?|punkten?|prozent|ans?|"
    r"années?|"
    r"semaines?|jours?|anni|settimane|giorni|ore|años?|semanas?|días|anos?|dias|jaar|weken|dagen|lat|lata|"
    r"tygodni\w*|dni|"
    r"let|roky|roků|týdn\w*|dn[íů]|ani|săptămâni|zile|pt|cm|mm"
)
YEARS: Final = _words(r"years?|Jahren?|ans|années|anni|años|anos|jaar|lat|lata|let|roky|roků|ani(?:lor)?")
LEAST: Final = _words(
    r"at least|at the least|minimum|min\.?|no fewer than|not fewer than|no less than|not less than|or more|"
    r"mindestens|mind\.?|wenigstens|nicht weniger als|oder mehr|au moins|au minimum|minimum de|almeno|minimo|"
    r"come minimo|"
    r"al menos|como mínimo|mínimo|por lo menos|pelo menos|no mínimo|minstens|ten minste|minimaal|co najmniej|"
    r"przynajmniej|"
    r"alespoň|nejméně|minimálně|cel puțin|minim"
)
MOST: Final = _words(
    r"at most|at the most|maximum|max\.?|no more than|not more than|no longer than|not exceed(?:ing)?|"
    r"must not exceed|up to|"
    r"höchstens|maximal|nicht mehr als|nicht länger als|bis zu|au plus|au maximum|maximum de|al massimo|massimo|"
    r"non più di|"
    r"non oltre|como máximo|máximo|a lo sumo|no más de|no máximo|não mais de|hoogstens|ten hoogste|maximaal|"
    r"niet meer dan|"
    r"co najwyżej|maksymalnie|maksimum|nie więcej niż|nejvýše|maximálně|cel mult|maxim"
)
SINCE: Final = _words(
    r"since|from|or later|or newer|ab|seit|ab dem Jahr|depuis|à partir de|dal|a partire dal|desde|a partir de|vanaf|"
    r"od roku|od|din|începând cu"
)
AFTER: Final = _words(r"after|newer than|later than|nach|après|dopo il|después de|depois de|após|na|po roku|po|după")
NOT_OLDER: Final = _words(
    r"not older than|no older than|(?:within|in|from|of) the (?:last|past)|nicht älter als|(?:aus|in) den letzten|"
    r"pas plus de|(?:de|des) (?:moins de|dernières)|non più vecchi\w* di|degli ultimi|negli ultimi|"
    r"no (?:más antigu\w+ de|anterior\w* a)|(?:de|en) los últimos|(?:d|n)os últimos|não mais antig\w+ (?:do )?que|"
    r"niet ouder dan|(?:uit|in|van) de (?:laatste|afgelopen)|nie starsz\w+ niż|z ostatnich|ne starší než|"
    r"ne starších než|za posledních|nu mai vechi de|din ultimii"
)
DEADLINES: Final = _words(
    r"deadline|due(?: date)?|hand(?:ed)? in by|submit(?:ted)? by|submission|Abgabe\w*|abzugeben|einzureichen|"
    r"Frist|spätestens|"
    r"date limite|à rendre|remise|échéance|scadenza|consegn\w+|entreg\w+|fecha límite|plazo|prazo|inleverdatum|"
    r"inleveren|"
    r"termin\w*|oddać|odevzd\w*|termín\w*|termen\w*|predare|predat\w*"
)
_MONTHS: Final = (
    r"jan|feb|fév|mar|mär|maa|apr|avr|abr|kwi|mai|may|mei|maj|mag|jun|jui|giu|cze|čer|jul|lug|lip|aug|ago|aoû|"
    r"sie|srp|sep|set|"
    r"wrz|zář|oct|okt|ott|out|paź|říj|nov|lis|noi|dec|dez|dic|déc|gru|pro|gen|ene|led|úno|bře|dub|kvě|sty|lut|"
    r"ian|iun|iul"
)
DATE: Final = re.compile(
    r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\s?\d{1,2}[./]\s?(?:\d{4}|\d\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th|º|er)?\.?\s+(?:of\s+|de\s+)?(?:{_MONTHS})[^\W\d]*\.?(?:\s+(?:de\s+)?\d{{4}})?|"
    rf"(?:{_MONTHS})[^\W\d]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)\b",
    re.IGNORECASE,
)
CITING: Final = _words(
    r"style|styles|citations?|cite|cited|citing|references?|referencing|Zitier\w*|zitier\w*|Zitation\w*|Stil|"
    r"références?|"
    r"citer|stile|citazion\w+|citar|citas?|estilo|normas?|citações|citação|verwijz\w*|bronvermelding|stijl|"
    r"styl\w*|cytow\w*|"
    r"przypis\w*|citac\w*|citov\w*|norm\w*|stil\w*|citar\w*"
)
#: A style by its name in a sheet, and by what the names of its CSL styles have.
STYLES: Final = (
    (re.compile(r"\bAPA\b"), "APA", r"\bapa\b|american-psychological"),
    (re.compile(r"\bMLA\b"), "MLA", "modern-language-association|mla"),
    (re.compile(r"\bIEEE\b"), "IEEE", "ieee"),
    (re.compile(r"\bAMA\b"), "AMA", "american-medical-association"),
    (re.compile(r"\bACS\b"), "ACS", "american-chemical-society"),
    (re.compile(r"\bOSCOLA\b", re.I), "OSCOLA", "oscola"),
    (re.compile(r"\bMHRA\b"), "MHRA", "modern-humanities-research|mhra"),
    (re.compile(r"\b(?:ČSN )?ISO[- ]?690\b", re.I), "ISO 690", "iso690"),
    (re.compile(r"\bDIN[- ](?:ISO[- ]690|1505)", re.I), "DIN", "din-1505|iso690"),
    (re.compile(r"\bDGPs\b"), "DGPs", "gesellschaft-fur-psychologie"),
    (re.compile(r"\b(?:Turabian)\b", re.I), "Turabian", "turabian|chicago"),
    (re.compile(r"\bHarvard\b", re.I), "Harvard", "harvard"),
    (re.compile(r"\bChicago\b", re.I), "Chicago", "chicago|turabian"),
    (re.compile(r"\bVancouver\b", re.I), "Vancouver", "vancouver|national-library-of-medicine|nlm"),
)
#: These are cities and universities, too.
PLACES: Final = frozenset({"Harvard", "Chicago", "Vancouver"})
WRITING: Final = _words(
    r"write|written|writing|submit\w*|language|paper|essay|verfass\w*|schreib\w*|geschrieben|Sprache|Arbeit|"
    r"rédig\w*|écri\w*|"
    r"langue|scriv\w*|scritt\w*|redat\w*|redig\w*|lingua|escrib\w*|escrit\w*|redact\w*|lengua|idioma|escrev\w*|"
    r"língua|"
    r"schrijf\w*|geschreven|taal|napis\w*|pisa\w*|język\w*|jazy\w+|psá\w+|napiš\w*|piš\w*|scri\w+|limb\w+|redacta\w*"
)
LANGUAGES: Final = {
    "en": _words(r"English|Englisch\w*|anglais\w*|inglese|inglés|inglês|Engels|angielsk\w+|angličtin\w+|"
                 r"anglick\w+|anglicky|engleză"),
    "de": _words(r"German|Deutsch\w*|allemande?|tedesc\w+|alemán|alemão|Duits|niemieck\w+|němčin\w+|německ\w+|"
                 r"germană"),
    "fr": _words(r"French|Franz[öo]sisch\w*|française?|frances[ei]|francés|francês|Frans|francusk\w+|"
      r"francouz\w+|franceză"),
    "it": _words(r"Italian|Italienisch\w*|italienne?|italian[oa]|Italiaans|włosk\w+|italštin\w+|italsk\w+|italiană"),
    "es": _words(r"Spanish|Spanisch\w*|espagnole?|spagnol[oa]|español|espanhol|Spaans|hiszpańsk\w+|španěl\w+|"
                 r"spaniolă"),
    "pt": _words(r"Portuguese|Portugiesisch\w*|portugaise?|portoghese|portugués|português|Portugees|"
                 r"portugalsk\w+|portugal\w+|portugheză"),
    "nl": _words(r"Dutch|Niederländisch\w*|néerlandaise?|olandese|neerlandés|holandês|neerlandês|Nederlands|"
                 r"niderlandzk\w+|nizozem\w+|neerlandeză|olandeză"),
    "pl": _words(r"Polish|Polnisch\w*|polonaise?|polacc[oa]|polaco|polonês|Pools|polsk\w+ język\w*|"
                 r"język\w* polsk\w+|po polsku|polštin\w+|poloneză"),
    "cs": _words(r"Czech|Tschechisch\w*|tchèque|cec[oa]|checo|tcheco|Tsjechisch|czesk\w+|češtin\w+|"
                 r"česk\w+ jazy\w+|cehă"),
    "ro": _words(r"Romanian|Rumänisch\w*|roumaine?|rumen[oa]|rumano|romeno|Roemeens|rumuńsk\w+|rumunštin\w+|"
                 r"rumunsk\w+|română"),
}  # fmt: skip
SPACINGS: Final = (
    (_words(r"double[- ]spac\w+|double line spacing|doppelt\w* Zeilenabstand|zweizeilig\w*|double interligne|"
            r"doppia interlinea|"
            r"doble espacio|espaçamento duplo|dubbele regelafstand|podwójn\w+ interlini\w+|"
            r"dvojit\w+ řádkován\w+"), 2.0),
    (_words(r"one[- ]and[- ]a[- ]half[- ](?:line|spac)\w*|one and a half lines?(?: of spacing)?|anderthalbzeilig\w*|"
            r"eineinhalbzeilig\w*|anderthalbfach\w*|1[.,]5[- ]?zeilig\w*|1[.,]5[- ]?fach\w*|"
            r"interligne et demi"), 1.5),
    (_words(r"single[- ]spac\w+|single line spacing|einzeilig\w*|einfach\w* Zeilenabstand|interligne simple|"
            r"interlinea singola"), 1.0),
)  # fmt: skip
SPACING: Final = _words(
    r"(?:line[- ])?spac(?:ing|ed)|lines? of spacing|Zeilenabstand|interligne|interlinea|interlineado|espaciado|"
    r"espaçamento|"
    r"entrelinhas|regelafstand|interlini\w+|odstęp\w*|řádkován\w+|spațiere|spațiu între rânduri|interlinie"
)
MARGINS: Final = _words(
    r"margins?|R[aä]nd(?:er|ern)?|Seitenränder|marges?|margin[ei]|márgen(?:es)?|margens?|kantlijn\w*|"
    r"margines\w*|okraj\w*|margini"
)
POINTS: Final = (
    r"\s?-?\s?(?:pt\.?|points?|Punkt|Pkt\.?|Pt\.?|punti|puntos|pontos|punten|pkt|punktów|bodů|b\.|puncte)(?!\w)"
)
FACES: Final = (
    (re.compile(r"\bTimes(?: New Roman)?\b", re.I), "Times New Roman", "serif"),
    (re.compile(r"\bArial\b", re.I), "Arial", "sans"),
    (re.compile(r"\bHelvetica\b", re.I), "Helvetica", "sans"),
    (re.compile(r"\bCourier(?: New)?\b", re.I), "Courier New", "mono"),
    (re.compile(r"\bCalibri\b", re.I), "Calibri", ""),
    (re.compile(r"\bCambria\b", re.I), "Cambria", ""),
    (re.compile(r"\bGaramond\b", re.I), "Garamond", ""),
    (re.compile(r"\bGeorgia\b"), "Georgia", ""),
    (re.compile(r"\bVerdana\b", re.I), "Verdana", ""),
)
#: Parts of a work by name; what they are looked up as is `wants.LABELS`.
PARTS: Final = {
    "title_page": _words(
        r"title page|cover page|cover sheet|Titelblatt\w*|Titelseite\w*|Deckblatt\w*|page de titre|"
        r"page de garde|frontespizio|"
        r"copertina|portada|capa|folha de rosto|titelblad|titelpagina|voorblad|stron\w* tytułow\w*|"
        r"titulní\w* (?:stran|list)\w*|"
        r"pagin\w+ de titlu|foaie de titlu"
    ),
    "contents": _words(
        r"table of contents|contents page|list of contents|Inhaltsverzeichnis\w*|table des matières|sommaire|"
        r"indice|sommario|"
        r"índice|sumário|inhoudsopgave|spis\w* treści|obsah|cuprins"
    ),
    "bibliography": _words(
        r"bibliography|reference list|list of (?:references|sources|works cited)|works cited|Literaturverzeichnis\w*|"
        r"Quellenverzeichnis\w*|bibliographie|bibliografia|bibliografía|literatuurlijst|bibliografi\w*|"
        r"seznam literatury|"
        r"seznam (?:použit\w+ )?(?:zdrojů|literatury)|bibliografie|listă bibliografică"
    ),
    "declaration": _words(
        r"declaration of (?:authorship|originality|honesty)|statement of authorship|honou?r code|"
        r"plagiarism declaration|"
        r"eidesstattlich\w*|Eigenständigkeitserklärung|Selbstständigkeitserklärung|Selbständigkeitserklärung|"
        r"déclaration (?:sur l['’]honneur|de non[- ]plagiat)|dichiarazione di (?:originalità|autenticità)|"
        r"declaración de (?:autoría|originalidad)|declaração de (?:autoria|originalidade)|eigenwerkverklaring|"
        r"oświadczeni\w+ o (?:samodzieln\w+|autorstwie)|čestné\w* prohlášení|declarați\w+ de (?:autenticitate|"
        r"originalitate)"
    ),
    "abstract": _words(
        r"abstracts?|executive summary|Zusammenfassung\w*|Kurzfassung\w*|résumé|riassunto|resumen|resumo|"
        r"samenvatting|"
        r"streszczeni\w+|abstrakt\w*|rezumat\w*"
    ),
    "keywords": _words(
        r"keywords?|key words?|Schlagwort\w*|Schlagwörter\w*|Schlüsselwörter\w*|mots[- ]clés|parole chiave|"
        r"palabras clave|"
        r"palavras[- ]chave|trefwoorden|słow\w+ kluczow\w+|klíčov\w+ slov\w*|cuvinte[- ]cheie"
    ),
    "appendix": _words(
        r"appendix|appendices|annex(?:es)?|Anhang\w*|Anhänge\w*|annexes?|appendice|allegati|anexos?|apéndices?|"
        r"bijlagen?|"
        r"załącznik\w*|aneks\w*|příloh\w*|anexe?"
    ),
    "abbreviations": _words(
        r"list of abbreviations|Abkürzungsverzeichnis\w*|liste des abréviations|elenco delle abbreviazioni|"
        r"lista de abreviaturas|lista de abreviações|lijst (?:van|met) afkortingen|wykaz\w* skrótów|"
        r"seznam\w* zkratek|"
        r"lista (?:de )?abrevierilor|list[aă] de abrevieri"
    ),
    "student_number": _words(
        r"student (?:number|id)|matriculation number|registration number|Matrikelnummer|numéro d['’]étudiant|"
        r"matricola|"
        r"número de (?:estudiante|matrícula|aluno)|studentnummer|numer\w* (?:albumu|indeksu)|osobní číslo|"
        r"număr\w* matricol"
    ),
}  # fmt: skip
