"""Line ends inside sentences are blanks to the parser; others start a sentence; offsets never move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.parse import pieces, unwrap


@pytest.mark.parametrize("text, joined", [
    ("The council had\npaid Delta.", "The council had paid Delta."),
    ("He got\n18 months.", "He got 18 months."),
    ("Storm hits coast\nA storm hit the\ncoast on Monday.", "Storm hits coast\nA storm hit the coast on Monday."),
    ("The long first line was met by Mayor\nAna Ruiz on the steps of the old town\nhall.",
     "The long first line was met by Mayor Ana Ruiz on the steps of the old town hall."),
    ("Bread\nMilk\nEggs", "Bread\nMilk\nEggs"),
    ("One.\n\ntwo", "One.\n\ntwo"),
    ("", ""),
])
def test_unwrap(text: str, joined: str) -> None:
    assert unwrap(text) == joined


@given(st.text(alphabet=st.sampled_from("ab A1.\n \t\u2028é"), max_size=200))
def test_unwrap_only_changes_line_ends_to_blanks(text: str) -> None:
    assert [(a, b) for a, b in zip(text, unwrap(text), strict=True) if a != b and (a, b) != ("\n", " ")] == []


@given(st.text(max_size=300), st.integers(1, 50))
def test_pieces_joined_are_the_text(text: str, size: int) -> None:
    assert "".join(pieces(text, size)) == text
    assert all(len(piece) <= size for piece in pieces(text, size))
