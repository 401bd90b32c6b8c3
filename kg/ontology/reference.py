"""An ontology as a readable page: class tree, properties with domain, range, wordings, examples with their patterns, alignments.

One self-contained HTML file without script, all text escaped. (pyLODE makes such pages of OWL and SHACL, but knows nothing of wordings
and examples, which are what a reader of this ontology looks for.)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from kg.iris import KG, PREFIXES
from kg.ontology import Class, Ontology, Property, load
from kg.ontology.patterns import Pattern

_STYLE = Path(__file__).parents[1] / "assets" / "reference.css"


def reference(ontology: Ontology, patterns: Sequence[Pattern] = (), *, title: str = "") -> str:
    """Return the page of an ontology: of the user's own classes and properties if it has any beside the bundled ones, else of all.

    `patterns` are what its example sentences gave (:func:`kg.ontology.patterns.patterns`).
    """
    bundled = load()
    own = [c for c in ontology.classes.values() if c.name not in bundled.classes], [
        p for p in ontology.properties.values() if p.iri not in bundled.properties]
    classes, properties = own if any(own) else (list(ontology.classes.values()), list(ontology.properties.values()))
    page = _Page(ontology, classes, properties, patterns)
    title = title or ("Classes and properties of this ontology" if any(own) else "The newskg ontology")
    counts = f"{len(classes)} classes, {len(properties)} properties"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE.read_text('utf-8')}</style></head>\n<body>"
        f"<nav aria-label=\"Classes and properties\">{page.menu()}</nav>\n"
        f"<main><h1>{escape(title)}</h1><p class=dim>{counts}. In examples <mark class=s>what it is said of</mark> and "
        f"<mark class=o>what it leads to</mark> are marked; S and O stand for them in wordings.</p>\n"
        f"{page.body()}</main></body></html>\n"
    )


class _Page:
    """The parts of the page, with links between what is on it."""

    def __init__(self, ontology: Ontology, classes: Sequence[Class], properties: Sequence[Property],
                 patterns: Sequence[Pattern]) -> None:
        self.ontology, self.classes, self.properties = ontology, classes, properties
        self.patterns: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            self.patterns[pattern.example.iri].append(pattern)
        self.shown = {c.iri for c in classes} | {p.iri for p in properties}
        self.of: dict[str, list[Property]] = defaultdict(list)
        for prop in properties:
            for name in prop.domain or ("",):
                self.of[name].append(prop)

    def menu(self) -> str:
        names = {c.name for c in self.classes}
        roots = [c for c in self.classes if not names & set(c.parents)]
        return f"<h2>Classes</h2>{self.tree(roots, ())}<h2>Properties</h2>{self.listed(self.properties)}"

    def tree(self, classes: Iterable[Class], above: tuple[str, ...]) -> str:
        """Return a list of classes, those below each in its turn; a circle ends where it closes."""
        items = []
        for one in sorted(classes, key=lambda c: c.label.lower()):
            below = [c for c in self.classes if one.name in c.parents and c.name not in (*above, one.name)]
            items.append(f"<li>{self.link(one.iri, one.label)}{self.tree(below, (*above, one.name)) if below else ''}</li>")
        return f"<ul>{''.join(items)}</ul>" if items else ""

    def listed(self, properties: Iterable[Property]) -> str:
        ordered = sorted(properties, key=lambda p: p.label.lower())
        return f"<ul>{''.join(f'<li>{self.link(p.iri, p.label)}</li>' for p in ordered)}</ul>"

    def body(self) -> str:
        classes = "".join(map(self.of_class, sorted(self.classes, key=lambda c: c.label.lower())))
        groups = sorted((name for name in self.of), key=lambda name: (not name, self.label(name).lower()))
        seen: set[str] = set()
        properties = ""
        for name in groups:
            new = [p for p in sorted(self.of[name], key=lambda p: p.label.lower()) if p.iri not in seen]
            seen.update(p.iri for p in new)
            if new:
                properties += f"<h2>Said of {escape(self.label(name)) if name else 'anything'}</h2>" + "".join(map(self.of_property, new))
        return (f"<h2>Classes</h2>{classes}" if classes else "") + properties

    def label(self, name: str) -> str:
        return self.ontology.classes[name].label if name in self.ontology.classes else name

    def of_class(self, one: Class) -> str:
        rows = [
            ("kind of", ", ".join(self.class_link(name) for name in one.parents)),
            ("called", ", ".join(escape(noun) for noun in one.nouns)),
            ("properties", ", ".join(self.link(p.iri, p.label) for p in self.of.get(one.name, ()))),
            ("elsewhere", _alignments(one.alignments)),
        ]
        return self.section(one.iri, one.label, one.comment, rows)

    def of_property(self, one: Property) -> str:
        known = {"functional": one.functional, "symmetric": one.symmetric, "holds over a time": one.state}
        every = (w for index in (self.ontology.verbs, self.ontology.nouns) for found in index.values() for w in found)
        wordings = one.wordings or tuple(dict.fromkeys(w.text for w in every if w.iri == one.iri))
        above = [self.ontology.properties[iri] for iri in one.parents if iri in self.ontology.properties]
        datatype = escape(_short(one.datatype)) if one.datatype else "text or value" if one.kinds else ""
        inverse = self.ontology.properties.get(one.inverse)
        rows = [
            ("from", " or ".join(self.class_link(name) for name in one.domain)),
            ("to", " or ".join(self.class_link(name) for name in one.range) or datatype),
            ("inverse of", self.link(one.inverse, inverse.label if inverse else _short(one.inverse)) if one.inverse else ""),
            ("kind of", ", ".join(self.link(prop.iri, prop.label) for prop in above)),
            ("it is", ", ".join(name for name, holds in known.items() if holds)),
            ("also called", ", ".join(map(escape, one.aliases))),
            ("wordings", " ".join(f"<code>{escape(text)}</code>" for text in wordings)),
            ("examples", "<br>".join(f"{_marked(p)} <span class=dim>gives</span> <code>{escape(p.wording.text if p.wording else '')}</code>"
                                     for p in self.patterns[one.iri])),
            ("qualifies", " ".join(f"<code>{escape(text)}</code>" for text in one.qualifies)),
            ("elsewhere", _alignments(one.alignments)),
        ]
        return self.section(one.iri, one.label, one.comment, rows)

    def section(self, iri: str, label: str, comment: str, rows: Iterable[tuple[str, str]]) -> str:
        text, _, example = comment.partition("Example: ")
        parts = f"<p>{escape(text.strip())}</p>" if text.strip() else ""
        parts += f"<p class=dim>“{escape(example.strip())}”</p>" if example.strip() else ""
        listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
        head = f"<h3>{escape(label)} <small>{escape(_short(iri))}</small></h3>"
        return f'<section id="{_anchor(iri)}">{head}{parts}<dl>{listed}</dl></section>\n'

    def class_link(self, name: str) -> str:
        found = self.ontology.classes.get(name)
        return self.link(found.iri, found.label) if found else escape(name)

    def link(self, iri: str, label: str) -> str:
        """Return a link to what is on the page, else to the IRI if it is a web address."""
        return f'<a href="#{_anchor(iri)}">{escape(label)}</a>' if iri in self.shown else _outside(iri, label)


def _anchor(iri: str) -> str:
    """Return the id of a class's or property's section: one each, as it is made of the IRI."""
    return quote(_short(iri), safe=":-._~")


def _short(iri: str) -> str:
    """Return an IRI as a CURIE if its prefix is known."""
    found = max((item for item in PREFIXES.items() if iri.startswith(item[1])), key=lambda item: len(item[1]), default=None)
    return f"{found[0]}:{iri.removeprefix(found[1])}" if found else iri


def _outside(iri: str, label: str) -> str:
    web = re.match(r"https?://[^\s\"'<>]+$", iri) and not iri.startswith(KG)
    return f'<a href="{escape(iri)}" rel="noreferrer">{escape(label)}</a>' if web else escape(label)


def _alignments(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{_outside(iri, _short(iri))} <span class=dim>({escape(name.partition(':')[2])})</span>" for name, iri in pairs)


def _marked(pattern: Pattern) -> str:
    """Return an example sentence with its marks as coloured stretches."""
    example = pattern.example
    places = [("s", example.subject), *(("q", place) for _, place in example.roles)]
    places += [("o", example.object)] if example.object else []
    out, end = "", 0
    for kind, (first, last) in sorted(places, key=lambda pair: pair[1]):
        out += f"{escape(example.text[end:first])}<mark class={kind}>{escape(example.text[first:last])}</mark>"
        end = last
    return out + escape(example.text[end:])
