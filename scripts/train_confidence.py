"""Learn the weights of kg/extract/confidence.py and kg/rating.py, and write their tables into docs/benchmarks.md.

    scripts/train_confidence SHARED [--parses FOLDER] [--dry]

Statements (kg/rating.py) are labelled by the readings of data/gold/readings.tsv, joined with a fresh extraction; what no longer comes out
is left out. Penalty and calibration by cross-validation, a text wholly in one part; the sets of ``readings.TEST`` are for measuring only.

Claims (kg/extract/confidence.py) are labelled by the gold of CaRB dev (MIT) and BenchIE dev (CC BY 4.0): a claim is right if at least
half of its triples fit a gold fact (BenchIE: equal to one acceptable form but for case, commas and quotes; CaRB: the pair's precision
at least .7 and its harmonic mean with recall at least .5). Seven tenths of the sentences, by the hash of their text, train; the rest is
kept for measuring. The square penalty is chosen and the calibration (Platt 1999) fitted by cross-validation within the training part. The
same data give the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import itertools
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench_openie import trees
from bench_quality import PAGE, put
from readings import TEST, Reading, labelled, read_labels

from kg import rating
from kg.exchange.triples import triple_lines, triples
from kg.extract import confidence, read_claims
from kg.records import Article

TARGET = Path(confidence.__file__).parent / "data" / "confidence.json"
RATING = Path(rating.__file__).parent / "data" / "rating.json"
SETS = ("carb_dev", "benchie_dev")
#: what the sets of readings are, for the page
READINGS = {"ours": "our sample articles", "interview": "OntoGUM, interviews", "bio": "OntoGUM, biographies", "speech": "OntoGUM, speeches",
            "court": "OntoGUM, court", "gap": "GAP", "knowledgenet": "KnowledgeNet", "carb": "CaRB", "benchie": "BenchIE",
            "articles": "real news articles (test)", "reuters": "Reuters-128 (test)"}
#: features of fewer training claims are left out; penalties tried; thresholds and bins of the tables
RARE = 8
PENALTIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
FOLDS = 5
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85)
BINS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.001)
#: claims right and claims read, of random ones from real news articles: there is no gold for facts of noun phrases
READ = {"title": (19, 20), "apposition": (16, 20), "possessive": (19, 20), "noun": (18, 20), "compound": (18, 20)}
READ_CLAUSES = (31, 40)


class Row(NamedTuple):
    """A claim to learn from: its set and sentence, the tenth its sentence falls on, its features, and whether it is right."""

    name: str
    doc: str
    tenth: int
    features: list[str]
    right: bool


def scorer(path: Path) -> Any:
    """Return the module of a benchmark's scorer."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"{path} is not there: give the folder that holds bench/ as scripts/train_confidence FOLDER")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tenth(text: str) -> int:
    """Return 0 to 9 by the letters of a sentence, so that the same sentence falls on one side in all sets."""
    return int(hashlib.sha256(re.sub(r"\W+", "", text).lower().encode()).hexdigest(), 16) % 10


def judge(bench: Path) -> dict[str, Any]:
    """Return for each set a function (document, triple) -> does it fit a gold fact, and None for documents without gold."""
    carb, benchie = scorer(bench / "score_carb.py"), scorer(bench / "score_benchie.py")
    tuples = defaultdict(list)
    for record in carb.read_jsonl(bench / "carb_dev/gold.jsonl"):
        tuples[record["doc"]].append(carb.Tuple3(record, True))
    synsets = {number: [[[{benchie.loosen(x) for x in slot} for slot in form] for form in synset] for synset in found]
               for number, found in benchie.load_gold(bench / "benchie_dev/gold.txt").items()}

    def fits_carb(doc: str, triple: Any) -> bool | None:
        if doc not in tuples:
            return None
        mine = carb.Tuple3({"subject": triple.subject, "predicate": triple.predicate, "object": triple.object, "args": triple.further})
        pairs = [carb.compare(gold, mine) for gold in tuples[doc]]
        return any(p >= 0.7 and 2 * p * r / (p + r) >= 0.5 for p, r in pairs)

    def fits_benchie(doc: str, triple: Any) -> bool | None:
        found = synsets.get(doc.split("-")[-1].lstrip("0"))
        if found is None:
            return None
        return benchie.find(found, tuple(map(benchie.loosen, (triple.subject, triple.predicate, triple.object)))) is not None

    return {"carb_dev": fits_carb, "benchie_dev": fits_benchie}


