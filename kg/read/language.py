"""Which language a text is in: py3langid, 4 MB, offline and deterministic."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

#: fewer letters than this say too little to go against what is declared
LETTERS = 100
#: the beginning of a text is enough, and its middle tells whether that was a foreign quote
SAMPLE = 3_000
#: what py3langid takes news English for at times: Nigerian Pidgin, whose written news is close to it
_AS_ENGLISH = frozenset(("pcm", "sco"))

_ENGLISH = frozenset(
    "the of and to in a is was for on that said with it as at by from has have had an be he she they his her were are".split())


@functools.cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    import py3langid

    classify: Callable[[str], tuple[str, float]] = py3langid.classify
    return classify


def language_of(text: str, declared: str = "") -> str:
    """Return the ISO 639 code of the language that `text` is in; of a short text, what is declared for it, else English.

    Beginning and middle are looked at each by itself; where they differ, what is declared decides, if it is one of the two.
    """
    letters = len(re.findall(r"[^\W\d_]", text[:20 * LETTERS]))
    if letters < LETTERS:
        return declared or "en"
    middle = len(text) // 2
    samples = [text[:SAMPLE], *([text[middle:middle + SAMPLE]] if len(text) > 2 * SAMPLE else [])]
    found = [_one(sample) for sample in samples]
    if len(set(found)) == 1:
        return found[0]
    return declared if declared in found else "en" if "en" in found else found[0]


def _one(sample: str) -> str:
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if words.count("the") > 0.02 * len(words) and sum(word in _ENGLISH for word in words) > 0.2 * len(words):
        return "en"  # plain enough to spare the classifier, which takes longer to load than a short article to read
    code = _classifier()(" ".join(sample.split()))[0]
    return "en" if code in _AS_ENGLISH or code == "zxx" else code  # zxx: no language at all


def name_of(code: str) -> str:
    """Return the English name of a language, the code itself if it is a rare one.

    >>> name_of("fr"), name_of("xx")
    ('French', 'xx')
    """
    return _NAMES.get(code, code)


_NAMES = {pair[:2]: pair[3:] for pair in (
    "ar=Arabic bg=Bulgarian bn=Bengali ca=Catalan cs=Czech da=Danish de=German el=Greek en=English es=Spanish et=Estonian fa=Persian "
    "fi=Finnish fr=French he=Hebrew hi=Hindi hr=Croatian hu=Hungarian id=Indonesian it=Italian ja=Japanese ko=Korean lt=Lithuanian "
    "lv=Latvian mk=Macedonian ms=Malay nb=Norwegian nl=Dutch nn=Norwegian no=Norwegian pl=Polish pt=Portuguese ro=Romanian ru=Russian "
    "sk=Slovak sl=Slovenian sq=Albanian sr=Serbian sv=Swedish sw=Swahili ta=Tamil th=Thai tr=Turkish uk=Ukrainian ur=Urdu vi=Vietnamese "
    "zh=Chinese").split()}
