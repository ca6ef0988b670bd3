"""Fine-tunes the encoder on labelled calls. scripts/sentences.sh runs it; its usage: train.py BASE OUT CALLS... [--held-out CALLS...]

BASE is the folder with model.safetensors and tokenizer.json of all-MiniLM-L6-v2. OUT is a pickle for export.py. Held-out
calls are not used for training; the model's accuracy on them is printed after each pass.
"""
import json
import os
import pickle
import random
import re
import sys
import time
from functools import partial

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np

import pieces
from encoder import forward, weights

LAYERS, PASSES, RATE, BATCH = 6, 5, 1.5e-4, 32
# Pieces with a smaller number in BERT's vocabulary, which is ordered by frequency, are kept although no call has them.
FREQUENT = 8000
SMOOTHING, SMALL_HEADS = 0.05, 0.35
INTENTS = re.findall(r'= "(\w+)",', open("crates/stratus-atc/src/intent.rs").read().split("intents! {\n", 1)[1].split("\n}", 1)[0])
SUBJECTS, POLARITIES, TIMES = ["own", "other"], ["affirmed", "negated"], ["now", "later", "if", "past", "reported"]
MOODS = ["tells", "asks", "confirms", "practice"]
# As HEADS in crates/stratus-atc/src/hear/learned.rs: intent, subject, polarity, when, mood, grade.
HEADS = [len(INTENTS), len(SUBJECTS), len(POLARITIES), len(TIMES), len(MOODS), 3]


def place(value, words):
    return words.index(value) if value in words else -1


def labels(row):
    """The correct label for each head, -1 if the row has none; and other intents that are also correct."""
    expected = row.get("expect")
    if expected:
        return [INTENTS.index(expected["intent"]), -1, -1, -1, -1, -1], expected.get("intent_alt") or []
    intent, practice = row["intent"], row.get("time") == "practice"
    mood = "practice" if practice else "confirms" if intent in ("readback", "roger") else row.get("mood")
    grade = {"mayday": 2, "pan_pan": 1, "lost": 1}.get(intent, 0)
    if intent == "low_fuel" and "minimum" not in (row.get("act") or ""):
        grade = 1
    when = 0 if practice else place(row.get("time"), TIMES)
    heads = [place(row.get("subject"), SUBJECTS), place(row.get("polarity"), POLARITIES), when, place(mood, MOODS), grade]
    return [INTENTS.index(intent), *heads], row.get("also") or []


def calls(path):
    for line in filter(str.strip, open(path)):
        row = json.loads(line)
        region, author = row.get("region", "FAA"), os.path.basename(path)
        if "readback" in row:
            # An incomplete call is as often a "roger" as a readback, so only complete calls teach this.
            if (row.get("verdict") or row["expect"]["verdict"]) != "incomplete":
                y = [INTENTS.index("readback"), -1, -1, -1, MOODS.index("confirms"), 0]
                yield dict(author=author, text=row["readback"], facility="", region=region, last=row["instruction"], y=y, also=[])
        elif "text" in row and "intent" in row.get("expect", {"intent": 0}):
            y, also = labels(row)
            last = (row.get("context") or {}).get("last_atc") or ""
            also = [INTENTS.index(a) for a in also if a in INTENTS]
            yield dict(author=author, text=row["text"], facility=row.get("facility") or "", region=region, last=last, y=y, also=also)


def varied(row):
    """The row's text, facility and last words, sometimes with random omissions."""
    text, last = row["text"], row["last"]
    if last and random.random() < 0.12:
        last = ""
    if random.random() < 0.3:
        words = text.split()
        if len(words) > 4:
            text = " ".join(w for w in words if random.random() > 0.06)
    if random.random() < 0.3:
        text = re.sub("[,.?]", "", text.lower())
    return text, row["facility"] if random.random() < 0.92 else "", last


