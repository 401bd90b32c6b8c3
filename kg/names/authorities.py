"""What names can be linked to: countries, cities, currencies and languages that come with the program, and authority files of the user's.

An authority is any file that gives names to identifiers: RDF (SKOS, schema.org, FOAF, an extract of Wikidata) or a CSV table.
Each line or subject becomes an :class:`Item`; :mod:`kg.names.links` decides which entity is which item.
"""

from __future__ import annotations

import csv
import functools
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.errors import InputError
from kg.iris import valid_iri
from kg.records import Record

GEONAMES = "https://sws.geonames.org/"
CURRENCIES = "http://publications.europa.eu/resource/authority/currency/"
LANGUAGES = "http://id.loc.gov/vocabulary/iso639-1/"
#: a file larger than this many bytes is no list of names
LARGEST = 500_000_000

#: local names of classes (lower case) and what their members are; the first that ends so counts
_FAMILIES = (
    ("person", "person"), ("human", "person"), ("q5", "person"), ("people", "person"), ("organization", "organization"),
    ("organisation", "organization"), ("company", "organization"), ("corporation", "organization"), ("business", "organization"),
    ("university", "organization"), ("party", "organization"), ("team", "organization"), ("agency", "organization"),
    ("institution", "organization"), ("newspaper", "organization"), ("q43229", "organization"), ("q4830453", "organization"),
    ("place", "place"), ("city", "place"), ("country", "place"), ("location", "place"), ("town", "place"), ("settlement", "place"),
    ("feature", "place"), ("state", "place"), ("region", "place"), ("q515", "place"), ("q6256", "place"), ("work", "work"),
    ("film", "work"), ("book", "work"), ("movie", "work"), ("song", "work"), ("event", "event"), ("product", "product"))
#: local names (lower case) of the properties, and of the columns of a table, that we understand; the rest describes
_LABELS = ("preflabel", "label", "name", "title")
_OTHERS = ("altlabel", "hiddenlabel", "alternatename", "alternatenames", "aliases", "alias", "othernames", "altnames", "alternativename",
           "legalname", "nick")
_TYPES = ("type", "class", "kind", "p31", "additionaltype")
_BIRTHS = ("birthdate", "dateofbirth", "born", "p569", "birthyear", "yearofbirth")
_IDS = ("iri", "uri", "id", "identifier", "url", "qid", "wikidata")
#: classes of the scaffolding of a vocabulary, which name nobody
_SCAFFOLD = {"class", "property", "objectproperty", "datatypeproperty", "annotationproperty", "ontology", "conceptscheme", "collection"}
_FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG,
            ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML, ".owl": ox.RdfFormat.RDF_XML, ".skos": ox.RdfFormat.RDF_XML,
            ".jsonld": ox.RdfFormat.JSON_LD, ".n3": ox.RdfFormat.N3}


class Item(Record, frozen=True):
    """Somebody or something that an authority knows.

    ``family`` is ``person``, ``organization``, ``place``, ``work``, ``event``, ``product`` or empty; ``words`` is all else that is said of
    it; ``born`` the year of birth or 0; ``concept`` tells that it is an idea (a SKOS concept), not a thing.
    """

    iri: str
    label: str
    others: tuple[str, ...] = ()
    family: str = ""
    words: tuple[str, ...] = ()
    born: int = 0
    concept: bool = False


class Place(Record, frozen=True):
    """A row of the table that comes with the program; ``kind`` is country, state, city, currency or language.

    ``population`` is that of the place in persons, ``latitude`` and ``longitude`` are decimal degrees as text or empty, ``country`` an
    ISO 3166 code, ``region`` the code of a US state, ``words`` names that tell a country (its adjective, its capital).
    """

    iri: str
    kind: str
    name: str
    others: tuple[str, ...]
    country: str
    region: str
    latitude: str
    longitude: str
    population: int
    words: tuple[str, ...]


@functools.cache
def place_rows() -> tuple[str, ...]:
    """Return the lines of the table of places that comes with the program (scripts/make_places), each for :func:`place_of`.

    A line begins with its names in the form of :func:`kg.resolve.folded`, between bars, and a tab.
    """
    with gzip.open(Path(__file__).parents[1] / "data" / "places.tsv.gz", "rt", encoding="utf-8") as table:
        return tuple(table.read().splitlines())


