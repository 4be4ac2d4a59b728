"""Words by which a sentence states a fact, and words of a sentence about the work itself, in each language (R-04)."""

import re
from typing import Final

#: A share, an amount of money, a measure, a large number: in all languages.
FIGURE: Final = re.compile(
    r"\d[ \u00a0\u202f]?(?:%|‰|(?:per[ -]?cents?|Prozent|percento|per cento|por ciento|pour[ -]?cent|procent\w{0,3}"
    r"|por cento"
    r"|procenta?|la sută)\b)"
    r"|[€$£][ \u00a0]?\d"
    r"|\d[ \u00a0\u202f]?(?:[€$£]|(?:euros?|EUR|USD|GBP|zł|złotych|Kč|lei|km²?|km/h|m²|m³|cm|mm|kg|ha|[kMGT]Wh?|°C"
    r"|hectares?"
    r"|Hektar|kilomet\w{1,4}|Kilometern?|metres?|meters?|miles|tonn?es?|Tonnen|years old|Jahre alt)\b|°)"
    r"|\d[ \u00a0\u202f]?(?:millions?|billions?|thousand|hundred|Mio|Mrd|Millionen|Milliarden?|Tausend"
    r"|milion[iey]\w{0,2}"
    r"|miliard\w{0,3}|mila|miljoen|miljard|duizend|milhões|milhão|mil|millon(?:es)?|millones|milliards?|tysi\w{1,4}"
    r"|tisíc\w{0,2}|milioane|mii)\b"
    r"|(?<![\w.,/§#-])\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+(?![\w.,]?\d)|(?<![\w.,/§#-])\d{5,9}(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
#: A count of something, "250 keepers": of three figures that are no year.
COUNT: Final = re.compile(r"(?<![\w.,/§#+-])(?!1[4-9]\d\d|20\d\d)\d{3,4}(?=[ \u00a0][^\W\d_]{4,})")
YEAR: Final = re.compile(r"(?<![\w.,/§:+–-])(?:1[5-9]\d\d|20[0-4]\d)(?![\w/:–-]|[.,]\d|[ \u00a0]?(?:%|km|kg|€))")
#: A law by its number or its article.
LAW: Final = re.compile(
    r"(?:§§?[ \u00a0]?|\b(?:Art(?:\.|icles?|ikel|icolo|ículo|igo|ykuł|icolul)?|Artykuł\w{0,2}|čl\."
    r"|art\.)[ \u00a0])\d+[a-z]?(?:\(\d+\))?"
    r"(?=[^.]{0,60}\b(?:GDPR|DSGVO|RGPD|AVG|RODO|BGB|GG|StGB|TFEU|AEUV|TFUE|ECHR|EMRK|[A-Z][A-Za-z]{0,6}G\b|zákona"
    r"|ustawy"
    r"|(?:Code|Act|Gesetz\w{0,2}|Constitution\w{0,3}|Costituzione|Constitución|Konstytucji|Constituição|Grondwet|Ústavy"
    r"|Constituției|Convention|Treaty|Charter)\b))"
    r"|\b(?:Directive|Regulation|Richtlinie|Verordnung|Direttiva|Regolamento|Directiva|Reglamento|Règlement"
    r"|Dyrektyw\w{1,2}"
    r"|Rozporządzeni\w{1,3}|Diretiva|Regulamento|Richtlijn|Verordening|Směrnic\w{1,2}|Nařízení|Directivei"
    r"|Regulamentul\w{0,3})"
    r"[ \u00a0](?:\((?:EU|UE|EG|EC|CE|WE|ES)\)[ \u00a0])?(?:N[ro]\.?[ \u00a0])?\d{1,4}/\d{2,4}"
)


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


#: What appeals to studies, to experts, or to what everybody knows.
STUDIES: Final = {
    "en": _any(
        r"\b(?:stud(?:y|ies)|research|evidence|surveys?|experiments?|statistics|scholars|researchers|experts"
        r"|scientists|reports?)"
        r"[ ](?:\w+ly[ ])?(?:(?:has|have|had)[ ](?:\w+ly[ ])?)?(?:shows?|showed|shown|suggests?|suggested|indicates?"
        r"|indicated"
        r"|demonstrates?|demonstrated|finds|found|proves?|proved|proven|agree|confirms?|confirmed|reveals?|revealed"
        r"|argue)\b",
        r"\bit (?:is|has been)(?: well| widely| generally| often)? (?:known|accepted|proven|established|shown) that\b",
        r"\baccording to (?:\w+ ){0,3}(?:study|studies|surveys?|reports?|research|experts|scientists|statistics)\b",
    ),
    "de": _any(
        r"\b(?:Studien?|Untersuchung(?:en)?|Forschung(?:en)?|Umfragen?|Erhebung(?:en)?|Statistik(?:en)?"
        r"|Forscher(?:innen)?"
        r"|Wissenschaftler(?:innen)?|Expert(?:en|innen)) (?:\w+ ){0,3}(?:zeig(?:t|en|te|ten)|beleg(?:t|en|te|ten)"
        r"|bestätig(?:t|en|te|ten)|ergab(?:en)?|beweis(?:t|en)|fanden|wies(?:en)? nach|leg(?:t|en) nahe)\b",
        r"\b(?:laut|gemäß|nach) (?:\w+ ){0,2}(?:Studien?|Untersuchung(?:en)?|Umfragen?|Erhebung(?:en)?|Statistik(?:en)?"
        r"|Experten|Forschern)\b",
        r"\bes ist (?:\w+ )?(?:bekannt|erwiesen|belegt|nachgewiesen), dass\b|\bbekanntlich\b",
    ),
    "it": _any(
        r"\b(?:studi(?:o)?|ricerc(?:a|he)|indagin[ei]|esperti|ricercatori|scienziati|statistiche) (?:\w+ "
        r"){0,2}(?:mostra(?:no|to)?"
        r"|dimostra(?:no|to)?|indica(?:no|to)?|suggerisc(?:e|ono)|suggerito|conferma(?:no|to)?|rivela(?:no|to)?"
        r"|evidenzia(?:no|to)?)\b",
        r"\bsecondo (?:\w+[ '’]){0,2}(?:studi(?:o)?|ricerc(?:a|he)|indagin[ei]|esperti|ricercatori|statistiche)\b",
        r"\bè (?:\w+ )?(?:noto|dimostrato|provato|risaputo) che\b",
    ),
    "es": _any(
        r"\b(?:estudios?|investigaci(?:ón|ones)|encuestas?|expertos|investigadores|científicos|estadísticas) (?:\w+ "
        r"){0,2}"
        r"(?:muestran?|demuestran?|indican?|sugieren?|confirman?|revelan?|mostraron|demostraron|mostrado|demostrado"
        r"|revelado"
        r"|confirmado)\b",
        r"\bsegún (?:\w+ ){0,2}(?:estudios?|encuestas?|investigaci(?:ón|ones)|expertos|investigadores|estadísticas)\b",
        r"\b(?:está (?:\w+ )?(?:demostrado|probado|comprobado)|es (?:bien )?sabido) que\b",
    ),
    "fr": _any(
        r"\b(?:études?|recherches?|enquêtes?|experts|chercheurs|scientifiques|statistiques) (?:\w+ "
        r"){0,2}(?:montren?t?|démontren?t?"
        r"|indiquen?t?|suggèren?t?|confirmen?t?|révèlen?t?|montré|démontré|révélé|confirmé)\b",
        r"\bselon (?:\w+[ '’]){0,2}(?:études?|enquêtes?|recherches?|experts|chercheurs|statistiques)\b",
        r"\bil est (?:\w+ )?(?:connu|prouvé|démontré|établi|avéré) que\b",
    ),
    "pl": _any(
        r"\b(?:badania|badanie|sondaże?|eksperci|naukowcy|badacze|statystyki) (?:\w+ ){0,2}(?:pokazuj[eą]"
        r"|pokazał[oy]|wykazuj[eą]"
        r"|wykazał[oyi]|dowodz[ią]|dowiodł[oy]|wskazuj[eą]|wskazał[oy]|potwierdza(?:ją)?|potwierdził[oy]"
        r"|sugeruj[eą])\b",
        r"\b(?:według|zdaniem) (?:\w+ ){0,2}(?:badań|badania|badaczy|sondażu|sondaży|ekspertów|naukowców|statystyk)\b",
        r"\b(?:powszechnie wiadomo|udowodniono|dowiedziono|wykazano), że\b",
    ),
    "pt": _any(
        r"\b(?:estudos?|pesquisas?|investigaç(?:ão|ões)|inquéritos?|especialistas|investigadores|pesquisadores"
        r"|cientistas"
        r"|estatísticas) (?:\w+ ){0,2}(?:mostra(?:m|ram)?|demonstra(?:m|ram)?|indica(?:m|ram)?|sugere(?:m|ram)?"
        r"|confirma(?:m|ram)?|revela(?:m|ram)?)\b",
        r"\b(?:segundo|de acordo com) (?:\w+ ){0,2}(?:estudos?|pesquisas?|inquéritos?|especialistas|investigadores"
        r"|estatísticas)\b",
        r"\b(?:está (?:\w+ )?(?:provado|demonstrado|comprovado)|é (?:bem )?sabido) que\b",
    ),
    "nl": _any(
        r"\b(?:studies?|onderzoek(?:en)?|enquêtes?|experts|onderzoekers|wetenschappers|statistieken) (?:\w+ "
        r"){0,2}(?:ton(?:en|t) aan"
        r"|toont|tonen|toonden|laten zien|laat zien|wij(?:zen|st) uit|suggere(?:ren|ert)|bevestig(?:en|t)"
        r"|bewij(?:zen|st))\b",
        r"\buit (?:\w+ ){0,2}(?:onderzoek(?:en)?|studies?|enquêtes?) (?:blijkt|bleek|is gebleken)\b",
        r"\bvolgens (?:\w+ ){0,2}(?:onderzoek|onderzoekers|studies?|experts|wetenschappers|statistieken)\b",
        r"\bhet is (?:\w+ )?(?:bekend|bewezen|aangetoond) dat\b",
    ),
    "cs": _any(
        r"\b(?:studie|výzkum[yu]?|průzkum[yu]?|odborníci|vědci|badatelé|statistiky) (?:\w+ ){0,2}(?:ukazuj[eí]"
        r"|ukázal[yao]?"
        r"|prokazuj[eí]|prokázal[yao]?|dokazuj[eí]|naznačuj[eí]|naznačil[yao]?|potvrzuj[eí]|potvrdil[yao]?"
        r"|zjistil[yai]?)\b",
        r"\bpodle (?:\w+ ){0,2}(?:studi[eí]|výzkum[uů]|průzkum[uů]|odborníků|vědců|statistik)\b",
        r"\b(?:je (?:\w+ )?(?:známo|prokázáno|dokázáno)|bylo (?:\w+ )?(?:prokázáno|dokázáno|zjištěno)), že\b",
    ),
    "ro": _any(
        r"\b(?:studi(?:u|ul|i|ile)|cercet(?:ări|ările|area|ătorii)|sondaj(?:e|ele|ul)|experții|specialiștii"
        r"|statisticile)"
        r" (?:\w+ ){0,2}(?:arat[ăe]?|arată|demonstrează|indică|sugerează|confirmă|dovedesc|dovedește|relevă|arătat"
        r"|demonstrat"
        r"|confirmat)\b",
        r"\b(?:potrivit|conform) (?:\w+ ){0,2}(?:studi\w+|cercetă\w+|sondaj\w*|experților|specialiștilor"
        r"|statisticilor)\b",
        r"\b(?:este (?:\w+ )?(?:cunoscut|dovedit|demonstrat)|s-a (?:dovedit|demonstrat)|se știe) că\b",
    ),
}
_MORE: Final = r"(?:[^\W\d_]+ ){0,3}"
#: Two things measured against each other.
COMPARED: Final = {
    "en": _any(
        rf"\b(?:higher|lower|larger|smaller|greater|faster|slower|longer|shorter|older|younger|cheaper|richer"
        rf"|poorer) {_MORE}than\b",
        r"\b(?:more|less|fewer) [^\W\d_]{3,} (?:[^\W\d_]+ )?than\b",
    ),
    "de": _any(
        r"\b(?:höher|niedriger|größer|kleiner|schneller|langsamer|länger|kürzer|älter|jünger|häufiger|seltener"
        r"|billiger|teurer)"
        rf"(?:e[nrsm]?)? {_MORE}als\b|\b(?:mehr|weniger) [^\W\d_]{{3,}} (?:[^\W\d_]+ )?als\b"
    ),
    "it": _any(
        r"(?<!il )(?<!la )(?<!le )(?<!i )(?<!gli )\b(?:più|meno) [^\W\d_]{4,} (?:[^\W\d_]+ )?(?:rispetto a\w{0,3}"
        r"|che)\b"
        r"|\b(?:maggior[ei]|minor[ei]|superior[ei]|inferior[ei]) (?:a|ai|al|alla|alle|allo|rispetto)\b"
    ),
    "es": _any(
        r"(?<!el )(?<!la )(?<!los )(?<!las )\b(?:más|menos) [^\W\d_]{4,} (?:[^\W\d_]+ )?que\b"
        r"|\b(?:mayor|menor)(?:es)? que\b|\b(?:superior|inferior)(?:es)? a\b"
    ),
    "fr": _any(
        r"(?<!le )(?<!la )(?<!les )\b(?:plus|moins) [^\W\d_]{4,} (?:[^\W\d_]+ )?qu(?:e\b|[’'])"
        r"|\b(?:supérieur|inférieur)e?s? (?:à|au|aux)\b"
    ),
    "pl": _any(
        r"\b(?:częściej|rzadziej|szybciej|wolniej|dłużej|krócej|(?:wyższ|niższ|większ|mniejsz|starsz|młodsz|tańsz"
        r"|droższ)\w{1,3})"
        rf" {_MORE}niż\b|\b(?:więcej|mniej) [^\W\d_]{{3,}} (?:[^\W\d_]+ )?niż\b"
    ),
    "pt": _any(
        r"(?<!o )(?<!a )(?<!os )(?<!as )\b(?:mais|menos) [^\W\d_]{4,} (?:[^\W\d_]+ )?(?:do )?que\b"
        r"|\b(?:maior|menor)(?:es)? (?:do )?que\b|\b(?:superior|inferior)(?:es)? (?:a|à|ao|às|aos)\b"
    ),
    "nl": _any(
        r"\b(?:hoger|lager|groter|kleiner|sneller|langzamer|langer|korter|ouder|jonger|vaker|duurder|goedkoper)e? "
        rf"{_MORE}dan\b|\b(?:meer|minder) [^\W\d_]{{3,}} (?:[^\W\d_]+ )?dan\b"
    ),
    "cs": _any(
        r"\b(?:častěji|rychleji|pomaleji|déle|(?:vyšší|nižší|větší|menší|starší|mladší|levnější|dražší)\w{0,3})"
        rf" {_MORE}než\b|\b(?:více|méně) [^\W\d_]{{3,}} (?:[^\W\d_]+ )?než\b"
    ),
    "ro": _any(r"\bmai [^\W\d_]{3,} (?:[^\W\d_]+ ){0,2}decât\b"),
}
#: What makes a comparison a condition, a rule or a guess.
CONDITIONAL: Final = {
    code: _any(*(rf"\b{word}\b" for word in words.split()))
    for code, words in {
        "en": "if when must should shall may might can could would will you your expected no not",
        "de": "wenn falls sobald muss müssen soll sollen sollte sollten kann können könnte könnten darf dürfen würde "
        "nicht kein",
        "it": "se quando deve devono dovrebbe può possono potrebbe non",
        "es": "si cuando debe deben debería puede pueden podría no",
        "fr": "si quand lorsque doit doivent devrait peut peuvent pourrait ne pas",
        "pl": "jeśli jeżeli gdy musi muszą powinien powinna powinno powinny może mogą można nie",
        "pt": "quando deve devem deveria pode podem poderia não",
        "nl": "als indien wanneer moet moeten zou zouden kan kunnen mag mogen niet geen",
        "cs": "pokud jestliže když musí měl měla mělo může mohou lze není",
        "ro": "dacă când trebuie poate pot ar nu",
    }.items()
}
#: A sentence about the work itself, its writer, its method, or what is only supposed.
ABOUT_THE_WORK: Final = {
    "en": _any(
        r"\b(?:this|these|the present|the following|the next|the previous|the last|the first|the second|the third"
        r"|the fourth)"
        r" (?:chapters?|sections?|thesis|papers?|essay|work|study|report|parts?|tables?|figures?|examples?)\b",
        r"\b(?:chapters?|sections?|tables?|figures?|equations?) \d|\bin what follows\b|\bas (?:shown|described"
        r"|discussed) above\b",
        r"\b(?:(?-i:I)|we|our|ours|my|us|suppose|assume|assuming|imagine|consider|hypothes[ie]s|research questions?)\b",
    ),
    "de": _any(
        r"\b(?:diese[rsnm]?|(?:die|der|den|dem|das) (?:vorliegende|folgende|nächste|vorige|letzte|erste|zweite"
        r"|dritte|vierte)[nrsm]?|vorliegende[nrsm]?)"
        r" (?:Kapitels?|Abschnitt\w{0,2}|(?:Seminar|Haus|Bachelor|Master)?[Aa]rbeit|Teils?|Tabelle|Abbildung|Studie"
        r"|Untersuchung|Beispiel)\b",
        r"\b(?:Kapitel|Abschnitt|Tabelle|Abbildung|Satz|Definition|Gleichung) \d|\bim Folgenden\b",
        r"\b(?:ich|wir|uns|mein\w{0,2}|unsere?\w?|angenommen|sei|seien|Forschungsfragen?|Hypothesen?)\b",
    ),
    "it": _any(
        r"\b(?:quest[oaie]|(?:il|la|nel|nella) (?:presente|seguente|prossim[oa]|prim[oa]|second[oa]|terz[oa]))"
        r" (?:capitol[oi]|sezion[ei]|paragraf[oi]|lavoro|tesi|studio|elaborato|part[ei]|tabell[ae]|figur[ae]"
        r"|esempi?o?)\b",
        r"\b(?:capitolo|sezione|paragrafo|tabella|figura) \d|\bdi seguito\b",
        r"\b(?:noi|nostr[oaie]|mi[oae]|ipotesi|supponiamo|si supponga|vediamo|analizziamo|domand[ae] di ricerca)\b",
    ),
    "es": _any(
        r"\b(?:est[eao]s?|(?:el|la) (?:presente|siguiente|próxim[oa]|primer[ao]?|segund[oa]|tercer[ao]?))"
        r" (?:capítulos?|secci(?:ón|ones)|apartados?|trabajo|tesis|estudio|partes?|tablas?|figuras?|ejemplos?)\b",
        r"\b(?:capítulo|sección|apartado|tabla|figura) \d|\ba continuación\b",
        r"\b(?:nosotros|nuestr[oa]s?|mi|mis|hipótesis|supongamos|veamos|analizamos|preguntas? de investigación)\b",
    ),
    "fr": _any(
        r"\b(?:ce|cet|cette|ces|(?:le|la) (?:présente?|prochaine?|premi(?:er|ère)|second[e]?|deuxième|troisième))"
        r" (?:chapitres?|sections?|parties?|travail|mémoire|thèse|étude|tableaux?|figures?|exemples?)\b",
        r"\b(?:chapitre|section|partie|tableau|figure) \d|\bci-(?:après|dessous|dessus)\b|\bdans ce qui suit\b",
        r"\b(?:nous|notre|nos|je|mon|ma|mes|supposons|imaginons|hypothèses?|questions? de recherche)\b",
    ),
    "pl": _any(
        r"\b(?:t(?:en|a|o|e|ym|ej|ego|ę)|niniejsz\w{1,3}|następn\w{1,3}|kolejn\w{1,3}|pierwsz\w{1,3}|drug\w{1,3}"
        r"|trzeci\w{0,3})"
        r" (?:rozdzia\w{1,3}|częś\w{1,3}|prac[aęy]|sekcj\w{1,2}|badani\w{1,2}|tabel\w{1,2}|rysun\w{1,3}"
        r"|przykład\w{0,2})\b",
        r"\b(?:rozdziale?|tabel[aię]|rysun\w{1,3}) \d|\bponiżej\b",
        r"\b(?:my|nasz\w{0,3}|moj\w{1,3}|mój|załóżmy|przyjmijmy|hipotez\w{1,2}|pytani\w{1,2} badawcz\w{1,2})\b",
    ),
    "pt": _any(
        r"\b(?:n?(?:d)?est[ea]s?|(?:o|a|no|na) (?:presente|seguinte|próxim[oa]|primeir[oa]|segund[oa]|terceir[oa]))"
        r" (?:capítulos?|secç(?:ão|ões)|seç(?:ão|ões)|trabalho|tese|dissertação|estudo|partes?|tabelas?|figuras?"
        r"|exemplos?)\b",
        r"\b(?:capítulo|secção|seção|tabela|figura) \d|\b(?:a|em) seguida\b|\ba seguir\b",
        r"\b(?:nós|noss[oa]s?|meus?|minhas?|hipóteses?|suponhamos|vejamos|quest(?:ão|ões) de investigação|pergunta "
        r"de pesquisa)\b",
    ),
    "nl": _any(
        r"\b(?:dit|deze|(?:het|de) (?:huidige|volgende|vorige|eerste|tweede|derde))"
        r" (?:hoofdstuk(?:ken)?|paragraaf|paragrafen|sectie|deel|scriptie|werkstuk|onderzoek|tabel|figuur|voorbeeld)\b",
        r"\b(?:hoofdstuk|paragraaf|sectie|tabel|figuur) \d|\b(?:hieronder|hierna)\b",
        r"\b(?:wij|we|ons|onze|ik|mijn|stel dat|veronderstel|hypothesen?|onderzoeksvra(?:ag|gen))\b",
    ),
    "cs": _any(
        r"\b(?:t(?:ato|ento|oto|éto|omto|ohoto|uto|ěchto)|následující\w{0,2}|předchozí\w{0,2}|první\w{0,2}"
        r"|druh\w{1,3}|třetí\w{0,2})"
        r" (?:kapitol\w{1,3}|částí?|oddíl\w{0,2}|prác[ei]|studi[eí]|tabul\w{1,3}|obráz\w{1,3}|příklad\w{0,2})\b",
        r"\b(?:kapitol[aeuy]|tabul[kc]\w{1,2}|obráz\w{1,3}) \d|\bníže\b|\bv následujícím\b",
        r"\b(?:my|naš\w{1,3}|náš|můj|moj\w{1,2}|předpokládejme|hypotéz\w{1,2}|výzkumn\w{1,3} otáz\w{1,3})\b",
    ),
    "ro": _any(
        r"\b(?:acest(?:a|ei|ui)?|aceast[ăa]|acestei|prezent(?:ul|a)|următor(?:ul|)|următoarea|prim(?:ul|a)|al doilea"
        r"|a doua)"
        r" (?:capitol\w{0,2}|secțiun\w{1,2}|lucr\w{2,5}|studiu\w{0,2}|part\w{1,2}|tabel\w{0,2}|figur\w{1,2}"
        r"|exempl\w{1,2})\b",
        r"\b(?:capitolul|secțiunea|tabelul|figura) \d|\bîn continuare\b|\bmai jos\b",
        r"\b(?:noi|nostru|noastr\w{1,2}|meu|mea|mele|să presupunem|ipotez\w{1,3}|întreb\w{3,6} de cercetare)\b",
    ),
}
