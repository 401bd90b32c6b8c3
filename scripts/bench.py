"""Speed of the whole build beside spaCy alone, and quality on the public benchmarks.

    scripts/bench speed              tokens a second: bare nlp.pipe as spaCy comes, the same with numpy's matrix product, kg.build
    scripts/bench view [--write]       the page beside plain pyvis: file, build, first frame, frames a second (bench_view.py)
    scripts/bench query ...            SPARQL on generated articles beside rdflib, servers under load (bench_query.py)
    scripts/bench scale read|join|kills|start  how a build grows, and builds that are killed (bench_scale.py)
    scripts/bench quality [SHARED]   runs every benchmark in SHARED/bench (default ../shared) and writes docs/benchmarks.md;
                                     options: scripts/bench quality --help
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROUNDS = 3


def articles(shared: Path) -> list[Path]:
    """Return the files that speed is measured on: our samples and, where present, the shared real articles."""
    return sorted((HERE.parent / "data" / "articles").glob("*.txt")) + sorted((shared / "articles").glob("*.txt"))


def child(mode: str, files: list[Path], copies: int) -> None:
    """Do the work of one mode over all texts and print its tokens and CPU seconds; the model is loaded before the clock starts."""
    from kg.read import read
    from kg.records import Article

    found = [article for article in read([str(file) for file in files]) if isinstance(article, Article)]
    texts = [article.text for article in found] * copies
    if mode == "build":
        import kg
        from kg.parse import load

        nlp = load()
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "in.jsonl"
            source.write_text("".join(json.dumps({"title": f"{i}", "text": text}) + "\n" for i, text in enumerate(texts)))
            start = time.process_time()
            kg.build([str(source)], Path(folder) / "graph")
            seconds = time.process_time() - start
    else:
        import spacy
        from thinc.api import NumpyOps, set_current_ops

        from kg.parse import MODELS

        set_current_ops(NumpyOps(use_blis=mode == "bare"))
        nlp = spacy.load(next(filter(spacy.util.is_package, MODELS)))
        start = time.process_time()
        for _ in nlp.pipe(texts, batch_size=32):
            pass
        seconds = time.process_time() - start
    tokens = sum(len(nlp.tokenizer(text)) for text in texts)
    print(json.dumps({"tokens": tokens, "seconds": seconds}))


def speed(shared: Path, copies: int = 5) -> dict[str, float]:
    """Print and return tokens per CPU second of each mode, the median of rounds run in turn, and the ratios."""
    modes = ("bare", "bare-numpy", "build")
    rates: dict[str, list[float]] = {mode: [] for mode in modes}
    for _ in range(ROUNDS):
        for mode in modes:
            done = subprocess.run([sys.executable, __file__, "child", mode, str(copies), *map(str, articles(shared))],
                                  check=True, capture_output=True, text=True, env=single_threaded())
            measured = json.loads(done.stdout.splitlines()[-1])
            rates[mode].append(measured["tokens"] / measured["seconds"])
    median = {mode: statistics.median(values) for mode, values in rates.items()}
    median["ratio"] = statistics.median(b / a for a, b in zip(rates["bare"], rates["build"], strict=True))
    median["ratio-numpy"] = statistics.median(b / a for a, b in zip(rates["bare-numpy"], rates["build"], strict=True))
    print(f"bare nlp.pipe, as spaCy comes     {median['bare']:8.0f} tokens/s\n"
          f"bare nlp.pipe, numpy's product    {median['bare-numpy']:8.0f} tokens/s\n"
          f"kg build, all of it               {median['build']:8.0f} tokens/s   "
          f"{median['ratio']:.2f} and {median['ratio-numpy']:.2f} of these")
    return median


def single_threaded() -> dict[str, str]:
    import os

    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main(args: list[str]) -> None:
    if args[:1] == ["child"]:
        child(args[1], [Path(arg) for arg in args[3:]], int(args[2]))
        return
    if args[:1] == ["quality"]:
        import bench_quality

        bench_quality.main(args[1:], speed)
        return
    if args[:1] == ["query"]:
        sys.exit(subprocess.call([sys.executable, str(HERE / "bench_query.py"), *args[1:]]))
    if args[:1] == ["scale"]:
        sys.exit(subprocess.call([sys.executable, str(HERE / "bench_scale.py"), *args[1:]]))
    if args[:1] == ["view"]:
        sys.exit(subprocess.call([sys.executable, str(HERE / "bench_view.py"), *args[1:]]))
    shared = Path(args[1]) if len(args) > 1 else HERE.parent.parent / "shared"
    if args[:1] == ["speed"]:
        speed(shared)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
