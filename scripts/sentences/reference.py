"""Writes the reference data for the Rust code. Usage: reference.py assets/sentences/sentences.bin CALLS.jsonl OUT.tsv [--subjects]

Fifty calls, evenly drawn, with the ids of their pieces (pieces.py) and the scores of the graph in ONNX Runtime. With --subjects: parts of
calls, with the scores of their subjects.
"""
import json
import struct
import sys

import numpy as np
import onnxruntime

import pieces


def main():
    data = open(sys.argv[1], "rb").read()
    length = struct.unpack("<I", data[8:12])[0]
    vocabulary = {p: i for i, p in enumerate(data[12 : 12 + length].decode().split("\n"))}
    session = onnxruntime.InferenceSession(data[12 + length :])
    rows = [json.loads(line) for line in open(sys.argv[2])]
    with open(sys.argv[3], "w") as out:
        for row in rows[:: max(1, len(rows) // 50)][:50]:
            if "--subjects" in sys.argv:
                ids, types = pieces.encode(row["text"], "", "", "", vocabulary)
                inputs = dict(ids=ids, types=types, positions=range(len(ids)))
                scores = session.run(["subjects"], {k: np.array(v, np.int32) for k, v in inputs.items()})[0][0]
                out.write(row["text"] + "\t" + " ".join(f"{s:.2f}" for s in scores) + "\n")
                continue
            last = (row.get("context") or {}).get("last_atc") or ""
            ids, types = pieces.encode(row["text"], row["facility"], row["region"], last, vocabulary)
            inputs = dict(ids=ids, types=types, positions=range(len(ids)))
            scores = session.run(["scores"], {k: np.array(v, np.int32) for k, v in inputs.items()})[0][0]
            fields = [row["facility"], row["region"], last, row["text"], " ".join(map(str, ids)), " ".join(f"{s:.3f}" for s in scores)]
            out.write("\t".join(f.replace("\t", " ") for f in fields) + "\n")


if __name__ == "__main__":
    main()
