"""Portuguese."""

from sandbox.writer.languages.phrases import Chapter, Phrases

PT = Phrases(
    code="pt",
    names=("portuguese", "português", "portugiesisch", "portoghese"),
    subjects=(
        "a questão de {x}",
        "o papel de {x} no contexto de {y}",
        "um olhar mais atento sobre {x}",
        "a ligação entre {x} e {y}",
        "o tratamento de {x}",
        "o conceito de {x}",
        "qualquer juízo sobre {x}",
        "o debate acerca de {x}",
        "a prática que se formou em torno de {x}",
        "a distância entre {x} e {y}",
        "aquilo que se costuma dizer de {x}",
        "o alcance de {x} para além de {y}",
    ),
    predicates=(
        "continua sem resposta definitiva na discussão",
        "depende dos termos que se escolhem no início",
        "ganha peso nos passos seguintes do argumento",
        "exige uma leitura cuidadosa do material",
        "mostra como a teoria e a prática se encontram",
        "conduz de novo ao objetivo deste trabalho",
        "assenta num pequeno número de pressupostos",
        "põe um limite às conclusões rápidas",
        "explica uma parte do desacordo entre os autores",
        "oferece um ponto de partida útil",
        "tem consequências que facilmente passam despercebidas",
        "deixa-se descrever de mais de um lado",
    ),
    tails=(
        "",
        ", como mostra o caso de {z}",
        " sempre que se trata de {z}",
        ", embora {z} aponte na direção contrária",
        " enquanto não se perde de vista {z}",
        ", o que por sua vez afeta {z}",
        " sem esclarecer o que {z} significa em detalhe",
        ", e isso dá a {z} um lugar mais firme",
        " antes que se possa falar de {z}",
        ", um ponto que só {z} põe em evidência",
        " e não se detém em {z}",
        ", de modo que {z} deve ser lido em conjunto com isso",
    ),
    quotes=(
        'A fonte diz isso com estas palavras: "{quote}" {cite}.',
        'Neste ponto o texto é explícito: "{quote}" {cite}.',
        'O que se quer dizer vê-se na formulação: "{quote}" {cite}.',
        'A passagem em questão é a seguinte: "{quote}" {cite}.',
        'Vale a pena citar por inteiro: "{quote}" {cite}.',
    ),
    says=(
        "Segundo a fonte, vale o seguinte: {sentence} {cite}.",
        "O texto acrescenta uma observação que aqui é importante: {sentence} {cite}.",
        "Nos termos da fonte: {sentence} {cite}.",
        "Uma passagem relacionada afirma: {sentence} {cite}.",
        "A mesma obra diz também: {sentence} {cite}.",
    ),
    marks=(
        "Este é um texto da sandbox sobre {x}: ocupa o espaço que um modelo de linguagem escreveria",
        "Texto da sandbox: as frases sobre {x} à volta das citações estão no lugar das de um autor verdadeiro",
        "Como texto da sandbox, este parágrafo sobre {x} tem a extensão de um argumento mas não contém nenhum",
    ),
    terms=("material", "método", "contexto", "estado da investigação", "resultado"),
    opening=Chapter(
        "Introdução: {t}", "a pergunta, a sua importância e o plano do trabalho", "os detalhes dos capítulos seguintes"
    ),
    middle=(
        Chapter("Termos e fundamentos: {t}", "os termos usados a seguir e a sua origem", "a avaliação"),
        Chapter(
            "O estado da investigação sobre {t}", "em que as fontes concordam e em que não", "as conclusões próprias"
        ),
        Chapter("Método e material", "como o material foi escolhido e lido", "os resultados"),
        Chapter("Requisitos: {t}", "regras e condições segundo o seu peso", "os efeitos práticos"),
        Chapter("{t} na prática", "exemplos e procedimentos", "as próprias regras"),
        Chapter("Papéis e responsabilidades: {t}", "quem age e com que deveres", "os detalhes técnicos"),
        Chapter("Ferramentas e procedimentos", "os meios, passo a passo", "a sua história"),
        Chapter("Problemas e limites de {t}", "onde a abordagem falha e porquê", "as propostas"),
        Chapter("Uma comparação das abordagens de {t}", "duas ou mais vias lado a lado", "a sua definição"),
        Chapter("Discussão", "o que os resultados significam para a pergunta", "material novo"),
    ),
    closing=Chapter("Conclusão e perspetivas", "a resposta à pergunta e o que fica em aberto", "novos argumentos"),
    parts=("Fundamentos", "Análise", "Avaliação"),
)
