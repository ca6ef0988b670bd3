"""Teaches the sentence model what the parts of a call are about. Usage: subjects.py SENTENCES.bin LINES.jsonl... [--held-out LINES.jsonl...]

The encoder stays as it is. The scores of the subjects are a linear function of its states (the embeddings, layers 4 and 6, averaged over the
pieces) and of the pieces themselves, weighted by their rarity. The encoder generalises to other words, and the pieces are exact. The function
is learned in a minute (a support vector machine), and becomes the output "subjects" of the graph in SENTENCES.bin. The other output does not
change by a bit. Each file of lines is one author's. The sharpness of the probabilities, and the printed figures, come from reading each
author's lines with a function that the others taught.
"""
import json
import os
import re
import struct
import sys

import numpy as np
import onnx
import onnxruntime
import scipy.sparse as sparse
from onnx import TensorProto, helper, numpy_helper
from sklearn.svm import LinearSVC

import pieces

SUBJECTS = re.findall(r'^    \w+ = "(\w+)",', open("crates/stratus-atc/src/hear/subject.rs").read(), re.M)
SUBJECTS = SUBJECTS[: SUBJECTS.index("none") + 1]
STATES = ["x", "l3.x", "l5.x"]
# The mark of everything that this script adds to the graph.
OURS = "subjects"
SLACK = 0.3
# As in crates/stratus-atc/src/hear/ranked.rs: what each may cost at most, -ln p in sixteenths.
THRESHOLDS = [("certain", 3), ("sure", 8), ("likely", 17), ("all", 255)]


