"""A wheel built from the checkout and installed elsewhere works in an empty folder: ontology, shapes, queries and assets ship inside."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_an_installed_wheel_works_in_an_empty_folder(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path / "dist", ROOT], check=True)
    wheel = next((tmp_path / "dist").glob("newskg-*.whl"))
    assert wheel.stat().st_size < 30_000_000
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel], check=True)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "in.txt").write_text("Judge Mary Smith sentenced Paul Jones to 18 months in prison on Monday, the Herald reported.", "utf-8")

    def run(*arguments: str) -> str:
        return subprocess.run([sys.executable, "-m", "kg.cli", *arguments], check=True, cwd=empty, capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}).stdout

    where = subprocess.run([sys.executable, "-c", "import kg; print(kg.__file__)"], cwd=empty, capture_output=True, text=True,
                           env={**os.environ, "PYTHONPATH": str(tmp_path / "site")}).stdout
    assert where.startswith(str(tmp_path))
    run("build", "in.txt", "-o", "g")
    assert "who-said-what" in run("query", "--list", "g")
    assert "P1Y6M" in run("query", "g", "SELECT ?o { ?s kg:sentencedTo ?o }")
    run("validate", "g")
    assert "<html" in (empty / "g" / "graph.html").read_text("utf-8")