def batch(rows, encoded):
    length = -(-max(len(e[0]) for e in encoded) // 16) * 16
    ids, types = np.zeros((BATCH, length), np.int32), np.zeros((BATCH, length), np.int32)
    mask, share = np.zeros((BATCH, length), np.float32), np.zeros(BATCH, np.float32)
    targets = [np.zeros((BATCH, n), np.float32) for n in HEADS]
    mask[:, 0] = 1
    for k, (row, (numbers, parts)) in enumerate(zip(rows, encoded)):
        n = len(numbers)
        ids[k, :n], types[k, :n], mask[k, :n], share[k] = numbers, parts, 1, 1
        for head, right in enumerate(row["y"]):
            if right < 0:
                continue
            q = targets[head][k]
            q[right] = 1
            if head == 0 and row["also"]:
                q[right] = 0.8
                for other in row["also"]:
                    q[other] += 0.2 / len(row["also"])
            targets[head][k] = q * (1 - SMOOTHING) + SMOOTHING / HEADS[head]
    return ids, mask, types, targets, share


def logits(p, ids, mask, types):
    states = forward(p, ids, mask, types, LAYERS)
    return ((states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)) @ p["head.w"] + p["head.b"]


def loss(p, ids, mask, types, targets, share):
    scores, total, start = logits(p, ids, mask, types), 0.0, 0
    for head, n in enumerate(HEADS):
        surprise = -(jax.nn.log_softmax(scores[:, start : start + n]) * targets[head]).sum(-1)
        total += (1.0 if head == 0 else SMALL_HEADS) * (surprise * share).sum() / share.sum()
        start += n
    return total


@partial(jax.jit, donate_argnums=(0, 1, 2))
def step(p, first, second, n, ids, mask, types, targets, share, rate):
    """AdamW, with gradients clipped to norm 1; the new heads learn ten times as fast."""
    value, slope = jax.value_and_grad(loss)(p, ids, mask, types, targets, share)
    cut = jnp.minimum(1, 1 / jnp.sqrt(sum((g**2).sum() for g in slope.values())))
    for k in p:
        g = slope[k] * cut
        first[k] = 0.9 * first[k] + 0.1 * g
        second[k] = 0.999 * second[k] + 0.001 * g * g
        move = (first[k] / (1 - 0.9**n)) / (jnp.sqrt(second[k] / (1 - 0.999**n)) + 1e-8)
        p[k] = p[k] - rate * (10.0 if k.startswith("head") else 1.0) * (move + 0.01 * p[k])
    return p, first, second, value


def score(p, rows, vocabulary):
    ask, right = jax.jit(logits), {}
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        encoded = [pieces.encode(r["text"], r["facility"], r["region"], r["last"], vocabulary) for r in some]
        ids, mask, types, _, _ = batch(some, encoded)
        for row, s in zip(some, np.asarray(ask(p, ids, mask, types))):
            best = int(s[: HEADS[0]].argmax())
            right.setdefault(row["author"], []).append(best == row["y"][0] or best in row["also"])
    for author, hits in right.items():
        print(f"  held out, {author}: {100 * np.mean(hits):.1f} % of {len(hits)}", flush=True)


def main():
    base, out, *files = sys.argv[1:]
    learned, held = (files[: files.index("--held-out")], files[files.index("--held-out") + 1 :]) if "--held-out" in files else (files, [])
    rows, others = [c for f in learned for c in calls(f)], [c for f in held for c in calls(f)]
    full = json.load(open(f"{base}/tokenizer.json"))["model"]["vocab"]
    met = {p for r in rows for w in pieces.words(r["text"]) + pieces.words(r["last"]) for p in pieces.pieces(w, full)}

    def plain(piece):
        core = piece.replace("##", "")
        return core.isascii() and (core.isalnum() or core in pieces.MARKS)

    kept = {p for p, i in full.items() if plain(p) and (p in met or i < FREQUENT or len(p.replace("##", "")) == 1)}
    kept = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(kept, key=lambda p: full[p])]
    vocabulary = {p: i for i, p in enumerate(kept)}
    print(f"{len(rows)} calls, {len(others)} held out, {len(kept)} pieces", flush=True)

    published = weights(f"{base}/model.safetensors")
    p = {k: jnp.asarray(v) for k, v in published.items() if not any(f"layer.{j}." in k for j in range(LAYERS, 6))}
    e = "embeddings.word_embeddings.weight"
    p[e] = jnp.asarray(published[e][[full[x] for x in kept]])
    p["embeddings.position_embeddings.weight"] = p["embeddings.position_embeddings.weight"][: pieces.MOST]
    p["head.w"] = jnp.asarray(np.random.default_rng(0).normal(0, 0.02, (384, sum(HEADS))).astype(np.float32))
    p["head.b"] = jnp.zeros(sum(HEADS))
    first, second = ({k: jnp.zeros_like(v) for k, v in p.items()} for _ in range(2))
    random.seed(0)
    n, total, begun = 0, PASSES * -(-len(rows) // BATCH), time.time()
    for turn in range(PASSES):
        random.shuffle(rows)
        batches = []
        # Calls of similar length in a batch, for less padding.
        for start in range(0, len(rows), BATCH * 40):
            some = [(r, varied(r)) for r in rows[start : start + BATCH * 40]]
            some = [(r, pieces.encode(text, facility, r["region"], last, vocabulary)) for r, (text, facility, last) in some]
            some.sort(key=lambda x: len(x[1][0]))
            batches += [some[k : k + BATCH] for k in range(0, len(some), BATCH)]
        random.shuffle(batches)
        surprise = 0.0
        for some in batches:
            n += 1
            rate = RATE * min(1, n / 150) * max(0.02, 1 - n / (total + 50))
            p, first, second, value = step(p, first, second, float(n), *batch(*zip(*some)), rate)
            surprise += float(value)
        print(f"pass {turn + 1} of {PASSES}: surprise {surprise / len(batches):.3f}, {time.time() - begun:.0f} s", flush=True)
        pickle.dump(dict(p={k: np.asarray(v) for k, v in p.items()}, vocab=kept, layers=LAYERS), open(out, "wb"))
        score(p, others, vocabulary)


if __name__ == "__main__":
    main()
