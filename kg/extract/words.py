"""Word lists that mentions and coreference share: noun classes, first names, titles, company suffixes.

The two large lists are files in ``kg/extract/data`` (see scripts/make_lexicon); closed classes of English stand here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


def _read(name: str) -> dict[str, frozenset[str]]:
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {kind: frozenset(words.split()) for kind, words in rows}


@cache
def noun_classes() -> dict[str, str]:
    """Return noun -> class (``Person``, ``Organization``, ``Place``, ``Time``, ``Animal`` ...) of its usual sense."""
    return {word: kind for kind, words in sorted(_read("nouns.txt").items()) if kind not in ("Female", "Male") for word in sorted(words)}


@cache
def noun_genders() -> dict[str, str]:
    """Return noun -> ``female`` or ``male`` for nouns that tell a person's sex (actress, brother)."""
    return {word: kind.lower() for kind, words in _read("nouns.txt").items() if kind in ("Female", "Male") for word in words}


@cache
def first_names() -> dict[str, str]:
    """Return first name in lower case -> ``female`` or ``male`` (names that both sexes bear are left out)."""
    return {name: kind for kind, names in _read("first_names.txt").items() for name in names}


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: titles written before a name that tell the sex of its bearer
TITLE_GENDERS = {
    "mr": "male",
    "mr.": "male",
    "sir": "male",
    "lord": "male",
    "mister": "male",
    "king": "male",
    "prince": "male",
    "mrs": "female",
    "mrs.": "female",
    "ms": "female",
    "ms.": "female",
    "miss": "female",
    "madam": "female",
    "lady": "female",
    "dame": "female",
    "queen": "female",
    "princess": "female",
    "sister": "female",
    "congressman": "male",
    "congresswoman": "female",
    "chairman": "male",
    "chairwoman": "female",
    "pope": "male",
    "archbishop": "male",
    "bishop": "male",
    "cardinal": "male",
    "brother": "male",
    "father": "male",
    "actress": "female",
    "baroness": "female",
    "baron": "male",
    "duke": "male",
    "duchess": "female",
    "emperor": "male",
    "empress": "female",
    "count": "male",
    "countess": "female",
}
#: titles that stay part of the name: "Pope Francis", "Lord Byron"
KEPT_TITLES = _set("king queen prince princess pope saint st st. lord lady emperor empress duke duchess count countess")
#: words that may stand before a person's name and aren't part of it
TITLES = _set(
    "mr mr. mrs mrs. ms ms. miss mister dr dr. doctor prof prof. professor sir dame madam sen sen. "
    "senator rep rep. representative gov gov. "
    "governor gen gen. general lt lt. lieutenant col col. colonel maj maj. major capt capt. captain sgt "
    "sgt. sergeant cpl cpl. corporal "
    "pvt pvt. private adm adm. admiral cmdr cmdr. commander rev rev. reverend fr fr. father hon hon. "
    "honorable president vice-president premier "
    "chancellor minister secretary undersecretary ambassador consul envoy judge justice magistrate "
    "prosecutor attorney lawyer counsel solicitor "
    "barrister mayor councillor councilman councilwoman congressman congresswoman delegate speaker whip "
    "chairman chairwoman chairperson chair ceo "
    "cfo coo cto director manager executive officer chief head sheriff marshal deputy detective "
    "inspector superintendent constable commissioner "
    "commissar editor reporter correspondent journalist columnist author novelist poet writer playwright "
    "actor actress singer rapper musician "
    "composer conductor drummer guitarist filmmaker producer cinematographer director screenwriter "
    "comedian coach trainer captain striker "
    "midfielder goalkeeper defender quarterback pitcher bishop archbishop cardinal rabbi imam sheikh "
    "sheik pastor deacon ayatollah mullah "
    "principal dean provost scientist researcher economist analyst spokesman spokeswoman spokesperson "
    "billionaire businessman businesswoman "
    "entrepreneur founder co-founder owner engineer architect astronaut surgeon physician nurse pilot "
    "driver champion candidate leader activist "
    "baron baroness brother sister uncle aunt agent aide advisor adviser armorer armourer special prime first lady"
)
#: the last word of a company's name
COMPANY_SUFFIXES = _set(
    "inc inc. corp corp. co co. cos ltd ltd. llc llp plc ag sa s.a. nv n.v. gmbh spa s.p.a. lp l.p. pty "
    "bhd ab oyj asa kk incorporated "
    "corporation company limited holdings group industries partners associates bancorp sons"
)
#: small words inside a name: "Ludwig van Beethoven", "University of Chicago"
PARTICLES = _set("de da do dos das del della di du la le les van von der den ter ten bin ibn al el abu y e zu zur af av ben")
WEEKDAYS_MONTHS = _set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october "
    "november december jan jan. feb feb. mar mar. apr apr. jun jun. jul jul. aug aug. sep sep. sept "
    "sept. oct oct. nov nov. dec dec. "
    "mon tue wed thu fri sat sun"
)

#: nouns that news uses for going back to somebody named before ("the actor"), unlike nouns for a part in the story ("the
#: judge", "the victim")
IDENTITY_NOUNS = _set(
    "actor actress singer rapper musician songwriter guitarist drummer pianist composer comedian comic "
    "performer entertainer artist painter "
    "sculptor photographer filmmaker screenwriter author novelist poet playwright writer model "
    "supermodel dancer choreographer chef designer "
    "footballer striker midfielder winger goalkeeper quarterback pitcher golfer boxer swimmer sprinter "
    "cyclist athlete skier cricketer batsman "
    "politician congressman congresswoman lawmaker businessman businesswoman billionaire millionaire "
    "tycoon magnate entrepreneur philanthropist "
    "financier industrialist economist historian philosopher physicist mathematician astronaut star "
    "superstar celebrity influencer producer "
    "year-old teenager veteran native mogul"
)
#: and to an organisation
ORGANIZATION_NOUNS = _set(
    "company firm corporation conglomerate carrier airline retailer automaker carmaker drugmaker "
    "chipmaker bank lender insurer brokerage "
    "publisher broadcaster studio startup manufacturer chain brewer brewery utility group agency charity club newspaper magazine"
)
#: and to a work
WORK_NOUNS = _set("film movie show series sitcom novel book album song single play musical documentary drama comedy magazine video game")
