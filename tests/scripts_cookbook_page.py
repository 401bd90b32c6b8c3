"""The page docs/cookbook.md, made of the stored queries; run as a script it writes the page."""

import re
from pathlib import Path

from kg.query import stored_queries

HEAD = """# Cookbook: the stored queries

Made from `ontology/queries/*.rq` by `scripts/cli-page`; `tests/test_query.py` runs every command on the sample articles. `graph` is made by
`kg build data/articles -o graph`.

Each answers `kg query graph NAME`; `--format csv|tsv|json|markdown` writes it for programs, `--explain` prints the SPARQL with prefixes and
parameters filled in, to be changed or sent to another server. A name given for an entity stands for all that bear it.

"""


def page() -> str:
    """Return the page as Markdown."""
    queries = stored_queries().values()
    parts = [HEAD, "| query | answers |\n|---|---|\n", *(f"| [{one.name}](#{one.name}) | {one.description} |\n" for one in queries)]
    for one in queries:
        parts.append(f"\n## {one.name}\n\n{one.description}.\n\n")
        for name, (kind, about) in one.parameters.items():
            option = "`--entity`" if name == "entity" else f"`--param {name}=`"
            parts.append(f"- {option} ({kind}): {about}\n")
        parts.append("\n" if one.parameters else "")
        body = re.sub(r"^#.*\n", "", one.text, flags=re.M).strip()
        parts.append(f"```sh\nkg query graph {one.name}{' ' if one.example else ''}{one.example}\n```\n```sparql\n{body}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "cookbook.md").write_text(page(), "utf-8")
