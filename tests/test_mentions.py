"""Mentions: what is found, in which form, of which type."""

import tomllib
from pathlib import Path

import pytest

from kg.extract.mentions import find_mentions
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.parse import load, parse

CASES = tomllib.loads((Path(__file__).parent / "cases" / "mentions.toml").read_text(encoding="utf-8"))["case"]


def read(text):
    tree = Tree.of(parse(load(), text))
    return tree, find_mentions(tree, find_values(tree, ""))


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_case(case):
    _, mentions = read(case["text"])
    words = {kind: [case["text"][m.start : m.end] for m in mentions if m.kind == kind] for kind in ("nominal", "pronoun")}
    if "names" in case:
        assert [f"{m.type}: {case['text'][m.start : m.end]}" for m in mentions if m.kind == "name"] == case["names"]
    assert not set(case.get("nominals", ())) - set(words["nominal"]), words["nominal"]
    assert not set(case.get("pronouns", ())) - set(words["pronoun"]), words["pronoun"]


@pytest.mark.parametrize("text", ["", " ", "...", "\n\n", "HEADLINE IN CAPITALS", "☃ — “ ” ’", "a\u202eb <script> https://x.example/?a=b"])
def test_odd_text_gives_sound_spans(text):
    tree, mentions = read(text)
    for m in mentions:
        assert 0 <= m.full.start <= m.start < m.end <= m.full.end <= len(text)
        assert m.head.start in tree.at


def test_values_are_kept_and_nothing_has_its_head_in_them():
    tree, mentions = read("The court fined Delta Works $1.2 million on 3 May 2021 after an 18-month inquiry.")
    values = [m for m in mentions if m.kind == "value"]
    assert values
    assert [v.value for v in values] == [v.value for v in sorted(find_values(tree, ""), key=lambda v: (v.start, -v.end))]
    for m in mentions:
        if m.kind != "value":
            assert not any(v.start <= m.head.start < v.end for v in values)


def test_ids_follow_the_text():
    _, mentions = read("Ana Ruiz met the old mayor of Lyon. She thanked him.")
    assert [m.id for m in mentions] == list(range(len(mentions)))
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
