"""newskg: news articles in, an RDF knowledge graph with evidence out.

The way of an article, one module a step:

1. :mod:`kg.read` turns files into articles, 2. :mod:`kg.parse` parses them with spaCy, 3. :mod:`kg.extract` reads mentions, entities
and claims, 4. :mod:`kg.resolve` decides what is one across articles, 5. :mod:`kg.ground` turns claims into statements by the
ontology, 6. :mod:`kg.graph` writes them as RDF. :mod:`kg.pipeline` alone knows the order; :mod:`kg.cli` is the command line.

``kg.build`` makes a graph folder, ``kg.open`` opens one; the README shows both, run by a test.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.opened import Graph as Graph
    from kg.opened import open_graph as open
    from kg.pipeline import Report as Report
    from kg.pipeline import build as build
    from kg.pipeline import remove as remove
    from kg.settings import Settings as Settings

__version__ = "0.1.0"

#: public name -> where it lives; loaded when first asked for, so that `kg --help` stays fast
_HOMES = {
    "Graph": "kg.opened:Graph",
    "Report": "kg.pipeline:Report",
    "Settings": "kg.settings:Settings",
    "build": "kg.pipeline:build",
    "open": "kg.opened:open_graph",
    "remove": "kg.pipeline:remove",
}
__all__ = ["Graph", "Report", "Settings", "build", "open", "remove"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
