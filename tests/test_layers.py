"""The import rules of the module map: imports point one way, and each library stays behind its door."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kg"
MODULES = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
           for path in PACKAGE.rglob("*.py")}

#: our own layers, from the ground up; a module may import from layers before its own only (and its own package's parts)
LAYERS = [
    {"kg.errors", "kg.iris", "kg.ontology.labels", "kg.records", "kg.terms"},
    {"kg.facts.duplicates", "kg.facts.validity", "kg.http", "kg.ontology", "kg.rating", "kg.settings", "kg.spill"},
    {"kg.facts.agree", "kg.facts.events", "kg.facts.statistics"},
    {"kg.exchange.triples", "kg.extract", "kg.folder", "kg.ground", "kg.names.authorities", "kg.page.view", "kg.query", "kg.read",
     "kg.resolve"},
    {"kg.components", "kg.exchange.export", "kg.exchange.frames", "kg.exchange.networks", "kg.facts.asof", "kg.names.decisions",
     "kg.names.links", "kg.names.reconcile", "kg.ontology.infer", "kg.ontology.validate", "kg.query.search"},
    {"kg.graph", "kg.parse"},
    {"kg.ontology.patterns", "kg.opened", "kg.reading"},
    {"kg.cluster"},
    {"kg.ontology.learning", "kg.pipeline"},
    {"kg.facts.difference", "kg.names.merge", "kg.ontology.check", "kg.ontology.reference", "kg.page.pages"},
    {"kg.exchange.imports", "kg.exchange.publish", "kg.names.link"},
    {"kg.server.site"},
    {"kg.server.serve"},
    {"kg.server.agents"},
    {"kg.cli"},
]
#: library -> modules that may see it
DOORS = {
    "spacy": {"kg.components", "kg.extract.tree", "kg.parse"},
    "rdflib": {"kg.ontology", "kg.ontology.validate", "kg.opened", "kg.query"},
    "oxrdflib": {"kg.opened"},
    "pyshacl": {"kg.ontology.validate"},
    "pyoxigraph": {"kg.exchange.export", "kg.exchange.imports", "kg.exchange.networks", "kg.exchange.publish", "kg.facts.asof",
                   "kg.facts.difference", "kg.graph", "kg.names.authorities", "kg.ontology", "kg.ontology.infer",
                   "kg.ontology.validate", "kg.opened", "kg.query", "kg.query.search", "kg.server.site", "kg.terms"},
    "networkx": {"kg.exchange.networks", "kg.page.view"},
    "pandas": {"kg.exchange.frames"},
    "polars": {"kg.exchange.frames"},
    "igraph": {"kg.exchange.networks", "kg.page.view"},
    "pyvis": {"kg.page.view"},
    "trafilatura": {"kg.read"},
    "feedparser": {"kg.read"},
    "lxml": {"kg.read"},
    "pyarrow": {"kg.read"},
    "pypdfium2": {"kg.read"},
    "py3langid": {"kg.read"},
    "rensa": {"kg.facts.duplicates"},
    "uvicorn": {"kg.server.serve"},
    "mcp": {"kg.server.agents"},
    "jinja2": {"kg.server.site"},
    "dask": {"kg.cluster"},
    "distributed": {"kg.cluster"},
    "fsspec": {"kg.cluster"},
    "scipy": {"kg.extract.learned"},
    "click": {"kg.cli"},
    "rich": {"kg.cli"},
}


def imports(path: Path) -> set[str]:
    """Return the names a module imports, also inside functions; imports for the type checker are left out."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def home(name: str) -> str:
    """Return the layer module that the dotted `name` belongs to."""
    return max((module for layer in LAYERS for module in layer if name == module or name.startswith(module + ".")), key=len, default="")


@pytest.mark.parametrize("path", sorted(MODULES), ids=lambda path: MODULES[path])
def test_imports_point_one_way(path: Path) -> None:
    module = MODULES[path]
    if module == "kg" or (not imports(path) and path.name == "__init__.py"):
        return  # the public names of kg are loaded on demand; the other packages without a module of their name hold nothing
    own = home(module)
    assert own, f"{module} is in no layer: put it on the map in tests/test_layers.py first"
    level = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    for name in imports(path):
        other = home(name)
        allowed = not other or other == own or level[other] < level[own] or (level[own] == 0 and level[other] == 0)
        assert allowed, f"{module} imports {name}: imports point from {own} down only"


@pytest.mark.parametrize("path", sorted(MODULES), ids=lambda path: MODULES[path])
def test_libraries_stay_behind_their_doors(path: Path) -> None:
    module = MODULES[path]
    for name in imports(path):
        library = name.partition(".")[0]
        doors = DOORS.get(library, {module})
        allowed = any(module == door or module.startswith(door + ".") for door in doors)
        assert allowed, f"{module} imports {library}: only {sorted(doors)} may"
