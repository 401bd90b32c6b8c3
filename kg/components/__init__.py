"""The extraction stages as spaCy components, for use in any pipeline that tags, parses, lemmatises and finds entities.

After ``import kg.components``, ``nlp.add_pipe("kg_claims")`` adds them; docs/extending.md shows it, run by a test.

``kg_paragraphs`` (first in the pipeline) starts a sentence at each line. ``kg_claims`` sets ``doc._.kg_mentions``,
``doc._.kg_entities``, ``doc._.kg_claims`` and ``doc._.kg_problems``: tuples of the records of :mod:`kg.records`, plain data that
survives pickling and multiprocessing. Set ``doc._.kg_published`` (ISO date) before it for relative dates to be resolved.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.records import Article

for _name in ("kg_mentions", "kg_entities", "kg_claims", "kg_problems"):
    Doc.set_extension(_name, default=(), force=True)
Doc.set_extension("kg_published", default="", force=True)


@Language.component("kg_paragraphs", assigns=["token.is_sent_start"])
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after each line end; the parser keeps to it and finds the others."""
    for token in doc[1:]:
        before = token.nbor(-1)
        if before.is_space and "\n" in before.text and not token.is_space:
            token.is_sent_start = True
    return doc


@Language.component("kg_claims", requires=["token.dep", "token.tag", "token.lemma", "doc.ents"],
                    assigns=["doc._.kg_mentions", "doc._.kg_entities", "doc._.kg_claims", "doc._.kg_problems"])
def claims(doc: Doc) -> Doc:
    """Read mentions, entities and claims from a parsed document."""
    extraction = read_claims(Article(id="doc", text=doc.text, published=doc._.kg_published), Tree.of(doc))
    doc._.kg_mentions, doc._.kg_entities = extraction.mentions, extraction.entities
    doc._.kg_claims, doc._.kg_problems = extraction.claims, extraction.problems
    return doc
