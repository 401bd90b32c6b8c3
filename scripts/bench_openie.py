#!/usr/bin/env python3
"""Run the extraction on BenchIE dev, CaRB dev, WiRe57 and MINE and print the scorers' figures, one JSON line a set.

    scripts/bench_openie.py ../shared/bench/openie [--parses FOLDER] [--out FOLDER] [--only benchie carb wire57 mine]

One configuration for all sets: what ``kg extract --triples`` writes. --parses keeps the parses between runs, --out the triples.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.exchange.triples import triple_lines
from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.parse import load, parse
from kg.records import Article

#: set: folder, scorer with its arguments, and the figures to print
SETS: dict[str, tuple[str, list[str], list[str]]] = {
    "benchie": ("benchie_dev", ["score_benchie.py", "--gold", "benchie_dev/gold.txt"], ["p", "r", "f1"]),
    "carb": ("carb_dev", ["score_carb.py", "--gold", "carb_dev/gold.jsonl"], ["p", "r", "f1", "max_f1", "auc"]),
    "wire57": (
        "wire57",
        ["score_wire57.py", "--tokenize", "--gold", "wire57/gold.json"],
        ["p", "r", "f1", "coref_p", "coref_r", "coref_f1"],
    ),
    "mine": (
        "mine",
        ["score_mine.py", "--facts", "mine/facts.jsonl"],
        ["fetch_short", "retained_fetch", "retained", "triples_per_doc"],
    ),
}


def trees(folder: Path, cache: Path | None) -> list[tuple[str, Tree]]:
    """Return document id and parse of each text of a set; `cache` is a pickle file of our own, written if it is not there."""
    if cache is not None and cache.exists():
        with cache.open("rb") as file:
            found: list[tuple[str, Tree]] = pickle.load(file)
        return found
    rows = [json.loads(line) for line in (folder / "texts.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [(row["doc"], Tree.of(parse(load(), row["text"]))) for row in rows]
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps(found))
    return found


def run(name: str, bench: Path, out: Path, parses: Path | None = None) -> dict[str, Any]:
    """Write the triples of one set into `out` and return its scorer's figures."""
    folder, scorer, wanted = SETS[name]
    path = out / f"{folder}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for doc, tree in trees(bench / folder, parses / f"{folder}.trees" if parses else None):
            for line in triple_lines(read_claims(Article(doc, tree.text), tree), doc):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    done = subprocess.run(
        [sys.executable, *scorer, "--system", str(path.resolve())], cwd=bench, check=True, capture_output=True, text=True
    )
    figures = json.loads(done.stdout)
    return {"set": folder, **{key: figures[key] for key in wanted}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--parses", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="+", choices=list(SETS), default=list(SETS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        for name in options.only:
            print(json.dumps(run(name, options.bench, out, options.parses)), flush=True)


if __name__ == "__main__":
    main()
