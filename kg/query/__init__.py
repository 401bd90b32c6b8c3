"""Ask the graph in SPARQL: known prefixes, stored queries with parameters, answers as rows, tables and standard formats.

Queries run in Oxigraph over the union of all articles' graphs; ``GRAPH ?article`` asks a single article. Nothing can be changed
by a query, and no other server is asked: SERVICE is refused.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import pyoxigraph as ox

from kg.errors import QueryError
from kg.iris import BASE, KG, OPEN, PREFIXES, prefixes, valid_iri
from kg.ontology import bundled

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = tuple[Term | None, ...]
Python = str | int | float | bool | None
Results = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
#: gives the IRIs of what holds the words, best first
Search = Callable[[str], Iterable[str]]
Parameter = Literal["entity", "property", "word", "text", "date"]

_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
_ALT = ox.NamedNode(PREFIXES["skos"] + "altLabel")
_ANCHOR = ox.NamedNode(PREFIXES["nif"] + "anchorOf")
_XSD = PREFIXES["xsd"]
#: rows handed over at a time by a query that runs under a time limit
_BATCH = 256


class StoredQuery(NamedTuple):
    """A query kept by name: a ``.rq`` file whose first line is ``# description``.

    Lines ``# ?name (kind): what it is`` declare parameters; one whose text ends in "required" must be given. Kinds:
    ``entity`` (a name or IRI), ``property`` (a label or IRI), ``word`` (a name in kg:, such as Claimed), ``text``, ``date``.
    A line ``# Example: --entity NAME`` shows its use.
    """

    name: str
    description: str
    text: str
    parameters: Mapping[str, tuple[Parameter, str]]
    #: options of ``kg query`` that show it on the sample articles
    example: str = ""


@lru_cache
def stored_queries(folder: Path | None = None) -> Mapping[str, StoredQuery]:
    """Return the stored queries in `folder` (those that ship with newskg when None) by name, in order."""
    found = {}
    for path in sorted((folder or bundled() / "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        declared = re.findall(r"^# \?(\w+) \((entity|property|word|text|date)\): (.*)$", text, re.M)
        found[path.stem] = StoredQuery(path.stem, text.partition("\n")[0].lstrip("# ").strip(), text,
                                       {name: (kind, about.strip()) for name, kind, about in declared},
                                       "".join(re.findall(r"^# Example: (.*)$", text, re.M)))
    return found


class Explained(NamedTuple):
    """What was asked, ready to be sent to any SPARQL server, and what it cost.

    ``text`` has the prefixes it uses, parameters and searches filled in; ``form`` is SELECT, GRAPH (CONSTRUCT, DESCRIBE) or ASK;
    ``rows`` how many came, the first after ``first`` seconds, all after ``seconds``; ``graphs`` how many named graphs were asked.
    """

    text: str
    form: str
    columns: tuple[str, ...]
    rows: int
    first: float
    seconds: float
    graphs: int


class Answer:
    """What SELECT, CONSTRUCT or DESCRIBE gives. Iterating yields each row as a dict of Python values; it can be read once.

    ``columns`` are the variables; of a CONSTRUCT (``is_graph``) they are subject, predicate and object.
    """

    def __init__(self, store: ox.Store, columns: tuple[str, ...], rows: Iterator[Row], is_graph: bool, base: str) -> None:
        self._store, self.columns, self._rows, self.is_graph, self._base = store, columns, rows, is_graph, base

    def __iter__(self) -> Iterator[dict[str, Python]]:
        for row in self._rows:
            yield dict(zip(self.columns, map(plain, row), strict=True))

    def table(self, iris: bool = False) -> Iterator[tuple[str, ...]]:
        """Yield rows of text: names instead of IRIs unless `iris`."""
        names = Names(self._store, self._base)
        for row in self._rows:
            yield tuple(_cell(term, None if iris else names) for term in row)

    def write(self, output: BinaryIO, format: str) -> None:
        """Write as ``csv``, ``tsv`` or ``json`` (SPARQL 1.1 results formats), ``markdown``, or, of a graph, ``turtle``."""
        if format == "turtle":
            if not self.is_graph:
                raise QueryError("only CONSTRUCT and DESCRIBE give a graph; take csv, tsv, json or markdown for a SELECT query")
            triples = (ox.Triple(subject, predicate, value) for subject, predicate, value in self._rows
                       if isinstance(subject, (ox.NamedNode, ox.BlankNode)) and isinstance(predicate, ox.NamedNode) and value is not None)
            ox.serialize(triples, output, ox.RdfFormat.TURTLE, prefixes=prefixes(self._base))
            return
        if format not in _WRITERS:
            raise QueryError(f"unknown format {format}; take one of turtle, {', '.join(_WRITERS)}")
        for line in _WRITERS[format](self.columns, self._rows, Names(self._store, self._base)):
            output.write(line.encode())


def with_union(content: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield each quad, and its triple in the default graph: so the default graph is the union of all, each triple once.

    Oxigraph's own union (up to 0.5) gives a triple once for each graph that holds it, so that counts and joins come out too large.
    """
    for quad in content:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def has_union(store: ox.Store) -> bool:
    """Tell whether the default graph of `store` is the union of all (:func:`with_union`); those of older builds are empty."""
    return next(store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is not None


class Names:
    """Names of the graph's nodes: label, else quote, else prefixed name, else the IRI."""

    def __init__(self, store: ox.Store, base: str = BASE) -> None:
        self._store = store
        self._known: dict[ox.NamedNode | ox.BlankNode, str] = {}
        self._prefixes = sorted(prefixes(base).items(), key=lambda item: -len(item[1]))

    def of(self, node: ox.NamedNode | ox.BlankNode) -> str:
        """Return the name of `node`."""
        if node not in self._known:
            self._known[node] = self._find(node)
        return self._known[node]

    def _find(self, node: ox.NamedNode | ox.BlankNode) -> str:
        for predicate in (_LABEL, _ANCHOR):
            found = sorted(quad.object.value for quad in self._store.quads_for_pattern(node, predicate, None, None)
                           if isinstance(quad.object, ox.Literal))
            if found:
                return found[0]
        if isinstance(node, ox.BlankNode):
            return str(node)
        for prefix, space in self._prefixes:
            if node.value.startswith(space) and node.value != space:
                local = node.value.removeprefix(space)
                return local if prefix == "kg" else f"{prefix}:{local}"
        return node.value


def ask(store: ox.Store, query: str, *, base: str = BASE, limit: int | None = None, timeout: float | None = None,
        search: Search | None = None, **parameters: str) -> Answer | bool:
    """Return the answer to `query`: SPARQL text, the path of a ``.rq`` file, or the name of a stored query.

    `parameters` fill the variables that a stored query declares; a name stands for every entity that
    bears it. `limit` cuts the rows, `timeout` (seconds) the time spent waiting for them; `search` answers
    ``?node kg:search "words"``. Raises QueryError.
    """
    answer = _run(store, _prepared(store, query, base, search, parameters), base, timeout)
    if isinstance(answer, bool):
        return answer
    return Answer(store, answer.columns, islice(answer._rows, limit), answer.is_graph, base)


def results(store: ox.Store, query: str, *, base: str = BASE, search: Search | None = None,
            default_graphs: Sequence[ox.NamedNode] | None = None, named_graphs: Sequence[ox.NamedNode] | None = None) -> Results:
    """Return what Oxigraph gives to SPARQL text, to be written in a standard format; the graphs are those of the SPARQL Protocol.

    Without graphs the default graph is the union of all. Raises QueryError; reading on may raise OSError.
    """
    text = _prepared(store, query, base, search, {}, stored=False)
    dataset: dict[str, Any] = {"use_default_graph_as_union": default_graphs is None and named_graphs is None and not has_union(store)}
    if default_graphs is not None:
        dataset["default_graph"] = list(default_graphs)
    if named_graphs is not None:
        dataset |= {"named_graphs": list(named_graphs)} | ({} if default_graphs is not None else {"default_graph": []})
    try:
        return store.query(text, prefixes=prefixes(base), **dataset)
    except SyntaxError as error:
        raise QueryError(_explain(text, str(error))) from error
    except (ValueError, OSError) as error:
        raise QueryError(f"the query can't be answered: {' '.join(str(error).split())}") from error


def explain(store: ox.Store, query: str, *, base: str = BASE, timeout: float | None = None, search: Search | None = None,
            **parameters: str) -> Explained:
    """Answer `query` as :func:`ask` does, and return what was asked and what it cost instead of the answer."""
    started = time.perf_counter()
    text = _prepared(store, query, base, search, parameters)
    answer = _run(store, text, base, timeout)
    first, rows, form = 0.0, 0, "ASK"
    columns: tuple[str, ...] = ()
    if not isinstance(answer, bool):
        columns, form = answer.columns, "GRAPH" if answer.is_graph else "SELECT"
        for _ in answer._rows:
            first = first or time.perf_counter() - started
            rows += 1
    seconds = time.perf_counter() - started
    return Explained(_with_prefixes(text, base), form, columns, rows, first or seconds, seconds, sum(1 for _ in store.named_graphs()))


def _with_prefixes(text: str, base: str) -> str:
    """Return the query with a PREFIX line for each known prefix that it uses and does not declare."""
    tokens = [token.group() for token in _TOKENS.finditer(text)]
    declared = {after for before, after in itertools.pairwise(tokens) if before.upper() == "PREFIX"}
    used = {token.partition(":")[0] for token in tokens if re.match(r"[\w.-]+:", token)}
    lines = [f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes(base).items() if prefix in used and f"{prefix}:" not in declared]
    return "".join(lines) + text


def _prepared(store: ox.Store, query: str, base: str, search: Search | None, parameters: Mapping[str, str], stored: bool = True) -> str:
    """Return the SPARQL text that `query` stands for, parameters filled in and searches done."""
    known = _stored(query) if stored else None
    text = known.text if known else query
    _refuse_service(text)
    terms = _terms(store, known, parameters, base)
    return _fill(_searched(text, terms, search), terms)


def _stored(query: str) -> StoredQuery | None:
    """Return the stored query that `query` names, or the file it is the path of; None if it is SPARQL itself."""
    queries = stored_queries()
    if query in queries:
        return queries[query]
    if query.endswith(".rq") and "\n" not in query:
        path = Path(query)
        if not path.is_file():
            raise QueryError(f"there is no query file {query}; give SPARQL, a .rq file, or one of: {', '.join(queries)}")
        try:
            return stored_queries(path.parent)[path.stem]
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"{query} can't be read as UTF-8 text: {error}") from error
    if re.fullmatch(r"[\w-]*", query):
        raise QueryError(f"there is no stored query {query!r}; the stored queries are: {', '.join(queries)}")
    return None


