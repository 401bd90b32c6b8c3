"""Dates as spans of days, and from when until when a statement holds."""

from __future__ import annotations

from datetime import date

import pytest

from kg.facts.validity import days, overlap, period
from kg.records import Article, RdfLiteral, Span, Statement

STATES = {"kg:position"}


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2024-05-03", "2024-05-03", "2024-05-03"), ("2024-02", "2024-02-01", "2024-02-29"), ("2024", "2024-01-01", "2024-12-31"),
    ("2024~", "2024-01-01", "2024-12-31"), ("199X", "1990-01-01", "1999-12-31"), ("2024-22", "2024-06-01", "2024-08-31"),
    ("2024-24", "2024-12-01", "2025-02-28"), ("2024-06/2024-08", "2024-06-01", "2024-08-31"),
    ("2024-05-03T10:00:00Z", "2024-05-03", "2024-05-03"),
    ("2010/..", "2010-01-01", "9999-12-31"), ("19XX", "1900-01-01", "1999-12-31"),
])
def test_days(text: str, first: str, last: str) -> None:
    assert days(text) == (date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal())


@pytest.mark.parametrize("text", ["", "..", "../..", "2024-13", "2024-02-31", "soon", "2024-08/2024-06", "T10:00",
                                  "-0044", "18XX/x", "0000-00-00"])
def test_no_days(text: str) -> None:
    assert days(text) is None


def test_open_start_and_overlap() -> None:
    past = days("../2015-03-10")
    assert past is not None and past[0] == 0
    assert overlap(past, days("2015") or (0, 0)) and not overlap(past, days("2016") or (0, 0))


@pytest.mark.parametrize(("text", "when", "words", "since", "until"), [
    ("was mayor from 2010 to 2014", "2010/2014", "2010", "2010", "2014"),
    ("served as mayor between 2001 and 2009", "2001/2009", "2001", "2001", "2009"),
    ("has been mayor since May 2021", "2021-05/..", "May 2021", "2021-05", ""),
    ("was mayor until last year", "../2023", "last year", "", "2023"),
    ("was mayor until 2023", "2023", "2023", "", "2023"),
    ("was mayor in 2012", "2012", "2012", "", ""),
    ("was mayor last summer", "2024-06/2024-08", "last summer", "", ""),
    ("will be mayor by 2030", "../2030", "2030", "", ""),
    ("became mayor in 2015", "2015", "2015", "2015", ""),
    ("the former mayor", "", "", "", "../2025-01-13"),
    ("the ex-mayor", "", "", "", "../2025-01-13"),
    ("the former deputy town mayor", "", "", "", "../2025-01-13"),
    ("the mayor met a former clerk", "", "", "", ""),
])
def test_period(text: str, when: str, words: str, since: str, until: str) -> None:
    kind = "edtf:EDTF" if "/" in when else "xsd:gYear"
    one = Statement(id="1", article="a", subject="s", property="kg:position", object=RdfLiteral("mayor"), label="", wording=text.split()[0],
                    evidence=(Span(0, len(text)),), when=RdfLiteral(when, kind) if when else None, when_text=words)
    found = period(one, Article("a", text, published="2025-01-13"), STATES)
    assert tuple(bound.lexical if bound else "" for bound in found) == (since, until)
