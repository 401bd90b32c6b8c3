"""The texts whose statements were read one by one, and the labels that the readers gave: what the confidence is learned from.

``data/gold/readings.tsv`` holds no text: a line names the set and the document, the place of the evidence, a hash of what the
statement says, its form, the verdict and the kind of error. :func:`labelled` joins the labels with a fresh extraction; a label whose
statement no longer comes out is left out, and counted.
"""

from __future__ import annotations

import csv
import hashlib
import json
import pickle
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.ground import Rate, entity_types, ground, rated
from kg.ontology import Ontology
from kg.ontology import load as load_ontology
from kg.parse import load, parse
from kg.read import Unreadable, read
from kg.records import Article, Claim, Entity, Extraction, Statement
from kg.resolve import resolve

ROOT = Path(__file__).parents[1]
LABELS = ROOT / "data/gold/readings.tsv"
COLUMNS = ("set", "doc", "start", "end", "hash", "form", "verdict", "kind")
#: sets that nothing is learned from: the real articles, and newswire whose licence forbids it
TEST = ("articles", "reuters")


class Said(NamedTuple):
    """A statement in words: what a reader judges."""

    subject: str
    property: str
    object: str
    polarity: str
    status: str
    speaker: str

    def hash(self) -> str:
        """Return 12 hex digits that stand for all six."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()[:12]


def documents(shared: Path, name: str) -> Iterator[Article]:
    """Yield the documents of one set as articles; ids are the set's own, so that labels find them again."""
    bench = shared / "bench"
    if name in ("ours", "articles"):
        folder = ROOT / "data/articles" if name == "ours" else shared / "articles"
        for path in sorted(folder.iterdir()):
            if path.suffix in (".txt", ".md", ".html") and path.name != "README.md":
                for found in read([str(path)]):
                    if not isinstance(found, Unreadable):
                        yield Article(path.stem, found.text, published=found.published, title=found.title)
    elif name == "knowledgenet":
        for fold in (1, 2):
            for row in _rows(bench / f"documents/knowledgenet/fold{fold}.jsonl"):
                for sentence in row["sents"][:1]:
                    yield Article(sentence["sent"], sentence["text"])
    elif name in ("bio", "interview", "speech", "court"):
        for row in _rows(bench / "documents/ontogum/train.jsonl"):
            if row["genre"] == name:
                yield Article(row["doc"], row["text"], published=row["date"] if len(row["date"] or "") == 10 else "")
    else:
        path = {"gap": "documents/gap/gap-development.jsonl", "carb": "openie/carb_dev/texts.jsonl",
                "reuters": "documents/n3/Reuters-128.jsonl", "benchie": "openie/benchie_dev/texts.jsonl"}[name]
        for row in _rows(bench / path):
            yield Article(str(row["doc"]), row["text"])


def _rows(path: Path) -> Iterator[Any]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def parsed(shared: Path, name: str, wanted: Sequence[str], cache: Path | None) -> Iterator[tuple[Article, Tree]]:
    """Yield the wanted documents of a set with their parses; `cache` is a folder of our own that keeps parses between runs."""
    kept: dict[str, Tree] = {}
    code = b"".join((ROOT / "kg" / part).read_bytes() for part in ("parse.py", "extract/tree.py", "components/fast.py"))
    path = cache / f"readings-{name}-{hashlib.sha256(code).hexdigest()[:8]}.trees" if cache else None
    if path and path.exists():
        kept = pickle.loads(path.read_bytes())
    new = False
    ids = set(wanted)
    for article in documents(shared, name):
        if article.id in ids:
            if article.id not in kept or kept[article.id].text != article.text:
                kept[article.id], new = Tree.of(parse(load(), article.text)), True
            yield article, kept[article.id]
    if path and new:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(kept))


def stated(extraction: Extraction, ontology: Ontology, rate: Rate = rated) -> tuple[list[Statement], dict[str, Entity]]:
    """Return the statements of one article by itself, and its entities by IRI."""
    types = {(extraction.article.id, local): names for local, names in entity_types(extraction, ontology).items()}
    entities = resolve([extraction], types)
    of = {local: entity for entity in entities for _, local in entity.members}
    return ground(extraction, of, ontology, rate), {entity.iri: entity for entity in entities}


def said(statement: Statement, entities: dict[str, Entity]) -> Said:
    """Return the statement in words."""
    object_ = entities[statement.object].label if isinstance(statement.object, str) and statement.object in entities else \
        statement.object if isinstance(statement.object, str) else statement.object.lexical
    speaker = entities[statement.speaker].label if statement.speaker in entities else ""
    return Said(entities[statement.subject].label, statement.property, object_, statement.polarity, statement.status, speaker)


def read_labels() -> dict[str, dict[str, list[dict[str, str]]]]:
    """Return the lines of the file of labels by set and document."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    with LABELS.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            found.setdefault(line["set"], {}).setdefault(line["doc"], []).append(line)
    return found


class Reading(NamedTuple):
    """A statement that was read and still comes out: its set, the letters of its text, claim's confidence, signs, and verdict."""

    name: str
    text: str
    claim: float
    signs: list[str]
    right: bool


def labelled(shared: Path, cache: Path | None) -> tuple[list[Reading], Counter[str]]:
    """Return the labels joined with a fresh extraction, and how many of each set no longer come out."""
    ontology = load_ontology()
    found: list[Reading] = []
    lost: Counter[str] = Counter()
    for name, by_document in read_labels().items():
        for article, tree in parsed(shared, name, list(by_document), cache):
            noted: list[tuple[float, list[str]]] = []

            def note(claim: Claim, signs: list[str], noted: list[tuple[float, list[str]]] = noted) -> float:
                noted.append((claim.confidence, signs))
                return float(len(noted) - 1)

            statements, entities = stated(read_claims(article, tree), ontology, note)
            by_key = {(*place(one), said(one, entities).hash()): noted[int(one.confidence)] for one in reversed(statements)}
            for line in by_document[article.id]:
                key = (int(line["start"]), int(line["end"]), line["hash"])
                if key in by_key:
                    found.append(Reading(name, re.sub(r"\W+", "", article.text), *by_key[key], line["verdict"] == "right"))
                else:
                    lost[name] += 1
    return found, lost


def place(statement: Statement) -> tuple[int, int]:
    """Return where the first evidence of a statement stands."""
    return statement.evidence[0].start, statement.evidence[0].end
