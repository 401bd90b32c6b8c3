"""English dates and times of day, read into ISO 8601 and EDTF 1 (Library of Congress, 2019), reckoned from the article's day.

Every reader takes a match of its pattern and a :class:`Clock` and returns ``(lexical, datatype)``, or None where the text alone
does not fix the date: no guess is made. Seasons are those of the northern hemisphere; weeks begin on Monday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from kg.extract.numbers import FIRST_WORDS as NUMBER_WORDS
from kg.extract.numbers import NUMBER, ORDINAL, ORDINAL_WORDS, read_number, read_ordinal

Reading = tuple[str, str] | None

_MONTHS = ("january", "february", "march", "april", "may", "june",
           "july", "august", "september", "october", "november", "december")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
#: feasts with a fixed day
_HOLIDAYS = {"christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26),
             "new year's eve": (12, 31), "new year's day": (1, 1), "valentine's day": (2, 14), "halloween": (10, 31)}
_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
            "nineties": 90}
_UNITS = {"second": "S", "minute": "M", "hour": "H", "day": "D", "week": "W", "month": "m", "year": "Y", "decade": "Y"}
#: hours ahead of UTC of the zone names that mean one zone in English news
_ZONES = {"gmt": "Z", "utc": "Z", "bst": "+01:00", "cet": "+01:00", "cest": "+02:00", "est": "-05:00", "edt": "-04:00",
          "cdt": "-05:00", "mst": "-07:00", "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00", "jst": "+09:00", "aest": "+10:00"}


@dataclass(frozen=True)
class Clock:
    """What a date is reckoned from: the article's date (None if unknown) and whether the clause looks ahead."""

    today: date | None
    future: bool = False


# ---- writing

def _day(day: date) -> Reading:
    return day.isoformat(), "xsd:date"


def _month(year: int, month: int) -> Reading:
    return f"{year:04}-{month:02}", "xsd:gYearMonth"


def _year(year: int) -> Reading:
    return f"{year:04}", "xsd:gYear"


def _edtf(start: str, end: str = "") -> Reading:
    if start == end:  # "earlier this week", written on a Monday
        return start, "xsd:date" if len(start) == 10 else "xsd:gYearMonth" if len(start) == 7 else "xsd:gYear"
    return (f"{start}/{end}" if end else start), "edtf:EDTF"


def _months(year: int, first: int, length: int) -> Reading:
    """Return the interval of `length` months from month `first` of `year`."""
    last = first + length - 1
    return _edtf(f"{year:04}-{first:02}", f"{year + (last - 1) // 12:04}-{(last - 1) % 12 + 1:02}")


def _safe(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] else None


def shift(day: date, count: int, unit: str) -> date | None:
    """Return the day `count` units (day, week, month, year, decade) after `day`; None beyond the calendar."""
    if abs(count) > 100_000:
        return None
    if unit in ("day", "week"):
        number = day.toordinal() + count * (7 if unit == "week" else 1)
        return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None
    months = count * {"month": 1, "year": 12, "decade": 120}.get(unit, 1)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) if 1 <= year <= 9998 else None


# ---- patterns

YEAR = r"(?:1[0-9]{3}|20[0-9]{2})(?![0-9,]?[0-9]|\.[0-9])"
MONTH_FULL = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Sept\.)"
MONTH = rf"(?:{MONTH_FULL}|Sept|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b\.?)"
WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_DAY = r"(?:[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9]|[:.,][0-9]| ?%| (?:million|billion|per ?cent))"
_PART = r"(?:early|late|mid|end(?=-)|(?:beginning|start|end|middle) of)"
_DAYTIME = r"(?:morning|afternoon|evening|night|lunchtime)"
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_WHICH = r"(?:last|next|this past|this coming|this)"
_RELYEAR = r"(?:last|this|next) year"
_ZONE_NAME = rf"(?:(?:hrs|hours) )?(?:{'|'.join(_ZONES)})\b"
_DASH = r" ?[-–—] ?"


def _month_number(name: str) -> int:
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name.lower().rstrip(".")[:3]))


def _near_month(month: int, clock: Clock) -> int | None:
    """Return the year of the nearest `month` in the clause's direction, this month included."""
    if clock.today is None:
        return None
    if clock.future:
        return clock.today.year + (month < clock.today.month)
    return clock.today.year - (month > clock.today.month)


