"""The page on generated graphs beside a plain pyvis page of the same graph: file size, build time, first frame, frames per second.

    scripts/bench view [SIZE ...] [--write]   sizes default to 200 2000 20000 entities; --write puts the table into docs/page.md

Needs Debian's chromium. Software rendering, 1400 x 900. A page is usable when it has drawn and takes input; pyvis's, when the bar that it
shows while its physics settles is gone (waited for 60 s at most). A frame
is one redraw of the canvas while the mouse drags the picture for three seconds; a page whose canvas is only wiped is measured beside: more
than it gets, no page can get on that machine at that time.
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
PATIENCE = 60.0
COUNT = """(() => { window.redraws = 0; const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...args) { window.redraws += 1; return clear.apply(this, args); }; })()"""
SETTLED = """() => { const bar = document.getElementById("loadingBar");
return typeof network !== "undefined" && (!bar || getComputedStyle(bar).display === "none"); }"""


EMPTY = """<!doctype html><canvas width=754 height=710></canvas><script>
const wipe = () => document.querySelector("canvas").getContext("2d").clearRect(0, 0, 754, 710);
addEventListener("mousemove", () => requestAnimationFrame(wipe)); document.documentElement.dataset.ready = "yes"</script>"""
READY = "() => document.documentElement.dataset.ready === 'yes'"


def sample(size: int) -> Any:
    """Return the generated graph with ids as long as real ones."""
    import msgspec
    from view_data import make_sample

    found = make_sample(size, per_entity=5.0)
    long = {one.id: hashlib.sha256(one.id.encode()).hexdigest()[:16] for one in found.statements}
    found.statements = [msgspec.structs.replace(one, id=long[one.id]) for one in found.statements]
    return found


def plain_pyvis(found: Any) -> str:
    """Return pyvis's own page, with physics as it comes, of all entities and statements between them."""
    from pyvis.network import Network  # type: ignore[import-untyped]

    network = Network(directed=True, height="860px", width="100%", cdn_resources="in_line")
    linked = {end for one in found.statements if isinstance(one.object, str) for end in (one.subject, one.object)}
    for one in found.entities:
        if one.iri in linked:
            network.add_node(one.iri, label=one.label)
    for one in found.statements:
        if isinstance(one.object, str):
            network.add_edge(one.subject, one.object, title=one.label)
    page: str = network.generate_html()
    return page


def measure(browser: Any, html: str, ready: str, by: float) -> tuple[float, float]:
    """Return the seconds until the page is usable (infinite if not within `by` seconds) and the redraws a second while panning."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.add_init_script(COUNT)
        page = context.new_page()
        page.route(re.compile("^https?:"), lambda route: route.abort())
        page.set_default_timeout((by + 60) * 1000)
        start = time.perf_counter()
        page.goto(path.as_uri(), wait_until="commit")
        usable = math.inf
        while time.perf_counter() - start < by:
            if page.evaluate(ready):
                page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                usable = time.perf_counter() - start
                break
            time.sleep(0.05)
        if usable is math.inf:
            context.close()
            return usable, math.nan
        page.mouse.move(700, 450)
        page.mouse.down()
        before, began, turn = page.evaluate("window.redraws"), time.perf_counter(), 0
        while time.perf_counter() - began < 3:
            turn += 1
            page.mouse.move(700 + 120 * math.sin(turn / 9), 450 + 80 * math.cos(turn / 9))
        frames = (page.evaluate("window.redraws") - before) / (time.perf_counter() - began)
        page.mouse.up()
        context.close()
        return usable, frames


def bench(sizes: list[int]) -> str:
    """Print the measurements as they come and return them as a Markdown table."""
    from playwright.sync_api import sync_playwright

    from kg.page.view import build_page

    lines = ["| entities | statements | page | file | build | usable after | frames per second while panning | an empty canvas |",
             "|" + "---|" * 8]
    print(*lines, sep="\n")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for size in sizes:
            found = sample(size)
            start = time.perf_counter()
            ours = build_page(*found.arguments())
            middle = time.perf_counter()
            theirs = plain_pyvis(found)
            end = time.perf_counter()
            pages = [("kg view", ours, middle - start, READY),
                     ("plain pyvis", theirs, end - middle, SETTLED)]
            for name, html, seconds, ready in pages:
                usable, frames = measure(browser, html, ready, PATIENCE)
                waited = f"{usable:.1f} s" if usable < math.inf else f"not in {PATIENCE:.0f} s"
                _, ceiling = measure(browser, EMPTY, READY, PATIENCE)
                cells = [f"{size:,}", f"{len(found.statements):,}", name, f"{len(html.encode()) / 1e6:.1f} MB", f"{seconds:.1f} s", waited,
                         "–" if math.isnan(frames) else str(round(frames)), str(round(ceiling))]
                lines.append(f"| {' | '.join(cells)} |")
                print(lines[-1], flush=True)
        browser.close()
    return "\n".join(lines)


def main(args: list[str]) -> None:
    """Measure and, when asked, write the table between its marks in docs/page.md."""
    table = bench([int(arg) for arg in args if arg.isdigit()] or [200, 2000, 20000])
    if "--write" in args:
        page = HERE.parent / "docs" / "page.md"
        text = re.sub(r"(?s)(<!-- bench view -->\n).*?(\n<!-- end -->)", lambda found: found[1] + table + found[2], page.read_text("utf-8"))
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
