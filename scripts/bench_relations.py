#!/usr/bin/env python3
"""Score the relation scorer on KnowledgeNet sentences, and measure its speed beside the parse.

    scripts/bench_relations.py ../shared/bench/documents [--fold 3] [--parses FILE] [--out FILE]

Weights that ship were trained on folds 1 and 2. Each sentence is read alone, as a text of its own. Properties are renamed to the
benchmark's; a spouse counts both ways, as the benchmark has it.
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
from kg.extract.relations import LEAST, PROPERTIES, relation_claims
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.iris import KG

RENAME = {KG + local: ("^" if swapped else "") + name for name, (local, swapped, _) in PROPERTIES.items()}


def sentences(bench, fold, cache):
    """Return (document, sentence, tree, mentions) of each sentence; `cache` is a pickle file or None."""
    if cache and cache.exists():
        return pickle.loads(cache.read_bytes())
    from kg.parse import load, parse

    done = []
    for doc in map(json.loads, (bench / f"knowledgenet/fold{fold}.jsonl").open(encoding="utf-8")):
        for sent in doc["sents"]:
            tree = repair(Tree.of(parse(load(), sent["text"])))
            done.append((doc["doc"], sent, tree, link(tree, find_mentions(tree, find_values(tree, "")), find_quotes(tree))[0]))
    if cache:
        cache.write_bytes(pickle.dumps(done, protocol=5))
    return done


def triples(doc, sent, claims):
    """Yield a line of the scorer's format for each claim."""
    for claim in claims:
        subject, object = (next(a for a in claim.arguments if a.role == role) for role in ("subject", "object"))
        line = {
            "doc": doc,
            "sent": sent["sent"],
            "subject": sent["text"][subject.start : subject.end],
            "predicate": claim.property,
            "object": sent["text"][object.start : object.end],
            "subject_span": [subject.start + sent["start"], subject.end + sent["start"]],
            "object_span": [object.start + sent["start"], object.end + sent["start"]],
            "confidence": claim.confidence,
        }
        yield line
        if RENAME[claim.property] == "SPOUSE":
            yield {**line, "subject_span": line["object_span"], "object_span": line["subject_span"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--fold", type=int, default=3)
    parser.add_argument("--parses", type=Path)
    parser.add_argument("--out", type=Path, default=Path("/tmp/relations.jsonl"))
    parser.add_argument("--least", type=float, default=LEAST, help="least probability of a claim; 0: thresholds for best F1")
    parser.add_argument("--match", default="overlap")
    options = parser.parse_args()
    rows = sentences(options.bench, options.fold, options.parses)
    relation_claims(rows[0][2], rows[0][3])  # loads the model
    begin = time.process_time()
    found = [(doc, sent, relation_claims(tree, mentions, least=options.least)) for doc, sent, tree, mentions in rows]
    spent = time.process_time() - begin
    lines = [line for row in found for line in triples(*row)]
    options.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    table = options.out.with_suffix(".map.json")
    table.write_text(json.dumps(RENAME))
    command = [
        sys.executable,
        str(options.bench / "scorers/score_knowledgenet.py"),
        "--gold",
        str(options.bench / f"knowledgenet/fold{options.fold}.jsonl"),
        "--pred",
        str(options.out),
        "--map",
        str(table),
        "--match",
        options.match,
    ]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for name, row in figures["per_property"].items():
        print(f"{name:24} {row}")
    print(f"{'all':24} {figures['all']} macro {figures['macro_f1']} ignored {figures['ignored']}")
    print(
        f"{len(rows) / spent:.0f} sentences, {sum(len(row[2]) for row in rows) / spent:.0f} tokens a second, "
        f"{1000 * spent / sum(len(row[2]) for row in rows):.3f} ms a token"
    )


if __name__ == "__main__":
    main()
