"""The table of figures in docs/benchmarks.md: runs every public benchmark and the speed measure, one configuration for all.

Called by ``scripts/bench quality [SHARED] [--date DAY] [--parses FOLDER] [--no-speed]``. Only the part of the page between the
two ``figures`` markers is written; the rest of the page is kept. A benchmark that is absent or fails has a line that says so.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"


class Row(NamedTuple):
    """One line of the table: where the figures come from, what it is, who else was measured, and the aim."""

    run: str  # script and set, as in collect()
    keys: tuple[str, ...]  # paths into the scorer's JSON
    name: str
    rivals: str
    aim: str


ROWS = [
    Row("openie benchie_dev", ("f1", "p", "r"), "BenchIE dev, F1 (P / R)", "ClausIE .363, MinIE .359, claucy .219 ᵃ", "0.45"),
    Row("openie carb_dev", ("f1", "p", "r"), "CaRB dev, F1 as written (P / R)",
        "OpenIE5 .458, claucy .389, triplet-extract .227, textacy .189 ᵇ", "0.50"),
    Row("openie carb_dev", ("max_f1",), "CaRB dev, best F1 over `--min-confidence`", "the same", "0.50"),
    Row("openie carb_dev", ("auc",), "CaRB dev, area under the curve", "–", "–"),
    Row("openie wire57", ("f1", "p", "r"), "WiRe57, F1 (P / R)", "MinIE .358, ClausIE .342, OpenIE4 .267, claucy .236 ᵇ", "0.42"),
    Row("openie wire57", ("coref_f1", "coref_p", "coref_r"), "WiRe57 with resolved references, F1 (P / R)", "–", "0.42"),
    Row("openie mine", ("fetch_short", "retained_fetch", "retained"), "MINE 1-20, `fetch_short` (retained_fetch / retained)",
        "triplet-extract .344, claucy .300, textacy .137; KGGen, an LLM, .656 ᵇ", "0.55"),
    Row("openie mine", ("triples_per_doc",), "MINE 1-20, triples an essay", "claucy 112", "≤ 112"),
    Row("relations knowledgenet", ("f1", "p", "r"), "KnowledgeNet fold 3, F1 (P / R), as shipped: nothing under 0.7",
        "logistic regression over spaCy features .677; on a hidden fold: human .878, DyGIE++ .754, BERT baseline .688 ᶜ", "–"),
    Row("documents gap", ("overall.f1", "bias"), "GAP development, F1 (bias)", "parallelism rule .504; published .669 with names given ᵈ",
        "0.70"),
    Row("documents gapval", ("overall.f1", "bias"), "GAP validation, F1 (bias)", "parallelism rule .507; neural of its day .64 ᵈ", "0.70"),
    Row("documents ontogum", ("conll", "pronoun_to_name.f1"), "OntoGUM dev, CoNLL (F1 of pronoun to name)",
        "same string .201, with a pronoun rule .377; published: Stanford dcoref .397, SpanBERT .646 ᵈ", "0.50"),
    Row("documents reuters", ("exact.f1", "overlap.f1"), "Reuters-128 mentions, F1 exact (overlap)", "spaCy sm .697 (.843)",
        "0.77 (0.89)"),
    Row("speed", ("ratio",), "speed of the whole build over bare `nlp.pipe`", "textacy .7, claucy .7, triplet-extract .04", "1.0"),
    Row("speed", ("ratio-numpy",), "the same, over `nlp.pipe` with numpy's matrix product", "–", "0.75"),
]
PERCENT = {"conll", "pronoun_to_name.f1"}
NOTES = """\
Others' figures come from the same scorers on the same files unless said otherwise. ᵃ The same 100 sentences. ᵇ OpenIE5, MinIE,
ClausIE, OpenIE4 and KGGen from their published output; claucy, triplet-extract and textacy run with the same spaCy model as
ours. CaRB's figures of others are on all 641 sentences of its dev part, ours on the 581 that have gold here (claucy is .387
there). ᶜ Text F1 as published, on a fold that is not public; the regression on fold 3. ᵈ Rules over names found by a system, on
the same files; "published" as the papers have it, on their own releases of the data."""


def script(name: str, *arguments: str) -> list[str]:
    """Return the lines that a script of ours printed, or raise RuntimeError with its last line of error."""
    path = HERE / name
    if not path.exists():
        raise RuntimeError(f"scripts/{name} is not there")
    done = subprocess.run([sys.executable, str(path), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout.splitlines()


def openie(shared: Path, parses: list[str]) -> dict[str, Any]:
    rows = map(json.loads, script("bench_openie.py", str(shared / "bench/openie"), *parses))
    return {f"openie {row['set']}": row for row in rows}


def documents(shared: Path, parses: list[str]) -> dict[str, Any]:
    rows = map(json.loads, script("bench_documents.py", str(shared / "bench/documents"), *parses))
    return {f"documents {row['set']}": row for row in rows}


def relations(shared: Path, parses: list[str]) -> dict[str, Any]:
    lines = script("bench_relations.py", str(shared / "bench/documents"), "--fold", "3")
    line = next(line for line in lines if line.startswith("all "))
    return {"relations knowledgenet": {key: float(value) for key, value in re.findall(r"'(p|r|f1)': ([0-9.]+)", line)}}


def figure(found: Any, path: str) -> str:
    """Return one figure of a scorer as a share of 1; `path` has dots between keys."""
    share = 0.01 if path in PERCENT else 1
    for key in path.split("."):
        found = found[key]
    return f"{found:g}" if path == "triples_per_doc" else f"{found * share:.3f}"


def cell(found: dict[str, Any], keys: tuple[str, ...]) -> str:
    first, *rest = (figure(found, key) for key in keys)
    return f"**{first}**" + (f" ({' / '.join(rest)})" if rest else "")


def table(found: dict[str, Any], failed: dict[str, str], day: str) -> str:
    """Return the Markdown of the figures: one line a measure, and why a line has none."""
    lines = [f"Measured {day} with `scripts/bench quality`; figures as they came out.", "",
             "| measure | newskg | others | aim |", "|---|---|---|---|"]
    for row in ROWS:
        part = row.run.split()[0]
        mine = cell(found[row.run], row.keys) if row.run in found else f"not run: {failed.get(part, 'left out')}"
        lines.append(f"| {row.name} | {mine} | {row.rivals} | {row.aim} |")
    if "speed" in found:
        rate = found["speed"]
        lines += ["", f"Tokens a CPU second, one thread: whole build {rate['build']:.0f}, bare `nlp.pipe` {rate['bare']:.0f}, with numpy's "
                      f"matrix product {rate['bare-numpy']:.0f}."]
    return "\n".join([*lines, "", NOTES])


def put(page: str, name: str, text: str) -> str:
    """Return the page with what stands between the markers called `name` replaced by `text`."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise SystemExit(f"docs/benchmarks.md lacks the lines '{begin.strip()}' and '{end.strip()}': add them where the table belongs")
    return page[: page.index(begin) + len(begin)] + text + page[page.index(end):]