def _near_day(month: int, day: int, clock: Clock) -> date | None:
    """Return the nearest such day in the clause's direction, the article's own day included."""
    if clock.today is None:
        return None
    for step in range(5):  # 29 February may be four years off
        found = _safe(clock.today.year + (step if clock.future else -step), month, day)
        if found and (found >= clock.today if clock.future else found <= clock.today):
            return found
    return None


def _some_year(text: str | None, clock: Clock) -> int | None:
    """Return the year that "2024", "last year", "this year" or "next year" is."""
    if not text:
        return None
    if text[0].isdigit():
        return int(text)
    word = text.split()[0].lower()
    return clock.today.year + {"last": -1, "next": 1}.get(word, 0) if clock.today else None


def _part_months(part: str | None) -> tuple[int, int] | None:
    """Return first and last month of the third of a year that "early", "mid" or "late" is."""
    if not part:
        return None
    word = part.lower()
    return (1, 4) if word.startswith(("early", "beginning", "start")) else (5, 8) if word.startswith("mid") else (9, 12)


def _part_word(part: str | None) -> str:
    """Return early, mid or late for the wordings of these; "earlier" and "later" stay."""
    word = (part or "").lower()
    if not word or word in ("earlier", "later"):
        return word
    return {1: "early", 5: "mid", 9: "late"}[(_part_months(word) or (1, 4))[0]]


def _rough(part: str, year: int, month: int = 0) -> Reading:
    """Return "late 2019" or "early March 2019" as an interval with both ends approximate."""
    thirds = _part_months(part) or (1, 12)
    if not month:
        return _edtf(f"{year:04}-{thirds[0]:02}~", f"{year:04}-{thirds[1]:02}~")
    first = {1: 1, 5: 11, 9: 21}[thirds[0]]
    last = {1: 10, 5: 20, 9: monthrange(year, month)[1]}[thirds[0]]
    return _edtf(f"{year:04}-{month:02}-{first:02}~", f"{year:04}-{month:02}-{last:02}~")


def _iso(m: re.Match[str], clock: Clock) -> Reading:
    found = _safe(int(m[1]), int(m[2]), int(m[3]))
    return _day(found) if found else None


def _slashed(m: re.Match[str], clock: Clock) -> Reading:
    """13/01/2025 and 01/13/2025 are plain; 03/04/2025 could be either, so it is left."""
    a, b, year = int(m[1]), int(m[2]), int(m[3])
    found = _safe(year, b, a) if a > 12 else _safe(year, a, b) if b > 12 or a == b else None
    return _day(found) if found else None


def _month_day(m: re.Match[str], clock: Clock) -> Reading:
    month = _month_number(m["month"])
    day = int(re.sub(r"\D", "", m["day"]))
    year, last = _some_year(m["year"], clock), m.groupdict().get("last")
    if m["year"] and not year:
        return None
    if not last:
        start = _safe(year, month, day) if year else _near_day(month, day, clock)
        return _day(start) if start else None
    end_month = _month_number(m["month2"]) if m.groupdict().get("month2") else month
    end_day = int(re.sub(r"\D", "", last))
    if not year:  # looking ahead, what has begun may still go on
        near = _near_day(end_month, end_day, clock) if clock.future else _near_day(month, day, clock)
        year = near.year if near else 0
    start, end = _safe(year, month, day), _safe(year, end_month, end_day)
    return _edtf(start.isoformat(), end.isoformat()) if start and end and end > start else None


def _month_year(m: re.Match[str], clock: Clock) -> Reading:
    year, month = _some_year(m["year"], clock), _month_number(m["month"])
    if not year:
        return None
    return _rough(m["part"], year, month) if m["part"] else _month(year, month)


def _bare_month(m: re.Match[str], clock: Clock) -> Reading:
    month = _month_number(m["month"])
    year = _near_month(month, clock)
    if not year:
        return None
    return _rough(m["part"], year, month) if m["part"] else _month(year, month)


def _month_range(m: re.Match[str], clock: Clock) -> Reading:
    first, last = _month_number(m["month"]), _month_number(m["month2"])
    year = _some_year(m["year"], clock) or (None if m["year"] else _near_month(last, clock))
    start = _some_year(m["year1"], clock) or (year - (first > last) if year else None)
    if not year or not start or (start, first) >= (year, last):
        return None
    return _edtf(f"{start:04}-{first:02}", f"{year:04}-{last:02}")


