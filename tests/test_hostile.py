"""Text that means harm, and input that is broken: harmless everywhere, unchanged in meaning, one clear line each."""

# ruff: noqa: E501  (tables of odd strings)

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.errors import QueryError
from kg.folder import GraphFolder

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(2)>'
LONG = "Xenophontopoulos" * 60
#: each stands for a name of one kind of trouble
NAMES = ["Ana <script>alert(1)</script> Ruiz", 'Bob "><img src=https://evil.example/x onerror=alert(2)> Stone', "Carl ' } ; DROP ALL # Meyer",
         'Dora """ \\" \\u0022 . <a> <b> <c> Lind', "Eva \x1b[31m\x1b]0;owned\x07 Berg", "Finn ../../etc/passwd Holm", "Gina \u202egnp.exe\u2066 Frank",
         f"Hans {LONG} Kern", "Ida ${jndi:x} {{7*7}} `id` $(id) Moor", "Jon ]]> --> <!-- <![CDATA[ Fels", "Kim =cmd|' /C calc'!A0 Ott",
         "Lea \u2028\u0085\u00ad\ufeff Graf", "Max </script><svg onload=alert(3)> Pohl", "javascript:alert(4) Nora"]
TEXT = "\n\n".join(f"Mayor {name} sued Delta Works in Denver on Monday. “{name} never paid {SCRIPT} {IMAGE} for this,” {name} said." for name in NAMES)
RECORD = {"text": TEXT, "title": f"{IMAGE} {SCRIPT} \x1b[2J", "url": 'https://x.example/"><script>alert(5)</script>', "publisher": f"{SCRIPT} News",
          "authors": [f"Jo {IMAGE} Lee"], "date": "2025-03-10", "id": "../../../tmp/pwned\x00"}
