"""Commands that need no graph: extract, ontology, learn."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

import kg
from kg.cli.common import command, field_pairs, reading_options, say, tabulate
from kg.errors import InputError


@command("""Examples:
  kg extract article.txt --triples
  cat articles.jsonl | kg extract - --mentions > mentions.jsonl
  kg extract article.txt | head -1      # the whole extraction, one JSON object a line

Exit codes: 0 all fine, 1 some articles failed, 2 wrong use.""")
@click.argument("articles", nargs=-1, required=True)
@click.option("--triples", "what", flag_value="triples", help="binary triples, with status, speaker and offsets")
@click.option("--mentions", "what", flag_value="mentions", help="mentions, whole noun phrases, with type, offsets and entity")
@click.option("--names", "what", flag_value="names", help="mentions that are names, without what stands around them")
@click.option("--min-confidence", default=0.0, type=click.FloatRange(0, 1), help="leave out what is less sure")
@click.option("--relations", is_flag=True, help="also use the learned relation scorer")
@click.option("--learned", default="", metavar="FILE", help="also use what kg learn made of your examples")
@reading_options
def extract(articles: tuple[str, ...], what: str | None, min_confidence: float, relations: bool, learned: str, model: str,
            field: tuple[str, ...]) -> None:
    """Read ARTICLES and write what they say as JSON lines, without building a graph."""
    from kg.pipeline import extraction_lines, read_all

    failed = False
    settings = kg.Settings(model=model, relations=relations, learned=learned)
    for result in read_all(articles, settings=settings, fields=field_pairs(field), unique=False):
        if isinstance(result, tuple):
            say(f"failed: {result[0]}: {result[1]}")
            failed = True
            continue
        for line in extraction_lines(result, what or "extraction", min_confidence):
            click.echo(line)
    if failed:
        sys.exit(1)


@command("""Examples:
  kg ontology                           # classes and properties as a table
  kg ontology --turtle > newskg.ttl     # a start for your own""")
@click.option("--ontology", "paths", multiple=True, type=click.Path(path_type=Path), help="your own instead of the bundled one")
@click.option("--turtle", is_flag=True, help="print the bundled ontology as Turtle")
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
def ontology(paths: tuple[Path, ...], turtle: bool, as_json: bool) -> None:
    """List the classes and properties that extraction knows."""
    from kg.ontology import bundled, load

    if turtle:
        click.echo((bundled() / "newskg.ttl").read_text("utf-8"))
        return
    loaded = load(paths or None)
    rows = [["class", one.name, one.label, ", ".join(one.parents), ""] for one in loaded.classes.values()]
    rows += [["property", one.name, one.label, ", ".join(one.domain), ", ".join(one.range)] for one in loaded.properties.values()]
    columns = ["kind", "name", "label", "domain or above", "range"]
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2, ensure_ascii=False))
    else:
        tabulate(columns, rows)


@command("""Examples:
  kg learn examples.jsonl --ontology harbour.ttl -o harbour.learned
  kg build news/ --ontology harbour.ttl --learned harbour.learned -o graph

A line of EXAMPLES: {"text": "Ida Berg steered the Aurora.", "facts": [["Ida Berg", "captainOf", "Aurora"]]}

Exit codes: 0 done, 2 wrong use or a bad example.""")
@click.argument("examples", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="the file to write")
@click.option("--ontology", "paths", multiple=True, type=click.Path(path_type=Path), help="your own instead of the bundled one")
@click.option("--model", default="", help="the spaCy pipeline to read with")
def learn(examples: Path, output: Path, paths: tuple[Path, ...], model: str) -> None:
    """Learn relations from EXAMPLES: sentences with the facts they state, some dozens for each property."""
    from kg.learning import learn_relations

    learned, facts = learn_relations(examples, paths, model)
    try:
        learned.save(output)
    except OSError as error:
        raise InputError(f"{output} can't be written ({error.strerror}); choose another place with -o") from error
    say(f"{len(learned.properties)} properties learned from {facts} facts; use them with --learned {output}")
