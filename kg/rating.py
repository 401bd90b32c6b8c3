"""How likely a reader passes a statement: subject, relation, object, polarity, status and speaker all right.

A logistic regression over yes/no signs of the statement and of the claim it was read from: how its arguments are linked (a name itself,
a pronoun, and who else it may stand for), what the compact wording leaves out, whether and how the ontology mapped the wording, who
speaks; and the log odds that the extractor gave the claim. Learned by ``scripts/train_confidence`` from statements that were read one by
one, and kept as a readable table in ``rating.json``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from kg.iris import KG, OPEN
from kg.records import Argument, Claim, Extraction, Mention, RdfLiteral

#: ends of the steps that numbers are put on
WORDS = (0, 1, 3, 6, 12)
CHARACTERS = (40, 90, 180, 320)
FEW = (0, 1, 2, 4)
#: words before a noun that its compact form leaves out though they change what it is
_NARROWING = re.compile(r"(?i)\b(only|first|last|next|other|another|no|none|neither|most|more|less|few|some|any|every|each|one|such)\b")

#: nouns that say little by themselves of what they stand for
_HOLLOW = frozenset({"one", "ones", "latter", "former", "way", "kind", "thing", "things", "part", "number", "member", "members", "some",
                     "most", "many", "more", "other", "others", "few", "all", "form", "start", "step", "reason", "factor"})


class Model(NamedTuple):
    """``bias``, the weight ``claim`` of the claim's log odds, and one weight a sign."""

    bias: float
    claim: float
    weights: dict[str, float]


@cache
def model() -> Model:
    """Return the weights that ship with the package."""
    found = json.loads(files("kg").joinpath("data/rating.json").read_text("utf-8"))
    return Model(found["bias"], found["claim"], found["weights"])


def probability(claim: float, signs: Iterable[str], by: Model | None = None) -> float:
    """Return the probability (0 to 1, 3 decimals) that a statement with these signs is right, read from a claim this sure."""
    bias, slope, weights = by or model()
    odds = bias + slope * log_odds(claim) + sum([weights.get(sign, 0.0) for sign in signs])
    return round(1 / (1 + math.exp(-odds)), 3)


def log_odds(p: float) -> float:
    """Return the log odds of a probability, kept within -4 and 4."""
    p = min(max(p, 0.018), 0.982)
    return math.log(p / (1 - p))


