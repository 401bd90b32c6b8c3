"""``kg mcp``: asked by the SDK's own client, as an assistant asks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

import kg

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("mcp") / "a.txt"
    source.write_text("Mayor denies payment\n\nMayor Ana Ruiz denied on Monday that the city council had paid Delta Works. "
                      "Delta Works sued Bo Lindqvist.\n", "utf-8")
    kg.build([source], source.parent / "g")
    return source.parent / "g"


def talk(folder: Path, talking: Callable[[Client], Awaitable[Any]], *options: str) -> Any:
    async def session() -> Any:
        command = StdioServerParameters(command=sys.executable, args=["-m", "kg.cli", "mcp", str(folder), *options])
        async with Client(stdio_client(command)) as client:
            return await talking(client)

    return asyncio.run(session())


def test_an_assistant_can_cite(folder: Path) -> None:
    async def talking(client: Client) -> Any:
        tools = await client.list_tools()
        found = {}
        for name, arguments in [("search", {"words": "delta"}), ("entity", {"name": "Delta Works"}), ("articles", {}),
                                ("stored_queries", {}), ("statements", {"status": "Claimed"}),
                                ("sparql", {"query": "SELECT ?o { ?s kg:sued ?o }"}),
                                ("sparql", {"query": "CONSTRUCT WHERE { ?s kg:sued ?o }"})]:
            reply = await client.call_tool(name, arguments)
            assert not reply.is_error, reply
            found[name] = reply.structured_content
        return {tool.name for tool in tools.tools}, found

    names, found = talk(folder, talking)
    assert names == set(found)
    claim = found["statements"]["statements"][0]
    assert (claim["speaker_label"], claim["polarity"]) == ("Ana Ruiz", "Negative")
    assert "paid Delta Works" in claim["quotes"][0]["text"]
    assert "sued" in found["sparql"]["turtle"]
    assert found["entity"]["entities"][0]["label"] == "Delta Works"


def test_what_goes_wrong_is_told_and_ends_nothing(folder: Path) -> None:
    async def talking(client: Client) -> Any:
        errors = []
        for name, arguments in [("sparql", {"query": "SELECT {"}), ("sparql", {"query": BOMB}), ("entity", {"name": "Nobody"}),
                                ("sparql", {"query": "SELECT * { SERVICE <http://a.example/> { ?a ?b ?c } }"}),
                                ("sparql", {"query": "DROP ALL"})]:
            reply = await client.call_tool(name, arguments)
            assert reply.is_error
            errors.append(reply.content[0].text)
        assert not (await client.call_tool("search", {"words": "delta"})).is_error
        return errors

    errors = talk(folder, talking, "--timeout", "2")
    for message, words in zip(errors, ["line 1", "took over 2 s", "nothing called", "SERVICE is not allowed", "wrong query"], strict=True):
        assert words in message
