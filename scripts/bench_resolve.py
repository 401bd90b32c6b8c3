#!/usr/bin/env python3
"""Measure which names of the gold articles become one entity: run the product on data/gold and compare with the marks.

    scripts/bench_resolve.py --made 1000 10000
    scripts/bench_resolve.py [--part dev|held-out] [--marked] [--extractions FILE] [--list] [--json]

Each gold mention is given the entity of the product's mention that covers most of it. Figures, each precision, recall and F1:
pairs and B-cubed (Bagga and Baldwin 1998) over all mentions, and *merges*: pairs of different articles that name one thing. For merges
a thing counts once an article (by the entity that most of its mentions there got), so that coreference within articles is left out.
A mention that the product did not find is an entity of its own. --list prints wrong and missed merges, --extractions keeps what
was read in a pickle file between runs.
"""

import argparse
import gc
import json
import pickle
import sys
import time
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import generate
import msgspec

from kg.ground import all_types
from kg.names.authorities import GEONAMES, read_authority
from kg.names.links import Authority, link_items, link_places, place_names, profiles
from kg.ontology import load
from kg.reading import read_article
from kg.records import Article, LocalEntity, Mention, Span
from kg.resolve import find_pairs, resolve

GOLD = Path(__file__).resolve().parents[1] / "data" / "gold"
TYPES = {"p": "Person", "o": "Organization", "l": "Place", "w": "Work"}


def gold(part=""):
    """Return the articles and the marks: (article, start, end, name, entity); of ``dev``, ``held-out``, or of both together."""
    articles, marks = [], []
    for name in [part] if part else ["dev", "held-out"]:
        prefix = "" if name == "dev" else f"{name}-"
        lines = (GOLD / f"{prefix}articles.jsonl").read_text("utf-8").splitlines()
        articles += [Article(id=row["id"], text=row["text"], published=row["date"]) for row in map(json.loads, lines)]
        rows = [line.split("\t") for line in (GOLD / f"{prefix}entities.tsv").read_text("utf-8").splitlines()[1:]]
        marks += [(row[0], int(row[1]), int(row[2]), row[3], row[4]) for row in rows]
    return articles, marks


def read(articles, cache):
    if cache and cache.exists():
        return pickle.loads(cache.read_bytes())
    found = [read_article(article) for article in articles]
    if cache:
        cache.write_bytes(pickle.dumps(found))
    return found


def assign(marks, extractions):
    """Return for each mark the (article, local entity) whose mention covers most of it; the entity is -1 if none does."""
    mentions = {one.article.id: [m for m in one.mentions if m.entity >= 0 and m.kind != "pronoun"] for one in extractions}
    found = []
    for article, start, end, _, _ in marks:
        near = [(min(m.end, end) - max(m.start, start), -(m.end - m.start), -m.start, m.entity) for m in mentions[article]]
        overlap, _, _, entity = max(near, default=(0, 0, 0, -1))
        found.append((article, entity if overlap * 2 > end - start else -1))
    return found


def prf(right, found, wanted):
    p, r = right / found if found else 1.0, right / wanted if wanted else 1.0
    return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(2 * p * r / (p + r), 4) if p + r else 0.0}


