"""Dates, durations, money, percentages, quantities and counts in an article, read into typed literals.

The wordings are found by patterns over the text, the longest and surest first, and then judged by the parse: "May" the verb,
"Friday" in a newspaper's name and 2021 in "2021 people" are no dates. The entity labels of the parse only turn readings down.

What a mention of kind ``value`` covers:

* dates, durations, money, percentages and quantities: the whole expression ("last summer", "18-month", "$1.2 million", "12 km"),
  with the word that the rest hangs on as head; type ``Time`` for dates and durations, ``Amount`` for the others;
* a count is its number word alone ("11" in "11 people", head "11", full "11 people"), so that the counted things stay a mention
  of their own, headed by "people"; the unit is their name in the singular ("person").

A range of amounts ("$5m to $7m", "10-15 people") gives two mentions, a range of dates one with an EDTF interval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from kg.extract import dates, numbers
from kg.extract.dates import PATTERNS, TIME, Clock, bound, read_time
from kg.extract.numbers import DIGITS, NUMBER, ORDINAL, lexical, read_number, read_ordinal
from kg.extract.tree import Tree
from kg.extract.units import CODES, CURRENCIES, FACTORS, LETTERS, NATIONS, SIGNS, SIZES, TIMES, UNITS
from kg.extract.words import TITLE_GENDERS, first_names
from kg.records import Mention, Span, Value

ValueKind = Literal["date", "duration", "money", "percent", "quantity", "number"]
#: one reading of a stretch of text: start, end, value; the head token is looked up in the parse
Found = tuple[int, int, Value]

def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


#: words that only a number ends in
_BIG = frozenset(["hundred", "thousand", "million", "billion", "trillion"])
#: months that are also names of people
_NAME_MONTHS = frozenset(["March", "April", "May", "June", "August"])
_I = re.IGNORECASE
_SIGN = rf"(?-i:{_any(SIGNS)}|(?:US|NZ|AU|CA|HK|NT) \$)"
_TIME_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?|decades?|century|centuries)"
_RANGE = r"(?: ?[-–—] ?| to | and | or )"

_DIGITS = "0123456789"
_FIRST = {*numbers.FIRST_WORDS, *(code.lower() for code in CODES), *CODES, "rs", "rs.", "magnitude"}
_FIRST_SIGNS = _DIGITS + "$£€¥₹₽₩₪₺₴₦฿₫₱-−URACNHS"

# "https://a.example/2021", "a@b.example", "192.168.0.1", "No. 5", "#12": digits that are no values
_JUNK = re.compile(r"https?://\S+|www\.\S+|(?<![^\s(<])[^\s@]{1,64}@\S+|\b[0-9]+(?:\.[0-9]+){2,}\b|(?:\bNos?\.? ?|#)[0-9]+"
                   r"|\b[0-9]{3}-[0-9]{3,4}(?:-[0-9]{4})?\b")
_MONEY = re.compile(rf"(?<![\w.,])(?P<sign>{_SIGN}|(?:{'|'.join(CODES)}) ?)[ ]?(?P<low>{NUMBER})(?:(?P<range>{_RANGE})"
                    rf"(?:{_SIGN})? ?(?P<high>{NUMBER}))?(?![.,]?[0-9]|\w)", _I)
_MONEY_WORD = re.compile(rf"(?<![\w.,$£€-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<high>{NUMBER}|an?|(?:a )?half an?)[- ]"
                         rf"(?:(?P<nation>{_any(NATIONS)}) )?(?P<name>(?:{_any([*CURRENCIES, 'pound'])})s?|cents?|cts?|pence"
                         rf"|{'|'.join(CODES)})\b(?: sterling)?", _I)
_PERCENT = re.compile(rf"(?<![\w.,-])(?:(?P<low>[-−]?{NUMBER})(?:[- ]?(?:%|per ?cent|pct))?(?P<range>{_RANGE}))?"
                      rf"(?P<high>[-−]?{NUMBER})[- ]?"
                      rf"(?P<unit>%|per ?cent\b|pct?\b|percentage[- ]points?\b|basis[- ]points?\b)", _I)
_MEASURE = re.compile(rf"(?<![\w.,-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<high>{NUMBER})[- ]?"
                      rf"(?P<size>(?:{_any(SIZES)})\.?[- ])?(?P<unit>(?:{_any(UNITS)}))(?P<scale> ?(?:C|F|Celsius|Fahrenheit)\b)?"
                      r"(?![\w/])(?P<per> (?:per|an) (?:hour|second))?", _I)
_MAGNITUDE = re.compile(rf"\bmagnitude[- ](?:of )?(?P<a>{DIGITS})|(?<![\w.,])(?P<b>{DIGITS})[- ]magnitude\b", _I)
_DURATION = re.compile(rf"(?<![\w.,$£€-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<count>{NUMBER}|half an?|an?)[- ]"
                       rf"(?P<unit>{_TIME_UNIT})(?P<half> and a half)?"
                       rf"(?:(?:,? and |,? )(?P<count2>{NUMBER}) (?P<unit2>{_TIME_UNIT}))?\b", _I)
_ORDINAL = re.compile(rf"(?<![\w.,-])(?:{ORDINAL}(?=[- ]place\b)|(?:(?<=finished )|(?<=finish )|(?<=came )|(?<=ranked ))"
                      rf"{ORDINAL})", _I)
_NUMBER = re.compile(rf"(?<![\w.,:/#$£€+*^=~°-])(?P<high>{NUMBER})(?!\w|[.,:/]?[0-9]|[-–—][0-9]|%|[+*^=°])", _I)
_COUNT_RANGE = re.compile(rf"(?<![\w.,:/#$£€–-])(?P<low>{NUMBER})(?P<range> ?[-–—] ?| to )(?P<high>{NUMBER})"
                          r"(?![\w%]|[.,:/–-]?[0-9])", _I)
# "for a week", "nearly an hour": only there "a week" measures time; in "$5 a week" it is a rate
_LASTING = re.compile(r"(?:\b(?:for|in|within|over|after|than|about|nearly|almost|around|under|least|lasted|took|takes|spent|of|"
                      r"during|roughly|some|another|once|every|just|only|past|last|next|full|whole|half)|[(—–,;:\"“])\s*$", _I)
_AFTER_A = re.compile(r"\s+(?:after|before|later|earlier|since|in prison|in jail)\b", _I)
_NAMES = {"PERSON", "ORG", "WORK_OF_ART", "FAC", "PRODUCT", "GPE", "LOC", "LAW", "NORP", "EVENT"}
_BOUNDS = {"since": "since", "until": "until", "till": "until", "by": "until", "before": "until", "after": "after"}
_SAYING = {"say", "tell", "report", "announce", "write", "state", "add", "note", "claim", "confirm", "show", "be", "have"}
_SETTING = {"set", "schedule", "plan", "postpone", "delay", "slate", "book", "fix", "election", "vote", "trial",
            "hearing", "date", "deadline", "launch", "release", "summit"}
_AHEAD = {"plan", "expect", "schedule", "due", "set", "intend", "hope", "want", "aim", "promise", "likely", "propose",
          "vow", "slate"}


def find_values(tree: Tree, published: str = "") -> list[Mention]:
    """Return the value mentions of an article in text order, never overlapping, numbered from 0.

    `published` is the article's ISO 8601 date; without it dates that hang on it ("on Monday", "last year") are left out, for no
    guess is made. Linear in the length of the text.
    """
    finder = _Finder(tree, published)
    for rule in (finder.junk, finder.dates, finder.times, finder.money, finder.percent, finder.measures, finder.durations,
                 finder.ordinals, finder.numbers):
        rule()
    return finder.mentions()


class _Finder:
    """The text with what has been read from it so far; each rule takes what earlier ones left."""

    def __init__(self, tree: Tree, published: str) -> None:
        self.tree, self.text = tree, tree.text
        self.taken = bytearray(len(tree.text))
        self.found: list[Found] = []
        words = list(zip(tree.starts, tree.words, strict=True))
        self.date_places = [at for at, word in words
                            if word[0] in _DIGITS + "'’" or word.lower().partition("-")[0] in dates.FIRST_WORDS]
        self.time_places = [at for at, word in words if word[0] in _DIGITS or word.lower() in ("noon", "midday", "midnight")]
        self.places = [at for at, word in words if word[0] in _FIRST_SIGNS or word.lower() in _FIRST or word[:3] in _FIRST]
        self.people = self.named_months()
        try:
            self.today: date | None = date.fromisoformat(published[:10])
        except ValueError:
            self.today = None

    # ---- bookkeeping

    def free(self, pattern: re.Pattern[str], places: list[int]) -> Iterator[re.Match[str]]:
        """Yield the matches of `pattern` that begin at one of `places`, in what no rule has taken yet.

        Trying only tokens that can begin a value is several times as fast as a search of the whole text with each pattern.
        """
        for start in places:
            if not self.taken[start]:
                m = pattern.match(self.text, start)
                if m and not any(self.taken[start:m.end()]):
                    yield m

    def take(self, start: int, end: int, value: Value | None) -> None:
        """Keep `value` for ``text[start:end]``; None only bars the stretch to later rules."""
        self.taken[start:end] = b"\1" * (end - start)
        if self.text[start:start + 4].lower() == "the ":
            start += 4
        if value and end > start:
            self.found.append((start, end, value))

    def head(self, span: range) -> int:
        """Return the token of `span` that hangs on a token outside it; the rightmost if several do."""
        outer = [i for i in span if self.tree.heads[i] not in span or self.tree.heads[i] == i]
        nouns = [i for i in outer if self.tree.pos[i] not in ("PUNCT", "DET", "ADP", "SYM")]
        return (nouns or outer or [span[-1]])[-1]

    def breaks(self, first: int, last: int) -> bool:
        """Say whether a line ends between the two tokens."""
        return "\n" in self.text[self.tree.ends[first]:self.tree.starts[last]]

    def in_name(self, span: range) -> bool:
        """Say whether the tokens stand inside a longer name ("The Sunday Times", "Apollo 11")."""
        number = self.tree.entity[span[0]]
        if number < 0:
            return False
        first, end, label = self.tree.entities[number]
        if label != "WORK_OF_ART" and any(self.tree.words[i].lower() in _BIG for i in span) and end <= span[-1] + 1:
            return False  # "fined [Delta Works 12 million] crowns"
        return label in _NAMES and (first < span[0] or end > span[-1] + 1)

    def named_months(self) -> frozenset[str]:
        """Return the months that are somebody's name in this text: "Theresa May", "Mrs May", "J. May"."""
        words = self.tree.words
        return frozenset(
            word
            for before, word in pairwise(words)
            if word in _NAME_MONTHS and (before.lower() in TITLE_GENDERS or (before[0].isupper() and before.lower() in first_names())
                                         or (len(before) == 2 and before[0].isupper() and before[1] == "."))
        )

    # ---- dates

    def dates(self) -> None:
        for name, pattern, read in PATTERNS:
            for m in self.free(pattern, self.date_places):
                span = self.tree.tokens(m.start(), m.end())
                if not span or not self.is_date(name, m, span):
                    continue
                head = self.head(span)
                reading = read(m, Clock(self.today, self.is_ahead(head)))
                if reading is None:
                    self.take(m.start(), m.end(), None)
                    continue
                self.take(m.start(), m.end(), self.bounded(m, span, head, reading))

    def bounded(self, m: re.Match[str], span: range, head: int, reading: tuple[str, str]) -> Value:
        """Return the date, opened on one side where since, until, by, before or after governs the whole of it."""
        governor = self.tree.heads[head]
        if self.tree.deps[head] == "pobj" and span[0] - 4 <= governor < span[0]:  # "since at least 2019"
            reading = bound(reading, _BOUNDS.get(self.tree.words[governor].lower(), ""))
        return Value("date", *reading)

    def is_date(self, name: str, m: re.Match[str], span: range) -> bool:
        """Judge a date reading by the parse."""
        tree, last = self.tree, span[-1]
        label = tree.entities[tree.entity[last]][2] if tree.entity[last] >= 0 else ""
        if name not in ("iso", "slashed", "day") and self.in_name(span) and not (label == "EVENT" and name == "year"):
            return False
        before = tree.words[span[0] - 1].lower() if span[0] else ""
        after = tree.words[last + 1] if last + 1 < len(tree) else ""
        if name == "bare month":  # "May" the verb, "April Smith", "a march"
            if tree.words[last] in self.people and before not in _TIME_WORDS:
                return False
            return label != "PERSON" and tree.pos[last] in ("PROPN", "NOUN") and (
                before in _TIME_WORDS or label == "DATE" or after in ("’s", "'s"))
        if name in ("year", "years"):
            return self.is_year(m, span, before, label)
        if name == "holiday":  # not "the Christmas market"
            named = span[0] > 0 and tree.pos[span[0] - 1] == "PROPN" and not self.breaks(span[0] - 1, span[0])
            return not named and tree.deps[last] in ("pobj", "npadvmod", "nsubj", "nsubjpass", "dobj", "poss")
        # "this fall" the season, but "in this fall from power"; "expected to last six weeks"
        return name not in ("which", "season", "stretch") or not any(tree.tags[i] in ("VB", "VBD", "VBP", "VBZ") for i in span)

    def is_year(self, m: re.Match[str], span: range, before: str, label: str) -> bool:
        """Tell years from counts: "in 2021", "the 2021 shooting", "(2021)", not "2021 people" or "1500 metres"."""
        tree, last = self.tree, span[-1]
        text = self.text
        if text[m.start() - 1:m.start()] in ("$", "£", "€", "#") or text[m.end():m.end() + 1] in ("%", "°"):
            return False
        head = tree.heads[last]
        counted = head > last and tree.deps[last] == "nummod" and tree.tags[head] in ("NNS", "NNPS")
        if counted and label != "DATE" and tree.child(head, "det", "poss") < 0:
            return False
        if label in ("DATE", "EVENT") or before in _TIME_WORDS or before == "(":
            return True
        if tree.deps[last] == "pobj" and tree.words[head].lower() in ("since", "until", "in"):  # "since at least 2019"
            return True
        if label in ("CARDINAL", "MONEY", "QUANTITY", "PERCENT"):
            return False
        return head > last and tree.deps[last] in ("nummod", "compound", "amod", "nmod") and (
            before in ("the", "its", "their", "’s", "'s", "a"))

    def is_ahead(self, i: int) -> bool:
        """Say whether the clause around token `i` looks ahead: "will meet on Monday", "is due on Friday", "opens on Friday"."""
        tree = self.tree
        above = tree.heads[i]
        if tree.deps[i] == "pobj" and tree.words[above].lower() in ("for", "until") and (
                tree.lemmas[tree.heads[above]] in _SETTING):
            return True  # "set the trial for 12 January", "a vote for May"
        above = tree.heads[above] if tree.deps[i] == "pobj" else above
        direct = tree.pos[above] in ("VERB", "AUX")  # "the ruling on Monday is a blow" looks back
        for _ in range(12):
            if tree.heads[i] == i and tree.pos[i] not in ("VERB", "AUX"):
                return False
            if tree.lemmas[i].lower() in _AHEAD and tree.pos[i] in ("ADJ", "VERB") and tree.tags[i] != "VBD":
                return True
            if tree.pos[i] in ("VERB", "AUX"):
                words = {tree.lemmas[c].lower() for c in tree.children[i] if tree.deps[c] in ("aux", "auxpass")}
                over = tree.heads[i]
                if words & {"will", "would", "shall", "’ll", "'ll"}:  # "he said it would open on Friday"
                    return True
                if "to" in words and (tree.lemmas[over].lower() in _AHEAD | {"go"} or (
                        tree.lemmas[over] == "be" and tree.tags[over] != "VBD")):
                    return True  # "is due to rule", "is to rule"
                if words & {"have", "do"}:
                    return False
                if tree.tags[i] in ("VBZ", "VBP"):
                    return direct and tree.lemmas[i] not in _SAYING
                if tree.tags[i] == "VBG" and "be" in words:
                    return not any(tree.words[c].lower() in ("was", "were") for c in tree.children[i])
                if tree.tags[i] in ("VBD", "VBN") or words:
                    return False
            i = tree.heads[i]
        return False

    def times(self) -> None:
        for m in self.free(TIME, self.time_places):
            span = self.tree.tokens(m.start(), m.end())
            reading = read_time(m, Clock(self.today)) if span and not self.in_name(span) else None
            if reading:
                self.take(m.start(), m.end(), Value("date", *reading))

    # ---- amounts

    def junk(self) -> None:
        for m in _JUNK.finditer(self.text):
            self.take(m.start(), m.end(), None)

    def amounts(self, m: re.Match[str], kind: ValueKind, unit: str, factor: Decimal = Decimal(1)) -> None:
        """Keep one amount, or two for a range; "$5-7 million" lends its scale to the lower end."""
        low, high = (m["low"], m["high"]) if m["high"] else ("", m["low"])
        start = m.end("range") if low else m.start()
        value = _read(high) * factor
        if low:
            lower = _read(low) * factor
            if re.fullmatch(r"[0-9.,]+", low) and re.search("[a-z]", high, _I):
                lower *= read_number(re.sub(r"^[0-9.,]+", "1", high))
            self.take(m.start(), m.end("low"), Value(kind, lexical(lower), "xsd:decimal", unit))
        self.take(start, m.end(), Value(kind, lexical(value), "xsd:decimal", unit))

    def money(self) -> None:
        for m in self.free(_MONEY, self.places):
            sign = m["sign"].replace(" ", "")
            self.amounts(m, "money", SIGNS.get(sign) or SIGNS.get(sign.upper()) or sign.upper())
        for m in self.free(_MONEY_WORD, self.places):
            name, nation = m["name"].lower(), (m["nation"] or "").lower()
            word = name if name in CURRENCIES or name == "pence" else name.rstrip("s")
            if word == "pound" and not (nation or "sterling" in m[0].lower() or self.labelled(m, "MONEY")):
                continue
            if word in ("real", "won", "dong", "buck", "mark", "crown", "rand") and not self.labelled(m, "MONEY"):
                continue  # "two real problems", "three won"
            if m["high"].lower() in ("a", "an") or (word in ("cent", "ct", "pence") and m["low"]):
                continue
            country = NATIONS.get(nation)
            unit = country + LETTERS[word] if country and word in LETTERS else \
                {"pound": "GBP", "pence": "GBP", "cent": "USD", "ct": "USD"}.get(word) or CURRENCIES.get(word) or word.upper()
            self.amounts(m, "money", unit, Decimal("0.01") if word in ("cent", "ct", "pence") else Decimal(1))

    def labelled(self, m: re.Match[str], label: str) -> bool:
        """Say whether the parse's entity around the match has `label`."""
        span = self.tree.tokens(m.start(), m.end())
        return any(self.tree.entity[i] >= 0 and self.tree.entities[self.tree.entity[i]][2] == label for i in span)

    def percent(self) -> None:
        for m in self.free(_PERCENT, self.places):
            word = m["unit"].lower()
            points = "percentage point" if word.startswith("percentage") else "basis point" if word.startswith("basis") else ""
            self.amounts(m, "quantity" if points else "percent", points or "%")

    def measures(self) -> None:
        for m in self.free(_MAGNITUDE, self.places):
            self.take(m.start(), m.end(), Value("quantity", lexical(read_number(m["a"] or m["b"])), "xsd:decimal", "magnitude"))
        for m in self.free(_MEASURE, self.places):
            span = self.tree.tokens(m.start(), m.end())
            unit = UNITS.get(m["unit"]) or UNITS.get(m["unit"].lower())
            if not span or not unit or self.in_name(span):
                continue
            if m["unit"] in ("stone", "GB", "ha") and not self.labelled(m, "QUANTITY"):
                continue
            if unit == "degree" and m["scale"]:
                unit = "degree Celsius" if m["scale"].strip()[0].upper() == "C" else "degree Fahrenheit"
            if m["size"]:
                unit = SIZES[m["size"].lower().rstrip(" -.")] + unit
            if m["per"]:
                unit += " per " + m["per"].split()[-1]
            self.amounts(m, "quantity", unit)

    def durations(self) -> None:
        for m in self.free(_DURATION, self.places):
            span = self.tree.tokens(m.start(), m.end())
            if not span or self.in_name(span) or not self.lasts(m):
                continue
            count, unit = m["count"].lower(), m["unit"].lower()
            number = _read(count) + (Decimal("0.5") if m["half"] else 0)
            parts = [(number, unit)] + ([(read_number(m["count2"]), m["unit2"].lower())] if m["count2"] else [])
            text = duration(parts)
            if not text:
                continue
            start = m.start("count") if m["low"] else m.start()
            if m["low"]:
                lower = duration([(read_number(m["low"]), unit)])
                if lower:
                    self.take(m.start(), m.end("low"), Value("duration", lower, "xsd:duration"))
            self.take(start, m.end(), Value("duration", text, "xsd:duration"))

    def lasts(self, m: re.Match[str]) -> bool:
        """Tell "for a week" from the rate "$5 a week", and "a second attempt" from the time."""
        if m["count"].lower() not in ("a", "an"):
            return True
        if m["unit"].lower() in ("second", "sec", "min"):
            return False
        return bool(_LASTING.search(self.text, max(0, m.start() - 12), m.start()) or _AFTER_A.match(self.text, m.end()))

    # ---- counts

    def ordinals(self) -> None:
        for m in self.free(_ORDINAL, self.date_places):
            self.take(m.start(), m.end(), Value("number", str(read_ordinal(m[0])), "xsd:integer", "place"))

    def numbers(self) -> None:
        for m in self.free(_COUNT_RANGE, self.places):
            span = self.tree.tokens(m.start(), m.end())
            unit = self.counted(span) if span else ""
            plural = any(self.tree.tags[self.tree.heads[i]] in ("NNS", "NNPS") for i in span)
            if not (unit and plural and read_number(m["low"]) < read_number(m["high"])):
                if "to" not in m["range"]:  # a score ("3-1"), a vote ("5-4"), a flight number
                    self.take(m.start(), m.end(), None)
                continue
            for group in ("low", "high"):
                self.take(m.start(group), m.end(group), _number(m[group], unit))
        for m in self.free(_NUMBER, self.places):
            span = self.tree.tokens(m.start(), m.end())
            if not span or self.tree.pos[span[-1]] not in ("NUM", "NOUN", "ADJ", "DET") or self.in_name(span):
                continue
            number = read_number(m[0])
            if self.is_age(span, number):
                self.take(m.start(), m.end(), Value("duration", f"P{lexical(number)}Y", "xsd:duration"))
                continue
            head = self.tree.heads[span[-1]]
            left = max(span[0] - 1, 0)
            if self.tree.pos[left] in ("NOUN", "PROPN") and (head == left < span[0] or (
                    self.tree.heads[left] == span[-1] and self.tree.deps[left] in ("compound", "nmod"))):
                continue  # "post 542", "day five", "Internet Explorer 6"
            unit = self.counted(span)
            if m[0].lower() in ("one", "zero") and (not unit or self.tree.deps[span[-1]] != "nummod"):  # "one of them", "no one"
                continue
            self.take(m.start(), m.end(), _number(m[0], unit))

    def is_age(self, span: range, number: Decimal) -> bool:
        """"Mara Voss, 52," and "aged 52", "at age 52", "a boy of six", "when she was six" are ages."""
        tree, i = self.tree, span[-1]
        if number > 120 or number != int(number):
            return False
        before = tree.words[span[0] - 1].lower() if span[0] else ""
        after = tree.words[i + 1] if i + 1 < len(tree) else ""
        if before in ("aged", "age"):
            return True
        head = tree.heads[i]
        if tree.deps[i] == "pobj" and before == "of":
            return tree.lemmas[tree.heads[head]].lower() in ("boy", "girl", "man", "woman", "child")
        if tree.deps[i] in ("attr", "acomp") and tree.lemmas[head] == "be":
            if after not in (",", ".", "and", "when", "so", "”", '"'):
                return False
            subject = tree.child(head, "nsubj")
            return subject >= 0 and (tree.words[subject].lower() in ("he", "she", "i", "who") or self.label(subject) == "PERSON")
        if before != "," or after not in (",", ".") or span[0] < 2 or tree.pos[span[0] - 2] != "PROPN":
            return False
        return head == span[0] - 2 or self.label(span[0] - 2) == "PERSON"

    def label(self, i: int) -> str:
        """Return the label of the entity that token `i` is in, or nothing."""
        return self.tree.entities[self.tree.entity[i]][2] if self.tree.entity[i] >= 0 else ""

    def counted(self, span: range) -> str:
        """Return the name in the singular of what the number counts ("people" is person), or nothing."""
        tree, noun = self.tree, -1
        for i in span:  # "two hundred and five homes": only one word of the number hangs on the noun
            top = tree.heads[i]
            if top > span[-1] and tree.deps[i] in ("nummod", "quantmod", "compound", "nmod", "amod"):
                noun = top
                break
            of = next((c for c in tree.children[i] if c > span[-1] and tree.words[c].lower() == "of"), -1)
            if of >= 0:  # "two of the men"
                noun = tree.child(of, "pobj")
                break
        after = tree.ends[span[-1]]
        hyphen = self.text[after:after + 2].strip()[:1] in ("-", "‑")
        for _ in range(0 if hyphen else 4):  # "two park benches" counts benches, but "a six-member team" members
            above = tree.heads[noun]
            if tree.deps[noun] in ("compound", "nmod") and 0 <= noun < above < span[0] + 30 and not self.breaks(noun, above):
                noun = above
        if not span[0] < noun < span[0] + 30 or tree.pos[noun] not in ("NOUN", "PROPN") or self.label(noun) == "PERSON":
            return ""
        if self.breaks(span[-1], noun):  # a line of scores above the text
            return ""
        lemma = tree.lemmas[noun].lower().strip("-")
        return {"people": "person", "dead": "person"}.get(lemma, lemma)

    # ---- result

    def mentions(self) -> list[Mention]:
        out: list[Mention] = []
        for start, end, value in sorted(self.merged(), key=lambda f: f[:2]):
            span = self.tree.tokens(start, end)
            if not span:
                continue
            head = self.head(span)
            out.append(Mention(len(out), start, end, self.span(head, head + 1, end), self.full(head, span, value, end), "value",
                               "Time" if value.kind in ("date", "duration") else "Amount", value=value))
        return out

    def merged(self) -> list[Found]:
        """Join a day and a time of day next to each other into a dateTime: "March 3 at 9 a.m.", "9 a.m. on March 3"."""
        found: list[Found] = []
        for start, end, value in sorted(self.found, key=lambda f: f[:2]):
            if found and value.kind == found[-1][2].kind == "date":
                first, last, before = found[-1]
                pair = {before.datatype: before.lexical, value.datatype: value.lexical}
                if pair.keys() == {"xsd:date", "xsd:time"} and self.text[last:start] in _JOINTS:
                    found[-1] = (first, end, Value("date", f"{pair['xsd:date']}T{pair['xsd:time']}", "xsd:dateTime"))
                    continue
            found.append((start, end, value))
        return found

    def span(self, first: int, last: int, end: int) -> Span:
        """Return the span of tokens, cut at offset `end` if the last token goes on beyond it ("m." in "£3m.")."""
        inside = self.tree.starts[last - 1] < end < self.tree.ends[last - 1]
        return Span(self.tree.starts[first], end if inside else self.tree.ends[last - 1])

    def full(self, head: int, span: range, value: Value, cut: int) -> Span:
        """Return the whole noun phrase: what hangs on the head before it, and for a count the counted noun with its modifiers."""
        tree = self.tree
        top = head
        if value.kind == "number":
            for _ in range(4):
                if tree.deps[top] in ("nummod", "quantmod", "compound") and top < tree.heads[top] < head + 30:
                    top = tree.heads[top]
        first, end = max(min(tree.left[top], span[0]), span[0] - 30), max(top + 1, span[-1] + 1)
        if tree.sentence[first] != tree.sentence[head]:
            first = span[0]
        while first < span[0] and self.breaks(first, span[0]):
            first += 1
        while first < span[0] and (tree.pos[first] in ("PUNCT", "CCONJ", "SPACE") or tree.words[first].lower() in _OUTSIDE):
            first += 1
        if self.breaks(span[-1], end - 1):
            end = span[-1] + 1
        return self.span(first, end, cut)


