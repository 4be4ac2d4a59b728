"""Filler: endless different sentences on a section's words, in a given language, to any length."""

import random
import re
from collections import Counter

from sandbox.writer.languages.phrases import Phrases
from sandbox.writer.prompt import Source

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[-'’][^\W_]+)*")
_STOP = frozenset(
    """a an the of and or in on for to from with by at as is are be this that these those its their how what which why between into
    under over about not der die das des dem den ein eine eines einer und oder im in am an zu zum zur von vom mit für auf aus bei nach
    über wie was il lo la i gli le un una di del della dei delle da dal e o con per su tra nel nella nei che come el los las unos unas
    y u en para sobre entre del al les du et ou dans pour sur avec par au aux une ce cette w z i oraz na do od po dla jak o os as um
    uma uns no na nos nas em de het een en van voor met op uit over hoe a v s k se pro při jako și din cu pe la despre între
    chapter section introduction conclusion""".split()
)
_DULL = frozenset(
    """should would could therefore because however although another without within whether between through before during
    already always either neither rather others itself themselves something anything section chapter include includes
    including contain contains following example examples different possible available usually generally
    werden wurden können müssen sollten dieser dieses welche zwischen während jedoch können sowie bereits immer
    essere sono questo questa quando dovrebbe possono quindi anche cuando donde también puede pueden deben porque
    peuvent doivent lorsque cependant également jest które który może można również oraz podem devem quando também
    kunnen moeten worden tussen omdat které který může také pokud care este sunt pentru poate""".split()
)


def title_terms(title: str) -> list[str]:
    """The telling parts of a title: runs of up to three words between articles, prepositions and punctuation."""
    found: list[str] = []
    for piece in re.split(r"[:;,.!?()\[\]{}\"“”„«»/|<>*_`@#]|\s[-–—]\s", title):
        run: list[str] = []
        for word in [*_WORD.findall(piece), ""]:
            if word and word.lower() not in _STOP and len(run) < 3:
                run.append(word)
                continue
            if run and len(" ".join(run)) > 2:
                found.append(" ".join(run))
            run = [word] if word and word.lower() not in _STOP else []
    return list(dict.fromkeys(found))[:8]


def source_terms(sources: list[Source], limit: int = 14) -> list[str]:
    """Frequent longer words of the passages."""
    counts: Counter[str] = Counter()
    for source in sources[:60]:
        counts.update(
            word
            for word in _WORD.findall(source.text[:6000])
            if 6 <= len(word) <= 18 and word.isalpha() and word.islower()
        )
    return [word for word, count in counts.most_common(limit * 3) if word not in _DULL and count > 1][:limit]


class Prose:
    """A supply of filler sentences, none twice. The seed decides everything."""

    def __init__(self, *, phrases: Phrases, seed: str, title: str, sources: list[Source], avoid: str = "") -> None:
        self.random = random.Random(seed)
        self._phrases = phrases
        own = title_terms(title)
        self._own = own or list(phrases.terms)
        found = [*own, *source_terms(sources)]
        self._others = found if len(found) >= 4 else [*found, *phrases.terms]
        self._used: set[str] = set()
        self._avoid = avoid

    def mark(self) -> str:
        """A sentence that says that this is sandbox text."""
        for _ in range(12):
            text = self.random.choice(self._phrases.marks).format(x=self._term(0.7)) + "."
            if text not in self._used and text not in self._avoid:
                break
        self._used.add(text)
        return text

    def sentence(self, *, shortest: int = 0, longest: int = 1000, near: int | None = None) -> str:
        """A new sentence of a length between the two, or the closest to ``near`` of many."""
        best, distance = "", 10_000
        for _ in range(400 if near is not None else 80):
            text = self._draw()
            if text in self._used or text in self._avoid:
                continue
            off = abs(len(text) - near) if near is not None else max(shortest - len(text), len(text) - longest, 0)
            if off < distance:
                best, distance = text, off
            if distance == 0:
                break
        best = best or self._draw()
        self._used.add(best)
        return best

    def _draw(self) -> str:
        pick = self.random.choice
        x = self._term(0.6)
        y, z = self._other(x), self._other(x)
        text = f"{pick(self._phrases.subjects)} {pick(self._phrases.predicates)}{pick(self._phrases.tails)}".format(
            x=x, y=y, z=z
        )
        return text[0].upper() + text[1:] + "."

    def _term(self, share: float) -> str:
        return self.random.choice(self._own if self.random.random() < share else self._others)

    def _other(self, than: str) -> str:
        for _ in range(5):
            term = self.random.choice(self._others)
            if term != than:
                break
        return term
