"""Mentions, names and clauses in languages other than English, from a pipeline with Universal Dependencies.

https://universaldependencies.org/u/dep/  The labels are the same in all languages; the little that is not stands in :data:`LANGUAGES`.
Less is read than of English: names and noun phrases, what verbs and copulas say of them, negation, tense, conditionals, reported speech.
Pronouns are not resolved, values not read, and relations stay open: ``vendre``, not a property of the ontology.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.extract.tree import Tree
from kg.records import Argument, Article, Claim, Extraction, LocalEntity, Mention, Record, Span, Status, Tense


class Words(Record, frozen=True):
    """What has to be known of a language: words of negation, verbs of saying (lemmas), words that open a condition, prepositions of
    a passive's doer."""

    negations: frozenset[str] = frozenset()
    saying: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    doers: frozenset[str] = frozenset()


LANGUAGES = {
    "fr": Words(
        # "Le maire n'a pas vendu le pont": ne alone says little, the second word tells
        negations=frozenset(("pas", "jamais", "rien", "aucun", "aucune", "ni", "nullement", "personne")),
        saying=frozenset((
            "affirmer", "ajouter", "annoncer", "assurer", "confier", "confirmer", "déclarer", "dire", "estimer", "expliquer", "indiquer",
            "prétendre", "préciser", "rapporter", "reconnaître", "révéler", "répondre", "souligner", "soutenir", "écrire")),
        conditions=frozenset(("si", "s'")),
        doers=frozenset(("par",))),  # "Le pont a été construit par Delta", also where the parser takes it for a place
}
#: labels of name recognisers, those of WikiNER and of OntoNotes -> class
TYPES = {"PER": "Person", "PERSON": "Person", "LOC": "Place", "GPE": "Place", "FAC": "Place", "ORG": "Organization"}
#: relations whose dependent is a participant, -> role (empty: its preposition)
_ROLES = {"obj": "object", "iobj": "indirect", "obl": "", "obl:arg": "", "obl:mod": "", "obl:agent": "subject", "nsubj": "subject",
          "nsubj:pass": "object"}
_INSIDE = ("amod", "nummod", "compound", "flat", "flat:name", "flat:foreign", "fixed")
_SUBJECTS = ("nsubj", "nsubj:pass")
Morphs = Sequence[str]


def read_universal(article: Article, tree: Tree, morphs: Morphs) -> Extraction:
    """Return the extraction of an article parsed with Universal Dependencies; `morphs` are the tokens' features (``Tense=Past|...``)."""
    words = LANGUAGES.get(article.language, Words())
    mentions, entities = _mentions(tree)
    by_head = {tree.at[mention.head.start]: mention.id for mention in mentions if mention.head.start in tree.at}
    claims: list[Claim] = []
    numbers = {verb: number for number, verb in enumerate(i for i in range(len(tree)) if _predicate(tree, i))}
    for verb, number in numbers.items():
        claims.append(_claim(tree, morphs, words, verb, number, by_head, numbers))
    kept = [claim for claim in claims if sum(one.mention is not None or one.claim is not None for one in claim.arguments) > 1]
    known = {claim.id for claim in kept}
    kept = [_without(claim, known) for claim in kept]
    return Extraction(article, tuple(mentions), tuple(entities), tuple(kept))


def _without(claim: Claim, known: set[int]) -> Claim:
    """Return the claim without links to claims that were let go."""
    if all(one.claim is None or one.claim in known for one in claim.arguments):
        return claim
    arguments = tuple(one if one.claim is None or one.claim in known else Argument(one.role, one.start, one.end, one.mention)
                      for one in claim.arguments)
    return Claim(**{name: getattr(claim, name) for name in claim.__struct_fields__} | {"arguments": arguments})


# --- mentions -----------------------------------------------------------------------------------------------------------------