def _terms(store: ox.Store, stored: StoredQuery | None, parameters: Mapping[str, str], base: str) -> dict[str, list[Term]]:
    """Return the terms that each parameter stands for; QueryError if one is unknown or missing."""
    declared = stored.parameters if stored else {}
    for name in parameters:
        if name not in declared:
            raise QueryError(f"the query takes no parameter {name!r}; it takes: {', '.join(declared) or 'none'}")
    missing = [name for name, (_, about) in declared.items() if about.endswith("required") and name not in parameters]
    if missing:
        raise QueryError(f"the query needs {', '.join(missing)}: {declared[missing[0]][1]}")
    return {name: _parameter(store, declared[name][0], text, base) for name, text in parameters.items()}


def _fill(text: str, terms: Mapping[str, Sequence[Term]]) -> str:
    """Return the query with the terms of each parameter in the places kept for them: ``VALUES ?name { UNDEF }``.

    The terms are written by Oxigraph, escaped, never as the user typed them. (Its own substitutions bind after the query is
    answered: they can't reach into OPTIONAL or FILTER, nor fill a variable that is not selected.)
    """
    def values(found: re.Match[str]) -> str:
        given = terms.get(found[1])
        return f"VALUES ?{found[1]} {{ {' '.join(map(str, given))} }}" if given else found[0]

    return re.sub(r"VALUES \?(\w+) \{ UNDEF \}", values, text)


