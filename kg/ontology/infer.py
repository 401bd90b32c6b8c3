"""What follows from the plain triples by what the ontology says: inverse, symmetric, sub-property, sub-class, transitive, chain.

The rules are SPARQL in Turtle (``ontology/rules.ttl``, and ``kg:Rule`` in a user's ontology), run on Oxigraph until they give nothing
new. What they give goes into a graph of its own, never among what was read, each triple with a node that says why::

    <.../inference/1f2e> a kg:Inference ; rdf:subject e:lee ; rdf:predicate kg:employer ; rdf:object e:delta ;
        kg:rule rule:inverse ; kg:axiom kg:employed ; kg:premise s:5c1e .

The premises are statements, or other inferences. What follows for all that are of a class has one node for them all, without
``rdf:subject``: its axiom is the class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.iris import INFERRED_GRAPH, KG, ONTOLOGY_GRAPH, PREFIXES, digest
from kg.ontology import bundled

#: plain triples with the nodes of the statements that say them
Plain = Mapping[ox.Triple, Sequence[ox.NamedNode]]

_RDF, _SH = PREFIXES["rdf"], PREFIXES["sh"]
_TYPE = ox.NamedNode(_RDF + "type")
_GRAPH, _ONTOLOGY = ox.NamedNode(INFERRED_GRAPH), ox.NamedNode(ONTOLOGY_GRAPH)
#: a rule that makes ever new things of what it made is stopped here
MOST_ROUNDS = 50
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
#: rule, axiom, premises
Reason = tuple[ox.NamedNode, ox.NamedNode, tuple[ox.Triple, ...]]


def inferred(plain: Plain, ontology: Iterable[ox.Quad], base: str) -> Iterator[ox.Quad]:
    """Yield what follows from the triples `plain` given the graph `ontology`, with reasons, sorted; nothing that is in `plain`.

    Raises OntologyError if a rule is no SPARQL SELECT with the columns that rules have.
    """
    store = ox.Store()
    store.bulk_extend(_quad(triple) for triple in plain)
    store.bulk_extend(ontology)
    rules = list(_rules(store))
    reasons: dict[ox.Triple, Reason] = {}
    for _ in range(MOST_ROUNDS):
        new: dict[ox.Triple, Reason] = {}
        for name, query in rules:
            for triple, axiom, premises in _solutions(store, name, query):
                if triple in plain or triple in reasons or triple.subject == triple.object:
                    continue
                reason = (name, axiom, premises)
                if triple not in new or _rank(reason) < _rank(new[triple]):
                    new[triple] = reason
        if not new:
            break
        reasons.update(new)
        store.bulk_extend(_quad(triple) for triple in new)
    nodes = {triple: _node(triple, base) for triple in reasons}
    of_class: set[tuple[ox.NamedNode, str]] = set()
    for triple in sorted(reasons, key=str):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, _GRAPH)
        rule, axiom, premises = reasons[triple]
        if triple.predicate == _TYPE and all(premise.predicate == _TYPE for premise in premises):
            if (axiom, str(triple.object)) not in of_class:  # said once for all that are of the class
                of_class.add((axiom, str(triple.object)))
                node = ox.NamedNode(f"{base}inference/{digest(axiom.value, str(triple.object), length=16)}")
                yield from _described(node, [("predicate", _TYPE), ("object", triple.object)], rule, axiom)
        else:
            parts = [("subject", triple.subject), ("predicate", triple.predicate), ("object", triple.object)]
            because = {one for premise in premises for one in ([nodes[premise]] if premise in nodes else plain.get(premise, ()))}
            yield from _described(nodes[triple], parts, rule, axiom, sorted(because, key=lambda one: one.value))


def _quad(triple: ox.Triple) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object)


def _rank(reason: Reason) -> tuple[int, str, str, str]:
    """Return what decides between two reasons for one triple: fewer premises, then names; never the order of the store."""
    rule, axiom, premises = reason
    return len(premises), rule.value, axiom.value, " ".join(map(str, premises))


def _node(triple: ox.Triple, base: str) -> ox.NamedNode:
    return ox.NamedNode(f"{base}inference/{digest(str(triple), length=16)}")


def _described(node: ox.NamedNode, parts: Sequence[tuple[str, Term]], rule: ox.NamedNode, axiom: ox.NamedNode,
               premises: Sequence[ox.NamedNode] = ()) -> Iterator[ox.Quad]:
    """Yield what is said of an inference: its triple (of a class, only predicate and object), rule, axiom and premises."""
    rows: list[tuple[str, Term]] = [(_RDF + "type", ox.NamedNode(KG + "Inference")), *((_RDF + name, term) for name, term in parts)]
    rows += [(KG + "rule", rule), (KG + "axiom", axiom), *((KG + "premise", one) for one in premises)]
    for predicate, value in rows:
        yield ox.Quad(node, ox.NamedNode(predicate), value, _GRAPH)


def _rules(store: ox.Store) -> Iterator[tuple[ox.NamedNode, str]]:
    """Yield the bundled rules, then those of the ontology graph, by name."""
    files = ox.Dataset(ox.parse(path=str(bundled() / "rules.ttl")))
    own = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, _ONTOLOGY))
    kind, select = ox.NamedNode(KG + "Rule"), ox.NamedNode(_SH + "select")
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    for source in (files, own):
        names = {q.subject for q in source.quads_for_predicate(_TYPE) if q.object == kind and isinstance(q.subject, ox.NamedNode)}
        for name in sorted(names, key=lambda node: node.value):
            texts = sorted(str(q.object.value) for q in source.quads_for_subject(name)
                           if q.predicate == select and isinstance(q.object, ox.Literal))
            if not texts:
                raise OntologyError(f"the rule <{name.value}> has no sh:select: write its SPARQL there, as ontology/rules.ttl does")
            yield from ((name, prefixes + text) for text in texts)


def _solutions(store: ox.Store, name: ox.NamedNode, query: str) -> Iterator[tuple[ox.Triple, ox.NamedNode, tuple[ox.Triple, ...]]]:
    try:
        found = store.query(query)
    except SyntaxError as error:
        raise OntologyError(f"the rule <{name.value}> is not valid SPARQL: {' '.join(str(error).split())}; mend it") from error
    columns = {variable.value for variable in found.variables} if isinstance(found, ox.QuerySolutions) else set()
    if not isinstance(found, ox.QuerySolutions) or not {"subject", "predicate", "object", "axiom"} <= columns:
        raise OntologyError(f"the rule <{name.value}> should SELECT ?subject ?predicate ?object ?axiom and premises ?s1 ?p1 ?o1; mend it")
    numbers = [n for n in "123" if {f"s{n}", f"p{n}", f"o{n}"} <= columns]
    for row in found:
        triple = _triple(row["subject"], row["predicate"], row["object"])
        premises = tuple(_triple(row[f"s{n}"], row[f"p{n}"], row[f"o{n}"]) for n in numbers)
        axiom = row["axiom"]
        if triple is not None and isinstance(axiom, ox.NamedNode):
            yield triple, axiom, tuple(premise for premise in premises if premise is not None)


def _triple(subject: object, predicate: object, value: object) -> ox.Triple | None:
    """Return the triple if the terms can make one: a literal as subject can't."""
    if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and isinstance(value, (ox.NamedNode, ox.Literal)):
        return ox.Triple(subject, predicate, value)
    return None
