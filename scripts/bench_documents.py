#!/usr/bin/env python3
"""Run mentions and coreference on GAP, OntoGUM and Reuters-128 and print the scorers' figures.

    scripts/bench_documents.py ../shared/bench/documents [--parses FOLDER] [--out FOLDER] [--only gap ontogum reuters]

One configuration for all sets. The lines scored are those of ``kg extract --mentions``; for Reuters-128, which marks only names, those
of ``kg extract --mentions --names``. --parses keeps the parses between runs.
"""

import argparse
import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.exchange.triples import mention_lines
from kg.extract.coreference import link
from kg.extract.mentions import find_mentions
from kg.extract.quotes import find_quotes
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.records import Article, Extraction

SETS = {
    "gap": (["gap/gap-development.jsonl"], "score_gap.py", False),
    "gapval": (["gap/gap-validation.jsonl"], "score_gap.py", False),
    "ontogum": (["ontogum/dev.jsonl"], "score_coref.py", False),
    "reuters": (["n3/Reuters-128.jsonl"], "score_mentions.py", True),
}


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


def run(rows, cache, names):
    """Return (mention rows, seconds of extraction, tokens)."""
    parsed = trees(rows, cache)
    begin = time.process_time()
    results = []
    for row, tree in zip(rows, map(repair, parsed), strict=True):
        quotes = find_quotes(tree)
        mentions, entities = link(tree, find_mentions(tree, find_values(tree, row.get("date", ""))), quotes)
        results.append(Extraction(Article(row["doc"], tree.text), tuple(mentions), tuple(entities)))
    spent = time.process_time() - begin
    return (
        [line for extraction in results for line in mention_lines(extraction, names=names)],
        spent,
        sum(len(tree) for tree in parsed),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--parses", type=Path)
    parser.add_argument("--out", type=Path, default=Path("/tmp"))
    parser.add_argument("--only", nargs="*", default=list(SETS))
    options = parser.parse_args()
    for name in options.only:
        files, scorer, names = SETS[name]
        paths = [options.bench / file for file in files]
        rows = [json.loads(line) for path in paths for line in path.open(encoding="utf-8")]
        lines, spent, tokens = run(
            rows,
            options.parses / f"{name}.pkl" if options.parses else None,
            names,
        )
        pred = options.out / f"mentions-{name}.jsonl"
        pred.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        command = [sys.executable, str(options.bench / "scorers" / scorer), "--gold", *map(str, paths), "--pred", str(pred)]
        figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        print(json.dumps({"set": name, "ms_per_token": round(1000 * spent / tokens, 4), **figures}))


if __name__ == "__main__":
    main()
