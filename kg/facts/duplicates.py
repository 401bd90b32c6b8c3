"""Which articles repeat another nearly word for word: agency copy in several papers, a page kept twice, a text with a new headline.

Pairs are looked for with MinHash (Broder 1997) and locality-sensitive hashing, and decided on the runs of words themselves, so that a
pair's verdict depends on its two texts alone. Groups are what is linked by such pairs, whatever the order of the articles.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from kg.records import Article

#: words in a run; two reports of one story share names and phrases, but few runs of five words
RUN = 5
#: texts that share this part of all their runs are nearly the same; so is one whose runs are in the other to the second part
SHARED, CONTAINED = 0.5, 0.8
#: texts with fewer runs are too short to tell
FEWEST = 12
#: bands times rows of the signature: a pair that shares half of its runs is missed once in 270 times, one that shares a fifth of
#: them (a short copy in a long article) twice in three
_BANDS, _ROWS = 42, 3


def near_duplicates(articles: Iterable[Article]) -> dict[str, str]:
    """Return, for each article that nearly repeats another, the id of the first of its group: the earliest published, then by id."""
    published: dict[str, str] = {}
    alike: dict[bytes, list[str]] = defaultdict(list)
    for article in articles:
        found = _runs(article.text)
        if len(found) >= FEWEST:
            published[article.id] = article.published
            alike[array("I", sorted(found)).tobytes()].append(article.id)
    runs = {min(keys): found for found, keys in alike.items()}
    leader = {key: min(keys) for keys in alike.values() for key in keys}

    def find(key: str) -> str:
        while leader[key] != key:
            leader[key] = key = leader[leader[key]]
        return key

    for left, right in _candidates(runs):
        one, two = find(left), find(right)
        if one != two and _near(runs[left], runs[right]):
            leader[max(one, two)] = min(one, two)
    groups: dict[str, list[str]] = defaultdict(list)
    for key in sorted(published):
        groups[find(key)].append(key)
    first = {key: min(group, key=lambda one: (published[one] or "9999", one)) for key, group in groups.items()}
    return {one: first[key] for key, group in sorted(groups.items()) for one in group if one != first[key]}


def _runs(text: str) -> frozenset[int]:
    """Return the runs of words of a text, each as a number; case, accents and signs do not count."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    packed = [word.encode("utf-8", "surrogatepass") for word in words]
    return frozenset(zlib.crc32(b" ".join(packed[i : i + RUN])) for i in range(len(packed) - RUN + 1))


def _unpacked(runs: bytes) -> frozenset[int]:
    return frozenset(array("I", runs))


def _near(one: bytes, two: bytes) -> bool:
    left, right = _unpacked(one), _unpacked(two)
    both = len(left & right)
    return both >= SHARED * (len(left) + len(right) - both) or both >= CONTAINED * min(len(left), len(right))


def _candidates(runs: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of articles whose signatures agree in one band at least, each pair once."""
    import rensa  # type: ignore[import-untyped]

    signatures = {}
    for key in sorted(runs):
        signature = rensa.RMinHash(num_perm=_BANDS * _ROWS, seed=1)
        signature.update([str(run) for run in sorted(_unpacked(runs[key]))])
        signatures[key] = array("I", signature.digest()).tobytes()
    width = len(array("I", range(_ROWS)).tobytes())
    seen: set[tuple[str, str]] = set()
    for place in range(0, _BANDS * width, width):
        band: dict[bytes, list[str]] = defaultdict(list)
        for key, packed in signatures.items():
            band[packed[place : place + width]].append(key)
        for pair in (pair for keys in band.values() for pair in combinations(keys, 2)):
            if pair not in seen:
                seen.add(pair)
                yield pair
