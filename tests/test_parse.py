"""Our faster doubles of spaCy's components give what spaCy gives, on all articles at hand and on odd texts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kg.parse import MODELS, load, parse, pieces

ROOT = Path(__file__).parents[1]
TEXTS = sorted((ROOT / "data" / "articles").glob("*.txt")) + sorted((ROOT.parent / "shared" / "articles").glob("*.txt"))
ODD = [
    "", " ", "\n\n", "A", "Ana.\n\nBen", "I'm gonna ask y'all: ain't they? Let's go, c'mon! You gotta see it. There's more, there is.",
    "But they did it, and all but one went. That is that; those do what this did. Which one did you see?",
    "ANA RUIZ SUES DELTA WORKS INC. IN NEW YORK\n\nNew\n\nYork on Monday, 5 p.m., for $5 million", "  Ana  Ruiz  \n of  \n\n New York ",
    "\u200b\u202e 😀 Ana \x00 Ruiz \ufffd", "ana ruiz " * 300, "He had had what he'd have had to have. It 's been said he's been.",
]


@pytest.fixture(scope="module")
def stock():
    """Return spaCy's own pipeline with our paragraphs in front."""
    import spacy

    load()
    nlp = spacy.load(next(filter(spacy.util.is_package, MODELS)), exclude=["senter"])
    nlp.add_pipe("kg_paragraphs", first=True)
    return nlp


@pytest.mark.parametrize("text", [*(path.read_text("utf-8") for path in TEXTS), *ODD],
                         ids=[*(path.stem for path in TEXTS), *(f"odd-{i}" for i in range(len(ODD)))])
def test_parses_as_spacy_does(stock, text):
    ours, theirs = load()(text), stock(text)
    assert [token.text_with_ws for token in ours] == [token.text_with_ws for token in theirs]
    for name in ("tag_", "dep_", "pos_", "lemma_", "morph", "is_sent_start", "ent_iob_", "ent_type_"):
        assert [str(getattr(token, name)) for token in ours] == [str(getattr(token, name)) for token in theirs], name
    assert [token.head.i for token in ours] == [token.head.i for token in theirs]
    assert [(ent.start, ent.end, ent.label_) for ent in ours.ents] == [(ent.start, ent.end, ent.label_) for ent in theirs.ents]


def test_doubles_are_in_place():
    kinds = {name: type(pipe).__name__ for name, pipe in load().pipeline}
    assert kinds["ner"] == "FastRecognizer"
    assert kinds["attribute_ruler"] == "FastRuler"
    assert kinds["lemmatizer"] == "FastLemmatizer"
    for name in ("tok2vec", "ner"):
        assert "word_embedding" in [layer.name for layer in load().get_pipe(name).model.walk()]


def test_embedding_of_a_word_does_not_depend_on_the_words_beside_it(monkeypatch):
    import kg.components.fast as fast

    def embed(*texts):
        embedding = next(layer for layer in load().get_pipe("tok2vec").model.walk() if layer.name == "word_embedding")
        return [embedding.predict([load().make_doc(text)])[0] for text in texts]

    alone, among = embed("Zorbian went", "Ana Ruiz told Zorbian of the Quillfeather ferry")
    assert (alone[0] == among[3]).all()
    monkeypatch.setattr(fast, "MAX_FORMS", 4)
    _, again, *_ = embed("Wexford paid Quillfeather and Ana Ruiz", "Zorbian went")
    assert (again == alone).all()


def test_entities_set_before_are_kept(stock):
    def given(nlp):
        doc = nlp.make_doc("Delta sued Ana Ruiz in New York on Monday.")
        doc.set_ents([doc.char_span(0, 10, "ORG")], default="unmodified")
        for _, pipe in nlp.pipeline:
            doc = pipe(doc)
        return [(ent.text, ent.label_) for ent in doc.ents]

    assert given(load()) == given(stock)
    assert ("Delta sued", "ORG") in given(load())


def test_ruler_of_an_unknown_kind_is_left_alone():
    import spacy

    from kg.components.fast import speed_up

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"SHAPE": "Xxx"}]], {"POS": "X"})
    speed_up(nlp)
    assert type(nlp.get_pipe("attribute_ruler")).__name__ == "AttributeRuler"
    assert [token.pos_ for token in nlp("Ana ran")] == ["X", ""]


def test_pieces_join_to_the_text():
    text = "A sentence here. " * 50 + "\n\n" + "x" * 300
    assert "".join(pieces(text, 100)) == text
    assert all(len(piece) <= 100 for piece in pieces(text, 100))
    assert parse(load(), text).text == text


def test_a_line_of_marks_is_no_text() -> None:
    text = "Ana Ruiz left. " + "(" * 30_000 + " Ben Cole stayed."
    started = time.process_time()
    doc = parse(load(), text)
    assert time.process_time() - started < 5
    assert [text[token.idx : token.idx + len(token)] for token in doc if token.tag_ == "NNP"] == ["Ana", "Ruiz", "Ben", "Cole"]
