#!/usr/bin/env python3
"""Write N made-up news articles whose truth is known: who did what, when, where, under which names.

    scripts/generate.py 1000 OUT [--seed 1]

OUT gets ``articles.jsonl`` (for ``kg build OUT/articles.jsonl``), ``entities.jsonl``, ``mentions.tsv`` and ``facts.tsv``; an article goes
by its URL. The same N and seed give the same bytes. Everything is invented; the wordings are ours.

The world consists of towns with people, firms and offices of their own, so that names keep company as they do in news; a few go
everywhere. It holds what makes joining hard: people under nicknames, initials, titles and surnames, fathers and sons of one name, namesakes
in other towns, firms named after people, subsidiaries, acronyms with and without explanation, firms that change their name. Each event
is told by one to three publishers in words of their own; some articles are agency copies, some figures differ, some parties deny.

`extractions` gives the same articles as if reading had made no mistake: to measure what comes after reading alone.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from kg.records import Argument, Article, Claim, Extraction, LocalEntity, Mention, Span

FIRST = [  # given name, gender, nickname
    *((name, "m", short) for name, short in [
        ("Robert", "Bob"), ("William", "Bill"), ("Thomas", "Tom"), ("Edward", "Ted"), ("Michael", "Mike"), ("James", "Jim"),
        ("Richard", "Dick"), ("Joseph", "Joe"), ("Daniel", "Dan"), ("Andrew", "Andy"), ("Samuel", "Sam"), ("Peter", "Pete"),
        ("Nicholas", "Nick"), ("Gregory", "Greg"), ("Anthony", "Tony"), ("Stephen", "Steve"), ("Hugo", ""), ("Oscar", ""), ("Felix", ""),
        ("Ivan", ""), ("Omar", ""), ("Rafael", ""), ("Simon", ""), ("Victor", "Vic"), ("Karl", ""), ("Leo", ""), ("Martin", "Marty"),
        ("Adrian", ""), ("Bruno", ""), ("Conrad", "")]),
    *((name, "f", short) for name, short in [
        ("Elizabeth", "Liz"), ("Margaret", "Meg"), ("Katherine", "Kate"), ("Susan", "Sue"), ("Patricia", "Pat"), ("Rebecca", "Becky"),
        ("Jennifer", "Jenny"), ("Victoria", "Vicky"), ("Deborah", "Debbie"), ("Barbara", "Barb"), ("Anna", ""), ("Clara", ""),
        ("Diana", ""), ("Elena", ""), ("Flora", ""), ("Grace", ""), ("Helena", ""), ("Irene", ""), ("Julia", ""), ("Laura", ""),
        ("Maria", ""), ("Nora", ""), ("Olivia", ""), ("Paula", ""), ("Rosa", ""), ("Sofia", ""), ("Teresa", "Tess"), ("Ursula", ""),
        ("Vera", ""), ("Yvonne", "")])]
ROOTS = ("Hal Ber Dor Lin Mar Ost Ram Sor Tal Ves Kel Bran Hol Nor Sten Wex Cald Thor Lam Pren Quil Rost Sel Tarn Ulv Var Win Ash Brom "
         "Cran").split()
SURNAME_ENDS = "berg man sen ley wick ström ova well croft ides more nell by dahl gard low mond rick son tham".split()
TOWN_ENDS = "port ford minster bury haven mouth stead bridge field holm".split()
TRADES = ["Shipping", "Steel", "Foods", "Energy", "Motors", "Chemicals", "Timber", "Textiles", "Media", "Airways", "Bank", "Insurance"]
OFFICES = [("City Council", "GovernmentBody"), ("Police", "PoliceForce"), ("District Court", "Court"), ("University", "University"),
           ("United", "SportsTeam"), ("Rovers", "SportsTeam"), ("General Hospital", "Hospital"), ("Port Authority", "GovernmentBody")]
UNIONS = [("National", "Dockers"), ("National", "Teachers"), ("Federal", "Miners"), ("Allied", "Printers"), ("General", "Nurses"),
          ("United", "Drivers"), ("National", "Weavers"), ("Federal", "Pilots"), ("National", "Drapers")]
OCCUPATIONS = ["engineer", "lawyer", "economist", "novelist", "surgeon", "architect", "biologist", "painter", "accountant", "goalkeeper"]
PUBLISHERS = ["Morning Ledger", "Evening Beacon", "Daily Compass", "Northern Post", "Coast Gazette"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass
class Thing:
    """Somebody or something of the made-up world: ``names`` are all it may be called, the full one first."""

    id: str
    type: str
    names: list[str]
    town: str = ""
    gender: str = ""
    work: str = ""
    employer: str = ""
    acronym: str = ""
    former: str = ""
    parent: str = ""
    born: int = 0
    namesake: str = ""


@dataclass
class Town:
    place: Thing
    people: list[Thing] = field(default_factory=list)
    firms: list[Thing] = field(default_factory=list)
    offices: dict[str, Thing] = field(default_factory=dict)
    teams: list[Thing] = field(default_factory=list)


@dataclass
class Told:
    """One article with its truth: ``marks`` are (start, end, entity), ``facts`` rows as in ``facts.tsv`` without the URL."""

    url: str
    title: str
    date: str
    publisher: str
    text: str
    marks: list[tuple[int, int, str]]
    facts: list[dict[str, str]]
    described: dict[str, str]
    copy_of: str = ""


class World:
    """All towns and things, made from the number of articles and the seed."""

    def __init__(self, articles: int, seed: int) -> None:
        self.random = random.Random(f"{seed}/{articles}")
        self.things: dict[str, Thing] = {}
        self.surnames = [root + end for root in ROOTS for end in SURNAME_ENDS]
        towns = [root + end for root in ROOTS for end in TOWN_ENDS]
        self.random.shuffle(towns)
        towns += [f"{side} {town}" for side in ("North", "South", "East", "West", "Upper", "Lower") for town in towns]
        self.random.shuffle(self.surnames)
        self.used: set[str] = set()
        self.towns = [self._town(name) for name in towns[:max(3, articles // 60)]]
        self.unions = [self._add(Thing(self._id("o"), "TradeUnion", [f"{first} Union of {trade}"], acronym=f"{first[0]}U{trade[0]}"))
                       for first, trade in UNIONS]

    def _id(self, kind: str) -> str:
        return f"{kind}{len(self.things)}"

    def _add(self, thing: Thing) -> Thing:
        self.things[thing.id] = thing
        return thing

    def _person(self, town: str, employer: str, work: str, name: tuple[str, str, str] | None = None, surname: str = "",
                suffix: str = "", born: int = 0, namesake: str = "") -> Thing:
        pick = self.random
        while True:
            given, gender, short = name or pick.choice(FIRST)
            last = surname or pick.choice(self.surnames)
            full = f"{given} {last}{suffix}"
            if name or full not in self.used:
                break
        self.used.add(full)
        names = [full]
        if short:
            names.append(f"{short} {last}{suffix}")
        if not suffix and not namesake:
            names.append(f"{given[0]}. {last}")
        return self._add(Thing(self._id("p"), "Person", names, town, gender, work, employer, born=born or pick.randint(1940, 1995),
                               namesake=namesake))

    def _town(self, name: str) -> Town:
        pick = self.random
        town = Town(self._add(Thing(self._id("l"), "City", [name])))
        for office, kind in pick.sample(OFFICES, 6):
            made = self._add(Thing(self._id("o"), kind, [f"{name} {office}"], name))
            town.offices[office] = made
            if kind == "SportsTeam":
                town.teams.append(made)
        for _ in range(4):
            base = f"{pick.choice(self.surnames)} {pick.choice(TRADES)}"
            if base in self.used:
                continue
            self.used.add(base)
            form = pick.choice(["Ltd", "Inc.", "plc", ""])
            firm = self._add(Thing(self._id("o"), "Company", [base, *([f"{base} {form}"] if form else [])], name))
            if pick.random() < 0.15:
                new = f"{pick.choice(ROOTS)}{pick.choice(['ia', 'ex', 'ora', 'is'])} {base.split()[1]}"
                if new not in self.used:
                    self.used.add(new)
                    firm.former, firm.names = base, [new]
            town.firms.append(firm)
            if pick.random() < 0.2:
                town.firms.append(self._add(Thing(self._id("o"), "Company", [f"{firm.names[0]} Holdings"], name, parent=firm.id)))
        hosts = [*town.firms, *town.offices.values()]
        for number in range(14):
            host = pick.choice(hosts)
            work = pick.choice(["chief executive", "chairman", "director"]) if host in town.firms else pick.choice(
                ["head", "spokesman"]) if number % 3 else pick.choice(OCCUPATIONS)
            draw = pick.random()
            elsewhere = [one for one in self.things.values() if one.type == "Person" and one.town != name and not one.namesake
                         and " Jr." not in one.names[0] and " Sr." not in one.names[0]]
            if draw < 0.05 and elsewhere:
                other = pick.choice(elsewhere)
                given, last = other.names[0].split(" ", 1)
                known = next(row for row in FIRST if row[0] == given)
                town.people.append(self._person(name, host.id, pick.choice(OCCUPATIONS), known, last, namesake=other.id))
            elif draw < 0.1:
                known, last = pick.choice(FIRST[:16]), pick.choice(self.surnames)
                if f"{known[0]} {last}" not in self.used and f"{known[0]} {last} Sr." not in self.used:
                    self.used.add(f"{known[0]} {last}")
                    old = self._person(name, host.id, work, known, last, " Sr.", pick.randint(1935, 1950))
                    young = self._person(name, pick.choice(hosts).id, pick.choice(OCCUPATIONS), known, last, " Jr.",
                                         pick.randint(1965, 1985))
                    young.parent = old.id
                    town.people += [old, young]
            else:
                town.people.append(self._person(name, host.id, work))
        return town


class _Writer:
    """Text that grows sentence by sentence and remembers where each name stands."""

    def __init__(self, world: World, date: datetime.date) -> None:
        self.world, self.date, self.text, self.seen = world, date, "", set[str]()
        self.marks: list[tuple[int, int, str]] = []
        self.facts: list[dict[str, str]] = []
        self.described: dict[str, str] = {}

    def name(self, thing: Thing) -> str:
        """Return what to call `thing` here: a full form first, later often a short one."""
        pick, first = self.world.random, thing.id not in self.seen
        self.seen.add(thing.id)
        if thing.type == "Person":
            if first or " Jr." in thing.names[0] or " Sr." in thing.names[0] or pick.random() < 0.3:
                return thing.names[0] if pick.random() < 0.8 else pick.choice(thing.names)
            surname = thing.names[0].split()[-1]
            rivals = [one for one in self.seen if one != thing.id and surname in " ".join(self.world.things[one].names).split()]
            return thing.names[0] if rivals else surname
        if thing.acronym and (not first or pick.random() < 0.2):
            return thing.acronym
        return thing.names[0] if pick.random() < 0.8 else pick.choice(thing.names)

    def put(self, template: str, **slots: Thing | str) -> None:
        """Add a sentence; ``{x}`` is the name of a thing or a bare word."""
        if self.text:
            self.text += " "
        rest = template
        while "{" in rest:
            before, _, rest = rest.partition("{")
            key, _, rest = rest.partition("}")
            self.text += before
            slot = slots[key]
            if isinstance(slot, str):
                self.text += slot
                continue
            first = slot.id not in self.seen
            name = self.name(slot)
            self.marks.append((len(self.text), len(self.text) + len(name), slot.id))
            self.text += name
            if slot.acronym and first and name != slot.acronym:
                self.text += " ("
                self.marks.append((len(self.text), len(self.text) + len(slot.acronym), slot.id))
                self.text += slot.acronym + ")"
            elif slot.former and first:
                self.text += ", formerly "
                self.marks.append((len(self.text), len(self.text) + len(slot.former), slot.id))
                self.text += slot.former + ","
        self.text = (self.text + rest).replace(",,", ",").replace(",.", ".").replace("..", ".")

    def fact(self, subject: Thing, property: str, value: Thing | str, *, date: str = "", polarity: str = "Positive",
             status: str = "Asserted", speaker: Thing | None = None) -> None:
        self.facts.append({"subject": subject.id, "property": property, "object": value.id if isinstance(value, Thing) else value,
                           "date": date, "polarity": polarity, "status": status, "speaker": speaker.id if speaker else ""})


KINDS = ["takeover", "lawsuit", "appointment", "resignation", "arrest", "meeting", "match", "visit", "fine", "gift", "opening", "strike"]


@dataclass
class Event:
    """What happened, with all who might have a part in it."""

    id: str
    kind: str
    town: Town
    firms: list[Thing]
    people: list[Thing]
    other: Town
    union: Thing
    team: Thing
    rival: Thing
    office: Thing
    police: Thing
    millions: int
    score: str
    date: datetime.date
    disputed: bool


def _event(world: World, number: int) -> Event:
    """Return an event that happens in a town; the first towns see more of them."""
    pick = world.random
    town = world.towns[min(int(pick.random() ** 1.6 * len(world.towns)), len(world.towns) - 1)]
    offices = list(town.offices.values())
    others = [one for one in world.towns if one is not town]
    rivals = [team for one in others for team in one.teams]
    team = pick.choice(town.teams) if town.teams else pick.choice(rivals)
    return Event(f"e{number}", pick.choice(KINDS), town, pick.sample([*town.firms, *world.unions[:2]], 2) if len(town.firms) < 2
                 else pick.sample(town.firms, 2), pick.sample(town.people, 3), pick.choice(others), pick.choice(world.unions), team,
                 pick.choice([one for one in rivals if one is not team]), pick.choice(offices), town.offices.get("Police", offices[0]),
                 pick.randint(2, 90), f"{pick.randint(1, 5)}-0",
                 datetime.date(2015, 1, 1) + datetime.timedelta(days=pick.randint(0, 3650)), pick.random() < 0.15)


def _tell(world: World, event: Event, publisher: str, number: int, version: int) -> Told:
    """Return an article on `event`; `version` counts the articles on it."""
    pick, date, town, kind = world.random, event.date, event.town, event.kind
    office, union, team, rival, other, police = event.office, event.union, event.team, event.rival, event.other, event.police
    (a, b), (p, q, r) = event.firms, event.people
    money = event.millions + (pick.randint(1, 5) if event.disputed and version else 0)
    day = f"on {DAYS[date.weekday()]}" if pick.random() < 0.7 else f"on {date.day} {date:%B} {date.year}"
    amount, sum_ = f"{money} million dollars", str(money * 1_000_000)
    iso = date.isoformat()
    out = _Writer(world, date)
    put = out.put
    slots = {"a": a, "b": b, "p": p, "q": q, "o": office, "u": union, "t": team, "v": rival, "c": police, "l": town.place, "m": other.place,
             "day": day, "Day": day[:1].upper() + day[1:], "sum": amount, "score": event.score}
    lead = pick.randint(0, 1)
    if kind == "takeover":
        put(["{a} bought {b} {day} for {sum}.", "{b} was acquired by {a} {day}. {a} paid {sum}."][lead], **slots)
        out.fact(a, "acquired", b, date=iso)
        out.fact(a, "paidAmount", sum_, date=iso)
    elif kind == "lawsuit":
        put(["{p} sued {a} {day} in {l}.", "{p} filed a lawsuit against {a} {day}."][lead], **slots)
        out.fact(p, "sued", a, date=iso)
    elif kind == "appointment":
        put(["{a} appointed {p} as director {day}.", "{p} was appointed by {a} {day}."][lead], **slots)
        out.fact(a, "appointed", p, date=iso)
    elif kind == "resignation":
        put(["{p} resigned from {a} {day}.", "{p} has resigned from {a}, the firm said {day}."][lead], **slots)
        out.fact(p, "resignedFrom", a, date=iso)
    elif kind == "arrest":
        put(["{c} arrested {p} in {l} {day}.", "{p} was arrested by {c} {day}."][lead], **slots)
        out.fact(police, "arrested", p, date=iso)
    elif kind == "meeting":
        put(["{p} met {q} in {m} {day}.", "{q} met {p} {day} in {m}."][lead], **slots)
        out.fact(p if not lead else q, "met", q if not lead else p, date=iso)
    elif kind == "match":
        put(["{t} beat {v} {score} {day}.", "{v} were defeated by {t} {day}."][lead], **slots)
        out.fact(team, "defeated", rival, date=iso)
    elif kind == "visit":
        put(["{p} visited {m} {day}.", "{p} travelled from {l} {day} and visited {m}."][lead], **slots)
        out.fact(p, "visited", other.place, date=iso)
    elif kind == "fine":
        put(["{o} fined {a} {sum} {day}.", "{a} was fined {sum} by {o} {day}."][lead], **slots)
        out.fact(office, "fined", a, date=iso)
    elif kind == "gift":
        put(["{a} donated {sum} to {o} {day}.", "{Day}, {a} gave {o} {sum}."][lead], **slots)
        out.fact(a, "donatedTo", office, date=iso)
    elif kind == "opening":
        put(["{a} opened a factory in {l} {day}.", "A new factory of {a} was opened in {l} {day}."][lead], **slots)
    else:
        put(["Members of {u} went on strike at {a} in {l} {day}.", "A strike of {u} began at {a} {day}."][lead], **slots)
    for one in (p, q, r)[:pick.randint(1, 3)]:
        host = world.things[one.employer]
        out.described[one.id] = one.work.split()[-1]
        put(pick.choice([f"{{x}}, {one.work} of {{h}}, declined to comment.",
                         f"{{x}}, {date.year - one.born}, is {_article(one.work)} of {{h}}.",
                         f"\"We will look at it,\" said {{x}}, {one.work} of {{h}}."]), x=one, h=host)
        out.fact(one, "employer", host)
    if event.disputed and version:
        if kind == "takeover":
            put("{p} denied that {a} had bought {b}.", **slots)
            out.fact(a, "acquired", b, polarity="Negative", status="Claimed", speaker=p)
        elif kind == "meeting":
            put("{p} denied that he had met {q}." if p.gender == "m" else "{p} denied that she had met {q}.", **slots)
            out.fact(p, "met", q, polarity="Negative", status="Claimed", speaker=p)
    for one in (p, q):
        if one.parent and pick.random() < 0.5:
            put("{x} is the son of {y}.", x=one, y=world.things[one.parent])
            out.fact(one, "childOf", world.things[one.parent])
            break
    for firm in (a, b):
        if firm.parent and pick.random() < 0.5:
            put("{x} is a subsidiary of {y}.", x=firm, y=world.things[firm.parent])
            out.fact(world.things[firm.parent], "ownerOf", firm)
            break
    if pick.random() < 0.5:
        put("The news was received calmly in {l}.", **slots)
    published = date + datetime.timedelta(days=pick.randint(0, 1))
    first = out.text.split(". ")[0].removesuffix(".")
    return Told(f"https://{publisher.lower().replace(' ', '-')}.example/{number}", first, published.isoformat(), publisher, out.text,
                out.marks, [{"event": event.id, **fact} for fact in out.facts], out.described)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def generate(articles: int, seed: int = 1) -> tuple[World, list[Told]]:
    """Return the world and `articles` articles with their truth."""
    world, told = World(articles, seed), list[Told]()
    for number in itertools.count():
        if len(told) >= articles:
            break
        event = _event(world, number)
        publishers = world.random.sample(PUBLISHERS, world.random.choice([1, 1, 2, 3]))
        for version, publisher in enumerate(publishers):
            told.append(_tell(world, event, publisher, len(told), version))
        if world.random.random() < 0.1:  # an agency's copy in another paper
            one = told[-1]
            publisher = next(name for name in PUBLISHERS if name not in publishers)
            told.append(Told(f"https://{publisher.lower().replace(' ', '-')}.example/{len(told)}", one.title, one.date, publisher,
                             one.text, one.marks, one.facts, one.described, copy_of=one.url))
    return world, told[:articles]


def _kind(thing: Thing) -> str:
    """Return the type as the recogniser tells it."""
    return {"p": "Person", "o": "Organization", "l": "Place"}[thing.id[0]]


def extractions(world: World, told: list[Told]) -> Iterator[Extraction]:
    """Yield each article as read without a mistake: mentions, entities and what people are called."""
    for number, one in enumerate(told):
        ids = {entity: local for local, entity in enumerate(dict.fromkeys(mark[2] for mark in one.marks))}
        forms: dict[str, list[str]] = {}
        mentions = []
        for at, (start, end, entity) in enumerate(one.marks):
            forms.setdefault(entity, []).append(one.text[start:end])
            mentions.append(Mention(at, start, end, Span(start, end), Span(start, end), "name", _kind(world.things[entity]), ids[entity]))
        entities = []
        for entity, local in ids.items():
            names = sorted(set(forms[entity]), key=lambda name: (-len(name), name))
            if world.things[entity].former:
                names.sort(key=lambda name: name != world.things[entity].names[0])
            entities.append(LocalEntity(local, names[0], _kind(world.things[entity]), True, tuple(names[1:])))
        claims = []
        for entity, work in one.described.items():
            mention = next(m for m in mentions if m.entity == ids[entity])
            span = Span(mention.start, mention.end)
            subject = Argument("subject", span.start, span.end, mention.id)
            claims.append(Claim(len(claims), "apposition", work, work, span, (subject,), span, span))
        article = Article(f"made-{number:06}", one.text, one.url, one.title, one.date, one.url, one.publisher)
        yield Extraction(article, tuple(mentions), tuple(entities), tuple(claims))


def write(world: World, told: list[Told], folder: Path) -> None:
    """Write articles and truth to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"title": one.title, "date": one.date, "url": one.url, "publisher": one.publisher, "text": one.text} for one in told]
    (folder / "articles.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    things = [{key: value for key, value in vars(thing).items() if value} for thing in world.things.values()]
    (folder / "entities.jsonl").write_text("".join(json.dumps(thing, ensure_ascii=False) + "\n" for thing in things), "utf-8")
    marks = [f"{one.url}\t{start}\t{end}\t{one.text[start:end]}\t{entity}\n" for one in told for start, end, entity in one.marks]
    (folder / "mentions.tsv").write_text("url\tstart\tend\tname\tentity\n" + "".join(marks), "utf-8")
    facts = ["\t".join([one.url, one.copy_of, *fact.values()]) + "\n" for one in told for fact in one.facts]
    header = "url\tcopy of\tevent\tsubject\tproperty\tobject\tdate\tpolarity\tstatus\tspeaker\n"
    (folder / "facts.tsv").write_text(header + "".join(facts), "utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=int)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    world, told = generate(chosen.articles, chosen.seed)
    write(world, told, chosen.folder)
    print(f"{len(told)} articles, {len(world.things)} things, {sum(len(one.marks) for one in told)} names, "
          f"{sum(len(one.facts) for one in told)} facts in {chosen.folder}")


if __name__ == "__main__":
    main()
