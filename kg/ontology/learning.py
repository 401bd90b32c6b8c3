"""Examples -> learned relations: what ``kg learn`` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from kg.errors import InputError
from kg.extract.coreference import link
from kg.extract.learned import Gold, Learned, learn
from kg.extract.mentions import find_mentions
from kg.extract.quotes import find_quotes
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.ontology import load
from kg.parse import load as load_model
from kg.parse import parse
from kg.records import LocalEntity, Mention, Record


class Example(Record, frozen=True):
    """A line of the examples: a text and the facts it states, each as subject, property, object."""

    text: str
    facts: tuple[tuple[str, str, str], ...] = ()


def read_text(text: str, model: str = "") -> tuple[Tree, list[Mention], list[LocalEntity]]:
    """Return the parse of `text` with its mentions and entities."""
    tree = repair(Tree.of(parse(load_model(model), text)))
    mentions, entities = link(tree, find_mentions(tree, find_values(tree)), find_quotes(tree))
    return tree, list(mentions), list(entities)


def learn_relations(examples: str | Path, ontology: Sequence[str | Path] = (), model: str = "") -> tuple[Learned, int]:
    """Learn relations from the JSON lines in the file `examples`; return what was learned and the number of facts.

    A line is ``{"text": "Ida Berg steered the Aurora.", "facts": [["Ida Berg", "captainOf", "Aurora"]]}``: subject and object as the text
    has them, the property by label, local name or IRI, and all facts that the text states; texts without any help too.
    Raises InputError, naming the line, for what is no example or no property of the ontology.
    """
    properties = {name: one.iri for one in load([Path(path) for path in ontology] or None).properties.values()
                  for name in (one.label, one.name, one.iri)}
    texts, facts = [], []
    try:
        lines = Path(examples).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{examples}: can't be read ({error}); give a file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=Example)
            facts.append([Gold(subject, properties[name], object) for subject, name, object in row.facts])
        except KeyError as error:
            raise InputError(f"{examples}, line {number}: the ontology has no property {error}; give its label, name or IRI") from error
        except msgspec.MsgspecError as error:
            raise InputError(f"{examples}, line {number}: {error}; write "
                             '{"text": "...", "facts": [["subject", "property", "object"]]}') from error
        texts.append(read_text(row.text, model))
    if not texts:
        raise InputError(f"{examples} holds no example; write a line of JSON for each")
    return learn(texts, facts), sum(map(len, facts))