def _which(m: re.Match[str], clock: Clock) -> Reading:
    """Last week, next March, this summer, earlier this year, late last month."""
    today, part = clock.today, _part_word(m["part"])
    if today is None:
        return None
    if m["unit"].lower() in _MONTHS + _DAYS and m["unit"].islower():  # "this may be the last"
        return None
    which = m["which"].lower().split()[-1]
    step = {"last": -1, "past": -1, "next": 1, "coming": 1}.get(which, 0)
    unit = m["unit"].lower()
    if unit in _DAYS:
        return _day(_which_weekday(_DAYS.index(unit), m["which"].lower(), clock))
    if unit in _MONTHS:
        month = _MONTHS.index(unit) + 1
        year = today.year + (month <= today.month if step > 0 else -(month >= today.month) if step < 0 else 0)
        return _rough(part, year, month) if part in ("early", "mid", "late") else _month(year, month)
    if unit in _SEASONS:
        return _which_season(_SEASONS[unit], step, today)
    if unit in ("morning", "afternoon", "evening", "night"):
        return _day(today + timedelta(days=step))
    if unit == "weekend":
        saturday = today + timedelta(days=5 - today.weekday() + (7 if step > 0 and today.weekday() >= 5 else 0))
        if step < 0 or (step == 0 and not clock.future and today.weekday() < 5):
            saturday -= timedelta(days=7)
        return _edtf(saturday.isoformat(), (saturday + timedelta(days=1)).isoformat())
    return _which_period(unit, step, part, today)


def _which_weekday(day: int, which: str, clock: Clock) -> date:
    today = clock.today
    assert today is not None
    back, ahead = (today.weekday() - day) % 7, (day - today.weekday()) % 7
    if which == "last":  # on a Tuesday "last Monday" is not yesterday
        return today - timedelta(days=back if back > 1 else back + 7)
    if which == "next":
        return today + timedelta(days=ahead if ahead > 1 else ahead + 7)
    if which in ("this past", "this coming"):
        return today - timedelta(days=back or 7) if which == "this past" else today + timedelta(days=ahead or 7)
    return today + timedelta(days=ahead) if clock.future else today - timedelta(days=back)


def _which_season(first: int, step: int, today: date) -> Reading:
    """"Last summer" is the latest one that is over, "next" the first still to begin, "this" the one of this year."""
    year = today.year
    over = date(year, first + 3, 1) if first < 12 else date(year + 1, 3, 1)
    begun = date(year, first, 1)
    if step < 0:
        while over > today:
            year, over = year - 1, over.replace(year=over.year - 1)
    elif step > 0:
        year += begun <= today
    elif first == 12 and today.month < 3:
        year -= 1
    return _months(year, first, 3)


def _which_period(unit: str, step: int, part: str, today: date) -> Reading:
    if unit in ("decade", "century"):
        size = 10 if unit == "decade" else 100
        return f"{today.year // size + step:0{3 if unit == 'decade' else 2}}{'X' if size == 10 else 'XX'}", "edtf:EDTF"
    if unit == "quarter":
        index = today.year * 4 + (today.month - 1) // 3 + step
        return _months(index // 4, index % 4 * 3 + 1, 3)
    day = shift(today, step, unit)
    if day is None:
        return None
    if unit == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=6)
        if part in ("early", "late", "mid"):
            first, last = {"early": (first, first + timedelta(days=2)), "mid": (first + timedelta(days=1),
                           first + timedelta(days=3)), "late": (first + timedelta(days=3), last)}[part]
    else:
        if part in ("early", "late", "mid"):
            return _rough(part, day.year, day.month if unit == "month" else 0)
        first = date(day.year, day.month if unit == "month" else 1, 1)
        last = date(day.year, 12, 31) if unit == "year" else date(day.year, day.month, monthrange(day.year, day.month)[1])
    if part in ("earlier", "later") and step == 0:
        first, last = (first, today) if part == "earlier" else (today, last)
        if unit == "year":
            return _edtf(f"{first:%Y-%m}", f"{last:%Y-%m}")
    elif unit != "week":
        return _year(day.year) if unit == "year" else _month(day.year, day.month)
    return _edtf(first.isoformat(), last.isoformat())


