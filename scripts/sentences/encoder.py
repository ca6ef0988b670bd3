"""The encoder (BERT's layers, as in all-MiniLM-L6-v2) in JAX, and the reader of the published weights."""
import json
import struct

import jax
import jax.numpy as jnp
import numpy as np

HEADS = 12


def weights(path):
    """The tensors of a .safetensors file, by name, without the pooler that Stratus does not use."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    out = {}
    for name, v in header.items():
        if name == "__metadata__" or v["dtype"] != "F32" or "pooler" in name:
            continue
        start, end = v["data_offsets"]
        out[name] = np.frombuffer(data[8 + length + start : 8 + length + end], np.float32).reshape(v["shape"])
    return out


def normalised(x, scale, shift):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + 1e-12) * scale + shift


def forward(p, ids, mask, types, layers):
    """The last layer's states: [batch, pieces, 384]."""
    e = "embeddings."
    x = p[e + "word_embeddings.weight"][ids] + p[e + "position_embeddings.weight"][: ids.shape[1]][None]
    x = x + p[e + "token_type_embeddings.weight"][types]
    x = normalised(x, p[e + "LayerNorm.weight"], p[e + "LayerNorm.bias"])
    hidden_pieces = (1 - mask[:, None, None, :]) * -1e9
    for i in range(layers):
        k = f"encoder.layer.{i}."

        def linear(name, x, k=k):
            return x @ p[k + name + ".weight"].T + p[k + name + ".bias"]

        batch, pieces, width = x.shape

        def heads(y, b=batch, t=pieces, w=width):
            return y.reshape(b, t, HEADS, w // HEADS).transpose(0, 2, 1, 3)

        q, key, v = (heads(linear("attention.self." + n, x)) for n in ("query", "key", "value"))
        attention = jax.nn.softmax(q @ key.transpose(0, 1, 3, 2) / np.sqrt(width // HEADS) + hidden_pieces, -1)
        context = (attention @ v).transpose(0, 2, 1, 3).reshape(batch, pieces, width)
        n = k + "attention.output.LayerNorm."
        x = normalised(x + linear("attention.output.dense", context), p[n + "weight"], p[n + "bias"])
        h = jax.nn.gelu(linear("intermediate.dense", x), approximate=False)
        n = k + "output.LayerNorm."
        x = normalised(x + linear("output.dense", h), p[n + "weight"], p[n + "bias"])
    return x
