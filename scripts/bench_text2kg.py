#!/usr/bin/env python3
"""Score relations of a given ontology on Text2KGBench: from the ontology alone, and learned from its train sentences.

    scripts/bench_text2kg.py ../shared/bench/documents tekgen [--cache FOLDER]     train -> validation
    scripts/bench_text2kg.py ../shared/bench/documents webnlg [--split random]     train in three parts, each scored by the other two

For webnlg `--split subject` (the default) keeps all sentences on one main subject in one part, so names learned by heart are of no use;
`random` deals sentences out in turn, as they come. Each ontology is written as Turtle with labels, domains and ranges and read by kg.
Of each property the best pair of a text is written (the benchmark's average judges properties of the gold only, so
surplus costs nothing), others from probability 0.3; `sure` is the same with 0.3 for all, for the stricter micro figure.

Answers are written as the train sentences write them: dates in the commonest form of the property, a wording that stood for a name
in training ("Polish") as that name ("Poland").
"""

import argparse
import json
import pickle
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.extract import read_claims
from kg.extract.learned import Gold, align, date_forms, fold, learn
from kg.ontology import load
from kg.ontology.learning import read_text
from kg.pipeline import join
from kg.records import Article
from kg.settings import Settings

BASE = "https://example.org/text2kg#"
DATATYPES = {"date": "xsd:date", "year": "xsd:gYear", "number": "xsd:decimal", "integer": "xsd:integer", "string": "xsd:string"}


def turtle(ontology):
    """Return the benchmark's ontology as Turtle: labels, domains, ranges, and nothing else."""
    lines = ["@prefix owl: <http://www.w3.org/2002/07/owl#> .", "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
             "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."]
    labels = {}
    for concept in ontology["concepts"]:
        labels[concept["qid"]] = concept["label"]
        lines.append(f"<{iri(concept['label'])}_class> a owl:Class ; rdfs:label {json.dumps(concept['label'])} .")
    for relation in ontology["relations"]:
        data = DATATYPES.get(str(labels.get(relation["range"], relation["range"])).lower())
        parts = [f"a owl:{'DatatypeProperty' if data else 'ObjectProperty'}", f"rdfs:label {json.dumps(relation['label'].strip())}"]
        if relation["domain"] in labels:
            parts.append(f"rdfs:domain <{iri(labels[relation['domain']])}_class>")
        if data or relation["range"] in labels:
            parts.append("rdfs:range " + (data or f"<{iri(labels[relation['range']])}_class>"))
        lines.append(f"<{iri(relation['label'])}> {' ; '.join(parts)} .")
    return "\n".join(lines) + "\n"


def iri(label):
    return BASE + quote(label.strip().replace(" ", "_"))


def read(path, cache):
    """Return (row, tree, mentions, entities) of each line."""
    kept = cache and cache / f"{path.parts[-3]}-{path.parts[-2]}-{path.stem}.pkl"
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())
    rows = [(row, *read_text(row["sent"])) for row in map(json.loads, path.open(encoding="utf-8"))]
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(rows, protocol=5))
    return rows


def alone(rows, ontology_file, names):
    """Return (id, triples) as kg reads them with this ontology beside its own."""
    ontology = load([ontology_file])
    settings = Settings(ontology=(str(ontology_file),))
    out = []
    for row, tree, *_ in rows:
        extraction = read_claims(Article(row["id"], row["sent"]), tree)
        joined = join(lambda extraction=extraction: [extraction], settings, ontology)
        labels = {entity.iri: entity.label for entity in joined.entities}
        triples = []
        for one in joined.statements:
            if one.property in names:
                object = labels.get(one.object, "") if isinstance(one.object, str) else one.object.lexical
                triples.append((labels.get(one.subject, ""), names[one.property], object))
        out.append((row["id"], triples))
    return out


def style(words):
    """Return the name of the form in which a date is written, or ""."""
    patterns = {"iso": r"\d{4}-\d\d-\d\d", "long": r"\d\d [A-Z]\w+ \d{4}", "year": r"\d{4}"}
    return next((name for name, pattern in patterns.items() if re.fullmatch(pattern, words)), "")


