"""Writes the result of train.py as the file that Stratus ships. Usage: export.py LEARNED.pickle OUT.bin

The file: "STRSENT1", the vocabulary's length in bytes (u32, little-endian), the vocabulary (one piece a line), an ONNX graph.
Weights of the layers and of the pieces are symmetric 8-bit numbers with a scale for each column; the inputs of a layer are
quantised dynamically (DynamicQuantizeLinear).
"""
import pickle
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """Nodes and constants of a graph under construction."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op, inputs, outputs, **attributes):
        outputs = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        return outputs[0]

    def quantised(self, weight, axis):
        scale = np.maximum(np.abs(weight).max(axis=1 - axis, keepdims=True), 1e-8) / 127
        return np.clip(np.round(weight / scale), -127, 127).astype(np.int8), scale.astype(np.float32)

    def linear(self, x, name, weight, bias):
        """x times the weight's transpose, plus the bias."""
        q, scale = self.quantised(weight.T, 1)
        self.constant(name + ".w", q)
        self.constant(name + ".s", scale.reshape(-1))
        self.constant(name + ".b", bias.astype(np.float32))
        self.node("DynamicQuantizeLinear", [x], [name + ".xq", name + ".xs", name + ".xz"])
        self.node("MatMulInteger", [name + ".xq", name + ".w", name + ".xz"], name + ".i")
        self.node("Cast", [name + ".i"], name + ".f", to=TensorProto.FLOAT)
        self.node("Mul", [name + ".xs", name + ".s"], name + ".xss")
        self.node("Mul", [name + ".f", name + ".xss"], name + ".m")
        return self.node("Add", [name + ".m", name + ".b"], name)

    def normalised(self, x, scale, shift, name):
        self.constant(name + ".g", scale.astype(np.float32))
        self.constant(name + ".h", shift.astype(np.float32))
        return self.node("LayerNormalization", [x, name + ".g", name + ".h"], name, axis=-1, epsilon=1e-12)


def graph(learned):
    p, b = learned["p"], Builder()
    for name, value in [("root", np.sqrt(32)), ("half", 0.5), ("one", 1), ("root2", np.sqrt(2))]:
        b.constant(name, np.array(value, np.float32))
    b.constant("split", np.array([-1, 12, 32], np.int64))
    b.constant("join", np.array([-1, 384], np.int64))
    q, scale = b.quantised(p["embeddings.word_embeddings.weight"], 0)
    b.constant("pieces", q)
    b.constant("pieces.s", scale)
    b.constant("places", p["embeddings.position_embeddings.weight"].astype(np.float32))
    b.constant("parts", p["embeddings.token_type_embeddings.weight"].astype(np.float32))
    b.node("Gather", ["pieces", "ids"], "e.q", axis=0)
    b.node("Cast", ["e.q"], "e.f", to=TensorProto.FLOAT)
    b.node("Gather", ["pieces.s", "ids"], "e.s", axis=0)
    b.node("Mul", ["e.f", "e.s"], "e.w")
    b.node("Gather", ["places", "positions"], "e.p", axis=0)
    b.node("Gather", ["parts", "types"], "e.t", axis=0)
    b.node("Add", ["e.w", "e.p"], "e.wp")
    b.node("Add", ["e.wp", "e.t"], "e")
    x = b.normalised("e", p["embeddings.LayerNorm.weight"], p["embeddings.LayerNorm.bias"], "x")
    for i in range(learned["layers"]):
        o = f"l{i}."

        def of(name, i=i):
            return p[f"encoder.layer.{i}.{name}"]

        for part in ("query", "key", "value"):
            a = f"attention.self.{part}"
            b.linear(x, o + part, of(a + ".weight"), of(a + ".bias"))
            b.node("Reshape", [o + part, "split"], o + part + ".r")
            b.node("Transpose", [o + part + ".r"], o + part + ".t", perm=[1, 2, 0] if part == "key" else [1, 0, 2])
        b.node("MatMul", [o + "query.t", o + "key.t"], o + "qk")
        b.node("Div", [o + "qk", "root"], o + "scaled")
        b.node("Softmax", [o + "scaled"], o + "attention", axis=-1)
        b.node("MatMul", [o + "attention", o + "value.t"], o + "mixed")
        b.node("Transpose", [o + "mixed"], o + "mixed.t", perm=[1, 0, 2])
        b.node("Reshape", [o + "mixed.t", "join"], o + "context")
        a = "attention.output."
        b.linear(o + "context", o + "out", of(a + "dense.weight"), of(a + "dense.bias"))
        b.node("Add", [x, o + "out"], o + "sum1")
        y = b.normalised(o + "sum1", of(a + "LayerNorm.weight"), of(a + "LayerNorm.bias"), o + "n1")
        b.linear(y, o + "up", of("intermediate.dense.weight"), of("intermediate.dense.bias"))
        b.node("Div", [o + "up", "root2"], o + "g1")
        b.node("Erf", [o + "g1"], o + "g2")
        b.node("Add", [o + "g2", "one"], o + "g3")
        b.node("Mul", [o + "up", o + "g3"], o + "g4")
        b.node("Mul", [o + "g4", "half"], o + "gelu")
        b.linear(o + "gelu", o + "down", of("output.dense.weight"), of("output.dense.bias"))
        b.node("Add", [y, o + "down"], o + "sum2")
        x = b.normalised(o + "sum2", of("output.LayerNorm.weight"), of("output.LayerNorm.bias"), o + "x")
    b.constant("axes", np.array([0], np.int64))
    b.node("ReduceMean", [x, "axes"], "mean", keepdims=1)
    b.constant("head.w", p["head.w"].astype(np.float32))
    b.constant("head.b", p["head.b"].astype(np.float32))
    b.node("MatMul", ["mean", "head.w"], "head.m")
    b.node("Add", ["head.m", "head.b"], "scores")
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT32, ["t"]) for n in ("ids", "types", "positions")]
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, len(p["head.b"])])
    made = helper.make_graph(b.nodes, "sentences", inputs, [output], b.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


def main():
    learned = pickle.load(open(sys.argv[1], "rb"))
    words, model = "\n".join(learned["vocab"]).encode(), graph(learned)
    with open(sys.argv[2], "wb") as out:
        out.write(b"STRSENT1" + struct.pack("<I", len(words)) + words + model)
    print(f"{sys.argv[2]}: {len(words)} bytes of vocabulary, {len(model)} of graph")


if __name__ == "__main__":
    main()
