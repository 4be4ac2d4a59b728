"""French."""

from sandbox.writer.languages.phrases import Chapter, Phrases

FR = Phrases(
    code="fr",
    names=("french", "français", "francese", "französisch"),
    subjects=(
        "ce que les sources disent sur {x}",
        "le récit qui concerne {x}",
        "le passage sur {x}",
        "le chemin qui mène du thème {x} au thème {y}",
        "la description du thème {x}",
        "le témoignage sur {x}",
        "la question que pose le thème {x}",
        "un premier regard sur {x}",
        "la comparaison entre {x} et {y}",
        "la partie qui traite du thème {x}",
        "le lien entre {x} et {y}",
        "ce qui est attesté sur {x}",
    ),
    predicates=(
        "figure ici avec la précision que permet un texte court",
        "vient avant tout jugement à ce sujet",
        "se suit le mieux dans les mots de la source",
        "repose sur les passages qui sont cités",
        "ajoute une pièce de plus au tableau",
        "demande la lettre autant que le sens",
        "se vérifie aux pages qui sont indiquées",
        "ne va pas plus loin que les passages cités",
        "découle de ce qui a été cité jusqu'ici",
        "mène au point suivant de cette section",
        "mérite une lecture dans son propre contexte",
        "reprend le fil de la section",
    ),
    tails=(
        "",
        ", avant que le texte ne passe au thème {z}",
        ", et il en va de même pour {z}",
        ", avec {z} à l'esprit",
        ", dans la mesure où il s'agit du thème {z}",
        ", en laissant de côté {z}",
        ", à côté de ce qui est dit sur {z}",
        ", ce qui éclaire aussi {z}",
        " et prépare le terrain pour {z}",
        ", comme déjà dans le cas du thème {z}",
        ", alors qu'il faudrait lire davantage sur {z}",
        ", de sorte qu'on peut le placer à côté du thème {z}",
    ),
    quotes=(
        'La source le dit en ces termes : "{quote}" {cite}.',
        'Sur ce point le texte est explicite : "{quote}" {cite}.',
        'Ce qui est visé ressort de la formulation : "{quote}" {cite}.',
        'Le passage en question est le suivant : "{quote}" {cite}.',
        'Il vaut la peine de citer en entier : "{quote}" {cite}.',
    ),
    says=(
        "{sentence} {cite}.",
        "{sentence} {cite}.",
        "Selon la source : {sentence} {cite}.",
        "Le texte ajoute une observation : {sentence} {cite}.",
        "Un autre passage note : {sentence} {cite}.",
    ),
    turns=("comme on y lit", "selon la source", "en bref"),
    marks=(
        "Texte de la sandbox : des phrases des sources sur {x}, réunies par un programme, non par un modèle de langue",
        "Ce texte de la sandbox donne un extrait des sources sur {x} là où un modèle de langue argumenterait",
        "En tant que texte de la sandbox, ce paragraphe sur {x} cite et relie, sans tirer ses propres conclusions",
    ),
    terms=("matériau", "méthode", "contexte", "état de la recherche", "résultat"),
    opening=Chapter(
        "Introduction : {t}", "la question, son importance et le plan du travail", "les détails des chapitres suivants"
    ),
    middle=(
        Chapter("Termes et fondements : {t}", "les termes employés par la suite et leur origine", "l'évaluation"),
        Chapter(
            "L'état de la recherche : {t}", "ce sur quoi les sources s'accordent ou non", "les conclusions propres"
        ),
        Chapter("Méthode et matériau", "comment le matériau a été choisi et lu", "les résultats"),
        Chapter("Exigences : {t}", "les règles et les conditions selon leur poids", "leurs effets pratiques"),
        Chapter("{t} dans la pratique", "des exemples et des procédures", "les règles elles-mêmes"),
        Chapter("Rôles et responsabilités : {t}", "qui agit et avec quels devoirs", "les détails techniques"),
        Chapter("Outils et procédures", "les moyens, étape par étape", "leur histoire"),
        Chapter("Problèmes et limites : {t}", "où l'approche échoue et pourquoi", "les propositions"),
        Chapter("Une comparaison des approches : {t}", "deux voies ou plus en parallèle", "leur définition"),
        Chapter("Discussion", "ce que les résultats signifient pour la question", "du matériau nouveau"),
    ),
    closing=Chapter(
        "Conclusion et perspectives", "la réponse à la question et ce qui reste ouvert", "de nouveaux arguments"
    ),
    parts=("Fondements", "Analyse", "Évaluation"),
)
