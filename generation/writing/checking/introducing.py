"""Recognizes phrases that introduce a quotation and claim nothing themselves (“the source puts it in these words”)."""

from typing import Final

#: For each language words about texts and saying, by which quotations are led in. Nothing that judges what is quoted.
_WORDS: Final = {
    "en": "source text passage author authors writer wording words word terms sentence page chapter article study "
    "report book work says said say writes wrote written states stated puts put reads read notes noted "
    "describes described explains explained observes observed adds added according point explicit clear "
    "becomes means meant question full worth quoting quoted quotes quote where here there follows following "
    "itself this that these those same what how makes made sums also further again",
    "de": "quelle text stelle passage autor autorin verfasser wortlaut worte wort worten satz seite kapitel werk "
    "studie bericht buch sagt sagte schreibt schrieb heißt hieß lautet liest steht formuliert beschreibt "
    "erklärt bemerkt fügt ergänzt laut zufolge punkt ausdrücklich deutlich klar zeigt gemeint betreffende "
    "ganzen lohnt anzuführen zitieren diesen diesem dieser dieses hier dort dazu folgt folgende selbst weiter "
    "wörtlich was",
    "it": "fonte testo passo brano autore autrice formulazione parole parola frase pagina capitolo opera studio "
    "rapporto libro dice scrive afferma recita legge osserva descrive spiega aggiunge nota secondo punto "
    "esplicito chiaro risulta intenda intende questione vale pena citare intero queste questo qui come così "
    "stesso seguente ancora inoltre cosa",
    "es": "fuente texto pasaje autor autora formulación palabras palabra frase página capítulo obra estudio informe "
    "libro dice escribe afirma reza lee observa describe explica añade señala según punto explícito claro "
    "quiere decir cuestión vale pena citarlo citar entero estas este aquí así mismo siguiente además también",
    "fr": "source texte passage auteur autrice formulation termes mots mot phrase page chapitre ouvrage étude "
    "rapport livre dit écrit affirme lit note observe décrit explique ajoute selon point explicite clair "
    "ressort visé question vaut peine citer entier ces ici ainsi même suivant encore",
    "pl": "źródło tekst fragment autor autorka brzmienie brzmienia brzmi słowami słowa słowo zdanie strona rozdział "
    "praca badanie raport książka mówi pisze stwierdza czytamy zauważa opisuje wyjaśnia dodaje według punkcie "
    "jednoznaczny jasno chodzi widać odpowiedni warto przytoczyć całości tymi tym tutaj następujący samego "
    "również ponadto",
    "pt": "fonte texto passagem autor autora formulação palavras palavra frase página capítulo obra estudo "
    "relatório livro diz escreve afirma reza observa descreve explica acrescenta segundo ponto explícito "
    "claro quer dizer questão seguinte vale pena citar inteiro isso estas neste aqui assim mesmo ainda",
    "nl": "bron tekst passage auteur schrijver bewoording woorden woord zin bladzijde pagina hoofdstuk werk studie "
    "rapport boek zegt schrijft stelt luidt leest merkt beschrijft verklaart voegt volgens punt uitdrukkelijk "
    "duidelijk blijkt bedoeld betreffende moeite waard geheel halen deze hier daar volgende zelf verder wat",
    "cs": "pramen zdroj text místo pasáž autor autorka znění slovy slova slovo věta strana kapitola práce studie "
    "zpráva kniha říká píše uvádí zní čteme popisuje vysvětluje dodává podle bodě jednoznačný jasné míněno "
    "vidět tím příslušné stojí uvést celé těmito tomto zde tady následující sám dále rovněž",
    "ro": "sursa sursă textul text pasajul pasaj autorul autoarea formulare cuvinte cuvânt fraza pagina capitolul "
    "lucrarea studiul raportul cartea spune scrie afirmă citim observă descrie explică adaugă potrivit punct "
    "explicit clar reiese vedere cauză următorul merită citat întregime aceste acest aici astfel însuși are",
}


def introducing(language: str) -> frozenset[str]:
    """The words of a language, in lower case."""
    return frozenset(_WORDS.get(language, "").split())