def _end_of(m: re.Match[str], clock: Clock) -> Reading:
    """The end of the year, the beginning of the week: of the running one."""
    return _which_period(m["unit"].lower(), 0, _part_word(m["part"]), clock.today) if clock.today else None


def _named_day(m: re.Match[str], clock: Clock) -> Reading:
    word = m["day"].lower()
    step = {"yesterday": -1, "tomorrow": 1}.get(word, 0)
    return _day(clock.today + timedelta(days=step)) if clock.today else None


def _day_after(m: re.Match[str], clock: Clock) -> Reading:
    return _day(clock.today + timedelta(days=2 if m[1].lower() == "after" else -2)) if clock.today else None


def _holiday(m: re.Match[str], clock: Clock) -> Reading:
    month, day = _HOLIDAYS[m["name"].lower().replace("’", "'")]
    year = _some_year(m["year"], clock)
    found = _safe(year, month, day) if year else None if m["year"] else _near_day(month, day, clock)
    return _day(found) if found else None


def _weekday(m: re.Match[str], clock: Clock) -> Reading:
    return _day(_which_weekday(_DAYS.index(m["unit"].lower()), "", clock)) if clock.today else None


def _season_of_year(m: re.Match[str], clock: Clock) -> Reading:
    year = _some_year(m["year"], clock)
    return _months(year, _SEASONS[m["season"].lower()], 3) if year else None


def _quarter(m: re.Match[str], clock: Clock) -> Reading:
    """Q3; the third quarter of 2024; the first half of last year."""
    word = (m["rank"] or m["q"]).lower()
    half = "half" in m[0].lower()
    rank = 2 if half and word in ("last", "second") else 4 if word in ("last", "final") else \
        int(word[-1]) if word[0] == "q" else read_ordinal(word)
    size = 6 if half else 3
    if rank > 12 // size:
        return None
    first = (rank - 1) * size + 1
    year = _some_year(m["year"], clock)
    if not year and not m["year"] and clock.today and not half:
        year = clock.today.year - (not clock.future and first > clock.today.month)
    return _months(year, first, size) if year else None


def _decade(m: re.Match[str], clock: Clock) -> Reading:
    start = int(m["year"]) if m["year"] else 1900 + (int(m["short"]) if m["short"] else _DECADES[m["word"].lower()])
    if not m["part"]:
        return f"{start // 10:03}X", "edtf:EDTF"
    low, high = {1: (0, 3), 5: (4, 6), 9: (7, 9)}[(_part_months(m["part"]) or (1, 4))[0]]
    return _edtf(f"{start + low}~", f"{start + high}~")


def _century(m: re.Match[str], clock: Clock) -> Reading:
    rank = read_ordinal(m["rank"])
    return (f"{rank - 1:02}XX", "edtf:EDTF") if 1 <= rank <= 99 else None


def _ago(m: re.Match[str], clock: Clock) -> Reading:
    """Two days ago (a date), three weeks ago (about that day), six months ago (about that month), ten years ago (that year)."""
    word, unit = m["count"].lower(), m["unit"].lower()
    number = 1 if word in ("a", "an") else read_number(word)
    if clock.today is None or number != int(number):
        return None
    if unit in ("second", "minute", "hour"):  # "24 hours ago": about the day before
        number, unit = number // 24 if unit == "hour" else number * 0, "hour"
    day = shift(clock.today, int(number) * (1 if "from now" in m[0].lower() else -1), "day" if unit == "hour" else unit)
    if day is None:
        return None
    if unit == "day":
        return _day(day)
    return _edtf(f"{day.isoformat()}~" if unit in ("week", "hour") else f"{day:%Y-%m}~" if unit == "month" else f"{day.year:04}~")


def _stretch(m: re.Match[str], clock: Clock) -> Reading:
    """The past five years, the next two weeks: an interval that ends or begins on the article's day."""
    if clock.today is None or not (m["count"] or m["which"].lower() == "past"):  # "the last day" of something
        return None
    number, unit = read_number(m["count"]) if m["count"] else 1, m["unit"].lower()
    if number != int(number):
        return None
    ahead = m["which"].lower() in ("next", "coming")
    day = shift(clock.today, int(number) * (1 if ahead else -1), unit)
    if day is None:
        return None
    here, there = clock.today.isoformat(), f"{day.isoformat()}{'' if unit == 'day' else '~'}"
    return _edtf(here, there) if ahead else _edtf(there, here)