class Writer:
    """Writes answers as the train sentences do."""

    def __init__(self, pages, aligned):
        self.objects, self.subjects, self.styles = defaultdict(Counter), defaultdict(Counter), defaultdict(Counter)
        for page, rows in zip(pages, aligned, strict=True):
            for gold, subjects, objects in rows:
                self.styles[gold.property][style(gold.object)] += 1
                for n in objects:
                    self.objects[gold.property, page.keys[n]][gold.object] += 1
                for n in subjects:
                    self.subjects[fold(page.name(n))][gold.subject] += 1

    def triple(self, page, found, names):
        name = page.name(found.subject)
        subject = self.subjects[fold(name)].most_common(1)[0][0] if fold(name) in self.subjects else name
        words, mention = page.texts[found.object], page.exact.get(page.spans[found.object])
        known = self.objects.get((found.property, page.keys[found.object]))
        common = self.styles[found.property].most_common(1)[0][0] if found.property in self.styles else ""
        if common and mention is not None and mention.value is not None:
            words = next((form for form, kind in date_forms(mention.value.lexical).items() if kind == common), words)
        elif known:
            words = known.most_common(1)[0][0]
        return subject, names[found.property], words


def taught(train, test, names, least):
    """Return (id, triples) and the seconds of CPU that learning took, for each least probability."""
    facts = [[Gold(t["sub"].replace("_", " "), iri(t["rel"]), t["obj"]) for t in row["triples"]] for row, *_ in train]
    begin = time.process_time()
    model = learn([row[1:] for row in train], facts)
    spent = time.process_time() - begin
    pages = [model.page(*row[1:]) for row in train]
    writer = Writer(pages, align(pages, [[Gold(t["sub"], iri(t["rel"]), t["obj"]) for t in row["triples"]] for row, *_ in train]))
    out = {p: [] for p in least}
    for row, *text in test:
        page = model.page(*text)
        every = sorted(model.find(page, 0.0, 0.3), key=lambda one: -one.probability)
        best = {one.property: one for one in reversed(every)}
        for p in least:
            kept = [one for one in every if one.probability >= (p if best[one.property] is one else max(p, 0.3))]
            out[p].append((row["id"], [writer.triple(page, one, names) for one in kept]))
    return out, spent


def parts(rows, split, count=3):
    """Return the number of the part of each row."""
    if split == "random":
        return [n % count for n in range(len(rows))]
    topics = [Counter(fold(t["sub"]) for t in row["triples"]).most_common(1)[0][0] for row, *_ in rows]
    order = {topic: n for n, topic in enumerate(sorted(set(topics)))}
    return [order[topic] % count for topic in topics]


def score(bench, folder, part, answers):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as output:
        output.writelines(json.dumps({"id": key, "triples": triples}, ensure_ascii=False) + "\n" for key, triples in answers)
        output.flush()
        command = [sys.executable, bench / "scorers/score_text2kg.py", "--gold", *sorted((folder / part).glob("*.jsonl")),
                   "--ontologies", folder / "ontologies", "--pred", output.name]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("set", choices=["tekgen", "webnlg"])
    parser.add_argument("--split", choices=["subject", "random"], default="subject")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--alone", action="store_true", help="measure the ontology alone, learn nothing")
    options = parser.parse_args()
    folder = options.bench / "text2kg" / {"tekgen": "wikidata_tekgen", "webnlg": "dbpedia_webnlg"}[options.set]
    answers = defaultdict(list)
    for file in sorted((folder / "ontologies").glob("*.json")):
        ontology = json.loads(file.read_text("utf-8"))
        names = {iri(relation["label"]): relation["label"].strip() for relation in ontology["relations"]}
        train = read(folder / "train" / f"{file.stem}.jsonl", options.cache)
        train = [row for row in train if row[0]["triples"]]
        if options.set == "tekgen":
            rounds = [(train, read(folder / "validation" / f"{file.stem}.jsonl", options.cache))]
        else:
            numbers = parts(train, options.split)
            rounds = [(
                [row for row, n in zip(train, numbers, strict=True) if n != k],
                [row for row, n in zip(train, numbers, strict=True) if n == k],
            ) for k in sorted(set(numbers))]
        with tempfile.NamedTemporaryFile("w", suffix=".ttl", encoding="utf-8") as written:
            written.write(turtle(ontology))
            written.flush()
            answers["ontology alone"] += alone([row for _, test in rounds for row in test], Path(written.name), names)
        for train_rows, test in () if options.alone else rounds:
            out, spent = taught(train_rows, test, names, (0.0, 0.3))
            answers["learned"] += out[0.0]
            answers["learned, sure"] += out[0.3]
            print(f"{file.stem}: {len(train_rows)} sentences learned in {spent:.0f} s of CPU", file=sys.stderr, flush=True)
    for name, given in answers.items():
        figures = score(options.bench, folder, "validation" if options.set == "tekgen" else "train", given)
        kept = ("p", "r", "f1", "with_gold_f1", "onto_conf", "ceiling", "sub_halluc", "obj_halluc")
        shown = {key: figures["avg"][key] for key in kept} | {"micro": figures["micro"]}
        print(name, json.dumps(shown | {"f1 by ontology": {key: value["f1"] for key, value in figures["per_ontology"].items()}}))


if __name__ == "__main__":
    main()
