"""Claims as binary triples of words: what ``kg extract --triples`` and ``--mentions`` write, one JSON object a line.

A claim has any number of arguments; as open triples ("Graner | handcuffed him to | the bars of a cell window") it becomes one triple
an argument, the arguments before it standing in the predicate, and one more for each noun phrase nested in an argument ("Graner |
handcuffed him to the bars of | a cell window"). The graph itself is made from the claims, never from these strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kg.records import Argument, Claim, Extraction, LocalEntity, Mention, Span

#: words that may stand between a noun phrase and one nested in it
PREPOSITIONS = frozenset("""of in on at to for from with by as into about between against under over after before during within without
    among through near along across around behind beside above below beyond toward towards upon via per like including than regarding
    concerning despite until since off onto inside outside throughout amid""".split())
#: roles that are no preposition
CORE = frozenset({"subject", "object", "indirect", "complement", "clause", "time", "adverb", "possessor", "modifier"})


class Triple(NamedTuple):
    """One binary triple; the spans tell where its subject and object stand."""

    subject: str
    predicate: str
    object: str
    subject_span: Span
    object_span: Span | None
    claim: Claim


def triples(extraction: Extraction) -> list[Triple]:
    """Return the binary triples of the extraction in the order of its claims, each wording once a sentence."""
    maker = _Maker(extraction)
    seen: set[tuple[str, str, str, int]] = set()
    found = []
    for claim in extraction.claims:
        for triple in maker.triples(claim):
            key = (triple.subject, triple.predicate, triple.object, claim.sentence.start)
            if key not in seen:
                seen.add(key)
                found.append(triple)
    return found


class _Maker:
    """Writes the claims of one extraction as triples."""

    def __init__(self, extraction: Extraction) -> None:
        self.text = extraction.article.text
        self.claims = {claim.id: claim for claim in extraction.claims}
        self.mentions = {mention.id: mention for mention in extraction.mentions}
        self.entities: dict[int, LocalEntity] = {entity.id: entity for entity in extraction.entities}
        self.ordered = sorted(extraction.mentions, key=lambda m: (m.full.start, -m.full.end))
        self.starts = [m.full.start for m in self.ordered]

    def cut(self, start: int, end: int) -> str:
        return " ".join(self.text[start:end].split())

    def short(self, argument: Argument) -> tuple[int, int]:
        """Return where the argument's noun phrase stands without what follows its head's own words."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        if mention is None:
            return argument.start, argument.end
        start = max(argument.start, min(mention.full.start, mention.start))
        return start, max(min(mention.end, argument.end), start + 1)

    def triples(self, claim: Claim) -> Iterator[Triple]:
        roles: dict[str, list[Argument]] = {}
        for argument in claim.arguments:
            roles.setdefault(argument.role, []).append(argument)
        if claim.form not in ("verb", "copula"):
            return
        by = []
        if claim.passive:
            by = roles.pop("subject", [])
            subject = roles.pop("indirect", None) if "object" in roles and "indirect" in roles else roles.pop("object", None)
        else:
            subject = roles.pop("subject", None)
        if not subject:
            return
        subject_span = Span(*self.short(subject[0]))
        name = self.cut(subject_span.start, subject_span.end)

        def say(predicate: str, argument: Argument) -> Iterator[Triple]:
            yield from self.nested(claim, name, subject_span, predicate, argument)

        base, said = claim.phrase, False
        for argument in roles.get("indirect", []):
            base += " " + self.cut(*self.short(argument))
        for role in ("object", "complement"):
            for argument in roles.get(role, []):
                yield from say(base, argument)
                base += " " + self.cut(*self.short(argument))
                said = True
        for argument in by:
            yield from say(claim.phrase + " by", argument)
            said = True
        written = ""
        for argument in claim.arguments:
            if argument.role not in CORE:
                before = self.text[max(claim.sentence.start, argument.start - len(argument.role) - 3):argument.start].rstrip()
                if before.lower().endswith(argument.role):
                    written = before[len(before) - len(argument.role):]
                preposition = written if written.lower() == argument.role else argument.role
                yield from say(f"{base} {preposition}", argument)
                said = True
        for argument in roles.get("time", []):
            yield from say(base, argument)
            said = True
        for argument in roles.get("clause", []):
            inner = self.claims.get(argument.claim) if argument.claim is not None else None
            if inner is None or not inner.phrase.startswith(claim.phrase):
                yield from say(base, argument)
            said = True
        if not said:
            for argument in roles.get("adverb", []):
                yield from say(base, argument)

    def nested(self, claim: Claim, name: str, subject_span: Span, predicate: str, argument: Argument) -> Iterator[Triple]:
        """Yield the triple with the argument's short form, then one for each noun phrase that hangs in it by a preposition."""
        start, end = self.short(argument)
        yield Triple(name, predicate, self.cut(start, end), subject_span, Span(start, end), claim)
        if argument.mention is None:
            return
        for mention in self.inside(end, argument.end):
            words = self.text[end:mention.full.start].split()
            if len(words) != 1 or words[0].lower() not in PREPOSITIONS:
                return
            predicate = f"{predicate} {self.cut(start, end)} {words[0]}"
            start, end = mention.full.start, max(mention.end, mention.full.start + 1)
            yield Triple(name, predicate, self.cut(start, end), subject_span, Span(start, end), claim)

    def inside(self, start: int, end: int) -> Iterator[Mention]:
        """Yield the mentions within the stretch, outermost and leftmost first, without those inside one already given."""
        from bisect import bisect_left

        at = start
        for k in range(bisect_left(self.starts, start), len(self.ordered)):
            mention = self.ordered[k]
            if mention.full.start >= end:
                return
            if mention.full.start >= at and mention.end <= end:
                at = mention.end
                yield mention


def triple_lines(extraction: Extraction, doc: str = "") -> Iterator[dict[str, object]]:
    """Yield each triple as the JSON object that ``kg extract --triples`` writes; `doc` is the id to give (the article's if empty)."""
    maker = _Maker(extraction)
    for triple in triples(extraction):
        claim = triple.claim
        speaker = maker.mentions.get(claim.speaker) if claim.speaker is not None else None
        entity = maker.entities.get(speaker.entity) if speaker is not None else None
        yield {"doc": doc or extraction.article.id, "sent": None, "sentence": maker.cut(claim.sentence.start, claim.sentence.end),
               "subject": triple.subject, "predicate": triple.predicate, "object": triple.object,
               "confidence": round(claim.confidence, 4), "args": [],
               "subject_span": list(_pair(triple.subject_span)),
               "object_span": list(_pair(triple.object_span)) if triple.object_span is not None else None,
               "property": claim.property or None, "status": claim.status, "polarity": claim.polarity, "certainty": claim.certainty,
               "speaker": entity.label if entity is not None else maker.cut(speaker.start, speaker.end) if speaker is not None else None,
               "extractor": claim.extractor}


def _pair(span: Span) -> tuple[int, int]:
    return span.start, span.end


def mention_lines(extraction: Extraction, doc: str = "") -> Iterator[dict[str, object]]:
    """Yield each mention as the JSON object that ``kg extract --mentions`` writes."""
    for mention in extraction.mentions:
        yield {"doc": doc or extraction.article.id, "start": mention.start, "end": mention.end,
               "text": extraction.article.text[mention.start:mention.end], "type": mention.type,
               "entity": mention.entity if mention.entity >= 0 else None}
