"""Which things of different articles are one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.iris import slug, valid_iri
from kg.records import Article, Extraction, LocalEntity
from kg.resolve import full_name, resolve

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


def test_jr_and_digits_tell_apart() -> None:
    assert iris(extraction("1", ("Tom Hale Jr.", "Person"), ("Area 51", "Place")),
                extraction("2", ("Tom Hale", "Person"), ("Area 52", "Place"))
                ) == ["area-51", "area-52", "tom-hale", "tom-hale-jr"]


def test_types_that_clash_stay_two_and_unknown_joins_a_single_family() -> None:
    georgias = [extraction("1", ("Georgia", "Place")), extraction("2", ("Georgia", "Place")),
                extraction("3", ("Georgia", "Organization"))]
    assert iris(*georgias) == ["georgia", "georgia-organization"]
    joined = resolve([extraction("1", ("Red Dust", "Thing")), extraction("2", ("Red Dust", "Work"))], base=B)
    assert [(e.iri, e.types) for e in joined] == [(f"{B}entity/red-dust", ("Work",))]
    assert len(iris(extraction("1", ("Jordan", "Thing")), extraction("2", ("Jordan", "Place")))) == 2


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