class Encoder:
    """The encoder in SENTENCES.bin, without the output for subjects."""

    def __init__(self, path):
        data = open(path, "rb").read()
        end = 12 + struct.unpack("<I", data[8:12])[0]
        self.head, self.model = data[:end], onnx.load_from_string(data[end:])
        self.vocabulary = {piece: i for i, piece in enumerate(data[12:end].decode().split("\n"))}
        graph = self.model.graph
        for items, named in ((graph.node, lambda n: n.output[0]), (graph.initializer, lambda t: t.name), (graph.output, lambda o: o.name)):
            kept = [i for i in items if not named(i).startswith(OURS)]
            del items[:]
            items.extend(kept)
        probe = onnx.load_from_string(self.model.SerializeToString())
        probe.graph.output.extend(helper.make_tensor_value_info(s, TensorProto.FLOAT, None) for s in STATES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(probe.SerializeToString(), options)

    def read(self, text):
        """The averaged states of a text, and how often it has each piece."""
        ids, types = pieces.encode(text, "", "", "", self.vocabulary)
        inputs = dict(ids=ids, types=types, positions=range(len(ids)))
        states = self.session.run(STATES, {k: np.array(v, np.int32) for k, v in inputs.items()})
        return np.concatenate([s.mean(0) for s in states]), np.bincount(ids, minlength=len(self.vocabulary))


class Reader:
    """The function from states and pieces to scores."""

    def __init__(self, states, counts, right):
        self.middle, self.spread = states.mean(0), (states.std(0) + 1e-6) * np.sqrt(states.shape[1])
        met = (counts > 0).sum(0)
        self.rarity = np.where(met > 0, np.log((1 + len(counts)) / (1 + met)) + 1, 0)
        inputs = sparse.hstack([self.weighted(counts), sparse.csr_matrix((states - self.middle) / self.spread)]).tocsr()
        machine = LinearSVC(C=SLACK, random_state=0).fit(inputs, right)
        width = counts.shape[1]
        self.of_pieces, self.of_states = np.zeros((width, len(SUBJECTS))), np.zeros((states.shape[1], len(SUBJECTS)))
        self.bias = np.full(len(SUBJECTS), -2.0)
        self.of_pieces[:, machine.classes_], self.of_states[:, machine.classes_] = machine.coef_[:, :width].T, machine.coef_[:, width:].T
        self.bias[machine.classes_] = machine.intercept_

    def weighted(self, counts):
        length = np.sqrt(counts @ self.rarity**2)
        return sparse.csr_matrix(counts * self.rarity / np.maximum(length, 1e-6)[:, None])

    def scores(self, states, counts):
        return (states - self.middle) / self.spread @ self.of_states + self.weighted(counts) @ self.of_pieces + self.bias


def surprise(scores, sharpness):
    scores = scores * sharpness
    scores = scores - scores.max(1, keepdims=True)
    return np.log(np.exp(scores).sum(1, keepdims=True)) - scores


def lines(path):
    return [(row["text"], SUBJECTS.index(row["subject"])) for row in map(json.loads, filter(str.strip, open(path)))]


def figures(name, scores, right, sharpness):
    cost = np.round(surprise(scores, sharpness) * 16)
    best = scores.argmax(1)
    hit, cost = best == right, cost[np.arange(len(best)), best]
    told = [f"{what} {100 * (cost <= most).mean():.1f} % (right {100 * hit[cost <= most].mean():.1f} %)" for what, most in THRESHOLDS]
    print(f"  {name}, {len(right)} lines: {'; '.join(told)}", flush=True)


def quantised(weight):
    scale = np.maximum(np.abs(weight).max(0), 1e-8) / 127
    return np.clip(np.round(weight / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def extended(model, reader, sharpness):
    """The graph with the output "subjects"."""
    graph = model.graph

    def constant(name, value):
        name = f"{OURS}.{name}"
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(op, inputs, name, **attributes):
        graph.node.append(helper.make_node(op, inputs, [f"{OURS}.{name}" if name else OURS], **attributes))
        return f"{OURS}.{name}"

    def numbers(name, weight):
        rounded, scale = quantised(weight)
        return constant(name + ".w", rounded), constant(name + ".s", (scale * sharpness).astype(np.float32))

    first = constant("axes", np.array([0], np.int64))
    sums, width = [], len(reader.middle) // len(STATES)
    for i, state in enumerate(STATES):
        rows = slice(i * width, (i + 1) * width)
        mean = node("ReduceMean", [state, first], f"{i}.mean", keepdims=1)
        moved = node("Add", [mean, constant(f"{i}.middle", -reader.middle[rows].astype(np.float32))], f"{i}.moved")
        scaled = node("Div", [moved, constant(f"{i}.spread", reader.spread[rows].astype(np.float32))], f"{i}.scaled")
        weight, scale = numbers(f"{i}", reader.of_states[rows])
        product = node("MatMul", [scaled, node("Cast", [weight], f"{i}.f", to=TensorProto.FLOAT)], f"{i}.m")
        sums.append(node("Mul", [product, scale], f"{i}.x"))
    # The pieces that no line has share the first row.
    met = np.flatnonzero(reader.rarity)
    place = np.zeros(len(reader.rarity), np.int32)
    place[met] = np.arange(1, len(met) + 1)
    table = np.vstack([np.zeros(len(SUBJECTS)), reader.of_pieces[met]])
    weight, scale = numbers("pieces", table)
    row = node("Gather", [constant("places", place), "ids"], "row", axis=0)
    found = node("Cast", [node("Gather", [weight, row], "found", axis=0)], "found.f", to=TensorProto.FLOAT)
    rarity = constant("rarity", np.concatenate([[0], reader.rarity[met]]).astype(np.float32).reshape(-1, 1))
    rare = node("Gather", [rarity, row], "rare", axis=0)
    total = node("ReduceSum", [node("Mul", [found, rare], "found.r"), first], "total", keepdims=1)
    length = node("Sqrt", [node("ReduceSum", [node("Mul", [rare, rare], "rare2"), first], "squares", keepdims=1)], "length")
    sums.append(node("Mul", [node("Div", [total, length], "share"), scale], "share.x"))
    before = sums[0]
    for i, term in enumerate(sums[1:]):
        before = node("Add", [before, term], f"sum{i}")
    node("Add", [before, constant("bias", (reader.bias * sharpness).astype(np.float32))], "")
    graph.output.append(helper.make_tensor_value_info(OURS, TensorProto.FLOAT, [1, len(SUBJECTS)]))
    onnx.checker.check_model(model)
    return model.SerializeToString()


def main():
    path, *files = sys.argv[1:]
    cut = files.index("--held-out") if "--held-out" in files else len(files)
    learned, held = files[:cut], files[cut + 1 :]
    encoder = Encoder(path)

    def read(file):
        texts, right = zip(*lines(file))
        states, counts = zip(*map(encoder.read, texts))
        return np.array(states, np.float32), np.array(counts, np.float32), np.array(right)

    def joined(sets):
        return [np.concatenate(part) for part in zip(*sets)]

    names = [os.path.splitext(os.path.basename(f))[0] for f in learned]
    sets = dict(zip(names, map(read, learned)))
    left_out = {}
    for name in names:
        states, counts, right = sets[name]
        left_out[name] = Reader(*joined([s for n, s in sets.items() if n != name])).scores(states, counts) if name != "none" else None
    all_scores = np.concatenate([s for s in left_out.values() if s is not None])
    all_right = np.concatenate([sets[n][2] for n, s in left_out.items() if s is not None])

    def mean_surprise(sharpness):
        return surprise(all_scores, sharpness)[np.arange(len(all_right)), all_right].mean()

    sharpness = min(np.arange(1, 12, 0.25), key=mean_surprise)
    print(f"{sum(len(s[2]) for s in sets.values())} lines, sharpness {sharpness}; each author read with what the others taught:")
    for name, scores in left_out.items():
        if scores is not None:
            figures(name, scores, sets[name][2], sharpness)
    figures("together", all_scores, all_right, sharpness)
    reader = Reader(*joined(sets.values()))
    made = extended(encoder.model, reader, sharpness)
    open(path, "wb").write(encoder.head + made)
    session = onnxruntime.InferenceSession(made)
    for file in held:
        scores, right = [], []
        for text, subject in lines(file):
            ids, types = pieces.encode(text, "", "", "", encoder.vocabulary)
            inputs = dict(ids=ids, types=types, positions=range(len(ids)))
            scores.append(session.run([OURS], {k: np.array(v, np.int32) for k, v in inputs.items()})[0][0])
            right.append(subject)
        figures("held out, " + os.path.basename(file), np.array(scores), np.array(right), 1)


if __name__ == "__main__":
    main()