def _mentions(tree: Tree) -> tuple[list[Mention], list[LocalEntity]]:
    """Return names and noun phrases in text order, and what they stand for."""
    spans: list[tuple[int, int, int, str]] = []  # first token, end, head, type or ""
    for first, end, label in tree.entities:
        while first < end and (tree.deps[first] in ("case", "det", "punct") or not any(map(str.isalnum, tree.words[first]))):
            first += 1
        while end > first and not any(map(str.isalnum, tree.words[end - 1])):
            end -= 1
        if first < end:
            head = next((i for i in range(first, end) if not first <= tree.heads[i] < end or tree.heads[i] == i), first)
            spans.append((first, end, head, TYPES.get(label, "Thing")))
    inside = {i for first, end, _, _ in spans for i in range(first, end)}
    for i in range(len(tree)):
        if tree.pos[i] not in ("NOUN", "PROPN") or i in inside or tree.deps[i] in _INSIDE:
            continue
        own = {i, *(child for child in tree.children[i] if tree.deps[child] in _INSIDE and child not in inside)}
        first, end = i, i + 1
        while first - 1 in own:
            first -= 1
        while end in own:
            end += 1
        spans.append((first, end, i, ""))
    mentions: list[Mention] = []
    groups: dict[str, int] = {}
    entities: list[LocalEntity] = []
    full_names = {tree.cut(first, end) for first, end, _, kind in spans if kind == "Person" and end - first > 1}
    for first, end, head, kind in sorted(spans):
        label = " ".join(tree.cut(first, end).split())
        if kind == "Person" and end - first == 1:  # "Durand" after "Paul Durand", if there is one Durand only
            longer = [name for name in sorted(full_names) if name.split()[-1] == label]
            label = " ".join(longer[0].split()) if len(longer) == 1 else label
        key = f"{kind and 'name'} {label if kind else label.casefold()}"
        if key not in groups:
            groups[key] = len(entities)
            entities.append(LocalEntity(len(entities), label, kind or "Thing", bool(kind)))
        subtree = tree.subtree(head)
        whole = Span(tree.starts[min(first, subtree.start)], tree.ends[max(end, subtree.stop) - 1])
        mentions.append(Mention(len(mentions), tree.starts[first], tree.ends[end - 1], Span(tree.starts[head], tree.ends[head]), whole,
                                "name" if kind else "nominal", entities[groups[key]].type, groups[key]))
    return mentions, entities


# --- clauses ------------------------------------------------------------------------------------------------------------------

def _predicate(tree: Tree, i: int) -> bool:
    """Tell whether a token is a verb that says something, or a noun or adjective with a copula."""
    return (tree.pos[i] == "VERB" and tree.deps[i] not in ("amod", "fixed", "flat:name")) or tree.child(i, "cop") >= 0


def _subject(tree: Tree, verb: int) -> int:
    """Return the subject of a verb, -1 if it has none: its own, of a relative clause the noun before, of a conjunct that of the first."""
    own = tree.child(verb, *_SUBJECTS)
    if own >= 0 and tree.pos[own] == "PRON" and tree.deps[verb] == "acl:relcl" and tree.words[own].lower() in ("qui", "lequel", "laquelle"):
        return tree.heads[verb]
    if own < 0 and tree.deps[verb] == "conj" and tree.heads[verb] != verb and _predicate(tree, tree.heads[verb]):
        return _subject(tree, tree.heads[verb])
    return own


