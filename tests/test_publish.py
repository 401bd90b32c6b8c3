"""``kg publish`` into the real Oxigraph server, by both protocols, cut off and resumed; ``kg import``."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.errors import InputError, KgError
from kg.exchange.imports import drop_import, import_file, imports
from kg.exchange.publish import Published, Server, publish
from kg.opened import open_graph

NEWS = ["Mayor denies payment\n\nMayor Ana Ruiz denied on Monday that the city council had paid Delta Works.\n",
        "Delta sues\n\nDelta Works sued Bo Lindqvist in Ostrel on 3 May 2024.\n",
        "Ferry runs\n\nThe ferry Quillfeather left Ostrel harbour.\n"]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("news")
    paths = [folder / f"{number}.txt" for number in range(len(NEWS))]
    for path, text in zip(paths, NEWS, strict=True):
        path.write_text(text, "utf-8")
    return paths


@pytest.fixture(scope="module")
def folder(articles: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("publish") / "g"
    kg.build(articles, made)
    return made


@pytest.fixture
def remote() -> Iterator[str]:
    """Run Oxigraph's server and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    binary = Path(sys.executable).parent / "oxigraph"
    process = subprocess.Popen([binary, "serve", "--bind", address], stderr=subprocess.DEVNULL)
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(address.split(":")):
            break
        time.sleep(0.05)
    yield f"http://{address}"
    process.kill()
    process.wait()


def there(remote: str, graph: str) -> ox.Dataset:
    with urllib.request.urlopen(f"{remote}/store?graph={quote(graph, safe='')}") as reply:
        data = reply.read()
    return canonical(quad.triple for quad in ox.parse(data, ox.RdfFormat.from_media_type(reply.headers["Content-Type"].partition(";")[0])))


def canonical(triples) -> ox.Dataset:  # type: ignore[no-untyped-def]
    dataset = ox.Dataset(ox.Quad(one.subject, one.predicate, one.object) for one in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def assert_equal(folder: Path, remote: str) -> None:
    with open_graph(folder) as graph:
        names = [node.value for node in graph.store.named_graphs()]
        for name in names:
            ours = canonical(quad.triple for quad in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name)))
            assert there(remote, name) == ours, name


@pytest.mark.parametrize("update", [False, True], ids=["graph store protocol", "sparql update"])
def test_publishes_only_what_changed(folder: Path, articles: list[Path], remote: str, update: bool, tmp_path: Path) -> None:
    server = Server(f"{remote}/update", query_url=f"{remote}/query") if update else Server(f"{remote}/store")
    first = publish(folder, server)
    assert first.put > 3
    assert_equal(folder, remote)
    assert publish(folder, server) == Published(0, first.put, 0)
    smaller = tmp_path / "g"
    kg.build(articles[:2], smaller)
    changed = publish(smaller, server)
    assert changed.removed >= 1
    assert changed.unchanged >= 1
    assert_equal(smaller, remote)


class Cut(Server):
    """A server whose connection ends after so many requests."""

    left = 0

    def _send(self, *arguments, **options):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left < 0:
            raise KgError("cut off")
        return super()._send(*arguments, **options)


def test_cut_off_anywhere_and_resumed(folder: Path, articles: list[Path], remote: str, tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.exchange.publish.PART", 7)  # many requests a graph
    other = tmp_path / "g"
    kg.build(articles[1:], other)
    turns = [folder, other]
    for number, requests in enumerate(range(1, 60, 3)):
        server = Cut(f"{remote}/store")
        server.left = requests
        with contextlib.suppress(KgError):
            publish(turns[number % 2], server)
    publish(folder, Server(f"{remote}/store"))
    assert_equal(folder, remote)


def test_killed_and_resumed(folder: Path, remote: str) -> None:
    for wait in (0.4, 0.6, 0.8):
        process = subprocess.Popen([sys.executable, "-m", "kg.cli", "publish", str(folder), f"{remote}/store"], stdout=subprocess.DEVNULL)
        time.sleep(wait)
        process.kill()
        process.wait()
    done = CliRunner().invoke(main, ["publish", str(folder), f"{remote}/store"])
    assert done.exit_code == 0, done.output
    assert_equal(folder, remote)


@pytest.mark.parametrize(("url", "words"), [("ftp://a.example/", "no web address"), ("http://127.0.0.1:9/store", "can't be reached"),
                                            ("{remote}/nothing", "refuses|answers no")])
def test_a_server_that_can_not(folder: Path, remote: str, url: str, words: str) -> None:
    with pytest.raises(KgError, match=words):
        publish(folder, Server(url.format(remote=remote), tries=2, pause=lambda seconds: None))


# --- imports ---

OWN = """@prefix e: <https://w3id.org/newskg/id/entity/> . @prefix x: <https://mine.example/> .
e:delta-works x:rating 4.50 ; x:contact [ x:mail "a@b.example" ] . <<!>> """.replace(" <<!>> ", "\n")


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("graph.ttl", "graph.html")}