def _read(text: str) -> Decimal:
    """Return an amount with its sign; "a", "an" are 1, "half a", "half an" one half."""
    number = Decimal(1) if text.lower() in ("a", "an") else read_number(text)
    return -number if text[0] in "-−" else number


def _number(text: str, unit: str) -> Value:
    number = read_number(text)
    whole = number == int(number)
    return Value("number", lexical(number), "xsd:integer" if whole else "xsd:decimal", unit)


def duration(parts: list[tuple[Decimal, str]]) -> str:
    """Return the xsd:duration of amounts of time: ``[(2, "years"), (3, "months")]`` is ``P2Y3M``; weeks become days.

    A fraction is turned into the next smaller unit where that is exact (half a year, an hour and a half); else there is no value.
    """
    sums: dict[str, Decimal] = {}
    for number, name in parts:
        letter = TIMES.get(name) or TIMES[name.removesuffix("s")]
        letter, factor = FACTORS.get(letter, (letter, 1))
        number *= factor
        whole = Decimal(int(number))
        rest = number - whole
        if rest and letter != "S":
            smaller = {"Y": ("m", 12), "D": ("H", 24), "H": ("M", 60), "M": ("S", 60)}.get(letter)
            if not smaller or rest * smaller[1] != int(rest * smaller[1]):
                return ""
            sums[smaller[0]] = sums.get(smaller[0], Decimal(0)) + rest * smaller[1]
            number = whole
        if number or not rest:
            sums[letter] = sums.get(letter, Decimal(0)) + number
    days = "".join(f"{lexical(sums[k])}{k.upper()}" for k in ("Y", "m", "D") if k in sums)
    time = "".join(f"{lexical(sums[k])}{k}" for k in ("H", "M", "S") if k in sums)
    return f"P{days}{'T' if time else ''}{time}"


#: words that spaCy hangs on a number but that stand before the noun phrase ("between $3m and $4m", "not 16")
_OUTSIDE = {"between", "from", "to", "by", "not"}
#: between a day and a time of day that belong together
_JOINTS = {" ", ", ", " at ", " on ", ", at ", " at around ", " at about "}
#: words before a bare month or year that make it a date
_TIME_WORDS = {"in", "since", "until", "till", "by", "of", "from", "to", "before", "after", "between", "during", "through",
               "throughout",
               "late", "early", "mid", "this", "last", "next", "and", "every", "each", "for", "circa", "around"}
