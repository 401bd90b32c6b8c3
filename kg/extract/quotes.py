"""Direct speech: which stretches of an article somebody else says, and who.

A stretch between quotation marks is speech when a reporting verb goes with it ("...," he said) or when it holds a whole sentence.
Titles and scare quotes ("inconsistent" testimony) are not returned. Marks are paired within a paragraph, so a missing one costs
at most that paragraph. The speaker is looked for in the order of O'Keefe et al. 2012, "A sequence labelling approach to quote
attribution": a verb next to the quote, then the speaker of the quote before it.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from kg.extract.cues import load_cues
from kg.extract.tree import Tree

STRAIGHT = frozenset(['"', "''", "``", "”"])
MARKS = frozenset(["“", "”", '"', "``", "''", "„", "«", "»"])
SINGLE = frozenset(["'", "‘", "’"])
FINITE = frozenset(["VBD", "VBZ", "VBP", "MD"])
SPEAKING_TAGS = frozenset(["VBD", "VBZ", "VBP", "VBN", "VBG", "VB"])
NOUNS = frozenset(["NOUN", "PROPN", "PRON"])
#: a reporting verb stands at most so many tokens from the quote it introduces or follows
REACH = 25


class Quote(NamedTuple):
    """Tokens ``first`` up to ``end`` (marks left out) are said by the party whose head token is ``speaker`` (-1: not told).

    ``cue`` are the tokens of the reporting words, empty if there are none. ``whole`` tells a quoted sentence from a quoted piece
    of the reporter's sentence ("a 'dark day' for the town").
    """

    first: int
    end: int
    speaker: int
    cue: tuple[int, ...]
    whole: bool


class _Stretch(NamedTuple):
    """What stands between two marks, inside the paragraph ``start:stop``; ``open`` if no mark closed it."""

    first: int
    end: int
    start: int
    stop: int
    open: bool


def find_quotes(tree: Tree) -> list[Quote]:
    """Return the stretches of direct speech in text order, with speaker and reporting words where they are told."""
    quotes: list[Quote] = []
    before: _Stretch | None = None
    last: Quote | None = None
    stretches = _stretches(tree)
    for number, stretch in enumerate(stretches):
        floor = before.end + 1 if before and before.stop > stretch.start else stretch.start
        following = stretches[number + 1] if number + 1 < len(stretches) else None
        ceiling = following.first - 1 if following and following.start < stretch.stop else stretch.stop
        speaker, cue = _attribution(tree, stretch, floor, ceiling)
        finite = _finite(tree, stretch)
        if not cue and finite and last and before and _carries_on(tree, before, stretch, last):
            speaker, cue = last.speaker, last.cue
        if cue or (finite and _is_sentence(tree, stretch)):
            last = Quote(stretch.first, stretch.end, speaker, cue, finite and _is_sentence(tree, stretch))
            quotes.append(last)
            before = stretch
        elif not before or before.stop <= stretch.start or stretch.end - stretch.first > 8:
            last, before = None, stretch
    return quotes


def _paragraphs(tree: Tree) -> list[tuple[int, int]]:
    """Return the token ranges between blank lines; single line breaks count too where the text has no blank line."""
    breaks = [i for i, word in enumerate(tree.words) if "\n" in word and word.isspace()]
    blank = [i for i in breaks if tree.words[i].count("\n") > 1]
    edges = [0, *(blank or breaks), len(tree)]
    return [(start, stop) for start, stop in itertools.pairwise(edges) if stop > start]


def _stretches(tree: Tree) -> list[_Stretch]:
    """Pair the quotation marks paragraph by paragraph."""
    found: list[_Stretch] = []
    paragraphs = _paragraphs(tree)
    carried = False
    for number, (start, stop) in enumerate(paragraphs):
        marks = [i for i in range(start, stop) if tree.words[i] in MARKS] or _single_marks(tree, start, stop)
        opened = -1
        if carried and marks and not _opens(tree, marks[0], start):
            opened = start  # the quote goes on without a new mark and ends here
        carried = False
        for mark in marks:
            if opened < 0:
                if _opens(tree, mark, start) or (tree.words[mark] in STRAIGHT and mark != marks[-1]):
                    opened = mark + 1
            elif tree.words[mark] in ("“", "„", "«") or (_opens(tree, mark, start) and not _closes(tree, mark, stop)):
                _add(tree, found, opened, _sentence_stop(tree, opened, mark), start, stop, False)
                opened = mark + 1
            else:
                _add(tree, found, opened, mark, start, stop, False)
                opened = -1
        if opened >= 0:
            after = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
            goes_on = after is not None and _goes_on(tree, after)
            carried = goes_on
            end = stop if goes_on else _sentence_stop(tree, opened, stop)
            _add(tree, found, opened, end, start, stop, goes_on)
    return found


def _single_marks(tree: Tree, start: int, stop: int) -> list[int]:
    """Return the single quotation marks of a paragraph without double ones: 'The mill is closed,' she said.

    An apostrophe is none: a mark that opens stands before a word, one that closes behind a comma or the end of a sentence.
    """
    marks: list[int] = []
    for i in range(start, stop):
        if tree.words[i] not in SINGLE or tree.tags[i] == "POS":
            continue
        free = i == start or tree.ends[i - 1] < tree.starts[i] or tree.words[i - 1].isspace()
        opens = free and i + 1 < stop and tree.starts[i + 1] == tree.ends[i]
        closes = not free and tree.words[i - 1] in (",", ".", "?", "!")
        if closes if len(marks) % 2 else opens:
            marks.append(i)
    return marks[: len(marks) // 2 * 2]


def _add(tree: Tree, found: list[_Stretch], first: int, end: int, start: int, stop: int, is_open: bool) -> None:
    while first < end and tree.words[first].isspace():
        first += 1
    while end > first and tree.words[end - 1].isspace():
        end -= 1
    if first < end:
        found.append(_Stretch(first, end, start, stop, is_open))


def _goes_on(tree: Tree, paragraph: tuple[int, int]) -> bool:
    """Tell whether an unclosed quote goes on in `paragraph`, which begins with an opening mark or first has a closing one."""
    mark = next((i for i in range(*paragraph) if tree.words[i] in MARKS), -1)
    if mark < 0:
        return False
    opens = _opens(tree, mark, paragraph[0])
    return (opens and all(tree.words[i].isspace() for i in range(paragraph[0], mark))) or (
        not opens and _closes(tree, mark, paragraph[1])
    )


def _sentence_stop(tree: Tree, first: int, stop: int) -> int:
    """Return the end of the sentence that `first` is in, at most `stop`: how far an unclosed quote is trusted."""
    return max(first, min(stop, tree.sentences[tree.sentence[first]][1])) if first < len(tree) else stop


def _opens(tree: Tree, i: int, start: int) -> bool:
    """Tell whether the mark at `i` looks like an opening one: curly, or nothing or a blank before and none after."""
    if tree.words[i] in ("“", "„", "«", "``", "‘"):
        return True
    if tree.words[i] in ("”", "»", "''"):
        return False
    blank_before = i == start or tree.ends[i - 1] < tree.starts[i] or tree.words[i - 1].isspace() or tree.words[i - 1] in "([—–-"
    blank_after = i + 1 >= len(tree) or tree.ends[i] < tree.starts[i + 1] or tree.words[i + 1].isspace()
    return blank_before and not blank_after


def _closes(tree: Tree, i: int, stop: int) -> bool:
    """Tell whether the mark at `i` looks like a closing one: curly, or glued to what is before it."""
    if tree.words[i] in ("”", "»", "''"):
        return True
    return tree.words[i] in ('"', "'", "’") and i > 0 and tree.ends[i - 1] == tree.starts[i] and not tree.words[i - 1].isspace()


def _finite(tree: Tree, stretch: _Stretch) -> bool:
    """Tell whether the stretch holds a finite verb or an imperative at its beginning."""
    return any(tree.tags[i] in FINITE for i in range(stretch.first, stretch.end)) or (
        tree.tags[stretch.first] == "VB" and stretch.end - stretch.first > 2
    )


def _is_sentence(tree: Tree, stretch: _Stretch) -> bool:
    """Tell whether the stretch is a sentence of its own, or ends in one: a capital (or an ellipsis) first, and some length."""
    word, last = tree.words[stretch.first], tree.words[stretch.end - 1]
    if (
        tree.sentence[stretch.first] != tree.sentence[stretch.end - 1]
        and stretch.end - stretch.first > 8
        and last in (".", "!", "?")
    ):
        return True
    begins = word[:1].isupper() or word[:1] in "[.…($-" or word[:1].isdigit()
    return begins and (stretch.end - stretch.first > 3 or last in (".", "!", "?"))


def _carries_on(tree: Tree, before: _Stretch, stretch: _Stretch, last: Quote) -> bool:
    """Tell whether the speaker of the quote before goes on.

    "It rained," he wrote. "Then it snowed." | "A", he said, "b." | a paragraph that is all quote after one that ended with a
    quote or its attribution | an unclosed paragraph.
    """
    if before.open:
        return True
    between = range(before.end + 1, stretch.first - 1)
    if any(tree.words[i] in MARKS for i in between):
        return False
    if before.stop > stretch.start:
        # same paragraph: nothing but the attribution (one sentence's rest) between
        sentences = {tree.sentence[i] for i in between if not tree.words[i].isspace()}
        cue_near = any(before.end <= i < stretch.first for i in last.cue)
        return len(between) <= 2 or (cue_near and len(sentences) <= 2 and _is_sentence(tree, stretch))
    alone = all(tree.words[i].isspace() for i in range(stretch.start, stretch.first - 1))
    alone = alone and stretch.stop - stretch.end <= 3
    tail = before.stop - before.end
    told_after = any(i >= before.end for i in last.cue)
    return alone and before.stop == stretch.start and (tail <= 3 or (told_after and tail <= REACH))


def _attribution(tree: Tree, stretch: _Stretch, floor: int, ceiling: int) -> tuple[int, tuple[int, ...]]:
    """Return speaker and reporting words next to the stretch, looked for after it, then before; (-1, ()) if there are none."""
    speaker, cue = _after(tree, stretch, ceiling)
    if cue:
        return speaker, cue
    return _ahead(tree, stretch, floor)


def _after(tree: Tree, stretch: _Stretch, ceiling: int) -> tuple[int, tuple[int, ...]]:
    """Look behind the quote: "...," said Smith | "...?" the mayor asked | "...", according to Smith | "..." - Jane Roe."""
    i = stretch.end
    while i < ceiling and (tree.words[i] in MARKS or (i == stretch.end and tree.words[i] in SINGLE)):
        i += 1
    if i >= ceiling:
        return -1, ()
    last = tree.words[stretch.end - 1]
    comma = tree.words[i] == ","
    if (last in (".", "...") and not comma and tree.words[i][:1].isupper()) or tree.words[i] in (".", ";"):
        return -1, ()
    if tree.words[i] in ("-", "–", "—", "--") and i + 1 < ceiling and tree.pos[i + 1] == "PROPN":
        speaker = _np_head(tree, i + 1, ceiling)
        return speaker, (i,)
    i += comma
    if i >= ceiling:
        return -1, ()
    stop = min(ceiling, i + REACH, _line_stop(tree, i, ceiling))
    if last not in (",", "?", "!", "-", "—", "–", "...", "…", ".") and not comma and not _inverted(tree, i, stop):
        return -1, ()
    if i + 1 < stop and tree.words[i].lower() == "according" and tree.words[i + 1].lower() == "to":
        return _np_head(tree, i + 2, stop), (i, i + 1)
    for verb in range(i, stop):
        if tree.words[verb] in (";", ":") or tree.words[verb] in MARKS:
            break
        if _is_reporting(tree, verb) and tree.deps[verb] not in ("relcl", "acl", "xcomp") and not _has_that(tree, verb):
            speaker = _speaker(tree, verb, i, stop)
            if speaker >= 0:
                return speaker, _cue(tree, verb)
        if tree.pos[verb] in ("VERB", "AUX") and tree.tags[verb] in FINITE and tree.deps[verb] == "ROOT":
            break
    return -1, ()


def _inverted(tree: Tree, i: int, stop: int) -> bool:
    return i < stop and _is_reporting(tree, i)


def _line_stop(tree: Tree, i: int, ceiling: int) -> int:
    """Return the end of the sentence around `i`; a break right behind the quote is the parser's doubt, not the writer's."""
    end = tree.sentences[tree.sentence[i]][1]
    while end < ceiling and end - i <= 2 and tree.words[end - 1] not in (".", "?", "!"):
        end = tree.sentences[tree.sentence[end]][1]
    return end


def _ahead(tree: Tree, stretch: _Stretch, floor: int) -> tuple[int, tuple[int, ...]]:
    """Look before the quote: Smith said, "..." | The letter reads: "..." | In the words of Smith, "..."."""
    mark = stretch.first
    while mark > floor and (tree.words[mark - 1] in MARKS or (mark == stretch.first and tree.words[mark - 1] in SINGLE)):
        mark -= 1
    i = mark - 1
    blank = False
    while i >= floor and tree.words[i].isspace():
        i, blank = i - 1, True
    if i < floor:
        # a quote on its own line after "He said:"
        while i >= 0 and tree.words[i].isspace():
            i -= 1
        if i < 0 or tree.words[i] not in (":", ","):
            return -1, ()
        floor = tree.sentences[tree.sentence[i]][0]
    if tree.words[i] in (".", "?", "!", ";") or (blank and tree.words[i] not in (":", ",")):
        return -1, ()
    joined = tree.words[i] in (",", ":") or tree.lemmas[i] in load_cues().speech or tree.words[i].lower() == "that"
    start = max(floor, i - REACH, tree.sentences[tree.sentence[i]][0])
    for verb in range(i, start - 1, -1):
        if tree.words[verb] == ";" or tree.words[verb] in (".", "?", "!") or tree.words[verb] in MARKS:
            break
        if tree.words[verb].lower() == "words" and joined and _owner(tree, verb) >= 0:
            return _owner(tree, verb), (verb,)
        if tree.words[verb].lower() == "according" and tree.words[verb + 1].lower() == "to":
            return _np_head(tree, verb + 2, mark), (verb, verb + 1)
        if _is_reporting(tree, verb):
            introduced = tree.words[i] in (",", ":") or (joined and tree.lemmas[verb].lower() in load_cues().reporting)
            if not (
                (introduced and i - verb < 12)
                or (tree.lemmas[verb].lower() in load_cues().reporting and _finite(tree, stretch))
                or _inside(tree, verb, stretch)
            ):
                continue
            speaker = _speaker(tree, verb, start, mark)
            if speaker >= 0:
                return speaker, _cue(tree, verb)
    return -1, ()


def _inside(tree: Tree, verb: int, stretch: _Stretch) -> bool:
    """Tell whether a quoted piece is part of the clause that `verb` reports: He said it was "a dark day" for the town."""
    clause = tree.child(verb, "ccomp")
    return (
        tree.lemmas[verb].lower() in load_cues().reporting
        and clause > verb
        and tree.left[clause] <= stretch.first < tree.right[clause]
    )


def _owner(tree: Tree, words: int) -> int:
    """Return the speaker of "in the suit's words" and "in the words of the suit", or -1."""
    owner = tree.child(words, "poss")
    if owner < 0 and (of := tree.child(words, "prep")) >= 0:
        owner = tree.child(of, "pobj")
    return owner


def _is_reporting(tree: Tree, i: int) -> bool:
    """Tell whether token `i` is a verb that can introduce speech, not in a passive, not an infinitive of purpose."""
    if tree.lemmas[i].lower() not in load_cues().speech:
        return False
    if tree.pos[i] not in ("VERB", "AUX") and tree.tags[i] not in SPEAKING_TAGS:
        return False
    return tree.tags[i] not in ("VBN",) or any(tree.deps[c] == "aux" for c in tree.children[i])


def _has_that(tree: Tree, verb: int) -> bool:
    """Tell whether the verb has a clause of its own after it: "...," he said that day vs "..." He said that it rained."""
    complement = tree.child(verb, "ccomp")
    return complement > verb and tree.child(complement, "mark") > verb


def _speaker(tree: Tree, verb: int, start: int, stop: int) -> int:
    """Return the head token of who speaks with `verb`, or -1.

    The verb's own subject; that of the verb it is joined to or hangs on ("he wrote, adding"); else the noun phrase next to it:
    "said Ann Roe" is often parsed as object.
    """
    node, hops = verb, 0
    while hops < 4:
        subject = tree.child(node, "nsubj")
        if subject >= 0 and (start <= subject < stop or node != verb or tree.deps[subject] == "nsubj"):
            if tree.words[subject].lower() in ("who", "which", "that") and tree.deps[node] == "relcl":
                return tree.heads[node]
            return subject
        if tree.heads[node] == node or tree.deps[node] not in ("conj", "advcl", "xcomp", "acl", "pcomp", "relcl"):
            break
        if tree.deps[node] == "acl":
            return tree.heads[node]
        node, hops = tree.heads[node], hops + 1
    inverted = _np_head(tree, verb + 1, stop)
    if inverted >= 0 and tree.words[verb + 1] not in (",", ":", "to"):
        return inverted
    i = verb - 1
    while i >= start and (tree.pos[i] in ("ADV", "AUX") or tree.words[i] == ","):
        i -= 1
    return i if i >= start and tree.pos[i] in NOUNS and tree.lemmas[verb] not in ("tell",) else -1


def _np_head(tree: Tree, first: int, stop: int) -> int:
    """Return the head of the noun phrase that begins at `first`, or -1: climb while the phrase stays to the left of `stop`."""
    i = first
    while i < stop and tree.pos[i] in ("DET", "ADJ", "NUM", "ADV") and tree.deps[i] != "advmod":
        i += 1
    if i >= stop or tree.pos[i] not in NOUNS:
        return -1
    while (
        tree.deps[i] in ("compound", "poss", "nmod", "amod", "nummod", "det")
        and first <= tree.heads[i] < stop
        and tree.heads[i] > i
    ):
        i = tree.heads[i]
    return i


def _cue(tree: Tree, verb: int) -> tuple[int, ...]:
    """Return the tokens of the reporting words: the verb with its auxiliaries and particle where they touch."""
    first = verb
    while first > 0 and tree.heads[first - 1] == verb and tree.deps[first - 1] in ("aux", "neg"):
        first -= 1
    end = verb + 1
    if end < len(tree) and tree.heads[end] == verb and tree.deps[end] == "prt":
        end += 1
    return tuple(range(first, end))