def _searched(text: str, terms: Mapping[str, Sequence[Term]], search: Search | None) -> str:
    """Return the query with each ``?node kg:search "words" .`` replaced by the nodes found; `terms` may fill the words' variable."""
    tokens = [token for token in _TOKENS.finditer(text) if not token.group().startswith("#")]
    out, done = [], 0
    for before, verb, words in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if verb.group() not in (f"<{KG}search>", "kg:search"):
            continue
        given, name = words.group(), before.group()
        if given[:1] in "?$" and given[1:] in terms:
            given = str(terms[given[1:]][0])
        end = re.compile(r"\s*(\.|(?=\}))").match(text, words.end())
        if name[:1] not in "?$" or given[:1] not in "\"'" or not end or text[before.end():verb.start()].strip() or search is None:
            raise QueryError('full-text search is written ?node kg:search "words" . with a variable before and words after it')
        found = search(_string(given))
        out += [text[done:before.start()], f"VALUES {name} {{ {' '.join(str(ox.NamedNode(iri)) for iri in found)} }} "]
        done = end.end()
    return "".join(out) + text[done:]


def _string(quoted: str) -> str:
    """Return the text of a string as SPARQL and Turtle write it."""
    parsed = next(iter(ox.parse(f"<a:s> <a:p> {quoted} .", ox.RdfFormat.TURTLE)))
    return parsed.object.value if isinstance(parsed.object, ox.Literal) else ""


