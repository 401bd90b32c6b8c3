"""The import rules of the module map: imports point one way, and each library stays behind its door."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kg"
MODULES = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
           for path in PACKAGE.rglob("*.py")}

#: our own layers, from the ground up; a module may import from layers before its own only (and its own package's parts)
LAYERS = [
    {"kg.errors", "kg.iris", "kg.records", "kg.labels"},
    {"kg.settings", "kg.http", "kg.ontology", "kg.rating", "kg.validity", "kg.duplicates", "kg.spill"},
    {"kg.agree", "kg.events", "kg.statistics"},
    {"kg.read", "kg.extract", "kg.resolve", "kg.ground", "kg.query", "kg.view", "kg.folder", "kg.triples",
     "kg.authorities"},
    {"kg.components", "kg.frames", "kg.export", "kg.validate", "kg.networks", "kg.decisions", "kg.asof", "kg.infer", "kg.links",
     "kg.reconcile", "kg.search"},
    {"kg.parse", "kg.graph"},
    {"kg.patterns", "kg.reading"},
    {"kg.cluster"},
    {"kg.pipeline", "kg.learning"},
    {"kg.pages", "kg.merge", "kg.check", "kg.reference", "kg.difference"},
    {"kg.link", "kg.imports", "kg.publish"},
    {"kg.site", "kg.imports", "kg.publish"},
    {"kg.serve"},
    {"kg.agents"},
    {"kg.cli"},
]
#: library -> modules that may see it
DOORS = {
    "spacy": {"kg.parse", "kg.components", "kg.extract.tree"},
    "rdflib": {"kg.ontology", "kg.graph", "kg.query", "kg.validate"},
    "oxrdflib": {"kg.graph"},
    "pyshacl": {"kg.validate"},
    "pyoxigraph": {"kg.ontology", "kg.graph", "kg.query", "kg.search", "kg.export", "kg.validate", "kg.networks", "kg.asof", "kg.infer",
                   "kg.authorities", "kg.site", "kg.difference", "kg.imports", "kg.publish"},
    "networkx": {"kg.view", "kg.networks"},
    "pandas": {"kg.frames"},
    "polars": {"kg.frames"},
    "igraph": {"kg.view", "kg.networks"},
    "pyvis": {"kg.view"},
    "trafilatura": {"kg.read"},
    "feedparser": {"kg.read"},
    "lxml": {"kg.read"},
    "pyarrow": {"kg.read"},
    "pypdfium2": {"kg.read"},
    "py3langid": {"kg.read"},
    "rensa": {"kg.duplicates"},
    "uvicorn": {"kg.serve"},
    "mcp": {"kg.agents"},
    "jinja2": {"kg.site"},
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
    return next((module for layer in LAYERS for module in layer if name == module or name.startswith(module + ".")), "")


@pytest.mark.parametrize("path", sorted(MODULES), ids=lambda path: MODULES[path])
def test_imports_point_one_way(path: Path) -> None:
    module = MODULES[path]
    if module == "kg":
        return  # its public names are loaded on demand
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
