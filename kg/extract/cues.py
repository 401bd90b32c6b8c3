"""Words that tell who says a thing and how sure it is, read once from ``data/cues.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Cue(NamedTuple):
    """What a verb does to the statement in its complement; see the head of ``data/cues.toml``."""

    group: str
    status: str = ""
    certainty: str = ""
    negative: bool = False
    speech: bool = False
    speaker: bool = False
    scope: str = ""


class Cues(NamedTuple):
    """All cue words: verbs by lemma, and the effects (status, certainty or ``Negative``) of the other word classes."""

    verbs: dict[str, tuple[Cue, ...]]
    speech: frozenset[str]
    adverbs: dict[str, tuple[str, ...]]
    adjectives: dict[str, tuple[str, ...]]
    predicates: dict[str, tuple[str, ...]]
    nouns: dict[str, tuple[str, ...]]
    outlets_last: frozenset[str]
    outlets_whole: frozenset[str]


@cache
def load_cues() -> Cues:
    """Return the cue words of ``data/cues.toml``."""
    table = tomllib.loads((Path(__file__).parent / "data" / "cues.toml").read_text(encoding="utf-8"))
    outlets = table.pop("outlets")
    words = {kind: _effects(table.pop(kind)) for kind in ("adverbs", "adjectives", "predicates", "nouns")}
    verbs: dict[str, tuple[Cue, ...]] = {}
    for group, row in table.items():
        cue = Cue(group, **{key: value for key, value in row.items() if key != "verbs"})
        for verb in row["verbs"]:
            verbs[verb] = (*verbs.get(verb, ()), cue)
    speech = frozenset(verb for verb, cues in verbs.items() if any(cue.speech for cue in cues))
    return Cues(verbs, speech, words["adverbs"], words["adjectives"], words["predicates"], words["nouns"],
                frozenset(outlets["last"]), frozenset(outlets["whole"]))


def _effects(groups: dict[str, dict[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    """Return the effects of each word, in the file's order."""
    effects: dict[str, tuple[str, ...]] = {}
    for effect, row in groups.items():
        for word in row["words"]:
            effects[word] = (*effects.get(word, ()), effect)
    return effects
