"""Made-up articles, entities and statements for the tests of the page: any size, the same for the same size."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from kg.records import Article, Entity, RdfLiteral, Span, Statement

ID = "https://w3id.org/newskg/id/"
KG = "https://w3id.org/newskg/ontology#"
OPEN = "https://w3id.org/newskg/open/"

FIRST = [
    "Ana",
    "Boris",
    "Clara",
    "David",
    "Elena",
    "Farid",
    "Greta",
    "Hugo",
    "Iris",
    "Jonas",
    "Karin",
    "Luis",
    "Mona",
    "Nadia",
    "Oscar",
    "Petra",
    "Quentin",
    "Rosa",
    "Sven",
    "Tilda",
]
LAST = [
    "Abel",
    "Brandt",
    "Costa",
    "Dahl",
    "Ekman",
    "Falk",
    "Greco",
    "Holm",
    "Ivers",
    "Jensen",
    "Kovac",
    "Lind",
    "Moser",
    "Novak",
    "Olsen",
    "Pavic",
    "Quist",
    "Ruiz",
    "Stern",
    "Tanaka",
]
STEMS = ["Delta", "Harbor", "North", "Union", "Silver", "Granite", "Meadow", "Orbit", "Lantern", "Cedar"]
KINDS = [
    ("Works", "Company"),
    ("Council", "Organization"),
    ("Court", "Court"),
    ("Bank", "Company"),
    ("University", "Organization"),
]
TOWNS = ["Alden", "Brook", "Carrow", "Dunmore", "Eastvale", "Farley", "Glenholm", "Harwick", "Ironbridge", "Kelso"]
VERBS = [("sued", "sue"), ("paid", "pay"), ("met", "meet"), ("hired", "hire"), ("accused", "accuse"), ("backed", "back")]
PROPERTIES = {KG + lemma: lemma for _, lemma in VERBS} | {
    KG + "position": "position",
    KG + "sentencedTo": "sentenced to",
    KG + "place": "in",
}
CLASSES = {
    "Person": "person",
    "Company": "company",
    "Organization": "organisation",
    "Court": "court",
    "Place": "place",
    "Lawsuit": "lawsuit",
}
PAPERS = ["The Alden Herald", "Harwick Times", "Northern Wire"]


@dataclass
class Sample:
    """What :func:`kg.page.view.build_page` takes."""

    articles: list[Article] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    def arguments(self) -> tuple[list[Article], list[Entity], list[Statement], dict[str, str], dict[str, str]]:
        return self.articles, self.entities, self.statements, PROPERTIES, CLASSES


def make_sample(size: int, per_entity: float = 5.0) -> Sample:
    """Return about `size` entities in circles of acquaintance, with `per_entity` statements each, eight to an article."""
    rng = random.Random(size)
    entities = [_entity(i) for i in range(size)]
    sample = Sample(entities=entities)
    circles = max(3, size // 25)
    count = int(size * per_entity)
    text, spans, number = "", [], 0
    for n in range(count):
        circle = int(circles * rng.random() ** 2)
        pick = lambda: entities[min(size - 1, int(rng.paretovariate(1.1) - 1) * circles + circle)]  # noqa: B023, E731
        subject, object_ = pick(), pick()
        if rng.random() < 0.15:
            object_ = entities[int(size * rng.random() ** 3)]
        verb, lemma = VERBS[n % len(VERBS)]
        style = rng.random()
        speaker = entities[circle % size] if style < 0.3 else None
        day = f"{2023 + n % 3}-{1 + n % 12:02d}-{1 + n % 28:02d}"
        before = f"{speaker.label} insisted that " if speaker else ""
        negative = style > 0.9 or style < 0.08
        clause = f"{subject.label} {'never ' if negative else ''}{verb} {object_.label}"
        start = len(text) + len(before)
        spans.append((start, start + len(clause), subject, object_, lemma, speaker, negative, day, style, rng.random()))
        text += f"{before}{clause} on {day}. Nobody else was in the room. " + ("\n\n" if n % 4 == 3 else "")
        if len(spans) == 8 or n == count - 1:
            _flush(sample, number, text, spans)
            text, spans, number = "", [], number + 1
    return sample


def _entity(i: int) -> Entity:
    kind = i % 5
    if kind in (0, 1, 3):
        label = f"{FIRST[i % 20]} {LAST[i // 20 % 20]}" + (f" {i // 400}" if i >= 400 else "")
        types = ("Person",)
    elif kind == 2:
        word, name = KINDS[i // 5 % 5]
        label, types = f"{STEMS[i // 25 % 10]} {word}" + (f" {i // 250}" if i >= 250 else ""), (name,)
    else:
        label, types = TOWNS[i // 5 % 10] + (f" {i // 50}" if i >= 50 else ""), ("Place",)
    return Entity(
        iri=f"{ID}entity/{label.lower().replace(' ', '-')}--{i}",
        label=label,
        types=types,
        named=True,
        aliases=(label.split()[-1],) if types == ("Person",) else (),
    )


def _flush(sample: Sample, number: int, text: str, spans: list[tuple]) -> None:
    article = Article(
        id=f"a{number:05d}",
        text=text,
        title=f"{spans[0][2].label} and {spans[0][3].label}: the dispute grows",
        published=f"{2023 + number % 3}-{1 + number % 12:02d}-15",
        url=f"https://news.example/{number}",
        publisher=PAPERS[number % 3],
    )
    sample.articles.append(article)
    for k, (start, end, subject, object_, lemma, speaker, negative, day, style, sure) in enumerate(spans):
        sample.statements.append(
            Statement(
                id=f"{number:05d}{k}s",
                article=article.id,
                subject=subject.iri,
                property=KG + lemma,
                object=object_.iri,
                label=lemma,
                wording=lemma,
                evidence=(Span(start, end),),
                polarity="Negative" if negative else "Positive",
                status="Claimed" if speaker else "Planned" if 0.3 <= style < 0.37 else "Asserted",
                speaker=speaker.iri if speaker else "",
                cue="insisted" if speaker else "",
                when=RdfLiteral(day, "xsd:date") if k % 3 else None,
                when_text="on that day" if k % 3 else "",
                qualifiers=((KG + "place", RdfLiteral("Alden")),) if k == 4 else (),
                confidence=round(0.5 + sure / 2, 2),
            )
        )
    sample.statements.append(
        Statement(
            id=f"{number:05d}x",
            article=article.id,
            subject=spans[0][2].iri,
            property=KG + "sentencedTo",
            object=RdfLiteral("P18M", "xsd:duration"),
            label="sentence",
            wording="sentenced",
            evidence=(Span(*spans[0][:2]),),
        )
    )
    sample.statements.append(
        Statement(
            id=f"{number:05d}y",
            article=article.id,
            subject=spans[0][2].iri,
            property=KG + "position",
            object=RdfLiteral("mayor"),
            label="position",
            wording="mayor",
            evidence=(Span(*spans[0][:2]),),
        )
    )
