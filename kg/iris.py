"""Names on the web: the namespaces of the graph, readable slugs and percent-encoding."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote

BASE = "https://w3id.org/newskg/id/"
KG = "https://w3id.org/newskg/ontology#"
OPEN = "https://w3id.org/newskg/open/"
#: The graph that holds the ontology.
ONTOLOGY_GRAPH = "https://w3id.org/newskg/ontology"
#: The graph that holds what was inferred (``kg build --infer``), apart from all that was read.
INFERRED_GRAPH = "https://w3id.org/newskg/inferred"

#: The prefixes known in every query and export. Those below ``BASE`` are made by :func:`prefixes`.
PREFIXES = {
    "kg": KG,
    "open": OPEN,
    "rule": "https://w3id.org/newskg/rules#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "time": "http://www.w3.org/2006/time#",
    "dcterms": "http://purl.org/dc/terms/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wd": "http://www.wikidata.org/entity/",
    "sh": "http://www.w3.org/ns/shacl#",
}


def prefixes(base: str = BASE) -> dict[str, str]:
    """Return all known prefixes, with ``e:`` entities, ``s:`` statements and ``a:`` articles below `base`."""
    return {**PREFIXES, "e": f"{base}entity/", "s": f"{base}statement/", "a": f"{base}article/"}


def slug(text: str) -> str:
    """Return `text` as a readable part of an IRI: lower case, Latin accents dropped, words joined by single hyphens.

    Letters of other scripts stay, as IRIs allow. The result may be empty, never holds two hyphens in a row and is at most
    80 long.

    >>> slug("Hannah Gutiérrez-Reed’s “Rust”")
    'hannah-gutierrez-reeds-rust'
    """
    plain = re.sub("[\u0300-\u036f'’.]", "", unicodedata.normalize("NFKD", text).casefold())
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", plain))
    return "-".join(word for word in words if word)[:80].rstrip("-")


def digest(*parts: str, length: int = 10) -> str:
    """Return `length` hexadecimal digits of the SHA-256 of `parts`; different lists of parts give different input."""
    data = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def article_iri(base: str, article: str) -> str:
    """Return the IRI of the article whose id is `article`, which is also the IRI of its named graph."""
    return f"{base}article/{quote(article, safe='', errors='replace')}"


def derived_iri(base: str) -> str:
    """Return the IRI of the named graph that holds what is derived from all articles together."""
    return f"{base}derived"


def valid_iri(iri: str) -> str:
    """Return `iri` with every character that an IRI must not hold percent-encoded, unchanged if there is none.

    >>> valid_iri("https://herald.example/a b")
    'https://herald.example/a%20b'
    """
    def encode(found: re.Match[str]) -> str:
        return quote(found.group(), safe="", errors="replace")

    head, mark, fragment = iri.partition("#")
    iri = head + mark + fragment.replace("#", "%23")
    # RFC 3987: no controls, spaces, delimiters, stray percent signs, surrogates, direction marks, private use or non-characters
    return re.sub("[\\s\x00-\x20\x7f-\x9f<>\"{}|\\\\^`\\[\\]\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef"
                  "\ufff0-\uffff\U000e0000-\U0010ffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff]|%(?![0-9A-Fa-f]{2})", encode, iri)
