"""Dates, durations, money, percentages, quantities and counts in an article, read into typed literals.

The wordings are found by patterns over the text, the longest and surest first, and then judged by the parse: "May" the verb, "Friday"
in a newspaper's name and 2021 in "2021 people" are not dates. What the parse's entity labels say is used only to turn readings down.

What a mention of kind ``value`` covers:

* dates, durations, money, percentages and quantities: the whole expression ("last summer", "18-month", "$1.2 million", "12 km"), with
  the word that the rest hangs on as head; type ``Time`` for dates and durations, ``Amount`` for the others;
* a count is its number word alone ("11" in "11 people", head "11", full "11 people"), so that the counted things stay a mention of
  their own, headed by "people"; the unit is their name in the singular ("person").

A range of amounts ("$5m to $7m", "10-15 people") gives two mentions, a range of dates one with an EDTF interval.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from kg.extract.dates import PATTERNS, TIME, Clock, bound, read_time
from kg.extract.numbers import DIGITS, NUMBER, ORDINAL, lexical, read_number, read_ordinal
from kg.extract.tree import Tree
from kg.records import Mention, Span, Value

ValueKind = Literal["date", "duration", "money", "percent", "quantity", "number"]
#: one reading of a stretch of text: start, end, value; the head token is looked up in the parse
Found = tuple[int, int, Value]

_SIGNS = {"$": "USD", "US$": "USD", "USD$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
          "S$": "SGD", "R$": "BRL", "NT$": "TWD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "Rs": "INR", "Rs.": "INR", "₽": "RUB",
          "₩": "KRW", "₪": "ILS", "₺": "TRY", "₴": "UAH", "₦": "NGN", "฿": "THB", "₫": "VND", "₱": "PHP"}
_CODES = ("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "INR", "RUB", "SEK", "NOK", "DKK", "PLN", "BRL", "MXN", "ZAR",
          "KRW", "TRY", "SGD", "HKD", "AED", "SAR", "ILS", "UAH", "NGN", "KES")
#: a currency word alone means the currency meant most often in English news; where no such custom is, its name stays the unit
_CURRENCIES = {"dollar": "USD", "buck": "USD", "euro": "EUR", "rupee": "INR", "yen": "JPY", "yuan": "CNY", "renminbi": "CNY",
               "ruble": "RUB", "rouble": "RUB", "won": "KRW", "rand": "ZAR", "baht": "THB", "zloty": "PLN", "shekel": "ILS",
               "hryvnia": "UAH", "naira": "NGN", "ringgit": "MYR", "rupiah": "IDR", "dong": "VND", "taka": "BDT", "forint": "HUF",
               "lira": "TRY", "sterling": "GBP", "franc": "franc", "peso": "peso", "krona": "krona", "krone": "krone",
               "kronor": "krona", "kroner": "krone", "dinar": "dinar", "dirham": "AED", "riyal": "SAR", "shilling": "shilling",
               "real": "BRL", "reais": "BRL", "bitcoin": "bitcoin"}
_NATIONS = {"us": "US", "u.s.": "US", "american": "US", "canadian": "CA", "australian": "AU", "new zealand": "NZ", "hong kong": "HK",
            "singapore": "SG", "british": "GB", "uk": "GB", "swiss": "CH", "indian": "IN", "pakistani": "PK", "sri lankan": "LK",
            "nepalese": "NP", "mexican": "MX", "argentine": "AR", "chilean": "CL", "colombian": "CO", "philippine": "PH",
            "swedish": "SE", "norwegian": "NO", "danish": "DK", "icelandic": "IS", "japanese": "JP", "chinese": "CN", "kenyan": "KE",
            "ugandan": "UG", "tanzanian": "TZ", "iraqi": "IQ", "jordanian": "JO", "kuwaiti": "KW", "egyptian": "EG", "turkish": "TR"}
_LETTER = {"dollar": "D", "pound": "P", "franc": "F", "rupee": "R", "peso": "P", "krona": "K", "krone": "K", "kronor": "K",
           "kroner": "K", "shilling": "S", "dinar": "D", "yen": "Y", "yuan": "Y", "lira": "Y"}

_UNITS = {name: unit for unit, names in {
    "kilometre": "km kilometre kilometres kilometer kilometers", "metre": "metre metres meter meters",
    "centimetre": "cm centimetre centimetres centimeter centimeters", "millimetre": "mm millimetre millimetres millimeter millimeters",
    "mile": "mile miles", "foot": "foot feet ft", "inch": "inch inches", "yard": "yard yards", "nautical mile": "nmi",
    "acre": "acre acres", "hectare": "ha hectare hectares", "tonne": "tonne tonnes", "ton": "ton tons",
    "kilogram": "kg kilo kilos kilogram kilograms kilogramme kilogrammes", "gram": "gram grams gramme grammes",
    "milligram": "mg milligram milligrams", "pound": "pound pounds lb lbs", "ounce": "ounce ounces oz", "stone": "stone",
    "litre": "litre litres liter liters", "millilitre": "ml millilitre millilitres milliliter milliliters",
    "gallon": "gallon gallons", "barrel": "barrel barrels", "bushel": "bushel bushels", "carat": "carat carats",
    "kilometre per hour": "km/h kph kmh", "mile per hour": "mph", "metre per second": "m/s", "knot": "knot knots",
    "degree Celsius": "°C ℃ celsius", "degree Fahrenheit": "°F ℉ fahrenheit", "degree": "° degree degrees",
    "watt": "watt watts", "kilowatt": "kW kilowatt kilowatts", "megawatt": "MW megawatt megawatts",
    "gigawatt": "GW gigawatt gigawatts", "kilowatt hour": "kWh", "megawatt hour": "MWh", "gigawatt hour": "GWh", "volt": "volt volts",
    "hertz": "Hz hertz", "megahertz": "MHz megahertz", "gigahertz": "GHz gigahertz", "byte": "byte bytes",
    "kilobyte": "kB kilobyte kilobytes", "megabyte": "MB megabyte megabytes", "gigabyte": "GB gigabyte gigabytes",
    "terabyte": "TB terabyte terabytes", "decibel": "dB decibel decibels", "light-year": "light-year light-years",
    "percentage point": "percentage-point percentage-points", "basis point": "basis-point basis-points", "calorie": "calorie calories",
}.items() for name in names.split()}
_SQUARE = {"square": "square ", "sq": "square ", "cubic": "cubic ", "nautical": "nautical ", "metric": "metric "}
_TIMES = {"second": "S", "minute": "M", "hour": "H", "day": "D", "week": "W", "month": "m", "year": "Y", "decade": "X", "century": "C",
          "sec": "S", "min": "M", "hr": "H", "fortnight": "F", "centuries": "C", "mins": "M", "hrs": "H"}
_FACTOR = {"W": ("D", 7), "F": ("D", 14), "X": ("Y", 10), "C": ("Y", 100)}


def _any(words: object) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))  # type: ignore[call-overload]


_I = re.IGNORECASE
_SIGN = _any(_SIGNS)
_TIME_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?|decades?|century|centuries)"
_RANGE = r"(?: ?[-–—] ?| to | and | or )"
_SCALE = r"(?:[- ](?:hundred|thousand|million|billion|trillion|lakh|crore)\b|(?:bn|mn|tn|trn|m|k)\b)?"

# "https://a.example/2021", "a@b.example", "192.168.0.1", "No. 5", "#12": digits that are no values
_JUNK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\b[0-9]+(?:\.[0-9]+){2,}\b|(?:\bNos?\.? ?|#)[0-9]+|\b[0-9]{3}-[0-9]{3,4}(?:-[0-9]{4})?\b")
_MONEY = re.compile(rf"(?<![\w.,])(?P<sign>{_SIGN}|(?:{'|'.join(_CODES)}) ?)[ ]?(?P<low>{NUMBER})(?:(?P<range>{_RANGE})"
                    rf"(?:{_SIGN})? ?(?P<high>{NUMBER}))?(?![\w.,]*[0-9])", _I)
_MONEY_WORD = re.compile(rf"(?<![\w.,$£€-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<high>{NUMBER}|an?|(?:a )?half an?)[- ]"
                         rf"(?:(?P<nation>{_any(_NATIONS)}) )?(?P<name>(?:{_any([*_CURRENCIES, 'pound'])})s?|cents?|pence"
                         rf"|{'|'.join(_CODES)})\b(?: sterling)?", _I)
_PERCENT = re.compile(rf"(?<![\w.,-])(?:(?P<low>[-−]?{NUMBER})(?:[- ]?(?:%|per ?cent))?(?P<range>{_RANGE}))?(?P<high>[-−]?{NUMBER})[- ]?"
                      rf"(?P<unit>%|per ?cent\b|pc\b|percentage[- ]points?\b|basis[- ]points?\b)", _I)
_MEASURE = re.compile(rf"(?<![\w.,-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<high>{NUMBER})[- ]?(?P<size>(?:{_any(_SQUARE)})\.?[- ])?"
                      rf"(?P<unit>(?:{_any(_UNITS)}))(?P<scale> ?(?:C|F|Celsius|Fahrenheit)\b)?(?![\w/])(?P<per> (?:per|an) (?:hour|second))?", _I)
_MAGNITUDE = re.compile(rf"\bmagnitude[- ](?:of )?(?P<a>{DIGITS})|(?<![\w.,])(?P<b>{DIGITS})[- ]magnitude\b", _I)
_DURATION = re.compile(rf"(?<![\w.,$£€-])(?:(?P<low>{NUMBER})(?P<range>{_RANGE}))?(?P<count>{NUMBER}|half an?|an?)[- ]"
                       rf"(?P<unit>{_TIME_UNIT})(?P<half> and a half)?(?:(?:,? and |,? )(?P<count2>{NUMBER}) (?P<unit2>{_TIME_UNIT}))?\b", _I)
_ORDINAL = re.compile(rf"(?<![\w.,-])(?P<rank>{ORDINAL})(?=[- ]place\b)|(?<=finished )(?P<rank2>{ORDINAL})|(?<=came )(?P<rank3>{ORDINAL})"
                      rf"|(?<=ranked )(?P<rank4>{ORDINAL})", _I)
_NUMBER = re.compile(rf"(?<![\w.,:/#$£€+*^=~°-])(?P<high>{NUMBER})(?!\w|[.,:/]?[0-9]|[-–—][0-9]|%|[+*^=°])", _I)
_COUNT_RANGE = re.compile(rf"(?<![\w.,:/#$£€–-])(?P<low>{NUMBER})(?P<range> ?[-–—] ?| to )(?P<high>{NUMBER})(?![\w%]|[.,:/–-]?[0-9])", _I)
# "for a week", "nearly an hour": only there "a week" measures time; in "$5 a week" it is a rate
_LASTING = re.compile(r"(?:\b(?:for|in|within|over|after|than|about|nearly|almost|around|under|least|lasted|took|takes|spent|of|during|"
                      r"roughly|some|another|once|every|just|only|past|last|next|full|whole|half)|[(—–,;:\"“])\s*$", _I)
_AFTER_A = re.compile(r"\s+(?:after|before|later|earlier|since|in prison|in jail)\b", _I)
_NAMES = {"PERSON", "ORG", "WORK_OF_ART", "FAC", "PRODUCT", "GPE", "LOC", "LAW", "NORP", "EVENT"}
_BOUNDS = {"since": "since", "until": "until", "till": "until", "by": "until", "before": "until", "after": "after"}
_SAYING = {"say", "tell", "report", "announce", "write", "state", "add", "note", "claim", "confirm", "show", "be", "have"}
_AHEAD = {"plan", "expect", "schedule", "due", "set", "intend", "hope", "want", "aim", "promise", "likely", "propose", "vow", "slate"}


def find_values(tree: Tree, published: str = "") -> list[Mention]:
    """Return the value mentions of an article in text order, never overlapping, numbered from 0.

    `published` is the article's ISO 8601 date; without it dates that hang on it ("on Monday", "last year") are left out, for no guess
    is made. Linear in the length of the text.
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
        try:
            self.today: date | None = date.fromisoformat(published[:10])
        except ValueError:
            self.today = None

    # ---- bookkeeping

    def free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield the matches of `pattern` in what no rule has taken yet."""
        return (m for m in pattern.finditer(self.text) if not any(self.taken[m.start():m.end()]))

    def take(self, start: int, end: int, value: Value | None) -> None:
        """Keep `value` for ``text[start:end]``; None only bars the stretch to later rules."""
        self.taken[start:end] = b"\1" * (end - start)
        if self.text[start:start + 4].lower() == "the ":
            start += 4
        if value and end > start:
            self.found.append((start, end, value))

    def tokens(self, start: int, end: int) -> range:
        """Return the tokens that ``text[start:end]`` touches; empty where it touches none."""
        return range(bisect_right(self.tree.ends, start), bisect_left(self.tree.starts, end))

    def head(self, span: range) -> int:
        """Return the token of `span` that hangs on a token outside it; the rightmost if several do."""
        outer = [i for i in span if self.tree.heads[i] not in span or self.tree.heads[i] == i]
        nouns = [i for i in outer if self.tree.pos[i] not in ("PUNCT", "DET", "ADP", "SYM")]
        return (nouns or outer or [span[-1]])[-1]

    def in_name(self, span: range) -> bool:
        """Say whether the tokens stand inside a longer name ("The Sunday Times", "Apollo 11")."""
        number = self.tree.entity[span[0]]
        if number < 0:
            return False
        first, end, label = self.tree.entities[number]
        return label in _NAMES and (first < span[0] or end > span[-1] + 1)

    # ---- dates

    def dates(self) -> None:
        for name, pattern, read in PATTERNS:
            for m in self.free(pattern):
                span = self.tokens(m.start(), m.end())
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
        word = _BOUNDS.get(self.tree.words[span[0] - 1].lower()) if span[0] else None
        if word and self.tree.deps[head] in ("pobj", "pcomp", "npadvmod") and governor <= span[0] - 1:
            reading = bound(reading, word)
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
            return label != "PERSON" and tree.pos[last] in ("PROPN", "NOUN") and (
                before in _TIME_WORDS or label == "DATE" or after in ("’s", "'s"))
        if name in ("year", "years"):
            return self.is_year(m, span, before, label)
        if name == "which" and m["unit"].lower() == "fall" or name == "season":
            return tree.pos[last] != "VERB"
        return True

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
        if label in ("CARDINAL", "MONEY", "QUANTITY", "PERCENT"):
            return False
        return head > last and tree.deps[last] in ("nummod", "compound", "amod", "nmod") and before in ("the", "its", "their", "’s", "'s", "a")

    def is_ahead(self, i: int) -> bool:
        """Say whether the clause around token `i` looks ahead: "will meet on Monday", "is due on Friday", "opens on Friday"."""
        tree = self.tree
        for _ in range(12):
            if tree.heads[i] == i and tree.pos[i] not in ("VERB", "AUX"):
                return False
            if tree.lemmas[i].lower() in _AHEAD and tree.pos[i] in ("ADJ", "VERB") and tree.tags[i] != "VBD":
                return True
            if tree.pos[i] in ("VERB", "AUX"):
                words = {tree.lemmas[c].lower() for c in tree.children[i] if tree.deps[c] in ("aux", "auxpass")}
                if words & {"will", "shall", "’ll", "'ll"} or words & {"to"} and tree.lemmas[tree.heads[i]].lower() in _AHEAD | {"go"}:
                    return True
                if words & {"have", "do"}:
                    return False
                if tree.tags[i] in ("VBZ", "VBP"):
                    return tree.lemmas[i] not in _SAYING
                if tree.tags[i] == "VBG" and "be" in words:
                    return not any(tree.words[c].lower() in ("was", "were") for c in tree.children[i])
                if tree.tags[i] == "VBD" or words:
                    return False
            i = tree.heads[i]
        return False

    def times(self) -> None:
        for m in self.free(TIME):
            span = self.tokens(m.start(), m.end())
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
            scale = next((s for s in (10**12, 10**9, 10**6, 10**3, 100) if value >= s and not value % 1 and lower < value / s * 50), 1)
            if re.search("[a-z]", high, _I) and re.fullmatch(r"[0-9.,]+", low):
                lower *= scale
            self.take(m.start(), m.end("low"), Value(kind, lexical(lower), "xsd:decimal", unit))
        self.take(start, m.end(), Value(kind, lexical(value), "xsd:decimal", unit))

    def money(self) -> None:
        for m in self.free(_MONEY):
            sign = m["sign"].strip()
            self.amounts(m, "money", _SIGNS.get(sign) or _SIGNS.get(sign.upper()) or sign.upper())
        for m in self.free(_MONEY_WORD):
            name, nation = m["name"].lower(), (m["nation"] or "").lower()
            word = name if name in _CURRENCIES or name == "pence" else name.rstrip("s")
            if word == "pound" and not (nation or "sterling" in m[0].lower() or self.labelled(m, "MONEY")):
                continue
            if word in ("real", "won", "dong", "buck") and not self.labelled(m, "MONEY"):  # "two real problems", "three won"
                continue
            if m["high"].lower() in ("a", "an") or (word in ("cent", "pence") and m["low"]):
                continue
            country = _NATIONS.get(nation)
            unit = country + _LETTER[word] if country and word in _LETTER else \
                {"pound": "GBP", "pence": "GBP", "cent": "USD"}.get(word) or _CURRENCIES.get(word) or word.upper()
            self.amounts(m, "money", unit, Decimal("0.01") if word in ("cent", "pence") else Decimal(1))

    def labelled(self, m: re.Match[str], label: str) -> bool:
        """Say whether the parse's entity around the match has `label`."""
        span = self.tokens(m.start(), m.end())
        return any(self.tree.entity[i] >= 0 and self.tree.entities[self.tree.entity[i]][2] == label for i in span)

    def percent(self) -> None:
        for m in self.free(_PERCENT):
            word = m["unit"].lower()
            points = "percentage point" if word.startswith("percentage") else "basis point" if word.startswith("basis") else ""
            self.amounts(m, "quantity" if points else "percent", points or "%")

    def measures(self) -> None:
        for m in self.free(_MAGNITUDE):
            self.take(m.start(), m.end(), Value("quantity", lexical(read_number(m["a"] or m["b"])), "xsd:decimal", "magnitude"))
        for m in self.free(_MEASURE):
            span = self.tokens(m.start(), m.end())
            unit = _UNITS.get(m["unit"]) or _UNITS.get(m["unit"].lower())
            if not span or not unit or self.in_name(span) or (m["unit"] in ("stone", "GB", "ha") and not self.labelled(m, "QUANTITY")):
                continue
            if unit == "degree" and m["scale"]:
                unit = "degree Celsius" if m["scale"].strip()[0].upper() == "C" else "degree Fahrenheit"
            if m["size"]:
                unit = _SQUARE[m["size"].lower().rstrip(" -.")] + unit
            if m["per"]:
                unit += " per " + m["per"].split()[-1]
            self.amounts(m, "quantity", unit)

    def durations(self) -> None:
        for m in self.free(_DURATION):
            span = self.tokens(m.start(), m.end())
            if not span or self.in_name(span) or not self.lasts(m):
                continue
            count, unit = m["count"].lower(), m["unit"].lower()
            number = Decimal(1) if count in ("a", "an") else Decimal("0.5") if count in ("half a", "half an") else read_number(count)
            if m["half"]:
                number += Decimal("0.5")
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
        for m in self.free(_ORDINAL):
            group = m.lastgroup or "rank"
            self.take(m.start(group), m.end(group), Value("number", str(read_ordinal(m[group])), "xsd:integer", "place"))

    def numbers(self) -> None:
        for m in self.free(_COUNT_RANGE):
            span = self.tokens(m.start(), m.end())
            unit = self.counted(span) if span else ""
            plural = any(self.tree.tags[self.tree.heads[i]] in ("NNS", "NNPS") for i in span)
            if not (unit and plural and read_number(m["low"]) < read_number(m["high"])):
                if "to" not in m["range"]:  # a score ("3-1"), a vote ("5-4"), a flight number
                    self.take(m.start(), m.end(), None)
                continue
            for group in ("low", "high"):
                self.take(m.start(group), m.end(group), _number(m[group], unit))
        for m in self.free(_NUMBER):
            span = self.tokens(m.start(), m.end())
            if not span or self.tree.pos[span[-1]] not in ("NUM", "NOUN", "ADJ", "DET") or self.in_name(span):
                continue
            if self.is_age(span):
                self.take(m.start(), m.end(), Value("duration", f"P{lexical(read_number(m[0]))}Y", "xsd:duration"))
                continue
            unit = self.counted(span)
            if m[0].lower() in ("one", "zero") and (not unit or self.tree.deps[span[-1]] != "nummod"):  # "one of them", "no one"
                continue
            self.take(m.start(), m.end(), _number(m[0], unit))

    def is_age(self, span: range) -> bool:
        """"Mara Voss, 52," and "aged 52" are ages."""
        tree, i = self.tree, span[-1]
        if len(span) != 1 or not tree.words[i].isascii() or not tree.words[i].isdigit() or int(tree.words[i]) > 120:
            return False
        before = tree.words[i - 1].lower() if i else ""
        after = tree.words[i + 1] if i + 1 < len(tree) else ""
        if before in ("aged", "age"):
            return True
        return before == "," and after in (",", ".") and i >= 2 and tree.pos[i - 2] == "PROPN" and (
            tree.heads[i] == i - 2 or tree.entity[i - 2] >= 0 and tree.entities[tree.entity[i - 2]][2] == "PERSON")

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
        if noun < 0 or tree.pos[noun] not in ("NOUN", "PROPN"):
            return ""
        lemma = tree.lemmas[noun].lower()
        return {"people": "person", "dead": "person"}.get(lemma, lemma)

    # ---- result

    def mentions(self) -> list[Mention]:
        out: list[Mention] = []
        for start, end, value in sorted(self.merged(), key=lambda f: f[:2]):
            span = self.tokens(start, end)
            if not span:
                continue
            head = self.head(span)
            out.append(Mention(len(out), start, end, self.span(head, head + 1), self.full(head, span, value), "value",
                               "Time" if value.kind in ("date", "duration") else "Amount", value=value))
        return out

    def merged(self) -> list[Found]:
        """Join a day and a time of day next to each other into a dateTime: "March 3 at 9 a.m.", "9 a.m. on March 3"."""
        found: list[Found] = []
        for start, end, value in sorted(self.found, key=lambda f: f[:2]):
            if found and value.kind == found[-1][2].kind == "date":
                first, last, before = found[-1]
                pair = {before.datatype: before.lexical, value.datatype: value.lexical}
                if pair.keys() == {"xsd:date", "xsd:time"} and self.text[last:start] in (" ", ", ", " at ", " on ", ", at ", " at around "):
                    found[-1] = (first, end, Value("date", f"{pair['xsd:date']}T{pair['xsd:time']}", "xsd:dateTime"))
                    continue
            found.append((start, end, value))
        return found

    def span(self, first: int, end: int) -> Span:
        return Span(self.tree.starts[first], self.tree.ends[end - 1])

    def full(self, head: int, span: range, value: Value) -> Span:
        """Return the whole noun phrase: what hangs on the head before it, and for a count the counted noun with its modifiers."""
        tree = self.tree
        top = head
        if value.kind == "number":
            while tree.deps[top] in ("nummod", "quantmod", "compound") and tree.heads[top] > top:
                top = tree.heads[top]
        first, end = min(tree.left[top], span[0]), max(top + 1, span[-1] + 1)
        if tree.sentence[first] != tree.sentence[head]:
            first = span[0]
        while first < span[0] and tree.pos[first] in ("PUNCT", "CCONJ", "SPACE"):
            first += 1
        return self.span(first, end)


def _read(text: str) -> Decimal:
    sign = -1 if text[0] in "-−" else 1
    word = text.lower()
    return sign * (Decimal(1) if word in ("a", "an") else Decimal("0.5") if word.endswith("half a") else read_number(text))


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
        letter = _TIMES.get(name) or _TIMES[name.rstrip("s")]
        letter, factor = _FACTOR.get(letter, (letter, 1))
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


#: words before a bare month or year that make it a date
_TIME_WORDS = {"in", "since", "until", "till", "by", "of", "from", "to", "before", "after", "between", "during", "through", "throughout",
               "late", "early", "mid", "this", "last", "next", "and", "every", "each", "for", "circa", "around"}