def rows(bench: Path, parses: Path | None) -> Iterator[Row]:
    """Yield the claims of both sets that were read from clauses and make triples."""
    for name, fits in judge(bench).items():
        for doc, tree in trees(bench / name, parses / f"{name}.trees" if parses else None):
            extraction = read_claims(Article(doc, tree.text), tree)
            verdicts = defaultdict(list)
            for triple in triples(extraction):
                verdicts[triple.claim.id].append(fits(doc, triple))
            found = confidence.features(tree, extraction.mentions, extraction.claims)
            for claim, names in zip(extraction.claims, found, strict=True):
                mine = verdicts.get(claim.id, [None])
                if names and None not in mine:
                    yield Row(name, doc, tenth(tree.text), names, 2 * sum(mine) >= len(mine))


def matrix(data: list[Row], names: list[str]) -> np.ndarray:
    """Return one line a claim: 1 for the bias, then 1 for each feature that it has."""
    column = {name: i + 1 for i, name in enumerate(names)}
    x = np.zeros((len(data), len(names) + 1))
    x[:, 0] = 1
    for i, row in enumerate(data):
        x[i, [column[name] for name in row.features if name in column]] = 1
    return x


def fit(x: np.ndarray, y: np.ndarray, penalty: float | np.ndarray) -> np.ndarray:
    """Return the weights of least log-loss with a square penalty on all but the bias, by Newton's method."""
    w = np.zeros(x.shape[1])
    square = np.full(x.shape[1], penalty)
    square[0] = 1e-6
    for _ in range(30):
        p = sigmoid(x @ w)
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(square), x.T @ (y - p) - square * w)
        w += step
        if np.abs(step).max() < 1e-9:
            break
    return w


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def log_loss(y: np.ndarray, p: np.ndarray) -> float:
    return float(-np.mean(np.log(np.where(y == 1, p, 1 - p))))


def out_of_fold(x: np.ndarray, y: np.ndarray, folds: np.ndarray, penalty: float, number: int = FOLDS) -> np.ndarray:
    """Return the log odds of each claim by weights learned without its fold."""
    odds = np.zeros(len(y))
    for fold in range(number):
        odds[folds == fold] = x[folds == fold] @ fit(x[folds != fold], y[folds != fold], penalty)
    return odds


def train(data: list[Row]) -> tuple[float, dict[str, float]]:
    """Return bias and weights: penalty by cross-validation, then the slope and shift that calibrate unseen claims."""
    counts = Counter(name for row in data for name in row.features)
    names = sorted(name for name, count in counts.items() if count >= RARE)
    x, y = matrix(data, names), np.array([row.right for row in data], float)
    folds = np.array([int(hashlib.sha256(row.doc.encode()).hexdigest(), 16) % FOLDS for row in data])
    losses = {penalty: log_loss(y, sigmoid(out_of_fold(x, y, folds, penalty))) for penalty in PENALTIES}
    penalty = min(losses, key=lambda key: losses[key])
    odds = out_of_fold(x, y, folds, penalty)
    shift, slope = fit(np.column_stack([np.ones(len(odds)), odds]), y, 1e-6)
    w = fit(x, y, penalty)
    print(f"{len(data)} claims, {len(names)} features; log-loss by penalty "
          + ", ".join(f"{key:g}: {value:.4f}" for key, value in losses.items())
          + f"; always the mean: {log_loss(y, np.full(len(y), y.mean())):.4f}; slope {slope:.3f}, shift {shift:.3f}")
    return round(float(slope * w[0] + shift), 3), {name: round(float(slope * v), 3) for name, v in zip(names, w[1:], strict=True)}