class Signs:
    """The lookups of one article that the signs of its statements need."""

    def __init__(self, extraction: Extraction) -> None:
        self.text = extraction.article.text
        self.mentions = {m.id: m for m in extraction.mentions}
        self.entities = {e.id: e for e in extraction.entities}
        self.labels = [e.label for e in extraction.entities if e.named]

    def of(self, claim: Claim, subject: Argument | None, object_: Argument | None, prop: str, value: str | RdfLiteral,
           how: Sequence[str], qualifiers: int) -> list[str]:
        """Return the signs of one statement.

        `subject` and `object_` are the arguments that it holds (None where it holds none of the claim's), `prop` and `value` its
        property and object, `how` says how the property was found.
        """
        signs = [*how, f"form {claim.form}", f"status {claim.status}", f"tense {claim.tense}"]
        if prop.startswith(OPEN):
            signs.append("open property")
        else:
            name = prop.removeprefix(KG)
            signs.append(f"property {name}")
            own = claim.lemma[:4].lower() in name.lower()  # "sue" -> kg:sued, but "return" -> kg:hasArrived
            signs.append(f"{'own' if own else 'other'} wording {claim.form}")
        if claim.polarity == "Negative":
            signs.append("negative")
        if claim.certainty != "Certain":
            signs.append(f"certainty {claim.certainty}")
        if claim.passive:
            signs.append("passive")
        first, _, rest = claim.phrase.lower().partition(" ")
        if first == "to":
            signs.append("infinitive")
        elif first.endswith("ing"):
            signs.append("opens with -ing")
        elif not rest and claim.passive:
            signs.append("passive without auxiliary")
        signs += self.speaker(claim)
        signs += self.argument("subject", subject, claim)
        if isinstance(value, RdfLiteral) and value.lexical == "true":
            signs.append("object none")
        elif isinstance(value, RdfLiteral) and (object_ is None or object_.mention is None or object_.role == "clause"):
            signs += self.words("object", value.lexical)
        else:
            signs += self.argument("object", object_, claim)
            if isinstance(value, RdfLiteral) and value.datatype != "xsd:string":
                signs.append(f"object {value.datatype}")
        signs += over("qualifiers", qualifiers, FEW)
        sentence = self.text[claim.sentence.start:claim.sentence.end]
        signs += over("sentence", len(sentence), CHARACTERS)
        if re.search("[\"“”]|``|''", sentence):
            signs.append("quotation marks")
        if re.search(r"[()\[\]:;—–]|--", sentence):
            signs.append("brackets, dashes, colons")
        if re.search(r"\b(I|we|you|me|us|my|our|your)\b", sentence):
            signs.append("I, we, you")
        return signs

    def speaker(self, claim: Claim) -> Iterator[str]:
        """Yield what is known of the speaker."""
        mention = self.mentions.get(claim.speaker) if claim.speaker is not None else None
        if mention is None:
            if claim.status == "Claimed":
                yield "speaker missing"
            return
        yield f"speaker {self.kind(mention)}"
        if mention.type not in ("Person", "Organization"):
            yield "speaker no agent"
        if any(a.mention is not None and self.mentions[a.mention].entity == mention.entity for a in claim.arguments if a.role == "subject"):
            yield "speaker is subject"

    def kind(self, mention: Mention) -> str:
        """Return how a mention names its entity: by its name, a part of it, as a noun alone, as a noun or pronoun for a name ..."""
        entity = self.entities.get(mention.entity)
        if mention.kind == "name" and entity is not None:
            return "name" if " ".join(self.text[mention.start:mention.end].split()) == entity.label else "part of name"
        if entity is not None and entity.named:
            return f"{mention.kind} for a name"
        if mention.kind == "pronoun" and entity is not None:
            return "pronoun for a noun" if " " in entity.label or entity.label.islower() else "pronoun alone"
        return mention.kind

    def argument(self, role: str, argument: Argument | None, claim: Claim) -> Iterator[str]:
        """Yield the signs of one argument."""
        mention = self.mentions.get(argument.mention) if argument is not None and argument.mention is not None else None
        if argument is None or mention is None:
            yield f"{role} bare"
            return
        kind, words = self.kind(mention), self.text[mention.start:mention.end]
        yield f"{role} {kind}"
        yield f"{role} is {mention.type}"
        if kind == "part of name" and sum(words in label for label in self.labels) > 1:
            yield f"{role} name of several"
        if role == "subject" and mention.start <= claim.predicate.start < mention.end:
            yield "subject in predicate"
        if mention.kind == "nominal" and self.text[mention.head.start:mention.head.end].lower() in _HOLLOW:
            yield f"{role} hollow"
        if mention.kind == "pronoun":
            yield f"{role} {words.lower()[:5]}"
        head = mention.head
        yield from over(f"{role} tail", len(self.text[mention.end:max(mention.full.end, argument.end)].split()), WORDS)
        front = self.text[mention.full.start:mention.start]
        if _NARROWING.search(front):
            yield f"{role} front narrowing"
        if mention.kind == "nominal":
            if mention.end - mention.start == head.end - head.start:
                yield f"{role} one noun"
            opening = front.lower().split()[:1]
            yield f"{role} {'a' if opening in (['a'], ['an']) else 'the' if opening else 'no'} article"
        if mention.kind == "name" and words[:1].islower():
            yield f"{role} name in small letters"
        around = self.text[max(0, mention.start - 1):mention.start] + self.text[mention.end:mention.end + 1]
        if re.search(r"[-&/\w\[(*]", around):
            yield f"{role} glued"
        gap = claim.predicate.start - mention.end if mention.start < claim.predicate.start else mention.start - claim.predicate.end
        yield from over(f"{role} gap", gap, (1, 12, 40, 90))
        if role == "subject" and mention.start > claim.predicate.start:
            yield "subject after predicate"
        if role == "object" and mention.end <= claim.predicate.start:
            yield "object before predicate"
        between = self.text[min(mention.end, claim.predicate.end):max(mention.start, claim.predicate.start)]
        if "," in between:
            yield f"{role} comma between"
        if re.search(r"\b(and|or|but)\b", between):
            yield f"{role} and between"
        if re.search(r"\b(who|which|that|where)\b", between):
            yield f"{role} who between"

    def words(self, role: str, words: str) -> Iterator[str]:
        """Yield the signs of an argument that is only a wording."""
        yield f"{role} words"
        yield from over(f"{role} words", len(words.split()), WORDS)
        first = words.split()[:1]
        if first and first[0].lower() in ("to", "that", "how", "what", "why", "who", "where", "when", "if", "whether"):
            yield f"{role} opens with {first[0].lower()}"
        if re.search(r"[,;:(\[\"“*`-]$", words) or words.count("(") != words.count(")") or words.count('"') % 2:
            yield f"{role} open end"
        if words[-3:].lower() in (" of", " to", " as", " in", " at", "and", " by"):
            yield f"{role} ends in preposition"
        if words[:1].isupper():
            yield f"{role} capital"


def over(name: str, value: int, ends: tuple[int, ...]) -> Iterator[str]:
    """Yield "words over 1", "words over 3" ... for each end that `value` is above, so that weights add up along the scale."""
    for end in ends:
        if value > end:
            yield f"{name} over {end}"
