"""Rounds the weights of a sentence model so that packages compress them. Usage: coarse.py SENTENCES.bin STEP CALLS.jsonl...

A weight is an 8-bit number times the scale of its column (of its row, among the pieces). With a STEP above 0, the scale becomes STEP
times the root mean square of the column, so that nearly all numbers are small and an archive needs three to four bits for each. The
graph, its reader and its memory use stay the same. Later rows of a matrix compensate for the rounding error of earlier ones
as far as possible (GPTQ), based on the correlation of the inputs in 450 calls; their labels are not used.

With any STEP, also 0, the weights of the layers get 7 bits. Without AVX-512 VNNI instructions, which most
processors in use lack, rten adds two products of an unsigned 8-bit input and a weight in a signed 16-bit register, which saturates (VPMADDUBSW):
2 * 255 * 63 fits, 2 * 255 * 127 does not. With 8 bits, a call could have one meaning on one computer and another one on the next.
"""
import json
import random
import struct
import sys
from math import sqrt

import numpy as np
import onnx
from onnx import numpy_helper

import pieces

CALLS, ROWS, HEADS, WIDTH = 450, 128, 12, 384
# The largest numbers: of the layers, and of the pieces.
LAYERS, PIECES = 63, 127


def normalised(x, scale, shift):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12) * scale + shift


def gelu(x):
    """With Abramowitz and Stegun's approximation of the error function (7.1.26), accurate to seven digits."""
    z = np.abs(x) / sqrt(2)
    t, polynomial = 1 / (1 + 0.3275911 * z), 0.0
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = (polynomial + factor) * t if factor == 0.254829592 else polynomial * t + factor
    return 0.5 * x * (1 + np.sign(x) * (1 - polynomial * np.exp(-z * z)))


def scales(weight, axis, step, most):
    """The scale of each column or row; no number gets beyond `most`."""
    return np.maximum(np.sqrt((weight**2).mean(axis, keepdims=True)) * step, np.abs(weight).max(axis, keepdims=True) / most).astype(np.float32)


def rounded(weight, inputs, scale):
    """The numbers of a matrix [inputs, outputs], given its inputs."""
    moment = (inputs.T @ inputs).astype(np.float64) / len(inputs)
    moment += np.eye(len(moment)) * 0.02 * np.mean(np.diag(moment))
    # Active inputs first: the others compensate for their error.
    order = np.argsort(-np.diag(moment))
    rest, moment = weight[order].copy(), moment[np.ix_(order, order)]
    spread = np.linalg.cholesky(np.linalg.inv(moment)).T.astype(np.float32)
    numbers = np.zeros(weight.shape, np.int8)
    for start in range(0, len(rest), ROWS):
        end = min(start + ROWS, len(rest))
        lost = np.zeros((end - start, rest.shape[1]), np.float32)
        for i in range(start, end):
            q = np.clip(np.round(rest[i] / scale), -LAYERS, LAYERS)
            lost[i - start] = (rest[i] - q * scale) / spread[i, i]
            numbers[order[i]] = q
            rest[i + 1 : end] -= np.outer(spread[i, i + 1 : end], lost[i - start])
        rest[end:] -= spread[start:end, end:].T @ lost
    return numbers


def coarse(model, calls, step):
    constants = {t.name: t for t in model.graph.initializer}

    def of(name):
        return numpy_helper.to_array(constants[name])

    def put(name, value):
        constants[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), name))

    def linear(x, name):
        weight = of(name + ".w").astype(np.float32) * of(name + ".s")
        scale = scales(weight, 0, step, LAYERS)[0]
        numbers = rounded(weight, x, scale)
        put(name + ".w", numbers)
        put(name + ".s", scale)
        return x @ (numbers * scale) + of(name + ".b")

    def attention(queries, keys, values):
        q, k, v = (m.reshape(len(m), HEADS, WIDTH // HEADS).transpose(1, 0, 2) for m in (queries, keys, values))
        shares = q @ k.transpose(0, 2, 1) / sqrt(WIDTH // HEADS)
        shares = np.exp(shares - shares.max(-1, keepdims=True))
        return (shares / shares.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(queries), WIDTH)

    words = of("pieces").astype(np.float32) * of("pieces.s")
    scale = scales(words, 1, step, PIECES)
    numbers = np.clip(np.round(words / scale), -PIECES, PIECES).astype(np.int8)
    put("pieces", numbers)
    put("pieces.s", scale)
    x = np.concatenate([(numbers[ids] * scale[ids]) + of("places")[: len(ids)] + of("parts")[types] for ids, types in calls])
    x, cuts = normalised(x, of("x.g"), of("x.h")), np.cumsum([len(ids) for ids, _ in calls])[:-1]
    for layer in range(sum(name.endswith(".query.w") for name in constants)):
        o = f"l{layer}."
        parts = [np.split(linear(x, o + part), cuts) for part in ("query", "key", "value")]
        context = np.concatenate([attention(*call) for call in zip(*parts)])
        y = normalised(x + linear(context, o + "out"), of(o + "n1.g"), of(o + "n1.h"))
        x = normalised(y + linear(gelu(linear(y, o + "up")), o + "down"), of(o + "x.g"), of(o + "x.h"))


def main():
    path, step, files = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    data = open(path, "rb").read()
    head = 12 + struct.unpack("<I", data[8:12])[0]
    vocabulary = {piece: i for i, piece in enumerate(data[12:head].decode().split("\n"))}
    rows = [row for f in sorted(files) for row in map(json.loads, filter(str.strip, open(f))) if "text" in row]
    calls = []
    for row in random.Random(1).sample(rows, CALLS):
        last = (row.get("context") or {}).get("last_atc") or ""
        calls.append(pieces.encode(row["text"], row.get("facility") or "", row.get("region", "FAA"), last, vocabulary))
    model = onnx.load_from_string(data[head:])
    coarse(model, calls, step)
    open(path, "wb").write(data[:head] + model.SerializeToString())


if __name__ == "__main__":
    main()
