#!/usr/bin/env python3
"""Run mentions and coreference on GAP, OntoGUM and Reuters-128 and print the scorers' figures.

    scripts/bench_documents.py ../shared/bench/documents [--parses FOLDER] [--out FOLDER] [--only gap ontogum reuters]

One configuration for all sets. What is written differs by what a set marks: GAP and OntoGUM get all kinds of mentions with their
whole noun phrase, Reuters-128 only names in their compact form. --parses keeps the parses between runs.
"""

import argparse
import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.extract.coreference import link
from kg.extract.mentions import find_mentions
from kg.extract.quotes import find_quotes
from kg.extract.tree import Tree
from kg.extract.values import find_values

SETS = {
    "gap": (["gap/gap-development.jsonl"], "score_gap.py", "all"),
    "gapval": (["gap/gap-validation.jsonl"], "score_gap.py", "all"),
    "ontogum": (["ontogum/dev.jsonl"], "score_coref.py", "all"),
    "reuters": (["n3/Reuters-128.jsonl"], "score_mentions.py", "name"),
}
RELATIVE = {"who", "whom", "whose", "which", "that"}


def trees(rows, cache):
    """Return the parse of each row's text; `cache` is a pickle file or None."""
    if cache and cache.exists():
        with cache.open("rb") as file:
            found = pickle.load(file)
    else:
        from kg.parse import load, parse

        nlp = load()
        found = {row["doc"]: Tree.of(parse(nlp, row["text"])) for row in rows}
        if cache:
            cache.write_bytes(pickle.dumps(found, protocol=5))
    return [found[row["doc"]] for row in rows]


def mention_rows(doc, tree, mentions, kinds):
    """Yield mention rows. Whole noun phrases ("all") leave out what OntoNotes does not mark: relative pronouns, and noun phrases
    inside one of the same entity (appositions)."""
    if kinds == "name":
        for m in mentions:
            if m.kind == "name":
                yield {
                    "doc": doc,
                    "start": m.start,
                    "end": m.end,
                    "text": tree.text[m.start : m.end],
                    "type": m.type,
                    "entity": m.entity,
                }
        return
    spans = {}
    for m in mentions:
        if m.kind != "value" and not (
            m.kind == "pronoun" and tree.text[m.start : m.end].lower() in RELATIVE and tree.tags[tree.at[m.head.start]].startswith("W")
        ):
            spans.setdefault(m.entity, []).append(m)
    for entity, group in sorted(spans.items()):
        for m in group:
            inside = m.kind != "pronoun" and any(
                o is not m and o.full.start <= m.full.start and m.full.end <= o.full.end and o.full != m.full for o in group
            )
            start, end = (m.start, m.end) if m.kind == "name" and kinds == "compact" else (m.full.start, m.full.end)
            if not inside:
                yield {"doc": doc, "start": start, "end": end, "text": tree.text[start:end], "type": m.type, "entity": entity}


def run(rows, cache, kinds):
    """Return (mention rows, seconds of extraction, tokens)."""
    parsed = trees(rows, cache)
    begin = time.process_time()
    results = []
    for row, tree in zip(rows, parsed, strict=True):
        quotes = find_quotes(tree)
        results.append((row["doc"], tree, link(tree, find_mentions(tree, find_values(tree, row.get("date", ""))), quotes)[0]))
    spent = time.process_time() - begin
    return (
        [line for doc, tree, mentions in results for line in mention_rows(doc, tree, mentions, kinds)],
        spent,
        sum(len(tree) for tree in parsed),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--parses", type=Path)
    parser.add_argument("--out", type=Path, default=Path("/tmp"))
    parser.add_argument("--compact", action="store_true", help="write names in their compact form everywhere")
    parser.add_argument("--only", nargs="*", default=list(SETS))
    options = parser.parse_args()
    for name in options.only:
        files, scorer, kinds = SETS[name]
        paths = [options.bench / file for file in files]
        rows = [json.loads(line) for path in paths for line in path.open(encoding="utf-8")]
        lines, spent, tokens = run(
            rows,
            options.parses / f"{name}.pkl" if options.parses else None,
            "compact" if options.compact and kinds == "all" else kinds,
        )
        pred = options.out / f"mentions-{name}.jsonl"
        pred.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        command = [sys.executable, str(options.bench / "scorers" / scorer), "--gold", *map(str, paths), "--pred", str(pred)]
        figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        print(json.dumps({"set": name, "ms_per_token": round(1000 * spent / tokens, 4), **figures}))


if __name__ == "__main__":
    main()
