"""The labels of a property -> wordings as text: how English probably says ``foundedBy``, ``date of birth`` or ``has author``.

For ontologies without a lexicon. Each guess has a doubt: 0 for the label's own words, more the further it is from them; of two wordings
that fit, the less doubtful is taken. Synonyms and derived nouns ("acquire": acquisition, acquirer) are WordNet's, from
``kg/extract/data/related.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

_DATA = Path(__file__).parents[1] / "extract" / "data"

# fmt: off
PREPOSITIONS = frozenset([
    "of", "in", "at", "on", "for", "to", "from", "by", "with", "against", "into", "over", "about", "under", "near", "as", "within",
    "between", "through", "during", "after", "before", "along", "among", "around", "across", "towards", "toward", "upon", "onto",
])
_IRREGULAR = dict(pair.split(":") for pair in """
    born:bear borne:bear wrote:write written:write made:make led:lead won:win held:hold sold:sell bought:buy built:build known:know
    had:have has:have is:be was:be been:be took:take taken:take gave:give given:give went:go gone:go came:come ran:run run:run
    began:begin begun:begin chose:choose chosen:choose drew:draw drawn:draw drove:drive driven:drive fell:fall fallen:fall felt:feel
    fought:fight found:find flew:fly flown:fly forgot:forget got:get grew:grow grown:grow heard:hear hid:hide hit:hit kept:keep
    laid:lay left:leave lent:lend lost:lose met:meet paid:pay put:put read:read rode:ride ridden:ride rose:rise risen:rise said:say saw:see
    seen:see sent:send set:set sang:sing sung:sing sat:sit shot:shoot shown:show spoke:speak spoken:speak spent:spend stood:stand
    stole:steal stolen:steal struck:strike swore:swear sworn:swear taught:teach told:tell thought:think threw:throw thrown:throw
    understood:understand wore:wear worn:wear bred:breed broke:break broken:break brought:bring caught:catch dealt:deal fed:feed
    bound:bind bent:bend bled:bleed cast:cast cut:cut dug:dig ate:eat eaten:eat hurt:hurt beat:beat beaten:beat overthrew:overthrow
    succeeded:succeed preceded:precede
""".split())
#: what a place or time of something is called: "birth place", "founding date"
_WHERE = frozenset("place location city country town venue state region site".split())
_WHEN = frozenset("date year time day".split())
#: nouns of an event and what it is to take part in it, where no verb is derived of the noun
_EVENTS = {"birth": "bear", "death": "die", "opening": "open", "foundation": "found", "founding": "found", "formation": "form",
           "inception": "found", "establishment": "establish", "marriage": "marry", "burial": "bury", "residence": "live",
           "launch": "launch", "release": "release", "premiere": "premiere", "crash": "crash", "manufacture": "manufacture",
           "headquarters": "base", "headquarter": "base"}
#: what those who stand behind a work or a firm do
_DOERS = {"author": "write", "writer": "write", "creator": "create", "ceo": "lead", "chairperson": "chair", "chairman": "chair",
          "spouse": "marry", "husband": "marry", "wife": "marry", "screenwriter": "write", "lyricist": "write", "starring": "star",
          "architect": "design", "discoverer": "discover", "inventor": "invent", "illustrator": "illustrate", "employer": "employ"}
#: nouns that mean something else, or nothing to the word lists, where they don't name a class: works are labour
_NAMED = {"human": "Person", "individual": "Person", "work": "CreativeWork"}
#: verbs that nobody does to anything: "died in", never "was died in"
_INTRANSITIVE = frozenset("die live reside crash premiere work happen occur take_place exist arrive depart land sink".split())
#: second words of verbs that are one with them: "set up"
_PARTICLES = frozenset("up out off down on in over back away".split())
#: what stands before the noun and says nothing
_ARTICLES = frozenset(["the", "a", "an", "its", "their"])
# fmt: on


@dataclass(frozen=True, slots=True)
class Guess:
    """A wording as kg:verb (`form` "verb") or kg:noun would have it, and how far it is from the label's own words."""

    form: Literal["verb", "noun"]
    text: str
    doubt: int


@dataclass(frozen=True, slots=True)
class _Related:
    """WordNet's synonyms of verbs and nouns, and the nouns derived of verbs and the other way round."""

    verbs: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]
    nouns: dict[str, tuple[str, ...]]
    verb_of_act: dict[str, str]
    verb_of_doer: dict[str, str]


