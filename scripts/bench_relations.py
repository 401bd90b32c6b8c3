#!/usr/bin/env python3
"""Score the relation scorer on KnowledgeNet sentences, and measure its speed beside the parse.

    scripts/bench_relations.py ../shared/bench/documents [--fold 3] [--parses FILE] [--out FILE] [--compare]

Weights that ship were trained on folds 1 and 2. Each sentence is read alone, as a text of its own. Properties are renamed to the
benchmark's; a spouse counts both ways, as the benchmark has it. `--compare` sets four ways side by side: the ontology's wordings alone,
logistic regressions over words and parse of the same pairs (trained on folds 1 and 2, needs scipy), the scorer, and scorer and
wordings together.
"""

import argparse
import json
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.extract import read_claims
from kg.extract.learned import Regression
from kg.extract.relations import (
    FITS,
    KINDS,
    LEAST,
    NAMES,
    PROPERTIES,
    dependency_path,
    items,
    relation_claims,
    scorer,
    sigmoid,
)
from kg.extract.tree import Tree
from kg.ground import readings
from kg.iris import KG
from kg.ontology import load
from kg.ontology.learning import read_text
from kg.parse import load as load_model
from kg.parse import parse
from kg.records import Article

RENAME = {KG + local: ("^" if swapped else "") + name for name, (local, swapped, _) in PROPERTIES.items()}


def sentences(bench, fold, cache):
    """Return (document, sentence, tree, mentions) of each sentence; `cache` is a pickle file or None."""
    if cache and cache.exists():
        return pickle.loads(cache.read_bytes())
    done = []
    for doc in map(json.loads, (bench / f"knowledgenet/fold{fold}.jsonl").open(encoding="utf-8")):
        done += [(doc["doc"], sent, *read_text(sent["text"])[:2]) for sent in doc["sents"]]
    if cache:
        cache.write_bytes(pickle.dumps(done, protocol=5))
    return done


#: further properties of ours that say the benchmark's, "^" with subject and object exchanged: wordings choose the most specific
ALSO = {"employer": "EMPLOYEE_OR_MEMBER_OF", "partyMemberOf": "EMPLOYEE_OR_MEMBER_OF", "playsFor": "EMPLOYEE_OR_MEMBER_OF",
        "coachOf": "EMPLOYEE_OR_MEMBER_OF", "spokespersonFor": "EMPLOYEE_OR_MEMBER_OF", "headOf": "EMPLOYEE_OR_MEMBER_OF",
        "headedBy": "CEO", "parentOf": "^CHILD_OF", "ownedBy": "SUBSIDIARY_OF", "married": "SPOUSE", "capitalOf": "HEADQUARTERS"}


def line(doc, sent, name, subject, object, confidence=1.0):
    """Return a line of the scorer's format: characters (start, end) of the sentence."""
    spans = [[start + sent["start"], end + sent["start"]] for start, end in (subject, object)]
    return {"doc": doc, "sent": sent["sent"], "subject": sent["text"][slice(*subject)], "predicate": name,
            "object": sent["text"][slice(*object)], "subject_span": spans[0], "object_span": spans[1], "confidence": confidence}


def both_ways(lines):
    """Yield the lines, a spouse's also the other way round."""
    for one in lines:
        yield one
        if one["predicate"] == "SPOUSE":
            yield {**one, "subject_span": one["object_span"], "object_span": one["subject_span"]}


def by_wordings(rows):
    """Yield what the wordings of the bundled ontology read."""
    ontology = load()
    names = {iri: [name] for iri, name in RENAME.items()}
    for local, name in ALSO.items():
        names.setdefault(KG + local, []).append(name)
    for doc, sent, *_ in rows:
        extraction = read_claims(Article("text", sent["text"]), Tree.of(parse(load_model(), sent["text"])))
        for one in readings(extraction, {entity.id: (entity.type,) for entity in extraction.entities}, ontology):
            for name in names.get(one.wording.iri, ()):
                spans = [(a.start, a.end) for a in (one.subject, one.object)]
                yield line(doc, sent, name.lstrip("^"), *(reversed(spans) if name[0] == "^" else spans))


