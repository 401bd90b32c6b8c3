"""What axe-core says of the page: nothing, in any view, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_page import story

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)")

VIEWS = {
    "overview": "",
    "card": "#entity=delta",
    "pair": "#pair=delta&pair=council",
    "surroundings": "#view=ego&focus=rosa&hops=2&entity=rosa",
    "path": "#view=path&focus=sven&to=ana",
    "reading": "#article=a1",
    "timeline": "#when=2024-03-01/2024-03-31",
    "disputed": "#list=disputed",
    "event": "#event=case-1",
    "filters": "#filter.status=Claimed&filter.confidence=10",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        started = p.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("axe") / "page.html"
    path.write_text(story(), "utf-8")
    return path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 1400), ("light", 390)])
def test_axe_finds_nothing(browser: Any, page_file: Path, scheme: str, width: int) -> None:
    found = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for name, address in VIEWS.items():
        page.goto("about:blank")
        page.goto(page_file.as_uri() + address)
        page.wait_for_selector("html[data-ready]")
        said = axe.Axe().run(page).response
        assert len(said["passes"]) > 15, name
        found += [(name, one["id"], one["impact"], one["nodes"][0]["html"]) for one in said["violations"]]
    context.close()
    assert found == []