#: signs that may drive a terminal or turn a line round
DRIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def run(*arguments: object, stdin: bytes | None = None, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run ``kg`` in a process of its own."""
    return subprocess.run([sys.executable, "-m", "kg.cli", *map(str, arguments)], input=stdin, capture_output=True, timeout=120,
                          cwd=options.pop("cwd", None), **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in.json").write_text(json.dumps(RECORD), "utf-8")
    done = run("build", folder / "in.json", "-o", folder / "g")
    assert done.returncode == 0, done.stderr
    return folder / "g"


# --- text that means harm ---


def test_the_text_keeps_its_meaning(hostile: Path) -> None:
    stored = next(GraphFolder.open(hostile).extractions()).article.text
    # only what XML or a terminal can't take is replaced, sign by sign
    assert len(stored) == len(TEXT) and all(a == b or b == "\ufffd" or a.isspace() for a, b in zip(TEXT, stored, strict=True))
    with kg.open(hostile) as graph:
        rows = list(graph.query("SELECT ?begin ?end ?quote { ?e nif:beginIndex ?begin ; nif:endIndex ?end ; nif:anchorOf ?quote }"))
        assert len(rows) > 20
        for row in rows:
            assert row["quote"] == stored[int(str(row["begin"])):int(str(row["end"]))]
        assert any(SCRIPT in str(row["quote"]) for row in rows)
        assert graph.validate() == []


def test_file_names_are_harmless(hostile: Path) -> None:
    for path in hostile.parent.rglob("*"):
        assert re.fullmatch(r"[\w.-]+", path.name, re.ASCII), path
        assert path.resolve().is_relative_to(hostile.parent)
    assert not Path("/tmp/pwned").exists()


@pytest.mark.parametrize("form", ["turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"])
def test_exports_are_read_back_whole(hostile: Path, form: str) -> None:
    import pyoxigraph as ox

    kinds = {"turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "ntriples": ox.RdfFormat.N_TRIPLES, "nquads": ox.RdfFormat.N_QUADS,
             "jsonld": ox.RdfFormat.JSON_LD, "rdfxml": ox.RdfFormat.RDF_XML}
    done = run("export", hostile, "-f", form)
    assert done.returncode == 0, done.stderr
    texts = {quad.object.value for quad in ox.parse(done.stdout, format=kinds[form]) if isinstance(quad.object, ox.Literal)}
    with kg.open(hostile) as graph:
        quotes = {str(row["quote"]) for row in graph.query("SELECT ?quote { ?e nif:anchorOf ?quote }")}  # type: ignore[union-attr]
    assert quotes <= texts


@pytest.mark.parametrize("arguments", [
    ["query", "everything-on", "--entity", "Delta Works"], ["query", "who-said-what"], ["query", "articles"], ["query", "most-mentioned"],
    ["query", "SELECT * { ?a ?b ?c }"], ["query", "SELECT * { ?a ?b ?c }", "--format", "markdown"], ["show", "Delta Works"],
    ["query", "most-mentioned", "--iris"], ["show", "\x1b[31m nobody"], ["query", "people", "--entity", "\u202enobody"],
])
def test_the_terminal_is_not_driven(hostile: Path, arguments: list[str]) -> None:
    done = run(arguments[0], hostile, *arguments[1:])
    for output in (done.stdout, done.stderr):
        assert not DRIVING.search(output.decode().replace("\r\n", "\n")), DRIVING.search(output.decode())
    assert done.stdout or done.returncode == 2


@pytest.mark.parametrize("name", ['x" } #', "x' } UNION { ?a ?b ?c } #", "\\", '"', "<urn:x>", "} UNDEF {", "https://w3id.org/newskg/id/entity/x> } #",
                                  "?x", "$(id)", "\n}", "%s", "\ud83d"])
@pytest.mark.parametrize("query", ["people", "who-said-what", "everything-on"])
def test_parameters_are_names_never_code(hostile: Path, query: str, name: str) -> None:
    with kg.open(hostile) as graph, pytest.raises(QueryError, match="is called") as caught:
        graph.query(query, entity=name)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)")
def test_the_page_runs_nothing_and_asks_for_nothing(hostile: Path) -> None:
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    trouble: list[str] = []
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 800})
        page.on("console", lambda m: trouble.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: trouble.append(str(e)))
        page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
        page.on("dialog", lambda d: (trouble.append("dialog"), d.dismiss()))
        page.goto((hostile / "graph.html").as_uri())
        page.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        for word in ("Delta Works", "Ana", "Bob", "Max", "Jon", "javascript", "script", "img"):
            page.fill("#search", word)
            page.keyboard.press("Enter")
            page.wait_for_timeout(50)
            assert page.locator("img, svg[onload], iframe, object, embed").count() == 0
            assert page.locator("a[href^='javascript']").count() == 0
            page.keyboard.press("Escape")
        page.fill("#search", "Delta Works")
        page.keyboard.press("Enter")
        assert SCRIPT in page.inner_text("#panel")
        browser.close()
    assert trouble == []


# --- input that is broken ---

ARTICLE = "Mayor Ana Ruiz sued Delta Works in Denver on Monday. Delta Works denied that it had paid the council."


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "a.txt").write_text(ARTICLE, "utf-8")
    assert run("build", folder / "a.txt", "-o", folder / "g").returncode == 0
    return folder


def state(folder: Path) -> dict[str, bytes]:
    """Return what all files of a graph folder hold, but for the lock."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in (".lock", "LOCK")}


def one_line(done: subprocess.CompletedProcess[bytes], code: int, words: str) -> None:
    """Check that a command failed as it should: its code, and one line with the words that tell the mend."""
    error = done.stderr.decode()
    assert done.returncode == code, (done.returncode, error)
    assert len(error.strip().splitlines()) == 1 and len(error) < 500, error
    assert re.search(words, error), error


@pytest.mark.parametrize(("name", "content", "words"), [
    ("empty.txt", b"", "empty"), ("spaces.txt", b" \n\n ", "empty|no text"), ("binary.txt", bytes(range(256)) * 20, "binary|not text"),
    ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(500), "binary|not text|PNG"), ("broken.json", b'{"text": "Ana', "JSON|json"),
    ("none.json", b'{"title": "x"}', "text"), ("list.json", b"[1, 2]", "object|article|text"), ("x.docx", b"PK\x03\x04", "format|docx"),
    ("empty.html", b"<html></html>", "text|empty"),
])
def test_what_can_not_be_read_is_told(small: Path, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    one_line(run("build", tmp_path / name, "-o", tmp_path / "g"), 2, words)
    assert not (tmp_path / "g").exists()
    before = state(small / "g")
    one_line(run("add", tmp_path / name, "-o", small / "g"), 2, words)
    assert state(small / "g") == before


def test_missing_file_and_folder_without_articles(tmp_path: Path) -> None:
    one_line(run("build", tmp_path / "none.txt", "-o", tmp_path / "g"), 2, r"none\.txt")
    (tmp_path / "bare").mkdir()
    one_line(run("build", tmp_path / "bare", "-o", tmp_path / "g"), 2, "no article|holds none|no .*files")
    one_line(run("build", tmp_path / "*.nothing", "-o", tmp_path / "g"), 2, "nothing")
    one_line(run("build", "-", "-o", tmp_path / "g", stdin=b""), 2, "empty|no ")
    assert not (tmp_path / "g").exists()


def test_other_encodings_are_read(tmp_path: Path) -> None:
    words = "Mayor Anaïs Müller sued Déltà Works in Zürich. The café owner, José Nuñez, said that he had never paid. "
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / f"{encoding}.txt").write_bytes((words + encoding).encode(encoding))
    done = run("build", tmp_path, "-o", tmp_path / "g")
    assert done.returncode == 0, done.stderr
    with kg.open(tmp_path / "g") as graph:
        assert len(list(graph.query("SELECT ?s { ?s nif:isString ?t FILTER(CONTAINS(?t, 'Anaïs Müller')) }"))) == 3  # type: ignore[arg-type]