def probabilities(data: list[Row], bias: float, weights: dict[str, float]) -> np.ndarray:
    return sigmoid(np.array([bias + sum(weights.get(name, 0.0) for name in row.features) for row in data]))


def auc(y: np.ndarray, p: np.ndarray) -> float:
    """Return the chance that a right claim is rated above a wrong one, ties counting half."""
    good, bad = p[y == 1], p[y == 0]
    return float(np.mean([(bad < value).mean() + (bad == value).mean() / 2 for value in good]))


def forms(data: list[Row]) -> dict[str, float]:
    """Return the confidence of each noun-phrase form: the share right by reading, brought to the scale of the gold.

    Gold leaves out some right facts, so the share of clauses' claims that fit it is lower than the share right by reading; the
    noun phrases' shares are lowered by the same factor, so that one threshold means the same for all.
    """
    factor = np.mean([row.right for row in data]) / (READ_CLAUSES[0] / READ_CLAUSES[1])
    return {form: round(float(factor * right / number), 3) for form, (right, number) in READ.items()}


def reliability(data: list[Row], p: np.ndarray) -> list[str]:
    """Return the Markdown of how well the confidence keeps its word on claims that were not learned from."""
    y = np.array([row.right for row in data], float)
    lines = ["| confidence | claims | mean confidence | share right |", "|---|---|---|---|"]
    error = 0.0
    for low, high in itertools.pairwise(BINS):
        inside = (p >= low) & (p < high)
        if inside.any():
            error += abs(y[inside].mean() - p[inside].mean()) * inside.mean()
            lines.append(f"| {low:.1f} to {min(high, 1):.1f} | {inside.sum()} | {p[inside].mean():.3f} | {y[inside].mean():.3f} |")
    mean = y.mean()
    parts = "; ".join(f"{name} {np.mean([r.right for r in data if r.name == name]):.3f} right, mean confidence "
                      f"{p[[r.name == name for r in data]].mean():.3f}" for name in SETS)
    return [*lines, "", f"All {len(data)} claims: {mean:.3f} right, mean confidence {p.mean():.3f} ({parts}). Expected calibration error "
            f"{error:.3f}; area under the ROC curve {auc(y, p):.3f}; Brier score {np.mean((p - y) ** 2):.3f} (always the mean: "
            f"{mean * (1 - mean):.3f})."]


def trade(bench: Path, parses: Path | None, clauses: bool) -> list[str]:
    """Return the Markdown of precision and recall on the held-out sentences as the threshold rises, by the sets' own scorers.

    With `clauses`, only triples read from clauses count: the gold has few facts of noun phrases.
    """
    carb, benchie = scorer(bench / "score_carb.py"), scorer(bench / "score_benchie.py")
    found: dict[str, list[dict[str, Any]]] = {}
    kept: dict[str, set[str]] = {}
    for name in SETS:
        part = [(doc, tree) for doc, tree in trees(bench / name, parses / f"{name}.trees" if parses else None) if held(tenth(tree.text))]
        kept[name] = {doc for doc, _ in part}
        found[name] = [line for doc, tree in part for line in triple_lines(read_claims(Article(doc, tree.text), tree), doc)
                       if line["extractor"] == "clauses" or not clauses]
    gold = [r for r in carb.read_jsonl(bench / "carb_dev/gold.jsonl") if r["doc"] in kept["carb_dev"]]
    synsets = benchie.load_gold(bench / "benchie_dev/gold.txt")
    numbers = {doc.split("-")[-1].lstrip("0") for doc in kept["benchie_dev"]}

    def carb_figures(least: float) -> dict[str, Any]:
        lines = [{**line, "confidence": 1.0} for line in found["carb_dev"] if line["confidence"] >= least]
        result: dict[str, Any] = carb.score(gold, lines)
        return result

    def benchie_figures(least: float) -> dict[str, Any]:
        system = defaultdict(list)
        for line in found["benchie_dev"]:
            if line["confidence"] >= least:
                system[line["doc"].split("-")[-1].lstrip("0")].append((line["subject"], line["predicate"], line["object"]))
        result: dict[str, Any] = benchie.score(synsets, system, sorted(numbers & set(synsets)))
        return result

    lines = ["| `--min-confidence` | triples | CaRB P | R | F1 | BenchIE P | R | F1 |", "|---|---|---|---|---|---|---|---|"]
    for least in THRESHOLDS:
        one, two = carb_figures(least), benchie_figures(least)
        number = sum(line["confidence"] >= least for name in SETS for line in found[name])
        cells = [f"{part[key]:.3f}" for part in (one, two) for key in ("p", "r", "f1")]
        lines.append(f"| {least:.2f} | {number} | {' | '.join(cells)} |")
    areas = [carb.score(gold, lines)["auc_any"] for lines in (found["carb_dev"], shuffled(found["carb_dev"]))]
    return [*lines, "", f"CaRB's area under the curve on these {len(kept['carb_dev'])} sentences: {areas[0]:.3f} with this confidence, "
            f"{areas[1]:.3f} with the same numbers dealt out at random."]