@functools.lru_cache(maxsize=1 << 12)
def place_of(row: str) -> Place:
    """Return the place in a line of the table."""
    _, kind, key, name, others, country, region, latitude, longitude, people, words = row.split("\t")
    base = {"currency": CURRENCIES, "language": LANGUAGES}.get(kind)
    iri = base + key if base else f"{GEONAMES}{key}/"
    return Place(iri, kind, name, _split(others), country, region, latitude, longitude, int(people or 0), _split(words))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def read_authority(path: Path, prefix: str = "") -> list[Item]:
    """Return the items of an authority file, sorted by IRI: RDF as its ending says, or CSV/TSV with a header line.

    `prefix` is put before the ids of a table that are no IRIs. Raises InputError if the file can't be read or names nothing.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST:,} bytes; cut it down to the names that you need")
        items = sorted(_from_rdf(path) if path.suffix.lower() in _FORMATS else _from_table(path, prefix), key=lambda item: item.iri)
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror or error}); name a .ttl, .rdf, .jsonld or .csv file") from error
    if not items:
        raise InputError(f"{path} names nothing: it needs IRIs with labels (skos:prefLabel, rdfs:label, schema:name), "
                         "or a table with the columns id and name")
    return items


def family_of(names: Iterable[str]) -> str:
    """Return what things of these classes are: ``person``, ``place`` ... or ``""``.

    >>> family_of(["http://www.wikidata.org/entity/Q5"]), family_of(["Football club"]), family_of(["Sports team"])
    ('person', '', 'organization')
    """
    for name in names:
        plain = re.sub(r"[^a-z0-9]", "", _local(name).lower())
        found = next((family for ending, family in _FAMILIES if plain == ending or (plain.endswith(ending) and len(ending) > 3)), "")
        if found:
            return found
    return ""


def _local(iri: str) -> str:
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1]


def _year(text: str) -> int:
    found = re.search(r"\b(1[5-9]\d\d|20\d\d)\b", text)
    return int(found[1]) if found else 0


def _from_rdf(path: Path) -> Iterator[Item]:
    said: dict[str, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]] = defaultdict(list)
    try:
        for quad in ox.parse(path=str(path), format=_FORMATS[path.suffix.lower()], base_iri=path.resolve().as_uri()):
            if isinstance(quad.subject, ox.NamedNode):
                said[quad.subject.value].append((quad.predicate.value, quad.object))
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path} can't be read: {' '.join(str(error).split())}; mend the file") from error
    labels: dict[str, str] = {}
    for iri, rows in said.items():
        ranked = sorted((_LABELS.index(_local(predicate).lower()), value.language not in (None, "en"), value.value)
                        for predicate, value in rows if isinstance(value, ox.Literal) and _local(predicate).lower() in _LABELS)
        if ranked:
            labels[iri] = " ".join(ranked[0][2].split())
    for iri, label in labels.items():
        types, others, words, born = [], set(), set(), 0
        for predicate, value in said[iri]:
            name, text = _local(predicate).lower(), value.value if isinstance(value, (ox.Literal, ox.NamedNode)) else ""
            if name in _TYPES:
                types.append(labels.get(text, text) if isinstance(value, ox.NamedNode) and text in labels else text)
                types.append(text)
            elif name in (*_LABELS[:3], *_OTHERS) and isinstance(value, ox.Literal):
                others.add(" ".join(text.split()))
            elif name in _BIRTHS:
                born = _year(text)
            elif isinstance(value, ox.Literal):
                words.add(text)
            elif text in labels:
                words.add(labels[text])
        if label and not any(_local(one).lower() in _SCAFFOLD for one in types):
            yield Item(valid_iri(iri), label, tuple(sorted(others - {label, ""})), family_of(sorted(types)), tuple(sorted(words)), born,
                       any(_local(one) == "Concept" for one in types))


def _from_table(path: Path, prefix: str) -> Iterator[Item]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is neither RDF with a known ending ({', '.join(_FORMATS)}) nor a table in UTF-8; "
                         "convert it") from error
    head = text.partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"{path} can't be read as a table ({error}); mend the file") from error
    columns = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in rows[0]] if rows else []
    key = next((columns.index(name) for name in _IDS if name in columns), -1)
    title = next((columns.index(name) for name in _LABELS if name in columns), -1)
    if key < 0 or title < 0:
        raise InputError(f"{path} has no columns for both id and name in its first line ({head[:80].strip()!r}); name them id and name")
    for number, row in enumerate(rows[1:], 2):
        if len(row) <= max(key, title) or not row[key].strip() or not row[title].strip():
            continue
        others, words, types, born = [], [], [], 0
        for name, cell in zip(columns, row, strict=False):
            if name in _OTHERS:
                others += [part.strip() for part in re.split(r"[|;]", cell) if part.strip()]
            elif name in _TYPES:
                types.append(cell)
            elif name in _BIRTHS:
                born = _year(cell)
            elif name not in (columns[key], columns[title]) and cell.strip():
                words.append(cell.strip())
        yield Item(_iri(row[key].strip(), prefix, f"{path}, line {number}"), " ".join(row[title].split()), tuple(others),
                   family_of(types), tuple(words), born)


def _iri(key: str, prefix: str, where: str) -> str:
    if re.match(r"(https?://|urn:)\S", key):
        return valid_iri(key)
    if re.fullmatch(r"Q[1-9]\d*", key) and not prefix:
        return f"http://www.wikidata.org/entity/{key}"
    if not prefix:
        raise InputError(f"{where}: {key[:80]!r} is no IRI; say with --prefix what to put before the ids, such as https://register.example/")
    return valid_iri(prefix + key)
