"""The made-up articles are what their truth says, and the same bytes each time."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

from kg.records import from_json, to_json
from kg.resolve import resolve

SCRIPT = Path(__file__).parents[1] / "scripts" / "generate.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


generate = load()


def test_same_seed_same_bytes_and_marks_lie_where_they_say(tmp_path: Path) -> None:
    for name in "ab":
        generate.write(*generate.generate(150, 3), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["articles.jsonl", "entities.jsonl", "facts.tsv", "mentions.tsv"]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    text = {row["url"]: row["text"] for row in map(json.loads, (tmp_path / "a" / "articles.jsonl").read_text("utf-8").splitlines())}
    assert len(text) == 150
    things = {row["id"] for row in map(json.loads, (tmp_path / "a" / "entities.jsonl").read_text("utf-8").splitlines())}
    for line in (tmp_path / "a" / "mentions.tsv").read_text("utf-8").splitlines()[1:]:
        url, start, end, name, entity = line.split("\t")
        assert text[url][int(start):int(end)] == name
        assert entity in things


def test_the_world_holds_what_makes_joining_hard() -> None:
    world, told = generate.generate(600, 1)
    things = world.things.values()
    assert sum(bool(one.namesake) for one in things) >= 3
    assert any(" Jr." in one.names[0] for one in things)
    assert any(one.former for one in things)
    assert any(one.copy_of for one in told)
    assert any(fact["polarity"] == "Negative" for one in told for fact in one.facts)
    assert len({one.publisher for one in told}) == 5
    assert not any("{" in one.text or ",," in one.text for one in told)


def test_extractions_are_whole_records_and_resolve_well() -> None:
    world, told = generate.generate(300, 2)
    made = list(generate.extractions(world, told))
    assert [from_json(to_json(one), type(one)) for one in made] == made
    truth = {}
    for extraction, one in zip(made, told, strict=True):
        ids = list(dict.fromkeys(entity for _, _, entity in one.marks))
        truth |= {(extraction.article.id, local): entity for local, entity in enumerate(ids)}
    right = wrong = 0
    for entity in resolve(made):
        for position, left in enumerate(entity.members):
            for other in entity.members[position + 1:]:
                same = truth[left] == truth[other]
                right, wrong = right + same, wrong + (not same)
    assert right / (right + wrong) >= 0.98
