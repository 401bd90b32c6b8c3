"""Step 3: the parse of one article to its extraction. Each extractor is a plain function; this module puts them in order."""

from __future__ import annotations

from kg.extract.attribution import attribute
from kg.extract.clauses import clause_claims, find_clauses
from kg.extract.confidence import rate
from kg.extract.coreference import link
from kg.extract.learned import Learned, learned_claims
from kg.extract.mentions import find_mentions
from kg.extract.nominals import nominal_claims
from kg.extract.quotes import find_quotes
from kg.extract.relations import relation_claims
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.records import Article, Extraction


def read_claims(article: Article, tree: Tree, *, relations: bool = False, learned: Learned | None = None) -> Extraction:
    """Return the mentions, entities and claims of one parsed article; with `relations` also those of the learned scorer, with `learned`
    what was learned from examples."""
    tree = repair(tree)
    quotes = find_quotes(tree)
    mentions, entities = link(tree, find_mentions(tree, find_values(tree, article.published)), quotes, clusters=tree.chains)
    clauses = find_clauses(tree)
    claims = clause_claims(tree, clauses, mentions) + nominal_claims(tree, mentions)
    if relations:
        claims += relation_claims(tree, mentions, first_id=len(claims))
    if learned is not None:
        claims += learned_claims(tree, mentions, entities, learned, first_id=len(claims))
    claims = rate(tree, mentions, attribute(tree, mentions, quotes, clauses, claims))
    return Extraction(article, tuple(mentions), tuple(entities), tuple(claims))
