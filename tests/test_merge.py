"""Decisions of the user on which things are one: listed, recorded, obeyed by later builds, taken back without a trace."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import FolderError
from kg.names.decisions import format_decisions, parse_decisions
from kg.pipeline import build
from kg.resolve import Pair

ARTICLES = {
    "council.txt": "Robert Hale chairs Dunmore Council. Robert Hale met Ann Berg on Monday.",
    "rovers.txt": "Bob Hale has left Lowick Rovers. Bob Hale signed for Tarnford Town.",
    "poems.txt": "Ann Berg reads her poems in Tarnford. Ann Berg lives in Wexholm.",
}


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    for name, text in ARTICLES.items():
        (tmp_path / name).write_text(text, "utf-8")
    build([tmp_path / name for name in ARTICLES], tmp_path / "graph")
    return tmp_path / "graph"


def state(graph: Path) -> dict[str, bytes]:
    return {name: (graph / name).read_bytes() for name in ("graph.ttl", "graph.html", "build.json", "decisions.tsv")}


def run(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["merge", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def labels(graph: Path, word: str) -> int:
    return len({line.split()[0] for line in (graph / "graph.ttl").read_text("utf-8").splitlines()
                if line.startswith("e:") and word in line})


def test_unsure_pairs_are_listed_with_the_evidence_of_both(graph: Path) -> None:
    [row] = [json.loads(line) for line in run(graph, "--json").splitlines() if "Hale" in line]
    assert {row["left"].split("@")[0], row["right"].split("@")[0]} == {"Robert Hale", "Bob Hale"}
    assert any("nickname" in reason for reason in row["reasons"])
    assert {"Dunmore Council" in row["left text"], "Dunmore Council" in row["right text"]} == {True, False}
    assert "Lowick Rovers" in run(graph)


@pytest.mark.parametrize("word", ["same", "different"])
def test_a_decision_is_kept_obeyed_and_taken_back_to_the_byte(graph: Path, word: str) -> None:
    before = state(graph)
    [row] = [json.loads(line) for line in run(graph, "--json").splitlines() if "Hale" in line]
    run(graph, f"--{word}", row["left"], row["right"])
    after = state(graph)
    assert not any("Hale" in line for line in run(graph, "--json").splitlines())
    assert (after["graph.ttl"] == before["graph.ttl"]) == (word == "different")
    build([], graph)
    assert state(graph) == after
    run(graph, "--forget", row["right"], row["left"])
    assert state(graph) == before


def test_what_was_joined_can_be_parted_and_is_joined_again(graph: Path) -> None:
    before = state(graph)
    assert labels(graph, "/ann-berg") <= 1
    refs = sorted(f"Ann Berg@{path.stem}" for path in (graph / "extractions").glob("*/*.jsonl")
                  if "Ann Berg" in path.read_text("utf-8"))
    run(graph, "--different", *refs)
    assert state(graph)["graph.ttl"] != before["graph.ttl"]
    run(graph, "--forget", *refs)
    assert state(graph) == before


def test_decisions_on_what_is_gone_do_nothing_and_wrong_names_change_nothing(graph: Path) -> None:
    before = state(graph)
    assert "nothing is called" in run(graph, "--same", "Nobody", "Ann Berg", code=2)
    assert "one appearance" in run(graph, "--same", "Ann Berg", "Ann Berg", code=2)
    assert "nothing was decided" in run(graph, "--forget", "Ann Berg", "Bob Hale", code=2)
    assert "take one" in run(graph, "--same", "Ann Berg", "Bob Hale", "--forget", "Ann Berg", "Bob Hale", code=2)
    assert state(graph) == before


def test_the_table_of_decisions_is_read_back_and_bad_lines_are_named() -> None:
    rows = (Pair("A@1", "B@2", "same", by="user"), Pair("C@1", "D@2", "different", reasons=("seen",), by="user"))
    assert parse_decisions(format_decisions(rows)) == rows
    with pytest.raises(FolderError, match="line 2"):
        parse_decisions("left\tright\nA\tB\tmaybe\t1\t\tme\n")
