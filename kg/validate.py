"""Check the graph against SHACL shapes with pySHACL, one article's graph at a time, so that time grows with the articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib
from rdflib.namespace import RDF, RDFS, SH

from kg.errors import OntologyError
from kg.iris import ONTOLOGY_GRAPH

#: article, node, path, value, message, severity
Row = tuple[str, str, str, str, str, str]


def validate(store: ox.Store, articles: Iterable[str], shapes: Sequence[Path]) -> list[Row]:
    """Return one row for each violation in the graphs of `articles`, sorted; none if all conform.

    Raises OntologyError if the Turtle files `shapes` can't be read or used.
    """
    rules = rdflib.Graph()
    for path in shapes:
        try:
            rules.parse(path, format="turtle")
        except Exception as error:  # rdflib's parsers raise many kinds
            raise OntologyError(f"{path} can't be read as Turtle: {' '.join(str(error).split())}; mend the file") from error
    # of the ontology, shapes need only what is a kind of what
    ontology = [triple for triple in _graph(store, ox.NamedNode(ONTOLOGY_GRAPH)) if triple[1] in (RDF.type, RDFS.subClassOf)]
    rows: set[Row] = set()
    for article in articles:
        data = _graph(store, ox.NamedNode(article))
        for triple in ontology:
            data.add(triple)
        try:
            _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none", inplace=True)
        except pyshacl.errors.ReportableRuntimeError as error:
            raise OntologyError(f"the shapes can't be used: {' '.join(str(error).split())}") from error
        if isinstance(report, rdflib.Graph):
            rows.update(_rows(report, article))
    return sorted(rows)


def _graph(store: ox.Store, graph: ox.NamedNode) -> rdflib.Graph:
    data = ox.serialize((quad.triple for quad in store.quads_for_pattern(None, None, None, graph)), format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=data or b"", format="nt")


def _rows(report: rdflib.Graph, article: str) -> Iterator[Row]:
    for result in report.subjects(RDF.type, SH.ValidationResult):
        node, path, value, severity = (str(report.value(result, part) or "")
                                       for part in (SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity))
        message = "; ".join(sorted(str(text) for text in report.objects(result, SH.resultMessage)))
        yield article, node, path, value, " ".join(message.split()), severity.rpartition("#")[2]
