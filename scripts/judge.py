"""Precision by reading: draw statements at random, have them judged, count.

    .venv/bin/python scripts/judge.py draw GRAPH [N] > sheet.tsv     N (200) statements with their sentences, drawn with a fixed seed
    .venv/bin/python scripts/judge.py count SHEET [SHEET]            share right, by kind of error; with two sheets, their agreement

A reader fills the first column with ``right`` or one kind of error: ``subject``, ``relation``, ``object``, ``polarity``, ``status``,
``speaker``, ``time``, ``type`` (a wrong class or property where the words are right), ``nothing`` (no fact at all). A statement is right if
subject, relation, object, polarity, status and speaker all are, judged against the sentence and the article's context.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from pathlib import Path

import kg
from kg.folder import GraphFolder

KINDS = ("subject", "relation", "object", "polarity", "status", "speaker", "time", "type", "nothing")


def draw(folder: str, number: int) -> None:
    """Write the sheet to standard output, tab-separated: verdict (empty), number, statement, property, confidence, quote, context."""
    texts = {one.article.id: one.article.text for one in GraphFolder.open(folder).extractions()}
    with kg.open(folder) as graph:
        found = sorted(graph.statements(), key=lambda said: said.iri)
    rows = random.Random(20).sample(found, min(number, len(found)))
    sheet = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    sheet.writerow(["verdict", "number", "statement", "property", "status", "confidence", "quote", "context"])
    for place, said in enumerate(rows, 1):
        quote = said.quotes[0]
        text = texts.get(said.article.rpartition("/")[2], "")
        around = " ".join(text[max(0, quote.start - 200):quote.end + 100].split())
        sheet.writerow(["", place, said.sentence(), said.property.rpartition("/")[2].rpartition("#")[2], said.status, said.confidence,
                        " ".join(said.quote.split()), around])


def count(sheets: list[str]) -> None:
    """Print the share of right statements and the kinds of error; with two sheets, how far they agree."""
    verdicts = []
    for path in sheets:
        with Path(path).open(encoding="utf-8", newline="") as file:
            verdicts.append({row["number"]: row["verdict"].strip() for row in csv.DictReader(file, delimiter="\t")})
        unknown = set(verdicts[-1].values()) - {"right", *KINDS}
        if unknown:
            sys.exit(f"{path}: {sorted(unknown)} are no verdicts; use right, {', '.join(KINDS)}")
        kinds = Counter(verdicts[-1].values())
        total = sum(kinds.values())
        right = kinds.pop("right", 0)
        print(f"{path}: {total} statements, {right / total:.1%} right; " + ", ".join(f"{k} {n}" for k, n in kinds.most_common()))
    if len(verdicts) == 2:
        one, two = ([verdict == "right" for _, verdict in sorted(v.items())] for v in verdicts)
        same = sum(a == b for a, b in zip(one, two, strict=True)) / len(one)
        by_chance = sum(one) / len(one) * sum(two) / len(two) + (1 - sum(one) / len(one)) * (1 - sum(two) / len(two))
        print(f"agreement {same:.1%}, kappa {(same - by_chance) / (1 - by_chance):.2f}; both say right: "
              f"{sum(a and b for a, b in zip(one, two, strict=True)) / len(one):.1%}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["draw"]:
        draw(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 200)
    elif sys.argv[1:2] == ["count"] and len(sys.argv) > 2:
        count(sys.argv[2:])
    else:
        sys.exit(__doc__)
