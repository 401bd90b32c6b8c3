"""Every block of code in the README and the docs is run, in order, in a folder with the sample articles.

``console`` blocks hold commands behind ``$`` and their output (a line ``...`` stands for any lines); ``python`` blocks run in one
namespace a page; ``sh``, ``toml``, ``turtle``, ``sparql``, ``text`` and ``json`` blocks are shown only, but named files (first line
``# file: NAME``) are written.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN, SHOWN = {"console", "python"}, {"turtle", "sparql", "text", "json", "toml", "sh"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = BLOCK.findall(page.read_text("utf-8"))
    assert {language for language, _ in blocks} <= RUN | SHOWN, "a block without a language the test knows"
    if not blocks:
        return
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "110"}
    namespace: dict[str, object] = {}
    for language, body in blocks:
        if named := re.match(r"# file: ([\w.-]+)\n", body):
            (tmp_path / named[1]).write_text(body, "utf-8")
        if language == "python":
            exec(compile(body, str(page), "exec"), namespace)
        elif language == "console":
            for command, expected in commands(body):
                done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, executable="/bin/bash")
                assert done.returncode in (0, 1), f"$ {command}\n{done.stderr}"
                assert matches(expected, done.stdout), f"$ {command}\nexpected:\n{expected}\ngot:\n{done.stdout}\n{done.stderr}"


def commands(body: str) -> list[tuple[str, str]]:
    """Return the commands of a console block with the output written below each."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def matches(expected: str, got: str) -> bool:
    """Say whether `got` is `expected`; without expected output anything is right, a line ``...`` stands for any lines."""
    if not expected.strip():
        return True
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()) + r"[ \t]*\n" for line in expected.splitlines())
    return re.fullmatch(pattern, got) is not None


def test_the_comparison_can_fail() -> None:
    assert matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert not matches("a\n", "b\n")
    assert not matches("a\n...\nz\n", "a\nb\n")


def test_cookbook_is_made_from_the_stored_queries() -> None:
    from scripts_cookbook_page import page

    assert (ROOT / "docs" / "cookbook.md").read_text("utf-8") == page(), "docs/cookbook.md is stale: run scripts/cli-page"


def test_cli_page_is_made_from_help() -> None:
    from scripts_cli_page import page

    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == page(), "docs/cli.md is stale: run scripts/cli-page"
