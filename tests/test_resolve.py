"""Which things of different articles are one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.iris import slug, valid_iri
from kg.records import Article, Extraction, LocalEntity, Mention, Span
from kg.resolve import Pair, find_pairs, full_name, resolve

B = "https://x.example/"


def extraction(article: str, *entities: tuple[str, str] | tuple[str, str, bool]) -> Extraction:
    """One article with entities given as (label, type) or (label, type, named)."""
    locals_ = [LocalEntity(number, entity[0], entity[1], entity[2] if len(entity) > 2 else True)
               for number, entity in enumerate(entities)]
    return Extraction(Article(id=article, text=""), entities=tuple(locals_))


def iris(*extractions: Extraction) -> list[str]:
    return [entity.iri.removeprefix(f"{B}entity/") for entity in resolve(extractions, base=B)]


def test_same_full_name_is_one_across_articles() -> None:
    found = resolve([extraction("1", ("Ana Ruiz", "Person")), extraction("2", ("Mrs. Ana Ruíz", "Person")),
                     extraction("3", ("Ana Ruiz", "Person"))], base=B)
    assert [(e.iri, e.label, e.aliases, e.members) for e in found] == [
        (f"{B}entity/ana-ruiz", "Ana Ruiz", ("Mrs. Ana Ruíz",), (("1", 0), ("2", 0), ("3", 0)))]
    assert "3 articles" in found[0].reasons[0]


def test_organisations_without_article_and_legal_form() -> None:
    assert iris(extraction("1", ("The Herald", "Organization"), ("Delta Works Inc.", "Organization")),
                extraction("2", ("Herald", "Organization"), ("Delta Works", "Organization"))) == ["delta-works", "herald"]


def test_persons_known_by_one_word_stay_in_their_article() -> None:
    found = iris(extraction("1", ("Ana Ruiz", "Person")), extraction("2", ("Ruiz", "Person")),
                 extraction("3", ("Ruiz", "Person")))
    assert len(found) == 3
    assert found[0] == "ana-ruiz"
    assert all(name.startswith("ruiz--") for name in found[1:])


def test_acronyms_are_not_expanded_but_are_names() -> None:
    assert iris(extraction("1", ("WHO", "Organization")),
                extraction("2", ("World Health Organization", "Organization"), ("W.H.O.", "Organization"))
                ) == ["who", "world-health-organization"]


def test_countries_under_their_letters() -> None:
    assert iris(extraction("1", ("U.S.", "Place")), extraction("2", ("United States", "Place")), extraction("3", ("US", "Place"))) == [
        "united-states"]


def test_jr_and_digits_tell_apart() -> None:
    assert iris(extraction("1", ("Tom Hale Jr.", "Person"), ("Area 51", "Place")),
                extraction("2", ("Tom Hale", "Person"), ("Area 52", "Place"))
                ) == ["area-51", "area-52", "tom-hale", "tom-hale-jr"]


def test_types_that_clash_stay_two_and_unknown_joins_a_single_family() -> None:
    lowicks = [extraction("1", ("Lowick", "Place")), extraction("2", ("Lowick", "Place")), extraction("3", ("Lowick", "Organization"))]
    assert iris(*lowicks) == ["lowick", "lowick-organization"]
    joined = resolve([extraction("1", ("Red Dust", "Thing")), extraction("2", ("Red Dust", "Work"))], base=B)
    assert [(e.iri, e.types) for e in joined] == [(f"{B}entity/red-dust", ("Work",))]
    assert len(iris(extraction("1", ("Wexholm", "Thing")), extraction("2", ("Wexholm", "Place")))) == 2


def test_names_of_several_places_need_a_context() -> None:
    assert len(iris(extraction("1", ("Georgia", "Place"), ("Tbilisi", "Place")), extraction("2", ("Georgia", "Place")))) == 3
    both = [extraction(number, ("Georgia", "Place"), ("Tbilisi", "Place")) for number in "12"]
    assert len(iris(*both, *map(extraction, "3456"))) == 2


HALE = [extraction("1", ("Robert Hale", "Person"), ("Dunmore Council", "Organization")),
        extraction("2", ("Bob Hale", "Person"), ("Dunmore Council", "Organization")),
        extraction("3", ("Bob Hale", "Person"), ("Lowick Rovers", "Organization")),
        *(extraction(str(number)) for number in range(4, 9))]


def test_nicknames_need_a_shared_context() -> None:
    found = {e.label: e for e in resolve(HALE, base=B)}
    assert len([e for e in resolve(HALE, base=B) if "Hale" in e.label]) == 1  # the third joins its own full name
    assert any("nickname" in reason for e in found.values() for reason in e.reasons)
    alone = [HALE[0], HALE[2], *HALE[3:]]
    assert len([e for e in resolve(alone, base=B) if "Hale" in e.label]) == 2
    assert [pair.decision for pair in find_pairs(alone)] == ["unsure"]


def test_contradictions_keep_apart_whatever_they_share() -> None:
    club = ("Dunmore Council", "Organization")
    assert len(iris(extraction("1", ("Tom Hale Jr.", "Person"), club), extraction("2", ("Tom Hale Sr.", "Person"), club))) == 3
    text = "Ann Berg, 19, swam."
    one = Extraction(Article("1", text, published="2025-01-01"), (Mention(0, 0, 8, Span(4, 8), Span(0, 8), "name", "Person", 0),),
                     (LocalEntity(0, "Ann Berg", "Person", True),))
    two = Extraction(Article("2", text.replace("19", "51"), published="2025-01-01"), one.mentions, one.entities)
    assert len(iris(one, two)) == 2
    assert len(iris(one, Extraction(Article("2", text, published="2025-06-01"), one.mentions, one.entities))) == 1


def test_an_acronym_that_an_article_explains_is_joined_and_two_meanings_are_not() -> None:
    told = Extraction(Article("1", ""), entities=(LocalEntity(0, "National Rail Union", "Organization", True, ("NRU",)),))
    assert iris(told, extraction("2", ("NRU", "Organization"))) == ["national-rail-union"]
    assert len(iris(extraction("1", ("National Rail Union", "Organization")), extraction("2", ("Northern Road Users", "Organization")),
                    extraction("3", ("NRU", "Organization")))) == 3


def test_an_acronym_of_two_names_joins_neither_without_a_context() -> None:
    unions = [Extraction(Article(str(number), ""), entities=(LocalEntity(0, name, "Organization", True, ("NUD",)),))
              for number, name in enumerate(["National Union of Dockers", "National Union of Drapers"])]
    assert iris(*unions, extraction("9", ("NUD", "Organization"))) == ["national-union-of-dockers", "national-union-of-drapers", "nud"]


def test_a_former_name_that_an_article_gives_needs_a_shared_context() -> None:
    told = Extraction(Article("1", ""), entities=(LocalEntity(0, "Aurel", "Organization", True, ("Norvik Energy",)),
                                                  LocalEntity(1, "Ann Berg", "Person", True)))
    assert len(iris(told, extraction("2", ("Norvik Energy", "Organization"), ("Ann Berg", "Person")), extraction("3"))) == 2
    assert len(iris(told, extraction("2", ("Norvik Energy", "Organization")))) == 3


def test_a_name_in_another_spelling_or_shortened_needs_a_shared_context() -> None:
    club = ("Dunmore Council", "Organization")
    for one, two, kind in (("Yevgeny Petroff", "Evgeni Petrov", "Person"), ("Mohammed Aziz", "Muhammad Aziz", "Person"),
                           ("Harbour Bank", "Harbour", "Organization")):
        assert len(iris(extraction("1", (one, kind), club), extraction("2", (two, kind), club), *map(extraction, "345"))) == 2
        assert len(iris(extraction("1", (one, kind)), extraction("2", (two, kind)))) == 2
    assert len(iris(extraction("1", ("Maria Aziz", "Person"), club), extraction("2", ("Mario Aziz", "Person"), club),
                    *map(extraction, "345"))) == 3
    assert len(iris(extraction("1", ("Harbour Bank", "Organization"), club), extraction("2", ("Harbour", "Organization"), club),
                    extraction("3", ("Harbour Motors", "Organization")), *map(extraction, "45"))) == 4


def test_an_article_that_names_father_and_son_tells_them_apart() -> None:
    club = ("Dunmore Council", "Organization")
    both = extraction("1", ("Tom Hale", "Person"), ("Tom Hale Jr.", "Person"), club)
    assert len(iris(both, extraction("2", ("Tom Hale", "Person"), club), extraction("3", ("Tom Hale Jr.", "Person"), club))) == 3


def test_a_name_in_many_articles_without_common_company_stays_one() -> None:
    unions = [extraction(str(number), ("Miners Union", "Organization"), (f"Firm {number // 2}", "Organization")) for number in range(80)]
    assert "miners-union" in iris(*unions)
    assert len(iris(*unions)) == 41


def test_an_article_that_gives_the_former_name_is_believed() -> None:
    text = "Aurel, formerly Norvik, rose."
    found = resolve([Extraction(Article("1", text), (
        Mention(0, 0, 5, Span(0, 5), Span(0, 5), "name", "Organization", 0),
        Mention(1, 16, 22, Span(16, 22), Span(16, 22), "name", "Organization", 1)),
        (LocalEntity(0, "Aurel", "Organization", True), LocalEntity(1, "Norvik", "Organization", True)))], base=B)
    assert len(found) == 1
    assert "formerly" in " ".join(found[0].reasons)


def test_decisions_are_obeyed_and_forgotten() -> None:
    articles = [extraction("1", ("Ana Ruiz", "Person")), extraction("2", ("Ana Ruiz", "Person")), extraction("3", ("Annie R.", "Person"))]
    plain = resolve(articles, base=B)
    apart = Pair("Ana Ruiz@1", "Ana Ruiz@2", "different", by="user")
    same = Pair("Ana Ruiz@2", "Annie R.@3", "same", by="user")
    assert {e.members for e in resolve(articles, base=B, decisions=[apart, same])} == {(("2", 0), ("3", 0)), (("1", 0),)}
    assert resolve(articles, base=B, decisions=[same, apart]) == resolve(articles, base=B, decisions=[apart, same])
    assert find_pairs(articles, decisions=[apart]) == []
    assert resolve(articles, base=B, decisions=[Pair("Gone@9", "Ana Ruiz@1", "same")]) == plain


def test_ontology_types_decide_where_known() -> None:
    found = resolve([extraction("1", ("Red Dust", "Thing")), extraction("2", ("Red Dust", "Work"))],
                    {("1", 0): ("Film", "Work")}, base=B)
    assert [(e.iri, e.types) for e in found] == [(f"{B}entity/red-dust", ("Film", "Work"))]


def test_things_without_name_stay_local_and_are_numbered() -> None:
    found = iris(extraction("1", ("judge", "Person", False), ("judge", "Person", False)),
                 extraction("2", ("judge", "Person", False)))
    assert len(set(found)) == 3
    assert sum(name.endswith("-2") for name in found) == 1


def test_names_that_differ_in_signs_only_keep_apart() -> None:
    found = iris(extraction("1", ("C++", "Product"), ("C", "Product"), ("!?", "Organization"), ("Georgia Place", "Place")))
    assert len(set(found)) == 4
    assert "c" in found


def test_other_scripts_and_full_name() -> None:
    assert iris(extraction("1", ("東京", "Place"), ("Łódź", "Place"))) == ["łodz", "東京"]
    assert full_name("U.S.") == full_name("US")
    assert slug("“Rust”: O’Brien’s --- film") == "rust-obriens-film"


@given(st.text())
def test_slugs_are_valid_in_iris(text: str) -> None:
    part = slug(text)
    assert "--" not in part
    assert valid_iri(f"{B}{part}") == f"{B}{part}"


NAMES = st.tuples(st.sampled_from(["Ana Ruiz", "Ruiz", "Georgia", "The Herald", "Herald", "C", "C++", "Georgia Person",
                                   "judge", "ANA RUIZ"]),
                  st.sampled_from(["Person", "Place", "Organization", "Thing"]), st.booleans())


@settings(max_examples=200)
@given(st.lists(st.lists(NAMES, max_size=5), max_size=6), st.randoms(use_true_random=False))
def test_order_of_articles_does_not_matter(articles: list[list[tuple[str, str, bool]]], random: object) -> None:
    extractions = [extraction(str(number), *entities) for number, entities in enumerate(articles)]
    shuffled = list(extractions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = resolve(extractions, base=B)
    assert found == resolve(shuffled, base=B)
    assert len({entity.iri for entity in found}) == len(found)
    assert sorted(member for entity in found for member in entity.members) == [
        (e.article.id, local.id) for e in extractions for local in e.entities]