def _year_range(m: re.Match[str], clock: Clock) -> Reading:
    start, end = int(m["year"]), m["year2"]
    last = int(end) if len(end) == 4 else int(m["year"][:2] + end)
    return _edtf(f"{start:04}", f"{last:04}") if start < last else None


def _bare_year(m: re.Match[str], clock: Clock) -> Reading:
    year, part = int(m["year"]), (m["part"] or "").lower()
    if part in ("circa", "around", "about", "roughly", "approximately", "c."):
        return _edtf(f"{year:04}~")
    return _rough(part, year) if part else _year(year)


def _time(m: re.Match[str], clock: Clock) -> Reading:
    """9 a.m., 9:30 pm EST, 14:00 GMT, noon."""
    word, half = m[0].lower(), (m["half"] or "").lower()[:1]
    hour = {"noon": 12, "midday": 12, "midnight": 0}.get((m["word"] or "").lower(), int(m["hour"] or 0))
    minute = int(m["minute"] or 0)
    if m["clock"]:  # 1550 GMT
        hour, minute = int(m["clock"][:2]), int(m["clock"][2:])
    if (half and (hour < 1 or hour > 12)) or hour > 23 or minute > 59 or not word:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}:00{_ZONES.get((m['zone'] or '').lower(), '')}", "xsd:time"


def _compile(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\-/.])(?:{pattern})(?![\w])", flags)


_ZONE = rf"(?: ?(?P<zone>{'|'.join(_ZONES)})\b)?"
_YEAR_TAIL = rf"(?:,? (?:of )?(?P<year>{YEAR}|{_RELYEAR}))?"

