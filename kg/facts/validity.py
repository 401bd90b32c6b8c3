"""When a statement holds: dates as spans of days, and from when until when, as far as the article tells.

A date in news is rarely a day: "2024", "last summer" and "since May" are spans of days (EDTF), and two of them contradict each other only
if no day is in both.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date

from kg.records import Article, RdfLiteral, Statement

#: first and last day, as ordinals of datetime.date; 0 and ENDLESS where open
Days = tuple[int, int]
ENDLESS = date.max.toordinal()
#: the datatypes of dates
DATES = ("xsd:date", "xsd:gYearMonth", "xsd:gYear", "xsd:dateTime", "edtf:EDTF")
_SEASONS = {21: 3, 22: 6, 23: 9, 24: 12}
#: wording before the words of a date: what kind of bound it sets
_SINCE, _UNTIL, _BOTH = "since|starting|beginning|effective|as of|from", "until|till|through", "from|between"
_FROM, _TO = re.compile(rf"\b(?:{_BOTH}) $"), re.compile(r" ?(?:to|until|till|through|and|-|–)")
_BEFORE = re.compile(rf"\b(?:(?P<until>{_UNTIL})|(?P<since>{_SINCE})|(?P<other>by|before|after)) "
                     r"(?:at least |late |early |about )?(?:the )?$")
#: "former mayor": the post has ended when the article is written
_FORMER = r"\b(?:former(?:ly)?|ex|one-time|onetime|erstwhile|late|previously|retired)[ -](?:[\w'’-]+ ){0,3}?"
#: verbs that begin a state: "became director in 2015"
_BEGINS = frozenset({"become", "became", "becoming", "take over", "took over", "join", "joined", "elected", "appointed", "named", "hired",
                     "bought", "moved", "started", "began", "begun"})


def days(lexical: str) -> Days | None:
    """Return the span of days that a date of XSD or EDTF names; None if it is none.

    >>> [date.fromordinal(day).isoformat() for day in days("2024-02")]
    ['2024-02-01', '2024-02-29']
    """
    first, slash, last = lexical.partition("/")
    one, two = _point(first), _point(last if slash else first)
    if one is None or two is None or one == two == (0, ENDLESS):
        return None
    return (one[0], two[1]) if one[0] <= two[1] else None


def days_of(value: RdfLiteral) -> Days | None:
    """Return the span of days of a literal: :func:`days`."""
    return days(value.lexical) if value.datatype in DATES else None


def _point(text: str) -> Days | None:
    """Return the days of one end of a span; open ends ("..", nothing) are all days."""
    if text in ("", ".."):
        return 0, ENDLESS
    match = re.match(r"(\d[\dX]{3}|\d\dXX?)(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?[~?%]?$", text)
    if match is None or "00" in (match[2], match[3]):
        return None
    low, high = (int(match[1].ljust(4, "X").replace("X", digit)) for digit in "09")
    month, day = int(match[2] or 0), int(match[3] or 0)
    try:
        if month in _SEASONS:
            start = _SEASONS[month]
            end = (low + (start + 2) // 13, (start + 1) % 12 + 1)
            return date(low, start, 1).toordinal(), date(*end, monthrange(*end)[1]).toordinal()
        if day:
            return (date(low, month, day).toordinal(),) * 2
        if month:
            return date(low, month, 1).toordinal(), date(low, month, monthrange(low, month)[1]).toordinal()
        return date(max(low, 1), 1, 1).toordinal(), date(max(high, 1), 12, 31).toordinal()
    except ValueError:
        return None


def overlap(one: Days, two: Days) -> bool:
    """Tell whether some day is in both spans."""
    return one[0] <= two[1] and two[0] <= one[1]


def period(statement: Statement, article: Article, states: Collection[str] = ()) -> tuple[RdfLiteral | None, RdfLiteral | None]:
    """Return from when and until when a statement holds, each None where the article does not tell.

    A bound is what the wording says: "since May", "from 2010 to 2014", "until last year"; for the properties `states`, what begins then
    ("became director in 2015"); and what is former when the article is published has ended by then.
    """
    if statement.when is None and statement.property not in states:
        return None, None
    text = " ".join(" ".join(article.text[span.start : span.end].split()) for span in statement.evidence)
    start = end = None
    if statement.when is not None and days_of(statement.when) is not None:
        start, end = _bounds(statement.when, statement.when_text, text, statement.property in states, statement.wording)
    if end is None and statement.property in states and article.published:
        noun = statement.object.lexical if isinstance(statement.object, RdfLiteral) else statement.wording
        if noun and (re.match(_FORMER, noun, re.IGNORECASE) or re.search(_FORMER + re.escape(noun), text, re.IGNORECASE)):
            end = RdfLiteral(f"../{article.published[:10]}", "edtf:EDTF")
            end = end if days_of(end) else None
    return start, end


def _bounds(when: RdfLiteral, words: str, text: str, state: bool, wording: str) -> tuple[RdfLiteral | None, RdfLiteral | None]:
    """Return the bounds that a date sets by the word before it; a span may also be one in which something happened ("last summer")."""
    first, slash, last = when.lexical.partition("/")
    kind = _bound_word(words, text)
    if kind == "other":  # "by", "before", "after": it happened some time on that side
        return None, None
    if kind == "both" or re.search(r"\d ?[-–] ?\d{2}", words):
        return (_dated(first) if first != ".." else None, _dated(last) if last not in ("", "..") else None) if slash else (when, None)
    if slash and ".." in (first, last):
        return (_dated(first), None) if last == ".." else (None, _dated(last) if kind == "until" else None)
    if kind == "until":
        return None, when
    begins = state and wording.lower().removeprefix("was ").removeprefix("has ") in _BEGINS
    return (when if kind == "since" or begins else None), None


def _bound_word(words: str, text: str) -> str:
    """Return what the word before those of a date says: ``both`` ("from 2010 to"), ``since``, ``until``, ``other``, or nothing."""
    if not words:
        return ""
    text, words = text.lower(), words.lower()
    places = [at for at in range(len(text)) if text.startswith(words, at)]
    if any(_FROM.search(text, 0, at) and _TO.match(text, at + len(words)) for at in places):
        return "both"
    found = next((match for match in (_BEFORE.search(text, 0, at) for at in places) if match), None)
    return (found.lastgroup or "") if found else ""


def _dated(lexical: str) -> RdfLiteral:
    """Return one end of a span with the datatype of its form."""
    plain = re.fullmatch(r"\d{4}(-\d\d)?(-\d\d)?", lexical)
    return RdfLiteral(lexical, "edtf:EDTF" if not plain else "xsd:date" if plain[2] else "xsd:gYearMonth" if plain[1] else "xsd:gYear")
