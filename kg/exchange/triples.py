"""Claims as binary triples of words: what ``kg extract --triples`` and ``--mentions`` write, one JSON object a line.

A claim has any number of arguments; as open triples it becomes one triple an argument, the object standing in the predicate of
those after it ("Ruiz | tied the boat to | a post on the quay"). The graph itself is made from the claims, never from these
strings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from kg.records import Argument, Claim, Extraction, LocalEntity, Mention, Span

#: words that a subject and an object may have when they are widened by the noun phrases that hang in them: long names are no
#: nodes that triples share. Measured when set (subject, object: CaRB dev F1, MINE fetch_short): 6, 6: .499, .557;
#: 6, 7: .500, .553; 7, 7: .502, .530; no limit: .506, .523
LONGEST_SUBJECT, LONGEST_OBJECT = 6, 7
#: words that may stand between a noun phrase and one nested in it
PREPOSITIONS = frozenset("""
    of in on at to for from with by as into about between against under over after before during within without among
    through near along across around behind beside above below beyond toward towards upon via per like including than
    regarding concerning despite until since off onto inside outside throughout amid
""".split())
OF = frozenset({"of"})
RELATIVE = frozenset({"who", "whom", "whose", "which"})
#: clauses spelled out one inside another: "saved money by asking Ann to sign | the deal"
DEEPEST = 2
#: roles that are no preposition
CORE = frozenset({"subject", "object", "indirect", "complement", "clause", "time", "adverb", "possessor", "modifier", "purpose"})
#: verbs that make one predicate with a bare noun: "take place in", "take part in"
LIGHT = frozenset({"take", "make", "give", "have"})


class Triple(NamedTuple):
    """One binary triple; the spans tell where its subject and object stand (the compact noun phrase, if they are one)."""

    subject: str
    predicate: str
    object: str
    subject_span: Span
    object_span: Span
    claim: Claim
    further: tuple[str, ...] = ()


class Part(NamedTuple):
    """One argument to be the object of a triple, with what the predicate says before it."""

    predicate: str
    argument: Argument
    further: tuple[str, ...] = ()


def triples(extraction: Extraction) -> list[Triple]:
    """Return the binary triples of the extraction in the order of its claims, each wording once a sentence."""
    return list(_Writer(extraction).all())


class _Writer:
    """Writes the claims of one extraction as triples."""

    def __init__(self, extraction: Extraction) -> None:
        self.text = extraction.article.text
        self.order = extraction.claims
        self.claims = {claim.id: claim for claim in extraction.claims}
        self.mentions = {mention.id: mention for mention in extraction.mentions}
        self.entities: dict[int, LocalEntity] = {entity.id: entity for entity in extraction.entities}
        self.ordered = sorted(extraction.mentions, key=lambda m: (m.full.start, -m.full.end))
        self.starts = [m.full.start for m in self.ordered]
        #: where each entity is first named or described
        self.first: dict[int, int] = {}
        for mention in self.ordered:
            if mention.kind != "pronoun":
                self.first.setdefault(mention.entity, mention.start)

    def all(self) -> Iterator[Triple]:
        seen: set[tuple[str, str, str, int]] = set()
        for claim in self.order:
            for triple in self.triples(claim):
                key = (triple.subject, triple.predicate, triple.object, claim.sentence.start)
                if key not in seen:
                    seen.add(key)
                    yield triple

    def triples(self, claim: Claim) -> Iterator[Triple]:
        """Yield the triples of one claim."""
        if claim.form in ("verb", "copula"):
            subject = surface_subject(claim)
            parts = self.parts(claim) if subject is not None else []
        else:
            subject, parts = self.nominal_parts(claim)
        if subject is None:
            return
        name = self.named(subject, claim)
        if claim.lemma == "be" and subject.start >= claim.predicate.end:
            before = self.text[claim.sentence.start:claim.predicate.end].split()[-4:]
            if "there" in before or "There" in before:
                # "There is no evidence": what is there is the object
                name = "there" if "there" in before else "There"
                parts = [Part(claim.phrase, subject), *parts]
        for predicate, argument, further in parts:
            yield Triple(name, predicate, self.wording(argument), self.place(subject), self.place(argument), claim, further)

    def parts(self, claim: Claim, depth: int = 0) -> list[Part]:
        """Return the arguments of a verb's claim, but for the subject, with the predicate wording before each.

        `depth` counts the claims around this one whose predicates take it in; beyond DEEPEST a clause is kept whole.
        """
        found: list[Part] = []
        base, subject = claim.phrase, surface_subject(claim)
        indirect = [a for a in claim.arguments if a.role == "indirect"] if not claim.passive else []
        for argument in indirect:
            base += " " + self.brief(argument)
        circumstances = [a for a in claim.arguments if a.role not in CORE and self.is_finite(a)]
        phrases = [(self.preposition(claim, a), a) for a in claim.arguments if a.role not in CORE and a not in circumstances]
        for argument in claim.arguments:
            if argument.role in ("object", "complement") and argument is not subject:
                if not self.is_empty(claim, argument):
                    found.append(Part(base, argument))
                base += " " + self.brief(argument)
        if claim.passive:
            found.extend(Part(claim.phrase + " by", a) for a in claim.arguments if a.role == "subject")
        for preposition, argument in phrases:
            found.extend(self.gerund_parts(f"{base} {preposition}", argument, depth))
        found.extend(Part(base, a) for a in claim.arguments if a.role == "time")
        for argument in claim.arguments:
            inner = self.claims.get(argument.claim) if argument.claim is not None else None
            # "tried to sell": the inner claim says it all, its wording takes this one's verb in
            framed = inner is not None and self.text[claim.predicate.start:claim.predicate.end] in inner.phrase.split()
            if argument.role == "clause" and not framed:
                found.extend(self.clause_parts(base, argument, inner, depth))
        if not found and not any(a.role == "clause" for a in claim.arguments):
            said = claim.phrase.split()
            found.extend(Part(base, a) for a in claim.arguments if a.role == "adverb" and self.brief(a) not in said)
        if not found:  # "The report comes after a strike closed the mill": elsewhere the clause is told by its own triples
            found.extend(Part(f"{base} {self.preposition(claim, a)}", a) for a in circumstances[:1])
        if found:
            first = found[0].argument
            further = [(a, self.further(claim, a)) for a in claim.arguments if not first.start <= a.start < first.end]
            found[0] = found[0]._replace(further=tuple(wording for _, wording in further if wording))
        return found

    def is_finite(self, argument: Argument) -> bool:
        """True for an adverbial clause with a subject of its own: "after a strike closed the mill"."""
        inner = self.claims.get(argument.claim) if argument.claim is not None else None
        subject = surface_subject(inner) if inner is not None else None
        return subject is not None and argument.start <= subject.start < argument.end

    def further(self, claim: Claim, argument: Argument) -> str:
        """Return the argument's wording with preposition if it is a time, an amount or a name, else nothing."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        if argument.role == "time":
            return self.wording(argument)
        if argument.role in CORE or mention is None or mention.kind not in ("name", "value"):
            return ""
        return f"{self.preposition(claim, argument)} {self.wording(argument)}"

    def is_empty(self, claim: Claim, argument: Argument) -> bool:
        """True if the argument says nothing without those after it: "is responsible for", "take place in"."""
        after = [a for a in claim.arguments
                 if a.role == "clause" or (a.role not in CORE and a.start >= argument.end and not self.is_finite(a))]
        if argument.role == "complement":
            return bool(after) and argument.mention is None and claim.form == "copula"
        wording = self.brief(argument)
        return any(a.role not in CORE for a in after) and claim.lemma in LIGHT and " " not in wording and wording.islower()

    def gerund_parts(self, predicate: str, argument: Argument, depth: int) -> list[Part]:
        """Return the parts of a prepositional argument; "by closing the mine" becomes "... by closing | the mine"."""
        inner = self.claims.get(argument.claim) if argument.claim is not None else None
        parts = self.parts(inner, depth + 1) if inner is not None and depth < DEEPEST else []
        return [part._replace(predicate=f"{predicate} {part.predicate}") for part in parts[:1]] or [Part(predicate, argument)]

    def clause_parts(self, predicate: str, argument: Argument, inner: Claim | None, depth: int) -> list[Part]:
        """Return the parts of a clausal argument; "asked Ann to sign | the deal", while a finite clause stays whole."""
        if inner is not None and depth < DEEPEST and inner.phrase.split()[0] == "to":
            subject = surface_subject(inner)
            between = f" {self.brief(subject)}" if subject is not None and argument.start <= subject.start < argument.end else ""
            parts = self.parts(inner, depth + 1)
            if parts:
                return [parts[0]._replace(predicate=f"{predicate}{between} {parts[0].predicate}")]
        return [Part(predicate, argument)]

    def nominal_parts(self, claim: Claim) -> tuple[Argument | None, list[Part]]:
        """Return subject and parts of a claim read from a noun phrase; forms that are no sentence in binary give none."""
        roles = {argument.role: argument for argument in claim.arguments}
        subject = roles.get("subject")
        if claim.form in ("title", "apposition") and "complement" in roles:
            return subject, [Part("is", roles["complement"])]
        if claim.form == "possessive" and "possessor" in roles and subject is not None:
            owner = self.mentions.get(-1 if roles["possessor"].mention is None else roles["possessor"].mention)
            if owner is not None and owner.kind == "pronoun" and not self.label(owner, claim):
                return None, []  # "its owner" without knowing whose
            owned = self.text[roles["possessor"].end:subject.end].lstrip()
            owned = owned[2:] if owned[:2] in ("'s", "’s") else owned.removeprefix("'").removeprefix("’")
            owner_end = max(roles["possessor"].start + 1, roles["possessor"].end - 2)
            possessor = roles["possessor"]
            if self.text[owner_end:possessor.end] in ("'s", "’s"):
                possessor = Argument("possessor", possessor.start, len(self.text[:owner_end].rstrip()), possessor.mention)
            return possessor, [Part("has", Argument("object", subject.end - len(owned.lstrip()), subject.end, subject.mention))]
        return None, []

    def named(self, argument: Argument, claim: Claim) -> str:
        """Return the subject's wording; what was introduced in an earlier sentence goes by its entity's label."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        return (self.label(mention, claim) if mention is not None else "") or self.cut(*self.extended(argument, PREPOSITIONS))

    def label(self, mention: Mention, claim: Claim) -> str:
        """Return the label of the mention's entity if an earlier sentence introduced it, so that the triple can be read alone."""
        entity = self.entities.get(mention.entity)
        known = self.first.get(mention.entity, claim.sentence.start) < claim.sentence.start
        if entity is not None and mention.kind == "name":
            own = self.cut(mention.start, mention.end)
            if not own.isupper() and not set(own.lower().split()) & set(entity.label.lower().split()):
                return ""  # an earlier name: "Norwick was renamed Aurel", not "Aurel was renamed Aurel"
        return entity.label if entity is not None and known else ""

    def speaker(self, claim: Claim) -> str | None:
        """Return who says it: the entity's label, else the mention's wording; None for the article's own voice."""
        mention = self.mentions.get(claim.speaker) if claim.speaker is not None else None
        if mention is None:
            return None
        entity = self.entities.get(mention.entity)
        return entity.label if entity is not None else self.cut(mention.start, mention.end)

    def wording(self, argument: Argument) -> str:
        return self.cut(*self.extended(argument, OF))

    def brief(self, argument: Argument) -> str:
        return self.cut(*self.short(argument))

    def cut(self, start: int, end: int) -> str:
        """Return the text at the stretch on one line."""
        return " ".join(self.text[start:end].split())

    def place(self, argument: Argument) -> Span:
        """Return where the argument stands: its mention's compact form, else its whole wording."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        return Span(mention.start, mention.end) if mention is not None else Span(argument.start, argument.end)

    def preposition(self, claim: Claim, argument: Argument) -> str:
        """Return the argument's preposition as it is written."""
        before = self.text[max(claim.sentence.start, argument.start - len(argument.role) - 3):argument.start].rstrip()
        if argument.role in ("where", "when"):  # "the city where he lived"
            return "in"
        return before[len(before) - len(argument.role):] if before.lower().endswith(argument.role) else argument.role

    def short(self, argument: Argument) -> tuple[int, int]:
        """Return where the argument's noun phrase stands without what follows its head's own words."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        if mention is None or (mention.kind == "pronoun" and argument.end > mention.full.end):
            return argument.start, argument.end
        if mention.kind == "value":
            return argument.start, argument.end
        start = max(argument.start, min(mention.full.start, mention.start))
        end = max(min(mention.end, argument.end), start + 1)
        while end < len(self.text) and self.text[end] in "-–/" and self.text[end + 1:end + 2].isalnum():
            end += 1  # one word joined by hyphens that the parser took for several
            while end < len(self.text) and self.text[end].isalnum():
                end += 1
        while start > 1 and self.text[start - 1] in "-–/" and self.text[start - 2].isalnum():
            start -= 1
            while start > 0 and self.text[start - 1].isalnum():
                start -= 1
        last = self.text[start:end].rpartition(" ")[2]
        return start, end - len(last) - 1 if last.lower() in PREPOSITIONS and end - len(last) > start + 1 else end

    def extended(self, argument: Argument, prepositions: frozenset[str]) -> tuple[int, int]:
        """Return the short form with the noun phrases that hang in it by one of `prepositions`: "the end of the war"."""
        start, end = self.short(argument)
        if argument.mention is None:
            return start, end
        for mention in self.inside(end, argument.end):
            words = self.text[end:mention.full.start].split()
            if len(words) != 1 or words[0].lower() not in prepositions:
                break
            wider = max(mention.end, mention.full.start + 1)
            if len(self.text[start:wider].split()) > (LONGEST_SUBJECT if prepositions is PREPOSITIONS else LONGEST_OBJECT):
                break
            end = wider
        return start, end

    def inside(self, start: int, end: int) -> Iterator[Mention]:
        """Yield the mentions within the stretch, outermost and leftmost first, without those inside one already given."""
        at = start
        for k in range(bisect_left(self.starts, start), len(self.ordered)):
            mention = self.ordered[k]
            if mention.full.start >= end:
                return
            if mention.full.start >= at and mention.end <= end:
                at = mention.end
                yield mention


def surface_subject(claim: Claim) -> Argument | None:
    """Return the argument that the claim's verb has as its subject in the text, or None."""
    wanted = ["subject"]
    if claim.passive:
        wanted = ["indirect", "object"] if any(a.role == "object" for a in claim.arguments) else ["indirect"]
    for role in wanted:
        for argument in claim.arguments:
            if argument.role == role:
                return argument
    return None


