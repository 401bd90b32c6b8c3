"""Numbers as English writes them: digits with commas and scales ("1.2 million", "300m", "12,00,000"), words ("two hundred").

:data:`NUMBER` is the pattern to build larger patterns with, :func:`read_number` the value of what it matched. No library was
taken: word2number rests since 2017 and text2num rewrites whole texts, so that offsets are lost.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen")
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth twenty-first")
_SMALL = {word: n for n, word in enumerate(_SMALL_WORDS.split())}
_TENS = {word: 10 * n for n, word in enumerate(_TENS_WORDS.split(), 2)}
_SCALES = {"hundred": 100, "dozen": 12, "thousand": 10**3, "k": 10**3, "lakh": 10**5, "crore": 10**7,
           "million": 10**6, "mln": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9, "bln": 10**9, "bn": 10**9,
           "trillion": 10**12, "tn": 10**12, "trn": 10**12}
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
#: rank by ordinal in words
ORDINAL_WORDS = {word: n for n, word in enumerate(_ORDINAL_WORDS.split(), 1)}

_scale = r"(?:hundred|thousand|million|mln|billion|bln|trillion|dozen|lakh|crore)"
_small = (rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(list(_SMALL)[1:10])}))?"
          rf"|{'|'.join(sorted(_SMALL, key=len, reverse=True))})\b")
_half = r"(?:[- ]and[- ]a[- ]half)?"
_words = (rf"(?:half[- ]an?[- ]{_scale}|an?[- ]{_scale}(?:[- ](?:and[- ])?{_small})?"
          rf"|{_small}{_half}(?:(?:[- ]{_scale}\b)+(?:[- ](?:and[- ])?{_small})?)*)")
#: digits; at most 15 before the point, so that no text can make a number that takes long to reckon with
DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{2,3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,15}(?!\.?[0-9]))?[½¼¾]?"
#: a number without capturing groups; needs ``re.IGNORECASE``
NUMBER = rf"(?:{DIGITS}{_half}(?:[- ]{_scale}\b|(?:bn|mn|tn|trn|m|k)\b)*|{_words}\b)"
#: an ordinal ("third", "21st")
ORDINAL = rf"(?:{'|'.join(sorted(ORDINAL_WORDS, key=len, reverse=True))}|[0-9]{{1,4}}(?:st|nd|rd|th))\b"

#: lower-case words that a number can begin with
FIRST_WORDS = {*_SMALL, *_TENS, "a", "an", "half"}

_token = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?|[a-z]+|[½¼¾]")


def read_number(text: str) -> Decimal:
    """Return the number that `text`, a match of :data:`NUMBER`, stands for: "two and a half million" is 2500000."""
    total, current = Decimal(0), Decimal(0)
    for word in _token.findall(text.lower()):
        if word[0].isdigit():
            current += Decimal(word.replace(",", ""))
        elif word in _FRACTIONS:
            current += _FRACTIONS[word]
        elif word == "half":
            current += Decimal("0.5")
        elif word in _SMALL or word in _TENS:
            current += _SMALL.get(word) or _TENS.get(word, 0)
        elif word in ("hundred", "dozen"):
            current = (current or Decimal(1)) * _SCALES[word]
        elif word in _SCALES:
            total += (current or Decimal(1)) * _SCALES[word]
            current = Decimal(0)
    return total + current


def read_ordinal(text: str) -> int:
    """Return the rank that `text`, a match of :data:`ORDINAL`, stands for: "third" and "3rd" are 3."""
    word = text.lower()
    return ORDINAL_WORDS[word] if word in ORDINAL_WORDS else int(word[:-2])


def lexical(number: Decimal) -> str:
    """Return `number` as the shortest xsd:decimal: no exponent, no trailing zeros ("1200000", "2.5")."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