def test_imports_stay_beside(articles: list[Path], tmp_path: Path) -> None:
    graph, own = tmp_path / "g", tmp_path / "Own notes.ttl"
    own.write_text(OWN)
    kg.build(articles[:1], graph)
    before = files(graph)
    import_file(graph, own)
    assert imports(graph) == {"own-notes": 3}
    with_import = files(graph)
    kg.build(articles, graph, others="keep")
    kg.remove([str(path) for path in articles[1:]], graph)
    assert files(graph) == with_import, "a later build keeps it"
    with open_graph(graph) as opened:
        found = opened.query('SELECT ?mail ?g { GRAPH ?g { ?e <https://mine.example/contact>/<https://mine.example/mail> ?mail } }')
        assert [(row["mail"], str(row["g"]).rpartition("/")[2]) for row in found] == [("a@b.example", "own-notes")]  # type: ignore[union-attr]
        assert len(opened.articles()) == 1
    own.write_text(OWN.replace("4.50", "5"))
    import_file(graph, own, name="own notes")
    assert imports(graph) == {"own-notes": 3}, "one of the same name is replaced"
    drop_import(graph, "own-notes")
    assert files(graph) == before
    assert not (graph / "imports.nq").exists()


@pytest.mark.parametrize(("name", "text", "words"), [("a.ttl", "<a> <b>", "can't be imported"), ("a.csv", "a", "no ending"),
                                                    ("...ttl", "", "can't name"), ("gone.ttl", None, "can't be imported")])
def test_imports_that_can_not_be(folder: Path, tmp_path: Path, name: str, text: str | None, words: str) -> None:
    before = files(folder)
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=words):
        import_file(folder, tmp_path / name)
    assert files(folder) == before
    with pytest.raises(InputError, match="no import"):
        drop_import(folder, "none")


def test_import_command(articles: Sequence[Path], tmp_path: Path) -> None:
    graph, own = tmp_path / "g", tmp_path / "own.nt"
    own.write_text("<https://mine.example/a> <https://mine.example/b> \"c\\u0000\" .\n")
    run = CliRunner().invoke
    kg.build(articles[:1], graph)
    assert "own\t1" in run(main, ["import", str(graph), str(own)]).output
    assert run(main, ["import", str(graph), str(own), "--remove", "own"]).exit_code == 2
    assert "own" not in run(main, ["import", str(graph), "--remove", "own"]).output


def test_build_puts_it_into_a_store(articles: Sequence[Path], tmp_path: Path, remote: str) -> None:
    run = CliRunner().invoke
    done = run(main, ["build", *map(str, articles[:2]), "-o", str(tmp_path / "g"), "--store", f"{remote}/store"])
    assert done.exit_code == 0, done.output
    assert "graphs put, 0 unchanged" in done.stderr
    assert_equal(tmp_path / "g", remote)
    again = run(main, ["build", *map(str, articles[:2]), "-o", str(tmp_path / "g"), "--store", f"{remote}/store"])
    assert ": 0 graphs put" in again.stderr
    wrong = run(main, ["build", str(articles[0]), "-o", str(tmp_path / "h"), "--store", "nowhere"])
    assert wrong.exit_code == 2
    assert not (tmp_path / "h").exists()
