"""Commands that need no graph: extract, ontology, learn."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

import kg
from kg.cli.common import command, field_pairs, named_models, plain, reading_options, say, tabulate
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
def extract(articles: tuple[str, ...], what: str | None, min_confidence: float, relations: bool, learned: str, model: tuple[str, ...],
            field: tuple[str, ...]) -> None:
    """Read ARTICLES and write what they say as JSON lines, without building a graph."""
    from kg.pipeline import extraction_lines, read_all

    failed = False
    english, models = named_models(model)
    settings = kg.Settings(model=english, models=models, relations=relations, learned=learned)
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
  kg ontology --turtle > newskg.ttl     # a start for your own
  kg ontology --html newskg.html        # a page to read; of your own with --ontology my.ttl
  kg ontology check my.ttl news/*.txt   # what your own makes of articles""", group=True)
@click.option("--ontology", "paths", multiple=True, type=click.Path(path_type=Path), help="your own instead of the bundled one")
@click.option("--turtle", is_flag=True, help="print the bundled ontology as Turtle")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="write it as one self-contained page to read")
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
@click.pass_context
def ontology(context: click.Context, paths: tuple[Path, ...], turtle: bool, html: Path | None, as_json: bool) -> None:
    """List the classes and properties that extraction knows."""
    if context.invoked_subcommand:
        return
    from kg.ontology import bundled, load

    if turtle:
        click.echo((bundled() / "newskg.ttl").read_text("utf-8"))
        return
    if html:
        from kg.ontology.patterns import open_ontology, patterns
        from kg.ontology.reference import reference

        opened = open_ontology(paths or None)
        try:
            html.write_text(reference(opened, patterns(opened), title=", ".join(path.name for path in paths)), "utf-8")
        except OSError as error:
            raise InputError(f"{html} can't be written ({error.strerror}); choose another place") from error
        click.echo(str(html))
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
    from kg.ontology.learning import learn_relations

    learned, facts = learn_relations(examples, paths, model)
    try:
        learned.save(output)
    except OSError as error:
        raise InputError(f"{output} can't be written ({error.strerror}); choose another place with -o") from error
    say(f"{len(learned.properties)} properties learned from {facts} facts; use them with --learned {output}")


@command("""Examples:
  kg ontology check my.ttl
  kg ontology check my.ttl news/*.txt
  kg ontology check my.ttl news/ --json | jq .unmapped

Exit codes: 0 nothing to mend, 1 something to look at, 2 a broken file; the message names line and mend.""", parent=ontology)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("articles", nargs=-1)
@click.option("--model", default="", metavar="NAME", help="spaCy pipeline to read with [default: the installed English one]")
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
def check(file: Path, articles: tuple[str, ...], model: str, as_json: bool) -> None:
    """Tell what the ontology FILE makes of its example sentences and of ARTICLES."""
    from kg.ontology.check import check as look

    report = look([file], articles, model=model)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
        sys.exit(0 if report.fine else 1)
    click.echo(plain(f"{file}: {report.classes} classes, {report.properties} properties, {len(report.examples)} examples"))

    def section(title: str, lines: list[str]) -> None:
        if lines:
            click.echo(f"\n{title}")
            for line in lines:
                click.echo(plain(f"  {line}"))

    section("What the examples gave", [
        f"{one.property}: {one.example}\n    → " + (one.wording or f"nothing: {one.problem} [{one.place}]")
        + ("   (but does not read the example itself: the parser stumbles)" if one.wording and not one.reads else "")
        for one in report.examples])
    section("Clashes", list(report.clashes))
    section("Worded alike in the bundled ontology", list(report.shared))
    section(f"Read in {report.articles} articles", [f"{one.statements:5}  {one.property}" for one in report.seen if one.statements])
    section("Never seen", [f"{one.property}: {one.why}" for one in report.seen if not one.statements])
    section("Often seen and not mapped", [f"{one.count:5}  {one.phrase}{f'   (like {one.like})' if one.like else ''}   “{one.sentence}”"
                                          for one in report.unmapped])
    section("Outside domain or range", [f"{one.property}: {one.words!r} is {' '.join(one.types) or 'unknown'}, not "
                                        f"{' or '.join(one.wanted)}   “{one.sentence}”" for one in report.misfits])
    for source, reason in report.failed:
        say(f"failed: {source}: {reason}")
    sys.exit(0 if report.fine else 1)
