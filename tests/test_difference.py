"""What two graphs say differently, in words and as RDF."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.facts.difference import difference

OLD = ["Ana Ruiz is the mayor of Ostrava. Delta Works paid Harbour Trust in March 2024.", "Police arrested Otto Vik in Bergen.\x1b[31m"]
NEW = [OLD[0], "Ana Ruiz is the mayor of Ostrava. Harbour Trust sued Delta Works. Tom Hale met Ida Berg."]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    place = tmp_path_factory.mktemp("diff")
    for name, texts in (("old", OLD), ("new", NEW)):
        lines = [json.dumps({"text": text, "url": f"https://b.example/{name}" if n else ""}) for n, text in enumerate(texts)]
        (place / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
        kg.build([place / f"{name}.jsonl"], place / name)
    return str(place / "old"), str(place / "new")


def run(*arguments: str, code: int = 1) -> str:
    result = CliRunner().invoke(main, ["diff", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_records(folders: tuple[str, str]) -> None:
    with kg.open(folders[0]) as old, kg.open(folders[1]) as new:
        found = difference(old, new)
        assert {(one.subject_label, one.property_label) for one in found.added} >= {("Harbour Trust", "sued"), ("Tom Hale", "met")}
        assert any(one.object_label == "Otto Vik" for one in found.removed)
        assert [(one.before.support, one.after.support) for one in found.changed if one.after.property_label == "head of"] == [(1, 2)]
        assert len(found.articles_added) == len(found.articles_removed) == 1
        back = difference(new, old)
        assert (back.added, back.removed) == (found.removed, found.added)
        assert not difference(old, old)


def test_words(folders: tuple[str, str]) -> None:
    told = run(*folders)
    assert "+ Harbour Trust – sued – Delta Works" in told and "- name: Otto Vik" in told and "[sources: 1 → 2]" in told
    assert "\x1b" not in run(*folders[::-1])
    assert run(folders[0], folders[0], code=0).strip() == "they say the same"


def test_rdf_turns_one_graph_into_the_other(folders: tuple[str, str]) -> None:
    quads = list(ox.parse(run(*folders, "--format", "trig").encode(), format=ox.RdfFormat.TRIG))
    added, removed = ({quad.triple for quad in quads if quad.graph_name.value.endswith(name)} for name in ("added", "removed"))
    with kg.open(folders[0]) as old, kg.open(folders[1]) as new:
        before, after = ({quad.triple for quad in graph.store if "BlankNode" not in repr(quad)} for graph in (old, new))
    assert before - removed | added == after and added and removed and not added & removed


def test_json(folders: tuple[str, str]) -> None:
    assert {one["subject_label"] for one in json.loads(run(*folders, "--format", "json"))["added"]} >= {"Harbour Trust", "Tom Hale"}


def test_no_graph(tmp_path: Path) -> None:
    assert "no graph" in run(str(tmp_path / "a"), str(tmp_path / "b"), code=2)
