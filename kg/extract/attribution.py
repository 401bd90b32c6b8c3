"""Who says it, and how sure: sets polarity, certainty, tense, status, speaker, source and cue of each claim.

What holds of a predicate follows from the words around it (negation, modals, adverbs) and from what it is embedded in: "denied
that", "failed to", "plans to", "if". Each predicate's :class:`View` is computed from that of the predicate above it, so the
nesting may be any number deep and each token is looked at once. The distinctions are those of FactBank (Sauri and Pustejovsky
2009) and MinIE (Gashteovski et al. 2017); what each word does stands in ``data/cues.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kg.extract.clauses import Clause
from kg.extract.cues import Cue, Effect, load_cues
from kg.extract.forms import has_to, is_bare, is_condition, is_finite, is_negated, is_perfect, joined_by_or
from kg.extract.quotes import Quote
from kg.extract.speakers import Speakers
from kg.extract.tree import Tree
from kg.records import Argument, Certainty, Claim, Mention, Polarity, Span, Status, Tense

RANK: dict[str, int] = {"Certain": 0, "Probable": 1, "Possible": 2}
#: of two statuses the one further right wins: "he said he plans to" is a claim, "he said that if she won" a condition
STATUS_RANK: dict[str, int] = {"Asserted": 0, "Planned": 1, "Claimed": 2, "Conditional": 3, "Asked": 4}
MODALS: dict[str, Certainty] = {
    "may": "Possible",
    "might": "Possible",
    "could": "Possible",
    "can": "Possible",
    "should": "Probable",
    "ought": "Probable",
    "must": "Probable",
}
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
#: verbs whose that-clause is no statement of their subject: "this means that", "it happened that", "he made sure that"
NOT_SAYING = frozenset(
    [
        "mean",
        "make",
        "ensure",
        "be",
        "happen",
        "help",
        "let",
        "cause",
        "allow",
        "turn",
        "result",
        "get",
        "have",
        "start",
        "matter",
        "do",
        "guarantee",
        "see",
        "watch",
        "seem",
        "appear",
        "wait",
        "remain",
        "become",
    ]
)
#: verbs whose object's infinitive did not happen: "squandered two chances to score", "were denied visas to enter the country"
MISSING = frozenset(["miss", "squander", "waste", "forgo", "pass up", "deny", "refuse", "lack"])
#: verbs that take a bare infinitive and hold for it what holds of them
BARE = frozenset(["let", "make", "have", "help"])
#: prepositions whose clause did not happen: "left without paying", "instead of paying"
WITHOUT = frozenset(["without", "instead", "rather"])
#: verbs that take an accusation with a preposition: "accused of stealing", "charged with fraud"
ACCUSING = {
    "accuse": "of",
    "suspect": "of",
    "charge": "with",
    "indict": "for",
    "blame": "for",
    "sue": "for",
    "investigate": "for",
}
#: verbs that take one back
CLEARING = {"acquit": "of", "clear": "of", "absolve": "of", "exonerate": "of"}
#: prepositions whose argument says who says it; what became speaker or source is no argument of the claim
ATTRIBUTIVE = frozenset(["according to", "as per"])
DEFINITE = frozenset(["the", "this", "that", "these", "those"])
COPULAS = frozenset(["be", "seem", "become", "feel"])
#: verbs whose object has not come about: "demanded her arrest", and with "for": "called for her arrest"
WANTING = frozenset(["demand", "seek", "urge", "want", "request", "propose", "recommend", "await"])
CALLING = frozenset(["call", "ask", "push", "press", "campaign", "plead", "hope", "wait"])
RANKING = frozenset(["first", "second", "third", "last", "only", "latest"])
ALMOST = frozenset(["almost", "nearly"])
#: adverbs that place what "would" tells after what was told: "She would later become mayor"
LATER = frozenset(["later", "eventually", "subsequently", "ultimately"])


class View(NamedTuple):
    """How one predicate stands in the text; ``speaker`` and ``source`` are head tokens or -1, ``cue`` tokens."""

    negative: bool = False
    certainty: Certainty = "Certain"
    tense: Tense = "Present"
    status: Status = "Asserted"
    speaker: int = -1
    source: int = -1
    cue: tuple[int, ...] = ()


def attribute(
    tree: Tree, mentions: Sequence[Mention], quotes: Sequence[Quote], clauses: Sequence[Clause], claims: Sequence[Claim]
) -> list[Claim]:
    """Return the claims with polarity, certainty, tense, status, speaker, source and cue set, in the given order, numbered by it.

    Claims that arguments refer to must come first and bear their position as id, as those of ``clause_claims`` do.

    A newspaper or agency that reports a thing becomes its ``source`` and leaves it Asserted; any other party becomes the
    ``speaker`` and makes it Claimed. What several say together becomes a claim of each, the further ones at the end. Of nested
    reports the innermost is kept: "A denied that B did it, C said" is A's denial.
    """
    reader = _Reader(tree, mentions, quotes, clauses)
    marked = [reader.mark(claim, number) for number, claim in enumerate(claims)]
    for claim in tuple(marked):  # "..., said Ann Roe and Tom Hale": both say it
        marked += [msgspec.structs.replace(claim, id=len(marked) + k, speaker=other)
                   for k, other in enumerate(reader.parties.joined(claim.speaker))]
    return marked


class _Reader:
    """The views of one article's predicates, each computed once."""

    def __init__(self, tree: Tree, mentions: Sequence[Mention], quotes: Sequence[Quote], clauses: Sequence[Clause]) -> None:
        self.tree = tree
        self.cues = load_cues()
        self.parties = Speakers(tree, mentions, clauses)
        self.views: dict[int, View] = {}
        self.adjectives: dict[int, int] = {}
        self.lemmas: dict[int, str] = {}
        self.quotes = quotes
        self.quotes_by_cue: dict[int, list[Quote]] = {}
        for quote in quotes:
            for cue in quote.cue:
                self.quotes_by_cue.setdefault(cue, []).append(quote)
        self.quote_of = [-1] * len(tree)
        for number, quote in enumerate(quotes):
            self.quote_of[quote.first : quote.end] = [number] * (quote.end - quote.first)

    def mark(self, claim: Claim, number: int) -> Claim:
        """Return the claim as its predicate stands in the text, with the id `number`."""
        token = self.tree.at[claim.predicate.start]
        view = self.nominal(token, claim.form) if claim.form not in ("verb", "copula") else self.view(token)
        polarity: Polarity = "Negative" if view.negative else "Positive"
        speaker, source = self.parties.mention(view.speaker), self.parties.mention(view.source)
        span = Span(self.tree.starts[view.cue[0]], self.tree.ends[view.cue[-1]]) if view.cue else None
        return msgspec.structs.replace(
            claim,
            id=number,
            arguments=self._arguments(claim, token),
            polarity=polarity,
            certainty=view.certainty,
            tense=view.tense,
            status=view.status,
            speaker=speaker,
            source=source,
            cue=span,
        )

    def _arguments(self, claim: Claim, token: int) -> tuple[Argument, ...]:
        """Return the claim's arguments without "according to"; a verb of saying without object has the quote beside it as one."""
        found = tuple(a for a in claim.arguments if a.role not in ATTRIBUTIVE)
        quotes = self.quotes_by_cue.get(token, ())
        if not quotes or claim.passive or any(a.role in ("object", "clause", "complement") for a in found):
            return found
        tree = self.tree
        quote = min(quotes, key=lambda q: (token - q.end if q.end <= token else q.first - token))
        end = quote.end
        while end > quote.first + 1 and (tree.words[end - 1] in (",", ".") or tree.words[end - 1].isspace()):
            end -= 1
        return (*found, Argument("clause", tree.starts[quote.first], tree.ends[end - 1]))

    # predicates in clauses

    def view(self, token: int) -> View:
        """Return the view of the predicate `token`, computing those above it first."""
        path: dict[int, None] = {}
        i = token
        while i not in self.views:
            path[i] = None
            above = self._above(i)
            if above < 0 or above in path:
                break
            i = above
        for i in reversed(path):
            above = self._above(i)
            self.views[i] = self._view(i, above if above in self.views else -1)
        return self.views[token]

    def _above(self, i: int) -> int:
        """Return the predicate that `i` is embedded in, or -1: the verb, adjective or noun above, prepositions skipped.

        "Ruiz denied it, Delta's lawyer told the Herald": the parser joins the reporting verb to the other.
        """
        tree = self.tree
        trailing = self.parties.trailing_report(i)
        if trailing >= 0:
            return trailing
        head = tree.heads[i]
        if head == i or self.parties.trailing_report(head) == i:
            return -1
        if tree.deps[i] == "conj" and tree.tags[i] == "VB" and tree.tags[head] != "VB" and tree.child(i, "aux", *SUBJECTS) < 0:
            infinitive = tree.child(head, "xcomp")  # "told to stop, wait and listen": hung on "told" by the parser
            if head < infinitive < i and tree.tags[infinitive] == "VB":
                return infinitive
        while tree.deps[head] in ("prep", "agent", "mark", "case") and tree.heads[head] != head:
            head = tree.heads[head]
        if self.parties.trailing_report(head) == i:
            return -1
        return head

    def _view(self, i: int, above: int) -> View:
        outer = self._inherited(i, above) if above >= 0 else View()
        own = self._own(i, outer, above)
        own = self._with_according(i, own)
        return self._with_quote(i, own)

    def _inherited(self, i: int, above: int) -> View:
        """Return what the predicate `i` takes from the predicate `above` it."""
        tree, dep = self.tree, self.tree.deps[i]
        upper = self.views[above]
        # "The barn, which has no roof, reportedly burned": an adverb does not reach what is said of a noun by the way
        aside = dep in ("relcl", "appos") or (dep == "acl" and not has_to(tree, i))
        told = upper.status == "Claimed" and (not aside or bool(upper.cue) or upper.speaker >= 0 or upper.source >= 0)
        report = View(
            status="Claimed" if told else "Asserted",
            speaker=upper.speaker,
            source=upper.source,
            cue=upper.cue,
            tense=upper.tense,
            certainty=upper.certainty if told else "Certain",
        )
        if i in upper.cue:  # "..., he said, "...": the parser hangs the reporting verb on the quote
            return View()
        if self.parties.trailing_report(i) == above:
            return self._reported(above, self._best(above, "that"), upper)
        if dep == "conj":
            # "were told to stop, wait and listen": the tagger takes a bare infinitive in a list for a present tense
            finite = is_finite(tree, i) and not (tree.tags[i] == "VBP" and tree.tags[above] == "VB" and tree.child(i, *SUBJECTS) < 0)
            if tree.pos[above] not in ("VERB", "AUX") or not finite:
                negated = upper.negative and (not is_negated(tree, above) or joined_by_or(tree, above, i))
                return upper._replace(negative=negated)
            like = self._embedded_like(above, i)
            if tree.deps[above] == "advcl" and i < tree.heads[above] and is_condition(tree, above):
                like = _status(like, "Conditional")  # "If it holds and the river rises, the town will flood"
            # "According to the suit, Roe knew it and refused to act": of both verbs, if the second has no subject of its own
            return self._with_according(above, like) if tree.child(i, *SUBJECTS) < 0 else like
        if dep == "relcl" and has_to(tree, i) and not is_finite(tree, i):
            return self._noun_clause(i, above, report)
        if dep in ("relcl", "appos"):
            return report
        if dep in ("ccomp", "csubj", "parataxis") or (dep == "advcl" and self._is_report_of(above, i)):
            return self._complement(i, above, upper, report)
        if dep == "xcomp" or dep == "ccomp":
            return self._infinitive(i, above, upper, report)
        if dep == "pcomp":
            return self._gerund(i, above, upper, report)
        if dep == "acl":
            return self._noun_clause(i, above, report)
        if dep in ("advcl", "xcomp") and self._goes_on(above):
            return upper
        if dep == "advcl" and not is_finite(tree, i):
            below = report._replace(status=upper.status, certainty=upper.certainty)
            # a purpose: "he flew to Lima to sell the farm"; no purpose: "he flew to Lima only to find the farm sold"
            only = any(tree.deps[c] == "advmod" and tree.words[c].lower() == "only" for c in tree.children[i])
            return _worse(below, "Probable") if has_to(tree, i) and not only else below
        if dep in ("acomp", "attr", "oprd", "dobj") and tree.pos[above] in ("VERB", "AUX"):
            return upper
        return report

    def _embedded_like(self, above: int, i: int) -> View:
        """Return what `above` itself inherits, for a clause with a verb form of its own joined to it."""
        top = self._above(above)
        if top < 0 or top == i or top not in self.views:
            upper = self.views[above]
            if self.parties.trailing_report(above) >= 0:
                return upper._replace(negative=False, certainty="Certain")
            return View(tense=upper.tense)
        return self._inherited(above, top)

    def _complement(self, i: int, above: int, upper: View, report: View) -> View:
        """Return what a finite clause takes from the verb or adjective it completes."""
        tree = self.tree
        marks = {tree.words[c].lower() for c in tree.children[i] if tree.deps[c] == "mark"}
        if i < above and not marks and tree.deps[i] == "ccomp" and tree.lemmas[above] not in self.cues.reporting:
            return View()  # "The law is new, so the town waits": two sentences, not one inside the other
        if not is_finite(tree, i) and "that" not in marks and has_to(tree, i):
            return self._infinitive(i, above, upper, report)
        if not marks and any(tree.tags[c] in ("WRB", "WP") for c in tree.children[i] if c < i):
            return report  # what, why and how ask no doubt: "did not say why the shop was closed"
        if marks & {"whether", "if"}:
            return report._replace(status="Asked")
        if tree.pos[above] == "ADJ" or (self._adjective(above) >= 0 and tree.lemmas[above] in COPULAS):
            adjective = above if tree.pos[above] == "ADJ" else self._adjective(above)
            return self._predicate_adjective(adjective, report)
        cue = self._best(above, "that")
        if cue:
            return self._reported(above, cue, upper)
        if self._is_result(above, i):
            return report  # "The lamp shone so far away that nobody saw it": nobody says it
        if "that" in marks and tree.lemmas[above] not in NOT_SAYING and tree.lemmas[above] not in self.cues.verbs:
            view = self._reported(above, Cue("said", "Claimed", speaker=True), upper)
            return view if upper.speaker < 0 else view._replace(speaker=upper.speaker, cue=upper.cue)
        if tree.tags[i] == "VB" and tree.lemmas[above] in BARE and not marks and is_bare(tree, i):
            return upper  # "agreed to let the firm join": it has not joined
        if tree.lemmas[above] in self.cues.verbs:
            return report
        return report._replace(status=upper.status if upper.status != "Planned" else "Asserted")

    def _is_result(self, above: int, i: int) -> bool:
        """Tell whether a that-clause is what comes of "so" or "such": "so far away that nobody saw it"."""
        tree = self.tree
        first = tree.left[i]
        return tree.pos[above] == "ADV" or any(
            tree.words[j].lower() in ("so", "such") and j + 1 < first for j in range(max(tree.left[above], first - 8), first)
        )

    def _best(self, verb: int, scope: str) -> Cue | None:
        """Return the verb's effect on a complement of that kind ("that" or "to"), or None."""
        cues = self.cues.verbs.get(self._lemma(verb), ())
        return next((cue for cue in cues if cue.scope == scope), None) or next((cue for cue in cues if not cue.scope), None)

    def _lemma(self, verb: int) -> str:
        """Return the verb's lemma, with its particle if that is a cue of its own ("point out")."""
        if verb not in self.lemmas:
            lemma = self.tree.lemmas[verb].lower()
            particle = self.tree.child(verb, "prt")
            full = f"{lemma} {self.tree.words[particle].lower()}" if particle >= 0 else lemma
            self.lemmas[verb] = full if full in self.cues.verbs else lemma
        return self.lemmas[verb]

    def _reported(self, verb: int, cue: Cue | None, upper: View) -> View:
        """Return the view of what `verb` reports."""
        if cue is None or not cue.status:
            return View(
                status=upper.status if upper.status in ("Claimed", "Asked", "Conditional") else "Asserted",
                speaker=upper.speaker,
                source=upper.source,
                cue=upper.cue,
            )
        if cue.status in ("Planned", "Asked"):
            return View(
                status=cue.status,
                speaker=upper.speaker,
                source=upper.source,
                cue=upper.cue,
                negative=False,
                tense="Future" if cue.status == "Planned" else "Present",
            )
        certainty: Certainty = cue.certainty or "Certain"
        tokens = self.parties.cue_tokens(verb)
        if upper.negative and not cue.negative:  # "did not say that it was safe": nobody says so
            return View(certainty="Possible", status="Claimed", source=upper.source, cue=tokens)
        negative = cue.negative != (upper.negative and cue.negative)
        speaker = self.parties.speaker(verb)
        source = upper.source
        heard = self.parties.listener(verb)
        if heard >= 0:
            source = heard
        if speaker >= 0 and self.parties.is_outlet(speaker) and cue.group in ("said", "revealed", "found"):
            return View(
                negative=negative,
                certainty=certainty,
                status=upper.status if upper.status != "Planned" else "Asserted",
                speaker=upper.speaker,
                source=speaker,
                cue=tokens,
            )
        return View(negative=negative, certainty=certainty, status="Claimed", speaker=speaker, source=source, cue=tokens)

    def _infinitive(self, i: int, above: int, upper: View, report: View) -> View:
        """Return what an infinitive or gerund takes from what governs it ("failed to", "plans to", "is said to")."""
        tree = self.tree
        if tree.pos[above] == "ADJ":
            return self._predicate_adjective(
                above, report._replace(negative=upper.negative, status=upper.status, certainty=upper.certainty)
            )
        adjective = self._adjective(above)
        if adjective >= 0 and adjective < i:
            return self._predicate_adjective(adjective, upper)
        passive = tree.child(above, "auxpass") >= 0
        lemma = self._lemma(above)
        cue = self._best(above, "to")
        said = self._best(above, "that")
        if (
            passive
            and said
            and said.status == "Claimed"
            and (not cue or (cue.status == "Planned" and is_perfect(tree, i)) or lemma in ("say", "think"))
        ):
            if said.group == "found" or said.group == "revealed":  # "was found to have hidden the file"
                return upper
            certainty = said.certainty or ("Probable" if said.group == "claimed" else upper.certainty)
            cue_tokens, speaker = self.parties.cue_tokens(above), self.parties.agent(above)
            return upper._replace(status="Claimed", certainty=certainty, cue=cue_tokens, speaker=speaker)
        if cue is None:
            return upper
        if cue.group == "said":  # no such construction in English: a purpose ("wrote to thank") or a manner ("wrote using a pen")
            return _worse(upper, "Probable") if has_to(tree, i) else upper
        if cue.status == "Claimed":  # "He claims to be a doctor", "He denied stealing"
            return self._reported(above, cue, upper)
        negative = upper.negative != cue.negative
        status = upper.status
        if cue.status == "Planned" and STATUS_RANK[upper.status] < STATUS_RANK["Planned"]:
            status = "Planned"
        tense: Tense = "Future" if cue.status == "Planned" else upper.tense
        certainty = cue.certainty or upper.certainty
        return upper._replace(negative=negative, status=status, tense=tense, certainty=certainty)

    def _adjective(self, verb: int) -> int:
        """Return the predicate adjective of `verb`, or -1, looked for once (garbled text hangs thousands on a verb)."""
        if verb not in self.adjectives:
            self.adjectives[verb] = self.tree.child(verb, "acomp")
        return self.adjectives[verb]

    def _predicate_adjective(self, adjective: int, view: View) -> View:
        if self.tree.lemmas[adjective] == "able" and view.tense == "Past" and not view.negative:
            return view  # "was able to leave" means that she left
        for effect in self.cues.predicates.get(self.tree.lemmas[adjective].lower(), ()):
            view = _apply(view, effect)
            if effect == "Planned":
                view = view._replace(tense="Future")
        return view

    def _gerund(self, i: int, above: int, upper: View, report: View) -> View:
        """Return what a gerund behind a preposition takes: "without paying", "barred from selling", "accused of lying"."""
        tree = self.tree
        preposition = tree.heads[i]
        word = tree.words[preposition].lower()
        if word in WITHOUT or (tree.words[max(preposition - 1, 0)].lower() in WITHOUT and word in ("of", "than")):
            return report._replace(negative=True)
        accused = self._accused(preposition, above)
        if accused:
            return accused
        if word == "from" and (cue := self._best(above, "to")) and cue.negative:
            return upper._replace(negative=not upper.negative)
        if tree.pos[above] in ("NOUN", "PROPN"):
            return self._noun_clause(i, above, report)
        if word in ("to", "of", "about", "on", "against", "for") and (cue := self._best(above, "to")) and cue.status:
            return self._infinitive(i, above, upper, report)
        return report

    def _accused(self, preposition: int, verb: int) -> View | None:
        """Return the view of what somebody is accused or cleared of, or None: "charged with the murder of Roe"."""
        tree = self.tree
        lemma, word = tree.lemmas[verb].lower(), tree.words[preposition].lower()
        if lemma == "guilty" and word in ("to", "of") and is_negated(tree, verb):  # "pleaded not guilty to killing"
            plea = tree.heads[verb]
            return View(negative=True, status="Claimed", speaker=self.parties.speaker(plea), cue=(plea,), tense="Past")
        if word not in (ACCUSING.get(lemma), CLEARING.get(lemma)):
            return None
        passive = tree.child(verb, "auxpass") >= 0 or tree.tags[verb] == "VBN"
        speaker = self.parties.agent(verb) if passive else self.parties.speaker(verb)
        source = self.view(verb).source
        return View(
            negative=lemma in CLEARING, status="Claimed", speaker=speaker, source=source, cue=self.parties.cue_tokens(verb), tense="Past"
        )

    def _noun_clause(self, i: int, noun: int, report: View) -> View:
        """Return what a clause takes from its noun: "the claim that she lied", "a plan to leave", "his failure to appear"."""
        tree = self.tree
        marks = [tree.words[c].lower() for c in tree.children[i] if tree.deps[c] == "mark"]
        if not (has_to(tree, i) or "that" in marks or tree.deps[i] == "pcomp"):
            return report
        view = report
        if has_to(tree, i) and tree.deps[noun] == "dobj" and tree.lemmas[tree.heads[noun]] in MISSING:
            view = view._replace(negative=not view.negative)  # "squandered two chances to score"
        for effect in self.cues.nouns.get(tree.lemmas[noun].lower(), ()):
            if (effect == "Claimed" and has_to(tree, i)) or (
                effect == "Planned" and "that" in marks and tree.lemmas[noun] not in ("demand",)
            ):
                continue
            view = _apply(view, effect)
            if effect == "Claimed":
                view = self._claimed_by(noun, view)
            if effect == "Planned":
                view = view._replace(tense="Future")
        if view == report and has_to(tree, i) and self._is_ranked(noun):
            return report
        if view == report and has_to(tree, i):  # "a tower to be built in Lima", "evidence to support it"
            if tree.child(i, "auxpass") >= 0:
                return _status(report, "Planned")._replace(tense="Future")
            return _worse(report, "Possible")
        return view

    def _is_ranked(self, noun: int) -> bool:
        """Tell whether `noun` is the first, the only or the youngest: "the first woman to land there" landed there."""
        tree = self.tree
        ranked = any(tree.words[c].lower() in RANKING or tree.tags[c] == "JJS" for c in tree.children[noun] if c < noun)
        known = any(tree.deps[c] == "poss" or tree.words[c].lower() == "the" for c in tree.children[noun] if c < noun)
        return known and (ranked or tree.words[noun].lower() in RANKING)

    def _claimed_by(self, noun: int, view: View) -> View:
        """Return the view of what the noun of saying claims: "her claim that", "Roe told the Herald in a statement that"."""
        tree = self.tree
        speaker, source, verb = tree.child(noun, "poss"), view.source, noun
        if speaker < 0:
            while tree.deps[verb] in ("dobj", "pobj", "prep") and tree.pos[verb] not in ("VERB", "AUX"):
                verb = tree.heads[verb]
            if tree.pos[verb] in ("VERB", "AUX"):
                speaker, source = self.parties.speaker(verb), max(source, self.parties.listener(verb))
        return view._replace(speaker=speaker if speaker >= 0 else view.speaker, source=source, cue=(noun,))

    def _own(self, i: int, outer: View, above: int) -> View:
        """Return the view of `i` with the effects of its own negation, auxiliaries, adverbs, conditions and question mark."""
        tree = self.tree
        # "almost sold the mill": who almost did, did not
        almost = tree.pos[i] == "VERB" and any(tree.deps[c] == "advmod" and tree.words[c].lower() in ALMOST for c in tree.children[i])
        view = outer._replace(negative=outer.negative != (is_negated(tree, i) or almost))
        aux = [
            c
            for c in tree.children[i]
            if (tree.deps[c] in ("aux", "auxpass") and c < i) or (tree.tags[c] == "MD" and tree.deps[c] == "aux")
        ]
        if (
            not aux
            and tree.deps[i] == "conj"
            and tree.tags[i] in ("VB", "VBN", "VBG")
            and tree.pos[tree.heads[i]] in ("VERB", "AUX")
        ):
            aux = [c for c in tree.children[tree.heads[i]] if tree.deps[c] in ("aux", "auxpass") and c < i]
        modals = [tree.lemmas[c].lower() for c in aux if tree.tags[c] == "MD"]
        view = view._replace(tense=self._tense(i, aux, view.tense))
        for modal in modals:
            if modal in ("can", "could") and is_negated(tree, i):
                continue  # "could not find the key": there is no doubt that she didn't
            if modal in MODALS:
                view = _worse(view, MODALS[modal])
            elif modal in ("will", "shall", "'ll", "’ll", "wo"):
                view = _status(view, "Planned")._replace(tense="Future")
            elif modal in ("would", "'d", "’d"):
                if outer.status == "Claimed" and not is_perfect(tree, i):  # "he said he would leave"
                    view = view._replace(tense="Future")
                else:
                    view = view._replace(tense="Past") if self._came_later(i) else _status(view, "Conditional")
        for child in tree.children[i]:
            word = tree.words[child].lower()
            if tree.deps[child] in ("advmod", "npadvmod", "intj", "neg"):
                for effect in self.cues.adverbs.get(word, ()):
                    if effect != "Negative":
                        view = _apply(view, effect)
            elif tree.deps[child] == "mark" and word in ("if", "unless", "lest", "providing", "provided"):
                if tree.deps[i] != "ccomp":
                    view = _status(view, "Conditional")
            elif tree.deps[child] == "mark" and word == "whether":
                view = _status(view, "Asked")
            elif tree.deps[child] == "advcl" and modals and is_condition(tree, child):
                view = _status(view, "Conditional")
        if tree.deps[i] == "advcl" and is_condition(tree, i):
            view = _status(view, "Conditional")
        if self._is_asked(i, above):
            view = _status(view, "Asked")
        return self._going(i, above, view)

    def _came_later(self, i: int) -> bool:
        """Tell whether "would" looks ahead in a story: "She would later become mayor", "He would go on to win", without a condition."""
        tree = self.tree
        if is_perfect(tree, i) or any(is_condition(tree, c) for c in tree.children[i] if tree.deps[c] == "advcl"):
            return False
        return self._goes_on(i) or any(tree.deps[c] == "advmod" and tree.words[c].lower() in LATER for c in tree.children[i])

    def _goes_on(self, i: int) -> bool:
        """Tell whether `i` is "go on": who "went on to win" won."""
        tree = self.tree
        return tree.lemmas[i] == "go" and any(tree.words[c].lower() == "on" for c in tree.children[i])

    def _going(self, i: int, above: int, view: View) -> View:
        """Set the future of "is going to pay" and "is to pay", the duty of "has to pay", the negation of "has yet to pay"."""
        tree = self.tree
        if above < 0 or tree.deps[i] != "xcomp" or not has_to(tree, i):
            return view
        if tree.words[above].lower() == "going":
            return _status(view, "Planned")._replace(tense="Future")
        if tree.lemmas[above] == "be" and tree.child(above, "acomp", "attr") < 0:
            return _status(view, "Planned")._replace(tense="Future")
        if tree.lemmas[above] == "remain" and tree.child(i, "auxpass") >= 0:  # "Three bills remain to be paid"
            return _status(view, "Planned")._replace(tense="Future")
        if tree.lemmas[above] == "have":
            if any(tree.words[c].lower() == "yet" for c in tree.children[above]):
                return view._replace(negative=not view.negative)
            if tree.tags[above] == "VBD" and not tree.child(above, "aux") >= 0:
                return view  # "The mayor had to leave": she left
            return _status(_worse(view, "Probable"), "Planned")  # "The office has to approve the sale": not that it did
        return view

    def _tense(self, i: int, aux: list[int], outer: Tense) -> Tense:
        tree = self.tree
        tags = [tree.tags[c] for c in aux]
        lemmas = [tree.lemmas[c].lower() for c in aux]
        if is_perfect(tree, i, aux):
            return "Past"
        if tree.tags[i] == "VBD" or "VBD" in tags:
            return "Past"
        if any(lemma in ("will", "shall") for lemma in lemmas):
            return "Future"
        if tree.tags[i] in ("VBZ", "VBP") or "VBZ" in tags or "VBP" in tags or "MD" in tags:
            return "Present"
        if tree.tags[i] == "VBN":
            ahead = tree.deps[i] in ("xcomp", "ccomp", "conj") or has_to(tree, i)  # "a tower to be built in Lima"
            return outer if outer == "Future" and ahead else "Past"
        return outer

    def _is_asked(self, i: int, above: int) -> bool:
        """Tell whether a question asks the predicate: its sentence, or the quoted one around it, ends with a question mark."""
        tree = self.tree
        if tree.deps[i] in ("relcl", "advcl", "acl") or (
            above >= 0 and tree.deps[i] in ("ccomp", "xcomp") and (self.views[above].status != "Asked")
        ):
            return False
        end = tree.sentences[tree.sentence[i]][1]
        quote = self.quote_of[i]
        if quote >= 0:
            end = min(end, self.quotes[quote].end)
        j = end - 1
        closed = False
        while j > i and (tree.words[j].isspace() or tree.words[j] in ('"', "”", "''", ")", "»")):
            closed, j = closed or tree.words[j] in ('"', "”", "''", "»"), j - 1
        if quote < 0 and closed and any(tree.words[k] in ('"', "“", "``", "«") for k in range(i + 1, j)):
            return False  # 'The mayor asked: "Will the bridge open?"' does not ask whether she asked
        return tree.words[j] == "?"

    # who speaks

    def _is_report_of(self, above: int, i: int) -> bool:
        """Tell whether an adverbial clause is really what a reporting verb reports, as where the verb follows its quote."""
        tree = self.tree
        return (
            i < above
            and tree.lemmas[above] in self.cues.reporting
            and tree.child(above, "ccomp") < 0
            and is_finite(tree, i)
            and not any(tree.deps[c] in ("mark", "advmod") and c < i and c == tree.left[i] for c in tree.children[i])
        )

    def _with_according(self, i: int, view: View) -> View:
        """Return the view with the party of "according to", for the predicate it hangs on."""
        if i not in self.parties.according:
            return view
        party, cue = self.parties.according[i]
        if self.parties.is_outlet(party):
            return view._replace(source=party, cue=view.cue or cue)
        if view.speaker >= 0:
            return view
        return _status(view, "Claimed")._replace(speaker=party, cue=cue)

    def _with_quote(self, i: int, view: View) -> View:
        """Return the view with the speaker of the quote that `i` stands in, unless a verb inside the quote reports it."""
        number = self.quote_of[i]
        if number < 0:
            return view
        quote = self.quotes[number]
        if (view.cue and quote.first <= view.cue[0] < quote.end) or (view.cue and not quote.whole):
            return view
        if not quote.whole and not quote.cue:
            return view
        if view.status in ("Asserted", "Planned", "Claimed"):
            view = view._replace(status="Claimed")
        if quote.speaker >= 0 and self.parties.is_outlet(quote.speaker):
            return view._replace(status="Asserted", source=quote.speaker, speaker=-1, cue=quote.cue)
        return view._replace(speaker=quote.speaker, cue=quote.cue)

    # facts in noun phrases

    def nominal(self, noun: int, form: str) -> View:
        """Return the view of a fact read from a noun phrase.

        A title or apposition is presupposed: who denies that "cinematographer Jane Roe" left does not deny that she is one. So
        are definite nouns ("the acquisition"). In a quote all of it is the speaker's word.
        """
        tree = self.tree
        view = View()
        head = tree.heads[noun]
        if form == "noun" and tree.deps[noun] == "pobj" and (accused := self._accused(head, tree.heads[head])):
            view = accused
        elif form == "noun" and tree.deps[noun] == "dobj" and (denied := self._best(head, "to")) and denied.group == "denied":
            view = self._reported(head, denied, self.view(head))
        elif form in ("noun", "possessive") and self._is_wanted(noun):
            view = self.view(tree.heads[noun] if tree.deps[noun] == "dobj" else tree.heads[tree.heads[noun]])
            view = _status(view._replace(negative=False, tense="Future"), "Planned")
        elif form == "noun" and not self._definite(noun):
            above = self._above(noun)
            if above >= 0 and tree.pos[above] in ("VERB", "AUX"):
                upper = self.view(above)
                view = View(
                    status=upper.status if upper.status != "Asked" else "Asserted",
                    speaker=upper.speaker,
                    source=upper.source,
                    cue=upper.cue,
                    certainty=upper.certainty,
                    negative=upper.negative,
                    tense=upper.tense,
                )
                if tree.deps[noun] == "dobj":
                    view = self._noun_object(noun, above, view)
            elif above >= 0:
                view = self._noun_of(above, view)
        for child in tree.children[noun]:
            word = tree.words[child].lower()
            if tree.deps[child] in ("amod", "compound", "nmod", "det", "neg"):
                for effect in self.cues.adjectives.get(word, ()):
                    view = _apply(view, effect)
                    if effect == "Planned":
                        view = view._replace(tense="Future")
                if word in ("former", "ex", "late", "ex-", "past", "previous", "then"):
                    view = view._replace(tense="Past")
                if word in ("no", "neither") and form == "noun":
                    view = view._replace(negative=True)
        return self._with_quote(noun, view)

    def _is_wanted(self, noun: int) -> bool:
        """Tell whether somebody asks for what the noun tells: "demanded Roe's resignation", "called for her arrest"."""
        tree = self.tree
        head, mention = tree.heads[noun], self.parties.by_head.get(noun)
        if mention is not None and mention.type == "Person":
            return False  # "called for his mother"
        if tree.deps[noun] == "dobj":
            return tree.lemmas[head] in WANTING
        return tree.deps[noun] == "pobj" and tree.words[head].lower() == "for" and tree.lemmas[tree.heads[head]] in CALLING

    def _definite(self, noun: int) -> bool:
        tree = self.tree
        return any(
            tree.deps[c] == "poss" or (tree.deps[c] == "det" and tree.words[c].lower() in DEFINITE) for c in tree.children[noun]
        )

    def _noun_object(self, noun: int, verb: int, view: View) -> View:
        """Return the view of an event noun as object: "plans an attack", "denied a theft", "prevented a strike"."""
        cue = self._best(verb, "to")
        if cue is None or (cue.group in ("said", "ordered") and cue.group != "denied"):
            return view
        if cue.status == "Claimed":
            return self._reported(verb, cue, self.view(verb))
        view = view._replace(negative=view.negative != cue.negative)
        return _status(view, "Planned")._replace(tense="Future") if cue.status == "Planned" else view

    def _noun_of(self, above: int, view: View) -> View:
        """Return the view of an event noun behind another noun: "allegations of theft", "a lack of support"."""
        for effect in self.cues.nouns.get(self.tree.lemmas[above].lower(), ()):
            view = _apply(view, effect)
            if effect == "Claimed":
                view = view._replace(cue=(above,))
        return view


def _worse(view: View, certainty: Certainty) -> View:
    return view._replace(certainty=certainty) if RANK[certainty] > RANK[view.certainty] else view


def _status(view: View, status: Status) -> View:
    return view._replace(status=status) if STATUS_RANK[status] > STATUS_RANK[view.status] else view


def _apply(view: View, effect: Effect) -> View:
    """Return the view after an adverb, adjective or noun with the effect."""
    if effect == "Negative":
        return view._replace(negative=not view.negative)
    if effect == "Probable" or effect == "Possible":
        return _worse(view, effect)
    return _status(view, effect)
