"""Near-duplicate articles: agency copy, shortened copy, other stories."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.facts.duplicates import near_duplicates
from kg.records import Article

STORY = ("The harbour board of Lysk voted on Monday to close the old pier after engineers found cracks in four of its piles. "
         "Its chair, Mina Dorr, said that repairs would cost more than nine million crowns and take two winters. Fishermen who land "
         "their catch there were told to use the north quay, which has room for eleven boats. The board meets again in March. ")
MORE = ("A ferry company that runs trips to the islands asked for help with the costs of moving its ticket office to the station "
        "square, where buses stop. No answer has been given so far, and the season begins in eight weeks. ")
OTHER = ("The town council of Brenn chose a new head of parks on Friday, the forester Odd Hauge, who wants to plant a thousand limes "
         "along the river before the next spring flood comes. He follows Ruth Salin, who retired last summer after thirty years. ")
ARTICLES = [
    Article("agency", STORY + MORE, published="2025-02-03"),
    Article("paper", "LYSK – " + STORY.upper() + MORE, published="2025-02-04", publisher="Herald"),
    Article("short", STORY, published=""),
    Article("other", OTHER + "The harbour board of Lysk voted on Monday.", published="2025-02-03"),
    Article("tiny", "The board meets again.", published="2025-02-01"),
    Article("empty", ""),
]


def test_copies_are_found_and_lead_to_the_first() -> None:
    assert near_duplicates(ARTICLES) == {"paper": "agency", "short": "agency"}


def test_the_first_known_day_leads_and_removing_it_leaves_the_others_together() -> None:
    assert near_duplicates(ARTICLES[1:]) == {"short": "paper"}
    assert near_duplicates([]) == {}


@settings(max_examples=15, deadline=None)
@given(st.permutations(ARTICLES))
def test_order_does_not_count(articles: list[Article]) -> None:
    assert near_duplicates(articles) == {"paper": "agency", "short": "agency"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=60), max_size=6))
def test_any_text_is_taken(texts: list[str]) -> None:
    articles = [Article(str(number), text) for number, text in enumerate(texts)]
    found = near_duplicates(articles)
    assert all(first not in found for first in found.values())