def _parameter(store: ox.Store, kind: Parameter, text: str, base: str) -> list[Term]:
    if kind == "text":
        return [ox.Literal(_whole(text))]
    if kind == "date":
        return [ox.Literal(_whole(text), datatype=ox.NamedNode(_XSD + "date"))]
    if kind == "word":
        return [ox.NamedNode(KG + valid_iri(text[:1].upper() + text[1:]))]
    found = find(store, text, (f"{base}entity/",) if kind == "entity" else (KG, OPEN))
    if not found:
        raise QueryError(f"nothing in the graph is called {text!r}; see the names with the stored query most-mentioned")
    return list(found)


def _whole(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def find(store: ox.Store, name: str, spaces: tuple[str, ...]) -> list[ox.NamedNode]:
    """Return the nodes under one of the IRIs `spaces` whose IRI, label or other name is `name`, by IRI.

    If there are none, those whose names match but for case; if there are none of these, those whose names hold it as whole words.
    """
    if name.startswith(spaces):
        node = ox.NamedNode(valid_iri(name))
        if any(store.quads_for_pattern(node, None, None, None)) or any(store.quads_for_pattern(None, node, None, None)):
            return [node]
    wanted, folded = ox.Literal(_whole(name)), name.casefold()
    named = [quad for label in (_LABEL, _ALT) for quad in store.quads_for_pattern(None, label, wanted, None)]
    found = {quad.subject for quad in named if _within(quad.subject, spaces)}
    if not found and re.search(r"\w", name):
        words = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)", re.I)
        labels = [(quad.subject, quad.object.value) for label in (_LABEL, _ALT)
                  for quad in store.quads_for_pattern(None, label, None, None)
                  if isinstance(quad.object, ox.Literal) and _within(quad.subject, spaces)]
        found = {node for node, text in labels if text.casefold() == folded} \
            or {node for node, text in labels if words.search(text)}
    return sorted((node for node in found if isinstance(node, ox.NamedNode)), key=lambda node: node.value)


def _within(node: object, spaces: tuple[str, ...]) -> bool:
    return isinstance(node, ox.NamedNode) and node.value.startswith(spaces)


def _run(store: ox.Store, text: str, base: str, timeout: float | None) -> Answer | bool:
    def work() -> Iterator[Any]:
        """Yield the kind and columns first, then the rows."""
        try:
            result = store.query(text, prefixes=prefixes(base), use_default_graph_as_union=not has_union(store))
            if isinstance(result, ox.QueryBoolean):
                yield bool(result)
            elif isinstance(result, ox.QueryTriples):
                yield True, ("subject", "predicate", "object")
                for triple in result:
                    yield triple.subject, triple.predicate, triple.object
            else:
                yield False, tuple(variable.value for variable in result.variables)
                for solution in result:
                    yield tuple(solution)
        except SyntaxError as error:
            raise QueryError(_explain(text, str(error))) from error
        except (ValueError, OSError) as error:
            raise QueryError(f"the query can't be answered: {' '.join(str(error).split())}") from error

    rows = work() if timeout is None else _in_time(work, timeout)
    first = next(rows)
    if isinstance(first, bool):
        return first
    return Answer(store, first[1], rows, first[0], base)


def _in_time(work: Callable[[], Iterator[Any]], timeout: float) -> Iterator[Any]:
    """Yield what `work` yields from a thread of its own; QueryError once more than `timeout` seconds were spent waiting for it.

    Oxigraph can't be interrupted: a query given up goes on in its (daemon) thread until its next row, or the process, ends.
    """
    results: queue.Queue[list[Any] | Exception | None] = queue.Queue(maxsize=8)
    stopped = threading.Event()

    def put(item: list[Any] | Exception | None) -> None:
        while not stopped.is_set():
            try:
                return results.put(item, timeout=0.1)
            except queue.Full:
                continue
        raise GeneratorExit

    def run() -> None:
        try:
            rows = work()
            put([next(rows)])
            while batch := list(islice(rows, _BATCH)):
                put(batch)
            put(None)
        except GeneratorExit:
            pass
        except Exception as error:  # handed over to the caller's thread, which raises it
            put(error)

    threading.Thread(target=run, daemon=True).start()
    left = timeout
    try:
        while True:
            started = time.monotonic()
            try:
                batch = results.get(timeout=max(left, 0))
            except queue.Empty:
                raise QueryError(f"the query took over {timeout:g} s; narrow it, or allow more time") from None
            left -= time.monotonic() - started
            if batch is None:
                return
            if isinstance(batch, Exception):
                raise batch
            yield from batch
    finally:
        stopped.set()