def words_of(tree, item, i, j):
    """Return what the regressions see of a pair: words between, before and after, the way through the parse, types, distance."""
    a, b = item.candidates[i], item.candidates[j]
    one, other = tree.tokens(a.start, a.end), tree.tokens(b.start, b.end)
    low, high = (one, other) if one.start < other.start else (other, one)
    order = one.start < other.start
    between = [word.lower() for word in tree.lemmas[low.stop:high.start]]
    way = [tree.lemmas[t].lower() for t in dependency_path(tree, a.head, b.head)]
    ends = f"{tree.deps[a.head]} {tree.deps[b.head]}"
    found = [f"types={a.type} {b.type}", f"gap={order} {min(len(between), 12) // 2}", f"path={order} {' '.join(way[:5])}", f"ends={ends}",
             f"before={tree.lemmas[low.start - 1].lower() if low.start else ''}", f"all={order} {' '.join(between[:5])}",
             f"after={tree.lemmas[high.stop].lower() if high.stop < len(tree) else ''}", f"heads={tree.lemmas[a.head].lower()}",
             f"heado={tree.lemmas[b.head].lower()}", f"two={a.type} {b.type} {ends}"]
    found += [f"between={order} {word}" for word in between[:20]] + [f"on={order} {word}" for word in way]
    found += [f"typed={a.type} {b.type} {word}" for word in way]
    return found


def by_regressions(train, rows):
    """Yield what one logistic regression for each property finds, trained on the sentences annotated for it."""
    tokenizer = scorer().tokenizer

    def pairs(tree, mentions, k):
        for item in items(tree, mentions, tokenizer, nouns=False):
            classes = item.codes // len(KINDS)
            fits = [(*map(int, part), 0) for part in FITS[NAMES[k]]]
            yield from ((item, i, j) for i, j in item.pairs.tolist() if classes[i] in fits[0] and classes[j] in fits[1])

    for k, name in enumerate(NAMES):
        features, labels = [], []
        for _, sent, tree, mentions in train:
            if name in sent["annotated"]:
                facts = [(fact["subject_span"], fact["object_span"]) for fact in sent["facts"] if fact["predicate"] == name]
                for item, i, j in pairs(tree, mentions, k):
                    places = [(c.start + sent["start"], c.end + sent["start"]) for c in (item.candidates[i], item.candidates[j])]
                    features.append(words_of(tree, item, i, j))
                    labels.append(any(all(p[0] < q[1] and q[0] < p[1] for p, q in zip(places, fact, strict=True)) for fact in facts))
        model = Regression.fit(features, np.array(labels, dtype=np.float32)[:, None])
        for doc, sent, tree, mentions in rows:
            if name in sent["annotated"]:
                found = list(pairs(tree, mentions, k))
                chances = sigmoid(model.scores([words_of(tree, *pair) for pair in found]))[:, 0] if found else []
                for (item, i, j), chance in zip(found, chances, strict=True):
                    if chance >= 0.5:
                        spans = [(c.start, c.end) for c in (item.candidates[i], item.candidates[j])]
                        yield line(doc, sent, name, *spans, float(chance))


def score(options, lines):
    """Return the figures of the benchmark's scorer."""
    options.out.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    command = [sys.executable, options.bench / "scorers/score_knowledgenet.py", "--pred", options.out, "--match", options.match,
               "--gold", options.bench / f"knowledgenet/fold{options.fold}.jsonl"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def by_scorer(rows, least):
    """Yield what the scorer finds."""
    for doc, sent, tree, mentions in rows:
        for claim in relation_claims(tree, mentions, least=least):
            name = RENAME[claim.property]
            spans = [next((a.start, a.end) for a in claim.arguments if a.role == role) for role in ("subject", "object")]
            yield line(doc, sent, name.lstrip("^"), *(reversed(spans) if name[0] == "^" else spans), claim.confidence)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--fold", type=int, default=3)
    parser.add_argument("--parses", type=Path)
    parser.add_argument("--out", type=Path, default=Path("/tmp/relations.jsonl"))
    parser.add_argument("--least", type=float, default=LEAST, help="least probability of a claim; 0: thresholds for best F1")
    parser.add_argument("--match", default="overlap")
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args()
    rows = sentences(options.bench, options.fold, options.parses)
    relation_claims(rows[0][2], rows[0][3])  # loads the model
    begin = time.process_time()
    lines = list(both_ways(by_scorer(rows, options.least)))
    spent = time.process_time() - begin
    figures = score(options, lines)
    for name, row in figures["per_property"].items():
        print(f"{name:24} {row}")
    print(f"{'all':24} {figures['all']} macro {figures['macro_f1']} ignored {figures['ignored']}")
    print(f"{len(rows) / spent:.0f} sentences, {sum(len(row[2]) for row in rows) / spent:.0f} tokens a second, "
          f"{1000 * spent / sum(len(row[2]) for row in rows):.3f} ms a token")
    if options.compare:
        worded = list(both_ways(by_wordings(rows)))
        train = [row for fold in (1, 2) if fold != options.fold for row in sentences(options.bench, fold, None)]
        for what, found in (("wordings", worded), ("regressions", both_ways(by_regressions(train, rows))), ("scorer", lines),
                            ("scorer and wordings", lines + worded)):
            print(f"{what:24} {score(options, found)['all']}", flush=True)


if __name__ == "__main__":
    main()