def main(arguments: list[str], speed: Callable[[Path], dict[str, float]]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench quality", description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=HERE.parent.parent / "shared")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="day to write above the table (today)")
    parser.add_argument("--parses", help="folder that keeps parses between runs")
    parser.add_argument("--no-speed", action="store_true", help="leave the speed measure out")
    options = parser.parse_args(arguments)
    if not (options.shared / "bench").is_dir():
        raise SystemExit(f"{options.shared / 'bench'} is no folder: give the folder that holds bench/ as scripts/bench quality FOLDER")
    parses = ["--parses", options.parses] if options.parses else []
    if options.parses:
        Path(options.parses).mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "openie": lambda: openie(options.shared, parses),
        "documents": lambda: documents(options.shared, parses),
        "relations": lambda: relations(options.shared, parses),
    }
    if not options.no_speed:
        parts["speed"] = lambda: {"speed": speed(options.shared)}
    found: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for name, measure in parts.items():
        try:
            found |= measure()
        except (RuntimeError, StopIteration, subprocess.CalledProcessError) as error:
            failed[name] = str(error) or type(error).__name__
            print(f"{name}: {failed[name]}", file=sys.stderr)
    text = table(found, failed, options.date)
    PAGE.write_text(put(PAGE.read_text("utf-8"), "figures", text), "utf-8")
    print(text)
