"""One frozen record of everything a build can be told."""

from __future__ import annotations

from kg.iris import BASE
from kg.records import Record


class Settings(Record, frozen=True):
    """What decides the outcome of a build: two builds with equal settings and articles are equal, byte for byte.

    ``model`` names a spaCy pipeline (the installed English one when empty), ``models`` those of other languages, each a pair of ISO code
    and name (articles in a language without one are left out, with a note), ``base`` is the IRI under which entities, statements and
    articles are minted, ``ontology`` are paths of the user's own ontology files (the bundled one when empty), statements under
    ``min_confidence`` are left out of the graph (they stay in the extractions), ``no_text`` keeps full texts out of the page, and
    ``relations`` adds what the learned relation scorer finds (needs the extra ``newskg[relations]``); ``places`` links countries,
    cities, currencies and languages to GeoNames and ISO codes; ``learned`` (a file made by ``kg learn``) adds
    what was learned from examples, and ``infer`` a graph of what follows by the ontology.
    """

    model: str = ""
    base: str = BASE
    ontology: tuple[str, ...] = ()
    min_confidence: float = 0.5
    no_text: bool = False
    relations: bool = False
    places: bool = True
    learned: str = ""
    infer: bool = False
    models: tuple[tuple[str, str], ...] = ()


class Serving(Record, frozen=True):
    """How a graph is served: address, who may ask, and the limits of one answer.

    ``token`` must come with each request when given; ``cors`` are origins whose pages may read the answers (``*`` for all);
    ``workers`` answers are made at once and ``queue`` more requests may wait. An answer takes at most ``timeout`` seconds,
    ``memory`` MB of memory, and ``answer`` MB.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    cors: tuple[str, ...] = ()
    workers: int = 4
    queue: int = 256
    timeout: float = 30.0
    memory: int = 1024
    answer: int = 256