def triple_lines(extraction: Extraction, doc: str = "") -> Iterator[dict[str, object]]:
    """Yield each triple as the JSON object that ``kg extract --triples`` writes, under the id `doc` (the article's if empty)."""
    writer = _Writer(extraction)
    for triple in writer.all():
        claim = triple.claim
        yield {"doc": doc or extraction.article.id, "sent": None,
               "sentence": writer.cut(claim.sentence.start, claim.sentence.end),
               "subject": triple.subject, "predicate": triple.predicate, "object": triple.object,
               "confidence": round(claim.confidence, 4), "args": list(triple.further),
               "subject_span": [triple.subject_span.start, triple.subject_span.end],
               "object_span": [triple.object_span.start, triple.object_span.end],
               "property": claim.property or None, "status": claim.status, "polarity": claim.polarity,
               "certainty": claim.certainty, "speaker": writer.speaker(claim), "extractor": claim.extractor}


def mention_lines(extraction: Extraction, doc: str = "", *, names: bool = False) -> Iterator[dict[str, object]]:
    """Yield each mention as the JSON object that ``kg extract --mentions`` writes, under the id `doc` (the article's if empty).

    As coreference is marked in OntoNotes, a mention is its whole noun phrase, relative pronouns are left out, and so is a noun phrase
    inside another of the same entity (an apposition). With `names`, only names are written, in their compact form.
    """
    text = extraction.article.text
    inner = set() if names else inner_mentions(extraction)
    for mention in extraction.mentions:
        if mention.id in inner or (names and mention.kind != "name"):
            continue
        start, end = (mention.start, mention.end) if names else (mention.full.start, mention.full.end)
        yield {"doc": doc or extraction.article.id, "start": start, "end": end, "text": text[start:end], "type": mention.type,
               "kind": mention.kind, "entity": mention.entity if mention.entity >= 0 else None}


def inner_mentions(extraction: Extraction) -> set[int]:
    """Return the ids of the mentions whose noun phrase another of the same entity holds: "a mill | in | Delta Works, a mill, which"."""
    found = set()
    widest: dict[int, tuple[Span, int]] = {}  # by entity: the last noun phrase, and the furthest end of those that differ from it
    for mention in sorted(extraction.mentions, key=lambda m: (m.full.start, -m.full.end)):
        if mention.kind == "value":
            continue
        last, reach = widest.get(mention.entity, (mention.full, -1))
        if last != mention.full:
            reach = max(reach, last.end)
        widest[mention.entity] = mention.full, reach
        word = extraction.article.text[mention.start:mention.end].lower()
        if word in RELATIVE or (mention.full.end <= reach and (mention.kind != "pronoun" or word == "that")):
            found.add(mention.id)
    return found