def _claim(tree: Tree, morphs: Morphs, words: Words, verb: int, number: int, by_head: dict[int, int], numbers: dict[int, int]) -> Claim:
    copula = tree.child(verb, "cop")
    passive = tree.child(verb, "aux:pass", "nsubj:pass") >= 0
    helpers = [c for c in tree.children[verb] if tree.deps[c].startswith("aux") or c == copula]
    arguments: list[Argument] = []
    subject = _subject(tree, verb)
    if subject >= 0:
        arguments.append(_argument(tree, "object" if passive else "subject", subject, by_head))
    if copula >= 0:
        arguments.append(_argument(tree, "complement", verb, by_head, tree.children[verb]))
    for child in tree.children[verb]:
        role = _ROLES.get(tree.deps[child])
        if tree.deps[child] in ("ccomp", "xcomp") and child in numbers:
            arguments.append(Argument("clause", *_stretch(tree, child), None, numbers[child]))
        elif role is not None and tree.deps[child] not in _SUBJECTS:
            case = tree.child(child, "case")
            role = role or (tree.lemmas[case].lower() if case >= 0 else "adverb")
            arguments.append(_argument(tree, "subject" if passive and role in words.doers else role, child, by_head))
    first = min([verb if copula < 0 else copula, *helpers])
    last = (verb if copula < 0 else copula) + 1
    start, end = _stretch(tree, verb)
    sentence = tree.sentences[tree.sentence[verb]]
    status, speaker, cue = _status(tree, morphs, words, verb, by_head, sentence)
    negative = any(tree.words[c].lower() in words.negations or ("Polarity=Neg" in morphs[c] and tree.deps[c] == "advmod" and
                   tree.words[c].lower() in words.negations) for c in tree.children[verb])
    finite = " ".join(morphs[i] for i in (*helpers, verb))
    return Claim(
        id=number, form="copula" if copula >= 0 else "verb", lemma=tree.lemmas[verb if copula < 0 else copula].lower(),
        phrase=tree.cut(first, last), predicate=Span(tree.starts[first], tree.ends[last - 1]), arguments=tuple(arguments),
        evidence=Span(start, end), sentence=Span(tree.starts[sentence[0]], tree.ends[sentence[1] - 1]),
        passive=passive and not any(one.role == "subject" for one in arguments),
        polarity="Negative" if negative else "Positive", certainty="Possible" if "Mood=Cnd" in finite else "Certain",
        tense=_tense(finite, bool(helpers)), status=status, speaker=speaker, cue=cue, confidence=0.7, extractor="universal")


def _tense(features: str, helped: bool) -> Tense:
    """Return the tense that the features of a verb and its auxiliaries tell; a participle with an auxiliary is past ("a vendu")."""
    if "Tense=Fut" in features:
        return "Future"
    return "Past" if "Tense=Imp" in features or ("Tense=Past" in features and helped) or ("VerbForm=Fin" in features and \
        "Tense=Past" in features) else "Present"


def _status(tree: Tree, morphs: Morphs, words: Words, verb: int, by_head: dict[int, int],
            sentence: tuple[int, int]) -> tuple[Status, int | None, Span | None]:
    """Return who vouches for a clause: with its status the speaker's mention and the words of saying."""
    over = tree.heads[verb]
    if tree.deps[verb] in ("ccomp", "parataxis") and tree.lemmas[over].lower() in words.saying:
        speaker = _subject(tree, over)
        return "Claimed", by_head.get(speaker), Span(tree.starts[over], tree.ends[over])
    if any(tree.deps[c] == "mark" and tree.words[c].lower() in words.conditions for c in tree.children[verb]):
        return "Conditional", None, None
    if tree.words[sentence[1] - 1] == "?":
        return "Asked", None, None
    return "Asserted", None, None


def _stretch(tree: Tree, i: int) -> tuple[int, int]:
    """Return the characters of a subtree without marks at its ends."""
    first, end = tree.subtree(i).start, tree.subtree(i).stop
    while first < i and not any(map(str.isalnum, tree.words[first])):
        first += 1
    while end - 1 > i and not any(map(str.isalnum, tree.words[end - 1])):
        end -= 1
    return tree.starts[first], tree.ends[end - 1]


def _argument(tree: Tree, role: str, i: int, by_head: dict[int, int], without: Sequence[int] = ()) -> Argument:
    """Return the participant with head `i`, its preposition left out; of a copula's complement also subject and copula."""
    start, end = _stretch(tree, i)
    case = [c for c in tree.children[i] if tree.deps[c] == "case" and c < i]
    if without:  # what stands before a complement and belongs to its clause
        before = [c for c in without if c < i and tree.deps[c].partition(":")[0] in ("cop", "advmod", "punct", "nsubj", "aux")]
        case = [*case, *(tree.right[c] - 1 for c in before)]
    if case:
        start = max(start, tree.starts[max(case) + 1])
    return Argument(role, start, max(end, start), by_head.get(i))
