"""Statistics of a graph, `kg stats` and the log of a build."""

import json
from pathlib import Path

from click.testing import CliRunner

from kg.cli import main
from kg.facts.statistics import FEWEST, count
from kg.records import Article, Entity, Span, Statement


def statement(number: int, article: str, prop: str, status: str = "Asserted") -> Statement:
    return Statement(str(number), article, "e:a", prop, "e:b", "", "", (Span(0, 1),), status=status, extractor="verb")  # type: ignore[arg-type]


def test_counts_fall_and_oddities_are_told() -> None:
    articles = [Article(f"a{number:02}", "x") for number in range(FEWEST)]
    everywhere = Entity("e:a", "Ana Ruiz", ("Person",), True, members=tuple((one.id, 0) for one in articles[: FEWEST // 2]))
    rare = Entity("e:b", "Bo Lund", ("Person",), True, members=tuple((one.id, 1) for one in articles[: FEWEST // 2 - 1]))
    said = [statement(number, "a00", "kg:paid" if number % 61 else "open:take", "Asked" if number % 2 else "Claimed")
            for number in range(61)]
    found = count(len(articles), [everywhere, rare], said, {"kg:paid"})
    assert found.statuses == {"Claimed": 31, "Asked": 30} and list(found.properties) == ["kg:paid", "open:take"]
    assert found.extractors == {"verb": 61} and found.mapped == round(60 / 61, 4)
    assert found.odd == (("e:a", "'Ana Ruiz' is named in 10 of 20 articles"),
                         ("kg:paid", "60 statements have this property, 3.0 an article"))
    assert count(len(articles) - 1, [everywhere], said, ()).odd == () and count(0, [], [], ()).mapped == 0


def test_stats_and_log(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ana Ruiz is the mayor of Ostrava. The council paid Delta Works, Ana Ruiz said.", "utf-8")
    (tmp_path / "b.txt").write_text("", "utf-8")
    graph = str(tmp_path / "g")
    built = CliRunner().invoke(main, ["build", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "-o", graph, "--log-json"])
    assert built.exit_code == 1, built.output
    events = [json.loads(line) for line in built.stderr.splitlines()]
    assert [one["stage"] for one in events if one["event"] == "end"] == ["reading", "grounding", "storing", "drawing"]
    assert [one["event"] for one in events[-2:]] == ["failed", "done"] and events[-1]["counts"]["articles"] == 1
    assert events[-1]["peak MB"] > 10 and set(events[-1]["stages"]) == {"reading", "grounding", "storing", "drawing"}
    told = json.loads(CliRunner().invoke(main, ["stats", graph, "--json"]).stdout)
    assert sum(told["statistics"]["statuses"].values()) == told["counts"]["statements"] > 0
    table = CliRunner().invoke(main, ["stats", graph])
    assert table.exit_code == 0 and "share with an ontology property" in table.stdout
    assert CliRunner().invoke(main, ["stats", str(tmp_path)]).exit_code == 2