_TOKENS = re.compile(r"""<[^<>"{}|^`\\\x00-\x20]*>|#[^\n\r]*|\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|"""
                     r"""[?$]\w+|[\w.-]*:[\w.:%\\-]*|@[\w-]+|\w+""", re.S)


def _refuse_service(text: str) -> None:
    """Raise QueryError if the query calls another server. Escapes (``\\u0053ERVICE``) are undone first, as SPARQL demands."""
    undone = re.sub(r"\\u([0-9A-Fa-f]{4})|\\U00([0-9A-Fa-f]{6})", lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    for version in (text, undone):
        if any(token.group().upper() == "SERVICE" for token in _TOKENS.finditer(version)):
            raise QueryError("SERVICE is not allowed: queries never leave this machine; take the clause out")


def _explain(text: str, message: str) -> str:
    """Return a syntax error in one line: where it is, what stands there, and what was expected."""
    message = " ".join(message.split())
    found = re.search(r"at (\d+):(\d+): (.*)", message)
    if not found:
        return f"wrong query: {message}"
    line, column, expected = int(found[1]), int(found[2]), found[3]
    lines = text.splitlines()
    rest = lines[line - 1][column - 1:] if line <= len(lines) else ""
    there = f"at {' '.join(rest.split())[:30]!r}" if rest.strip() else "at the end"
    if "Prefix not found" in expected:
        expected = f"the prefix is not known; add PREFIX, or use one of {', '.join(prefixes())}"
    elif len(expected) > 160:
        expected = expected[:160] + " ..."
    return f"wrong query in line {line}, column {column} ({there}): {expected}"


def plain(term: Term | None) -> Python:
    """Return a term as a Python value: IRI and text as str, numbers and booleans as such, unbound as None."""
    if not isinstance(term, ox.Literal):
        return None if term is None else term.value if isinstance(term, ox.NamedNode) else str(term)
    kind = term.datatype.value.removeprefix(_XSD)
    try:
        if kind in ("integer", "nonNegativeInteger", "int", "long"):
            return int(term.value)
        if kind in ("decimal", "double", "float"):
            return float(term.value)
    except ValueError:
        return term.value
    return {"true": True, "false": False}.get(term.value, term.value) if kind == "boolean" else term.value


def _cell(term: Term | None, names: Names | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Literal):
        return term.value
    if isinstance(term, ox.Triple):
        return str(term)
    return names.of(term) if names else term.value if isinstance(term, ox.NamedNode) else str(term)


def _csv(columns: tuple[str, ...], rows: Iterable[Row], names: Names) -> Iterator[str]:
    for row in chain([columns], ([_cell(term, None) for term in row] for row in rows)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue()


def _tsv(columns: tuple[str, ...], rows: Iterable[Row], names: Names) -> Iterator[str]:
    yield "\t".join(f"?{column}" for column in columns) + "\n"
    for row in rows:
        yield "\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) + "\n"


def _json(columns: tuple[str, ...], rows: Iterable[Row], names: Names) -> Iterator[str]:
    yield f'{{"head": {{"vars": {json.dumps(columns)}}}, "results": {{"bindings": ['
    for number, row in enumerate(rows):
        cells = {column: _json_term(term) for column, term in zip(columns, row, strict=True) if term is not None}
        yield ("\n" if number == 0 else ",\n") + json.dumps(cells, ensure_ascii=False)
    yield "\n]}}\n"


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        return {"type": "literal", "value": str(term)}
    cell = {"type": "literal", "value": term.value}
    if term.language:
        cell["xml:lang"] = term.language
    elif term.datatype.value != _XSD + "string":
        cell["datatype"] = term.datatype.value
    return cell


def _driving(text: str) -> str:
    """Return `text` with control and direction marks spelled out, as a Markdown table is looked at, not parsed."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", lambda sign: f"\\u{ord(sign.group()):04x}", text)


def _markdown(columns: tuple[str, ...], rows: Iterable[Row], names: Names) -> Iterator[str]:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(_driving(re.sub(r"([\\|`*_<>\[\]&])", r"\\\1", " ".join(cell.split()))) for cell in cells) + " |\n"

    yield line(columns)
    yield "|" + " --- |" * len(columns) + "\n"
    for row in rows:
        yield line(_cell(term, names) for term in row)


_WRITERS: Mapping[str, Callable[[tuple[str, ...], Iterable[Row], Names], Iterator[str]]] = {
    "csv": _csv, "tsv": _tsv, "json": _json, "markdown": _markdown}