def pairs(sizes):
    return sum(n * (n - 1) // 2 for n in sizes)


def pairwise(gold_ids, found):
    both = Counter(zip(gold_ids, found, strict=True))
    return prf(pairs(both.values()), pairs(Counter(found).values()), pairs(Counter(gold_ids).values()))


def b_cubed(gold_ids, found):
    both, wanted, got = Counter(zip(gold_ids, found, strict=True)), Counter(gold_ids), Counter(found)
    p = sum(n * n / got[f] for (_, f), n in both.items()) / len(found)
    r = sum(n * n / wanted[g] for (g, _), n in both.items()) / len(found)
    return {"precision": round(p, 4), "recall": round(r, 4), "f1": round(2 * p * r / (p + r), 4)}


def merges(marks, found):
    """Return the figures over pairs of articles, and the wrong and the missed pairs."""
    votes = defaultdict(Counter)
    names = defaultdict(list)
    for (article, _, _, name, entity), iri in zip(marks, found, strict=True):
        votes[article, entity][iri] += 1
        names[article, entity].append(name)
    cells = {cell: max(count, key=lambda iri: (not iri.startswith("missed-"), count[iri], iri)) for cell, count in votes.items()}
    right, wrong, missed = 0, [], []
    for a, b in combinations(sorted(cells), 2):
        if a[0] == b[0]:
            continue
        same, joined = a[1] == b[1], cells[a] == cells[b]
        right += same and joined
        if same != joined:
            (wrong if joined else missed).append((a, b, names[a][0], names[b][0], cells[a], cells[b]))
    return prf(right, right + len(wrong), right + len(missed)), wrong, missed


def merges_of_what_was_read(marks, members, iri):
    """Return the figures over pairs of local entities of different articles: resolution alone, mistakes in reading left out.

    A local entity means what most of the marks in it mean.
    """
    votes = defaultdict(Counter)
    for mark, member in zip(marks, members, strict=True):
        if member in iri:
            votes[member][mark[4]] += 1
    means = {member: max(count, key=lambda entity: (count[entity], entity)) for member, count in votes.items()}
    rows = [(means[a] == means[b], iri[a] == iri[b]) for a, b in combinations(sorted(means), 2) if a[0] != b[0]]
    return prf(sum(same and joined for same, joined in rows), sum(joined for _, joined in rows), sum(same for same, _ in rows))


def as_marked(extraction, marks):
    """Return the extraction with the marks in place of the names that were read: what resolution would get from a perfect reading.

    Claims stay as read; a mention that covers a mark stands for the mark's entity, what covers none keeps its own.
    """
    names = {}
    for _, start, end, name, entity in marks:
        names.setdefault(entity, []).append((start, end, name))
    number = {entity: 1000 + position for position, entity in enumerate(names)}
    mentions, taken = [], set()
    for mention in extraction.mentions:
        near = [(min(mention.end, end) - max(mention.start, start), entity, start, end, name)
                for entity, rows in names.items() for start, end, name in rows]
        overlap, entity, start, end, _ = max(near, default=(0, "", 0, 0, ""))
        most = overlap * 2 > mention.end - mention.start
        if most and mention.kind in ("name", "nominal") and (entity, start) not in taken:
            taken.add((entity, start))
            mention = msgspec.structs.replace(mention, start=start, end=end, kind="name", entity=number[entity])
        elif overlap > 0 and mention.kind == "name":
            mention = msgspec.structs.replace(mention, entity=-1)
        mentions.append(mention)
    spare = max((mention.id for mention in mentions), default=0) + 1
    for entity, rows in names.items():
        for start, end, _ in rows:
            if (entity, start) not in taken:
                mentions.append(Mention(spare, start, end, Span(start, end), Span(start, end), "name", TYPES[entity[0]], number[entity]))
                spare += 1
    used = {mention.entity for mention in mentions}
    entities = [local for local in extraction.entities if local.id in used and not local.named]
    for entity, rows in names.items():
        forms = sorted({name for _, _, name in rows}, key=lambda name: (-len(name), name))
        entities.append(LocalEntity(number[entity], forms[0], TYPES[entity[0]], True, tuple(forms[1:])))
    return msgspec.structs.replace(extraction, mentions=tuple(mentions), entities=tuple(entities))


def measure(cache=None, part="", marked=False):
    """Return the figures, the wrong and missed merges, and the unsure pairs.

    `part` is ``dev`` or ``held-out`` (all if empty); with `marked` the names are those marked, not those read.
    """
    articles, marks = gold(part)
    extractions = sorted(read(articles, cache), key=lambda one: one.article.id)
    if marked:
        extractions = [as_marked(one, [mark for mark in marks if mark[0] == one.article.id]) for one in extractions]
    ontology = load()
    types = all_types(extractions, ontology)
    entities = resolve(extractions, types)
    members = assign(marks, extractions)
    iri = {member: entity.iri for entity in entities for member in entity.members}
    found = [iri.get(member, f"missed-{number}") for number, member in enumerate(members)]
    ids = [mark[4] for mark in marks]
    across, wrong, missed = merges(marks, found)
    unsure = [pair for pair in find_pairs(extractions, types) if pair.decision == "unsure"]
    figures = {"articles": len(articles), "mentions": len(marks), "entities": len(set(ids)),
               "mentions found": sum(member in iri for member in members), "pairwise": pairwise(ids, found),
               "b-cubed": b_cubed(ids, found), "merges across articles": across,
               "merges of what was read": merges_of_what_was_read(marks, members, iri),
               "wrong merges": len(wrong), "missed merges": len(missed), "unsure pairs": len(unsure)}
    return figures, wrong, missed, unsure


#: gold entities that the built-in table of places should be linked to, by GeoNames id
PLACES = {"l.paris": "2988507", "l.georgia-country": "614540", "l.georgia-state": "4197000", "l.tbilisi": "611717", "l.jordan": "248816",
          "l.amman": "250441", "l.aqaba": "250774", "l.ankara": "323786", "l.batumi": "615532", "l.dublin": "2964574",
          "l.washington": "4140963"}


def measure_links(cache=None, marked=False):
    """Return the figures of linking the gold articles to data/gold/authority.csv and to the built-in places, and the wrong links.

    An entity means what most of the marks in it mean; its link is right if the authority's id is that of the gold. What ought to be linked
    is each entity whose gold id the authority has.
    """
    articles, marks = gold("dev")
    extractions = sorted(read(articles, cache), key=lambda one: one.article.id)
    if marked:
        extractions = [as_marked(one, [mark for mark in marks if mark[0] == one.article.id]) for one in extractions]
    ontology = load()
    types = all_types(extractions, ontology)
    entities = resolve(extractions, types)
    iri = {member: entity.iri for entity in entities for member in entity.members}
    votes = defaultdict(Counter)
    for mark, member in zip(marks, assign(marks, extractions), strict=True):
        if member in iri:
            votes[iri[member]][mark[4]] += 1
    means = {one: max(count, key=lambda entity: (count[entity], entity)) for one, count in votes.items()}
    known = profiles(entities, extractions, types)
    prefix = "https://orvania.example/id/"
    items = read_authority(GOLD / "authority.csv", prefix)
    ids = {item.iri.removeprefix(prefix) for item in items}
    found, _ = link_items(known, Authority(items).near, "authority.csv")
    places, _ = link_places(known)
    figures, wrong = {}, []
    for name, links, right in (("links to authority.csv", found, {entity: prefix + entity for entity in ids}),
                               ("links to places", places, {entity: f"{GEONAMES}{key}/" for entity, key in PLACES.items()})):
        good = sum(link.target == right.get(means.get(link.entity)) for link in links)
        wrong += [(link.entity, means.get(link.entity, "?"), link.target, link.reasons) for link in links
                  if link.target != right.get(means.get(link.entity))]
        figures[name] = prf(good, len(links), sum(entity in right for entity in means.values()))
    return figures, wrong


def measure_made(articles, seed=1):
    """Return figures on generated articles, read without a mistake: processor seconds to resolve and to link, and of pairs of names."""
    world, told = generate.generate(articles, seed)
    extractions = list(generate.extractions(world, told))
    gc.collect()
    gc.disable()  # as a build does
    start = time.process_time()
    entities = resolve(extractions)
    resolved = time.process_time()
    link_places(profiles([one for one in entities if place_names(one)], extractions))
    linked = time.process_time()
    gc.enable()
    truth = {(extraction.article.id, local): entity for extraction, one in zip(extractions, told, strict=True)
             for local, entity in enumerate(dict.fromkeys(mark[2] for mark in one.marks))}
    iri = {member: entity.iri for entity in entities for member in entity.members}
    return {"articles": articles, "names": len(truth), "resolve s": round(resolved - start, 2), "link s": round(linked - resolved, 2),
            "ms an article": round((resolved - start) * 1000 / articles, 3),
            **pairwise(list(truth.values()), [iri[one] for one in truth])}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--extractions", type=Path)
    options.add_argument("--part", default="", choices=["", "dev", "held-out"])
    options.add_argument("--marked", action="store_true")
    options.add_argument("--list", action="store_true")
    options.add_argument("--json", action="store_true")
    options.add_argument("--made", type=int, nargs="+", metavar="N", help="measure time and merges on so many generated articles instead")
    options = options.parse_args()
    if options.made:
        for number in options.made:
            print(json.dumps(measure_made(number)), flush=True)
        return
    figures, wrong, missed, unsure = measure(options.extractions, options.part, options.marked)
    linked, wrong_links = ({}, []) if options.part != "dev" else measure_links(options.extractions, options.marked)
    figures |= linked
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:24}", "  ".join(f"{k} {v:.4f}" for k, v in value.items()) if isinstance(value, dict) else value)
    if options.list:
        for title, rows in (("wrong", wrong), ("missed", missed)):
            for (article, one), (other, two), name, second, left, right in rows:
                print(f"{title}\t{article}\t{name} ({one})\t{other}\t{second} ({two})\t{left.rsplit('/')[-1]}\t{right.rsplit('/')[-1]}")
        for row in wrong_links:
            print("wrong link", *row, sep="\t")
        for pair in unsure:
            print(f"unsure\t{pair.left}\t{pair.right}\t{pair.score}\t{'; '.join(pair.reasons)}")


if __name__ == "__main__":
    main()
