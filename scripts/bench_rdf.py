"""How much processor time validation and inference take on a graph of a given number of statements, and their rivals on a part of it.

    scripts/bench_rdf.py 100000

The sample articles are repeated, each time with entities of their own. pySHACL and owlrl are run on as many articles as hold about 2,000
statements; their time at full size is at least proportional to that.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyoxigraph as ox
import rdflib

from kg.graph import ontology_quads, plain_triples, quads, write_store
from kg.ground import entity_types, ground
from kg.iris import BASE, article_iri
from kg.ontology import bundled, load
from kg.ontology.infer import inferred
from kg.ontology.validate import by_pyshacl, validate
from kg.pipeline import read_all
from kg.records import Entity, Extraction


def main(size: int) -> None:
    ontology = load()
    samples = [one for one in read_all([str(Path(__file__).parents[1] / "data" / "articles")]) if isinstance(one, Extraction)]
    types = [entity_types(one, ontology) for one in samples]
    described = list(ontology_quads([bundled() / "newskg.ttl"]))
    plain: dict[ox.Triple, list[ox.NamedNode]] = {}
    articles: list[str] = []
    count = 0

    def content() -> Iterator[ox.Quad]:
        nonlocal count
        yield from described
        while count < size:
            for sample, classes in zip(samples, types, strict=True):
                number = len(articles)
                one = msgspec.structs.replace(sample, article=msgspec.structs.replace(sample.article, id=f"a{number}"))
                entities = {e.id: Entity(f"{BASE}entity/{number}-{e.id}", e.label, classes[e.id], e.named, members=((f"a{number}", e.id),))
                            for e in one.entities}
                said = ground(one, entities, ontology)
                graph = list(quads(one, entities.values(), said))
                yield from graph
                plain.update(plain_triples(graph, said, BASE))
                articles.append(article_iri(BASE, one.article.id))
                count += len(said)

    with tempfile.TemporaryDirectory() as folder:
        write_store(Path(folder) / "store", content())
        store = ox.Store.read_only(str(Path(folder) / "store"))
        print(f"{count} statements, {len(store)} quads, {len(articles)} articles")
        began = time.process_time()
        rows = validate(store, articles, [bundled() / "shapes.ttl"])
        print(f"kg validate: {time.process_time() - began:.1f} s, {len(rows)} violations")
        part = articles[: max(1, len(articles) * 2000 // count)]
        share = len(articles) / len(part)
        rules = rdflib.Graph().parse(bundled() / "shapes.ttl")
        began = time.process_time()
        list(by_pyshacl(store, part, rules, bundled() / "shapes.ttl"))
        took = time.process_time() - began
        print(f"pySHACL: {took:.1f} s for {len(part)} articles, {took * share:.0f} s for all")
    began = time.process_time()
    made = list(inferred(plain, described, BASE))
    print(f"kg.infer: {time.process_time() - began:.1f} s, {len(plain)} plain triples, {len(made)} quads")
    data = rdflib.Graph()
    for triple in list(plain)[: 2000]:
        data.parse(data=f"{triple} .", format="nt")
    for quad in described:
        data.parse(data=f"{quad.triple} .", format="nt")
    try:
        import owlrl
    except ImportError:
        return
    began = time.process_time()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)
    print(f"owlrl: {time.process_time() - began:.1f} s for 2,000 plain triples, {len(data)} triples")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