def test_a_line_of_ten_megabytes_is_told(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"word " * 2_000_000)
    started = time.monotonic()
    one_line(run("build", tmp_path / "long.txt", "-o", tmp_path / "g"), 2, "long|large|characters")
    assert time.monotonic() - started < 60 and not (tmp_path / "g").exists()


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(), reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text(ARTICLE)
    path.chmod(0)
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    user = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, sys.executable, "-m", "kg.cli", "build", str(path), "-o", str(tmp_path / "g")], capture_output=True, cwd="/",
                          env={**os.environ, "HOME": "/tmp", "PYTHONPATH": str(ROOT)}, timeout=120)
    if b"No module named" in done.stderr or b"can't open" in done.stderr:
        pytest.skip("another user can't run this checkout")
    one_line(done, 2, r"secret\.txt.*([Pp]ermission)")


@pytest.mark.parametrize(("option", "content", "words"), [
    ("--ontology", "this is no Turtle", r"mine\.ttl"), ("--ontology", "@prefix kg: <https://w3id.org/newskg/ontology#> . <urn:x> kg:verb 7 , '((' .", "mine|urn:x"),
    ("--ontology", None, r"mine\.ttl"), ("--shapes", "this is no Turtle", r"mine\.ttl.*mend"), ("--shapes", None, r"mine\.ttl"),
])
def test_broken_turtle_is_told(small: Path, tmp_path: Path, option: str, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / "mine.ttl").write_text(content, "utf-8")
    before = state(small / "g")
    if option == "--shapes":
        done = run("validate", small / "g", option, tmp_path / "mine.ttl")
    else:
        done = run("build", small / "a.txt", "-o", small / "g", option, tmp_path / "mine.ttl")
    one_line(done, 2, words)
    assert state(small / "g") == before


@pytest.mark.parametrize(("query", "words"), [
    ("SELECT ?x { ?x a }", "line 1, column"), ("SELECT", "stored queries|line 1"), ("nonsense.rq", "no query file"), ("everything-on", "needs entity"),
    ("SELECT ?x { SERVICE <http://x.example/> { ?x a ?y } }", "SERVICE"), ("DROP ALL", "line 1"), ("\x00", "query"),
])
def test_broken_queries_are_told(small: Path, query: str, words: str) -> None:
    if "\x00" in query:
        query = "SELECT ?x { ?x a '\x01\x1b' "
    one_line(run("query", small / "g", query), 2, words)


def test_two_at_once(small: Path, tmp_path: Path) -> None:
    """While one builds, another that builds is told to wait, and one that asks gets the old answer."""
    before = state(small / "g")
    folder = GraphFolder.prepare(small / "g")
    with pytest.raises(RuntimeError), folder.writing():
        one_line(run("build", small / "a.txt", "-o", small / "g"), 2, "another process .*try again")
        assert run("query", small / "g", "ASK { ?s rdfs:label 'Ana Ruiz' }").returncode == 0
        raise RuntimeError
    assert state(small / "g") == before


def killed_builds(tmp_path: Path, delays: list[float]) -> Iterator[Path]:
    """Yield graph folders in which a build was killed after each delay."""
    for number, delay in enumerate(delays):
        folder = tmp_path / f"g{number}"
        (tmp_path / "more.txt").write_text("Governor Bo Lund praised Delta Works in Boise.", "utf-8")
        assert run("build", tmp_path / "a.txt", "-o", folder).returncode == 0
        process = subprocess.Popen([sys.executable, "-m", "kg.cli", "add", str(tmp_path / "more.txt"), "-o", str(folder)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started = time.monotonic()
        while not (folder / ".staging").exists() and process.poll() is None and time.monotonic() - started < 60:
            time.sleep(0.01)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        yield folder


def test_killed_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    for folder in killed_builds(tmp_path, [0.0, 0.2, 0.6]):
        assert run("query", folder, "ASK { ?s rdfs:label 'Ana Ruiz' }").returncode == 0
        assert run("validate", folder).returncode == 0
        ids = len(GraphFolder.open(folder).ids())
        with kg.open(folder) as graph:
            assert len(graph.articles()) == ids  # old or new, never in between
        assert run("add", tmp_path / "more.txt", "-o", folder).returncode == 0
        assert not (folder / ".staging").exists() and len(GraphFolder.open(folder).ids()) == 2


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small disk needs root on Linux")
def test_full_disk(small: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        one_line(run("build", small / "a.txt", "-o", disk / "g"), 2, "disk is full.*make room")
        assert set(os.listdir(disk / "g")) == {".staging", ".lock"}  # what was read is kept for the next build
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("target", ["/proc/nothing/out.ttl", "missing/folder/out.ttl", "."])
def test_export_where_nothing_can_be_written(small: Path, tmp_path: Path, target: str) -> None:
    one_line(run("export", small / "g", "-o", target, cwd=tmp_path), 2, "can't be written|not")