def shuffled(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the triples with their confidences dealt out anew, by the hash of what they say."""
    order = sorted(range(len(lines)), key=lambda i: hashlib.sha256(json.dumps([i, lines[i]["sentence"]]).encode()).digest())
    return [{**line, "confidence": lines[k]["confidence"]} for line, k in zip(lines, order, strict=True)]


def held(tenth: int) -> bool:
    return tenth >= 7


def digest(path: Path = TARGET) -> str:
    """Return the first 16 hex digits of a weights file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def strongest(weights: dict[str, float], number: int = 8) -> Iterable[str]:
    """Return the features that lower and raise the odds most, as words."""
    order = sorted(weights, key=lambda name: weights[name])
    for title, names in (("lower", order[:number]), ("raise", order[::-1][:number])):
        yield f"Strongest to {title} it: " + ", ".join(f"{name} ({weights[name]:+.2f})" for name in names) + "."


def by_reading(rated: dict[str, float]) -> list[str]:
    """Return the Markdown of the noun phrases' confidences."""
    lines = ["| form | right by reading | of | confidence |", "|---|---|---|---|"]
    lines += [f"| {form} | {right} | {number} | {rated[form]:.3f} |" for form, (right, number) in READ.items()]
    lines.append(f"| clauses, to compare | {READ_CLAUSES[0]} | {READ_CLAUSES[1]} | by weights |")
    return ["Facts of noun phrases, one number a form:", "", *lines]


def learn_rating(data: list[Reading]) -> tuple[rating.Model, np.ndarray]:
    """Return the weights learned from readings, and for each reading the probability by weights that were learned without its text."""
    counts = Counter(sign for one in data for sign in set(one.signs))
    names = sorted(sign for sign, count in counts.items() if count >= RARE)
    column = {name: i + 2 for i, name in enumerate(names)}
    x = np.zeros((len(data), len(names) + 2))
    x[:, 0] = 1
    for i, one in enumerate(data):
        x[i, 1] = rating.log_odds(one.claim)
        x[i, [column[sign] for sign in set(one.signs) if sign in column]] = 1
    y = np.array([one.right for one in data], float)
    folds = np.array([tenth(one.text) for one in data])
    odds = {penalty: out_of_fold(x, y, folds, penalty, 10) for penalty in PENALTIES}
    penalty = min(PENALTIES, key=lambda key: log_loss(y, sigmoid(odds[key])))
    shift, slope = fit(np.column_stack([np.ones(len(y)), odds[penalty]]), y, 1e-6)
    w = slope * fit(x, y, penalty)
    print(f"{len(data)} readings, {len(names)} signs, penalty {penalty:g}, slope {slope:.3f}, shift {shift:.3f}")
    weights = {name: round(float(v), 3) for name, v in zip(names, w[2:], strict=True)}
    return rating.Model(round(float(w[0] + shift), 3), round(float(w[1]), 3), weights), sigmoid(shift + slope * odds[penalty])


def rating_tables(found: list[Reading], lost: Counter[str], learned: rating.Model, unseen: np.ndarray) -> list[str]:
    """Return the Markdown of the readings and of how well the confidence of statements keeps its word on text it was not learned from."""
    lines = ["| text | statements read | right | still come out |", "|---|---|---|---|"]
    for name, words in READINGS.items():
        mine = [one for one in found if one.name == name]
        lines.append(f"| {words} | {len(mine) + lost[name]} | {read_right()[name]:.1%} | {len(mine)} |")
    parts = {"learned from, text left out": ([one for one in found if one.name not in TEST], unseen)}
    for name in TEST:
        mine = [one for one in found if one.name == name]
        parts[READINGS[name]] = (mine, np.array([rating.probability(one.claim, one.signs, learned) for one in mine]))
    lines += ["", f"Weights `kg/data/rating.json`, SHA-256 {digest(RATING)}…, {len(learned.weights)} signs.", "",
              "| statements | number | share right | mean confidence | calibration error | ROC AUC | ROC AUC of the claim's confidence |",
              "|---|---|---|---|---|---|---|"]
    for words, (data, p) in parts.items():
        y = np.array([one.right for one in data], float)
        error = sum(abs(y[inside].mean() - p[inside].mean()) * inside.mean() for low, high in itertools.pairwise(BINS)
                    if (inside := (p >= low) & (p < high)).any())
        before = np.array([one.claim for one in data])
        lines.append(f"| {words} | {len(y)} | {y.mean():.3f} | {p.mean():.3f} | {error:.3f} | {auc(y, p):.3f} | {auc(y, before):.3f} |")
    lines += ["", "Share right, and share of all right statements that is kept, by `--min-confidence`:", "",
              "| `--min-confidence` | " + " | ".join(f"{words}: right | kept" for words in parts) + " |",
              "|---" * (1 + 2 * len(parts)) + "|"]
    for least in (0.0, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85):
        cells = []
        for data, p in parts.values():
            y = np.array([one.right for one in data], float)
            cells += [f"{y[p >= least].mean():.0%}" if (p >= least).any() else "-", f"{y[p >= least].sum() / y.sum():.0%}"]
        lines.append(f"| {least:.2f} | {' | '.join(cells)} |")
    return [*lines, "", *strongest(learned.weights, 12)]


def read_right() -> dict[str, float]:
    """Return the share of right ones of all statements read, by set."""
    return {name: float(np.mean([line["verdict"] == "right" for lines in documents.values() for line in lines]))
            for name, documents in read_labels().items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/train_confidence", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder that holds bench/")
    parser.add_argument("--parses", type=Path, help="folder that keeps parses between runs")
    parser.add_argument("--dry", action="store_true", help="print the tables and write nothing but the weights")
    options = parser.parse_args()
    bench = options.shared.resolve() / "bench/openie"
    data = list(rows(bench, options.parses))
    learned = [row for row in data if not held(row.tenth)]
    bias, weights = train(learned)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps({"bias": bias, "forms": forms(learned), "weights": weights}, indent=1, sort_keys=True) + "\n", "utf-8")
    confidence.model.cache_clear()
    test = [row for row in data if held(row.tenth)]
    text = "\n".join([
        f"Weights `kg/extract/data/confidence.json`, SHA-256 {digest()}…, {len(weights)} features learned from "
        f"{len(learned)} claims; below: the sentences kept out of it.", "",
        *reliability(test, probabilities(test, bias, weights)), "",
        "Triples read from clauses, which the gold is about:", "", *trade(bench, options.parses, True), "",
        "All triples:", "", *trade(bench, options.parses, False), "", *strongest(weights), "", *by_reading(forms(learned))])
    found, lost = labelled(options.shared.resolve(), options.parses)
    learned_rating, unseen = learn_rating([one for one in found if one.name not in TEST])
    RATING.write_text(json.dumps(learned_rating._asdict(), indent=1, sort_keys=True) + "\n", "utf-8")
    said = "\n".join(rating_tables(found, lost, learned_rating, unseen))
    if not options.dry:
        PAGE.write_text(put(put(PAGE.read_text("utf-8"), "confidence", text), "rating", said), "utf-8")
    print(text, said, sep="\n\n")


if __name__ == "__main__":
    main()
