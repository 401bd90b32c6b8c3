"""``kg mcp``: a Model Context Protocol server, so that an assistant can look things up in a graph and cite the sentence.

Its tools are thin: each is a question to :mod:`kg.server.site`, answered by the workers of :mod:`kg.server.serve` within the same limits.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from kg.errors import KgError
from kg.opened import open_graph
from kg.server.serve import Failed, Pool
from kg.server.site import Request
from kg.settings import Serving

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

_ABOUT = (
    "A knowledge graph read from news articles. Every statement has the quote it was read from, its article, and who says so: cite them. "
    "Status Asserted: the article itself says it; Claimed: the speaker does; Planned, Conditional, Asked: it is not said to be so. "
    "Polarity Negative: it is said not to be so. Start with search or statements; use sparql for what they can't answer.")


def server(pool: Pool) -> MCPServer:
    """Return the MCP server that asks `pool`. Raises KgError if the SDK is not installed."""
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
    except ImportError as error:
        raise KgError("the Model Context Protocol SDK is not installed: run `pip install 'newskg[mcp]'`") from error

    async def get(path: str, accept: str = "application/json", **parameters: object) -> Any:
        given = urlencode({name: value for name, value in parameters.items() if value not in (None, "")})
        try:
            status, body = await pool.ask(Request("GET", path, given, {"accept": accept, "host": "localhost"}))
        except Failed as failure:
            raise ToolError(str(failure)) from failure
        text = body.decode("utf-8", "replace")
        if status >= 400:
            raise ToolError(json.loads(text)["detail"] if text.startswith("{") else text)
        return json.loads(text) if text.startswith(("{", "[")) else text

    made: MCPServer = MCPServer("newskg", instructions=_ABOUT)

    @made.tool()
    async def search(words: str, kind: Literal["entity", "quote", "article", ""] = "", limit: int = 20) -> dict[str, Any]:
        """Find entities, quotes and articles that hold all words, best first. "Quoted words" stand together."""
        return {"hits": await get("/api/search", q=words, kind=kind, limit=limit)}

    @made.tool()
    async def entity(name: str, limit: int = 50) -> dict[str, Any]:
        """Return who or what bears a name (or IRI): types, other names, and what is said of it, each statement with its quotes."""
        return {"entities": await get("/api/entity", **{"iri" if "://" in name else "name": name}, limit=limit)}

    @made.tool()
    async def statements(entity: str = "", status: Literal["Asserted", "Claimed", "Planned", "Conditional", "Asked", ""] = "",
                         article: str = "", limit: int = 50, offset: int = 0) -> dict[str, Any]:
        """Return statements with quotes, speaker, time and article, filtered by entity (name or IRI), status and article (IRI)."""
        return {"statements": await get("/api/statements", entity=entity, status=status, article=article, limit=limit, offset=offset)}

    @made.tool()
    async def articles(limit: int = 100, offset: int = 0) -> dict[str, Any]:
        """List the articles: headline, date, publisher, address."""
        return {"articles": await get("/api/articles", limit=limit, offset=offset)}

    @made.tool()
    async def stored_queries() -> dict[str, Any]:
        """List ready-made SPARQL queries with their texts, as examples of how the graph is asked."""
        return {"queries": await get("/api/queries")}

    @made.tool()
    async def sparql(query: str) -> dict[str, Any]:
        """Ask in SPARQL 1.1 (read only; prefixes are known; add a LIMIT). Statements are kg:Statement with rdf:subject, rdf:predicate,
        rdf:object, kg:status, kg:polarity, kg:speaker, kg:when and prov:wasDerivedFrom, whose nif:anchorOf is the quote."""
        found = await get("/sparql", "application/sparql-results+json, text/turtle;q=0.9", query=query)
        return found if isinstance(found, dict) else {"turtle": found}

    return made


def run(folder: Path, serving: Serving) -> None:
    """Serve the graph in `folder` to an assistant over standard input and output until it hangs up. Raises FolderError for no graph."""
    open_graph(folder).close()

    async def live() -> None:
        pool = Pool(folder, serving)
        made = server(pool)
        await pool.start()
        try:
            await made.run_stdio_async()
        finally:
            pool.stop()

    asyncio.run(live())
