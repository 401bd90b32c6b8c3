"""Words that tell who says a thing and how sure it is, read once from ``data/cues.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from kg.records import Certainty, Status

#: what an adverb, adjective or noun does to the statement it goes with
Effect = Literal["Negative", "Probable", "Possible", "Claimed", "Planned", "Conditional", "Asked"]


class Cue(NamedTuple):
    """What a verb does to the statement in its complement; see the head of ``data/cues.toml``."""

    group: str
    status: Status | Literal[""] = ""
    certainty: Certainty | Literal[""] = ""
    negative: bool = False
    speech: bool = False
    speaker: bool = False
    scope: str = ""


class Cues(NamedTuple):
    """All cue words: verbs by lemma, and the effects (status, certainty or ``Negative``) of the other word classes.

    ``speech`` are the verbs that may introduce a direct quote, ``reporting`` those of them that may also report without one.
    """

    verbs: dict[str, tuple[Cue, ...]]
    speech: frozenset[str]
    reporting: frozenset[str]
    adverbs: dict[str, tuple[Effect, ...]]
    adjectives: dict[str, tuple[Effect, ...]]
    predicates: dict[str, tuple[Effect, ...]]
    nouns: dict[str, tuple[Effect, ...]]
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
    reporting = frozenset(verb for verb in speech if any(cue.speech and cue.scope != "quote" for cue in verbs[verb]))
    return Cues(
        verbs,
        speech,
        reporting,
        words["adverbs"],
        words["adjectives"],
        words["predicates"],
        words["nouns"],
        frozenset(outlets["last"]),
        frozenset(outlets["whole"]),
    )


def _effects(groups: dict[str, dict[str, list[str]]]) -> dict[str, tuple[Effect, ...]]:
    """Return the effects of each word, in the file's order."""
    effects: dict[str, tuple[Effect, ...]] = {}
    for effect, row in groups.items():
        for word in row["words"]:
            effects[word] = (*effects.get(word, ()), cast(Effect, effect))
    return effects