@lru_cache(maxsize=1)
def _related() -> _Related:
    found = _Related({}, {}, {}, {})
    for line in (_DATA / "related.tsv").read_text("utf-8").splitlines():
        kind, _, rest = line.partition("\t")
        word, *columns = rest.split("\t")
        groups = [tuple(one for one in column.split() if "_" not in one or one.split("_")[-1] in _PARTICLES) for column in columns]
        if kind == "v":
            found.verbs[word] = (groups[0], groups[1], groups[2])
            for act in groups[1]:
                found.verb_of_act.setdefault(act, word)
            for doer in groups[2]:
                found.verb_of_doer.setdefault(doer, word)
        elif kind == "n":
            found.nouns[word] = groups[0]
    return found


@lru_cache(maxsize=1)
def _classes() -> dict[str, str]:
    lines = (_DATA / "nouns.txt").read_text("utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if "\t" in line and not line.startswith("#")]
    return {word: kind for kind, _, words in rows if kind not in ("Female", "Male") for word in words.split()}


def kind_of(noun: str) -> str:
    """Return the class that the noun phrase which names a class is of, by its head: ``politician`` is a Person; empty if unknown.

    Known are the extractors' word lists and what nouns mean as names of classes only: ``human`` of Wikidata, ``written work``.
    """
    words = noun.lower().split()
    return _NAMED.get(words[-1]) or _classes().get(words[-1], "") if words else ""


def synonyms(word: str) -> tuple[str, ...]:
    """Return WordNet's synonyms of a verb or noun (words joined by ``_``), of its most frequent sense, the nouns of a verb among them."""
    related = _related()
    verb = related.verbs.get(word, ((), (), ()))
    return tuple(dict.fromkeys((*verb[0], *verb[1], *verb[2], *related.nouns.get(word, ()))))


def words_of(label: str) -> list[str]:
    """Return the words of a label or name, lower case: ``foundedBy``, ``founded_by`` and ``Founded by`` are the same.

    >>> words_of("hasISBNNumber")
    ['has', 'isbn', 'number']
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-/]+", " ", re.sub(r"\([^()]*\)", " ", label))
    return re.findall(r"[^\W\d_]+", spaced.lower())


def verb_base(word: str) -> str:
    """Return the dictionary form of an English verb form ("works": work, "located": locate), empty if it is none that WordNet knows."""
    verbs = _related().verbs
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    bases = [word]
    for ending, others in (("ies", ("y",)), ("es", ("e", "")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e"))):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            bases += [stem + other for other in others]
            if ending in ("ed", "ing") and len(stem) > 2 and stem[-1] == stem[-2]:
                bases.append(stem[:-1])
    exact = [base for base in bases[1:] if base in verbs]
    # of "filmed" film, of "located" locate: the longest that is a verb, "e" before none
    return max(exact, key=lambda base: (len(base), base.endswith("e"))) if exact else word if word in verbs else ""


def _inflected(word: str) -> bool:
    """Say whether a word is a verb form, not its dictionary form: "directed", "works", "won"."""
    base = verb_base(word)
    return bool(base) and base != word


def guesses(labels: Sequence[str], value: str = "", ranges: Sequence[str] = ()) -> list[Guess]:
    """Return the wordings that the labels of one property give, the likeliest first, each once.

    `value` is the kind of value that the property takes ("date", "text" ...), empty if it leads to things, whose classes have the labels
    `ranges`.
    """
    found: dict[tuple[str, str], Guess] = {}
    for label in labels:
        for guess in _of_label(words_of(label), value, {word for name in ranges for word in words_of(name)}):
            known = found.get((guess.form, guess.text))
            if known is None or guess.doubt < known.doubt:
                found[guess.form, guess.text] = guess
    return sorted(found.values(), key=lambda guess: guess.doubt)


def _of_label(words: list[str], value: str, ranges: set[str]) -> Iterator[Guess]:
    copular = words[:1] and words[0] in ("is", "was", "are", "were", "be")
    having = words[:1] and words[0] in ("has", "have", "had")
    if (copular or having) and len(words) > 1:
        words = words[1:]
    words = [word for word in words if word not in _ARTICLES]
    if not words or len(words) > 6:
        return
    told = list(_circumstance(words, value))
    yield from told
    head, place = words[0], next((i for i, word in enumerate(words) if i and word in PREPOSITIONS), 0)
    preposition, rest = (words[place], words[place + 1 :]) if place else ("", [])
    core = words[:place] if place else words
    base = verb_base(core[-1]) if len(core) == 1 or _inflected(core[-1]) else ""
    if preposition == "by" and base:  # "directed by": the object is who does it
        yield from _verb(base, "O", "S", 0)
        return
    noun_of = preposition == "of" and not (_inflected(head) or copular)  # "mother of", not the verb
    if len(core) == 1 and base and not noun_of and (_inflected(head) or preposition or not having):
        if preposition:  # "works for", "located in": what hangs on the verb; "educated at"
            doubt = 0 if _inflected(head) else 1
            if _participle(head) or copular:
                yield Guess("verb", f"{base} S {_around(preposition)} O", doubt)
            yield Guess("verb", f"S {base} {_around(preposition)} O", doubt)
        elif not (head in _related().verb_of_doer or head in _DOERS):
            yield from _verb(base, "S", "O", 0 if _inflected(head) else 1)
    elif len(core) == 2 and base and _inflected(core[-1]) and not preposition and not value:  # "position held", "award received"
        yield Guess("verb", f"S {base} O", 1)
    if preposition and preposition != "by" and (not rest or not value):
        # "capital of": S is the capital of O; "member of political party", "country of citizenship": what follows is what O is
        noun = "_".join(core)
        if not _inflected(core[-1]) and (not rest or ranges & set(rest) or preposition != "of"):
            yield Guess("noun", f"{noun} {preposition} O", 0 if not rest else 1)
            if preposition == "of":
                yield Guess("noun", f"O's {noun}", 1)
                for other in _related().nouns.get(noun, ()):
                    yield Guess("noun", f"{other} of O", 3)
    # "director", "has awards", "country of citizenship"; not "owns", "written", "position held", nor "date of birth"
    told_so = rest and (told or preposition != "of")
    if not copular and (not preposition or rest) and not told_so and not (_inflected(core[-1]) and (not having or _participle(core[-1]))):
        yield from _bearer(core, value)


def _participle(word: str) -> bool:
    return word.endswith("ed") or _IRREGULAR.get(word, word) != word


def _around(preposition: str) -> str:
    """Return the preposition with those that say the same of places."""
    return {"in": "in|at", "at": "at|in"}.get(preposition, preposition)


def _verb(base: str, subject: str, object_: str, doubt: int) -> Iterator[Guess]:
    """Yield what says that the subject does it to the object: the verb, its nouns, and synonyms."""
    yield Guess("verb", f"{subject} {base} {object_}", doubt)
    same, acts, doers = _related().verbs.get(base, ((), (), ()))
    for act in acts:
        if act.endswith(("ing", "er", "or")):
            continue
        yield Guess("noun", f"{subject}'s {act} of {object_}", doubt + 1)
        yield Guess("noun", f"{act} of {object_} by {subject}", doubt + 1)
    for doer in doers:
        if doer.endswith("ee"):
            continue
        if subject == "S":
            yield Guess("noun", f"{object_}'s {doer}", doubt + 2)
            yield Guess("noun", f"{doer} of {object_}", doubt + 2)
        else:
            yield Guess("noun", f"S's {doer} is O", doubt + 2)
    for other in same:
        yield Guess("verb", f"{subject} {other} {object_}", doubt + 3)


def _bearer(words: list[str], value: str) -> Iterator[Guess]:
    """Yield what says "S's director is O": the noun, its synonyms, and what such a one does."""
    last = words[-1]
    single = last[:-1] if last.endswith("s") and last[:-1] in _related().nouns | _related().verb_of_doer | _classes() else last
    noun = "_".join([*words[:-1], single])
    yield Guess("noun", f"S's {noun} is O", 0)
    if value:
        if value not in ("date", "text"):  # "The town has a population of 9,000"
            yield Guess("verb", f"S have|record|report ({noun}) of O", 1)
        return
    for other in _related().nouns.get(single, ()) if len(words) == 1 else ():
        yield Guess("noun", f"S's {other} is O", 3)
    does = _DOERS.get(single) or _related().verb_of_doer.get(single, "")
    if does and does not in _INTRANSITIVE and not single.endswith("ee"):
        yield Guess("verb", f"S {does} O" if does == "marry" else f"O {does} S", 1)


def _circumstance(words: list[str], value: str) -> Iterator[Guess]:
    """Yield what says when or where something happened to S: "birth place", "place of birth", "founding date", "date founded"."""
    rest = [word for word in words if word not in _WHERE | _WHEN | {"of", "in", "at"}]
    where, when = _WHERE & set(words), _WHEN & set(words)
    if not rest or not (where or when or rest in (["headquarters"], ["residence"])) or len(rest) > 1:
        return
    event = rest[0]
    verb = _EVENTS.get(event) or _related().verb_of_act.get(event) or (verb_base(event) if _inflected(event) else "")
    if not verb:
        return
    place = "when O" if value == "date" or (when and not where) else "in|at O"
    if verb not in _INTRANSITIVE:
        yield Guess("verb", f"{verb} S {place}", 0)
    if verb != "bear":
        yield Guess("verb", f"S {verb} {place}", 0)