#: (name, pattern, reader) in order of precedence: longer and surer wordings first; months and weekdays need capitals
PATTERNS: list[tuple[str, re.Pattern[str], Callable[[re.Match[str], Clock], Reading]]] = [
    ("iso", _compile(r"([12][0-9]{3})-([01][0-9])-([0-3][0-9])"), _iso),
    ("slashed", _compile(r"([0-3]?[0-9])/([0-3]?[0-9])/([12][0-9]{3})"), _slashed),
    ("day", _compile(rf"(?:{WEEKDAY},? )?(?P<month>{MONTH}) (?P<day>{_DAY})(?:(?: ?[-–] ?| to | through )(?P<month2>{MONTH} )?"
                     rf"(?P<last>{_DAY}))?{_YEAR_TAIL}", 0), _month_day),
    ("day", _compile(rf"(?:{WEEKDAY},? (?:the )?)?(?P<day>{_DAY})(?:(?: ?[-–] ?| to )(?P<last>{_DAY}))? (?:of )?"
                     rf"(?P<month>{MONTH}){_YEAR_TAIL}", 0), _month_day),
    ("months", _compile(rf"(?P<month>{MONTH_FULL})(?:,? (?P<year1>{YEAR}))?(?: to | and | through | until | till |{_DASH})"
                        rf"(?P<month2>{MONTH_FULL}){_YEAR_TAIL}", 0), _month_range),
    ("month", _compile(rf"(?:(?P<part>(?i:{_PART}))[- ])?(?P<month>{MONTH}),? (?:of )?(?P<year>{YEAR}|{_RELYEAR})", 0),
     _month_year),
    ("which", _compile(rf"(?:(?P<part>earlier|later|{_PART})[- ])?(?P<which>{_WHICH}) (?P<unit>week|weekend|month|year|decade"
                       rf"|century|quarter|{_SEASON}|morning|afternoon|evening|night|{'|'.join(_DAYS)}|{'|'.join(_MONTHS)})"
                       rf"(?: {_DAYTIME})?"), _which),
    ("which", _compile(rf"(?P<part>{_PART}) the (?P<unit>week|month|year)"), _end_of),
    ("today", _compile(rf"(?:earlier )?(?P<day>today|yesterday|tomorrow|tonight)(?: {_DAYTIME})?"), _named_day),
    ("holiday", _compile(r"(?P<name>Christmas(?: Eve| Day)?|Boxing Day|New Year['’]s (?:Eve|Day)|Valentine['’]s Day|Halloween)"
                         rf"{_YEAR_TAIL}", 0), _holiday),
    ("today", _compile(r"day (before|after) (?:yesterday|tomorrow)"), _day_after),
    ("season", _compile(rf"(?P<season>{_SEASON})(?: of)? (?P<year>{YEAR}|{_RELYEAR})"), _season_of_year),
    ("quarter", _compile(rf"(?:(?P<q>Q[1-4])|(?P<rank>first|second|third|fourth|last|final) (?:quarter|half))"
                         rf"(?:,? (?:of )?(?P<year>{YEAR}|{_RELYEAR}))?"), _quarter),
    ("decade", _compile(rf"(?:(?P<part>{_PART})[- ](?:the )?)?(?:(?P<year>1[0-9]{{2}}0|20[0-9]0)['’]?s"
                        rf"|['’](?P<short>[2-9]0)s|(?:(?<=the )|(?<=The ))(?P<word>{'|'.join(_DECADES)}))"),
     _decade),
    ("century", _compile(rf"(?P<rank>{ORDINAL})[- ]century"), _century),
    ("ago", _compile(rf"(?P<count>an?|{NUMBER})[- ](?P<unit>{'|'.join(_UNITS)})s? (?:ago|from now)"), _ago),
    ("stretch", _compile(rf"(?P<which>past|last|next|coming) (?:(?P<count>{NUMBER}) )?(?P<unit>day|week|month|year|decade)s?"),
     _stretch),
    ("years", _compile(rf"(?P<year>{YEAR})(?: to | and | through | until | till |{_DASH}|/)"
                       rf"(?P<year2>{YEAR}|[0-9]{{2}}(?![0-9]))"),
     _year_range),
    ("weekday", _compile(rf"(?P<unit>{WEEKDAY})(?: {_DAYTIME})?", 0), _weekday),
    ("bare month", _compile(rf"(?:(?P<part>(?i:{_PART}))[- ])?(?P<month>{MONTH_FULL})", 0), _bare_month),
    ("year", _compile(rf"(?:(?P<part>early|late|mid|circa|around|about|roughly)[- ])?(?P<year>{YEAR})"
                      rf"(?! ?(?:{_ZONE_NAME}))(?![- ]years?\b)"),
     _bare_year),
]
#: lower-case first words of the patterns, to find the places worth trying; a token that begins with a digit or "'" is tried too
FIRST_WORDS = {*_MONTHS, *(name[:3] for name in _MONTHS), *(f"{name[:3]}." for name in _MONTHS), "sept", "sept.", *_DAYS,
               *_SEASONS, *NUMBER_WORDS, *ORDINAL_WORDS, "early", "late", "mid", "earlier", "later", "beginning", "start",
               "end", "middle", "last", "next", "this", "past", "coming", "today", "yesterday", "tomorrow", "tonight",
               "day", "final", "circa", "around", "about", "roughly", "q1", "q2", "q3", "q4", *_DECADES, "christmas",
               "boxing", "new", "valentine", "halloween"}
TIME = _compile(rf"(?:(?P<hour>[0-2]?[0-9])(?:[:.](?P<minute>[0-5][0-9]))?(?: ?(?P<half>[ap](?:\.m\.|m\b))|(?<=[0-9]:[0-9][0-9]))"
                rf"|(?P<word>noon|midday|midnight)|(?P<clock>[0-2][0-9][0-5][0-9])(?= {_ZONE_NAME})(?: hrs| hours)?)"
                rf"{_ZONE}")


def read_time(m: re.Match[str], clock: Clock) -> Reading:
    """Return the xsd:time that a match of :data:`TIME` names, with its zone where one is given."""
    return _time(m, clock)


def bound(reading: tuple[str, str], preposition: str) -> tuple[str, str]:
    """Return the open interval that `preposition` (since, after, until) makes of a date, itself included: ``2019/..``."""
    text = reading[0]
    if not preposition or reading[1] in ("xsd:time", "xsd:dateTime") or ".." in text:
        return reading
    first, last = text.split("/") if "/" in text else (text, text)
    return (f"{first}/..", "edtf:EDTF") if preposition == "since" else \
        (f"{last}/..", "edtf:EDTF") if preposition == "after" else (f"../{last}", "edtf:EDTF")
