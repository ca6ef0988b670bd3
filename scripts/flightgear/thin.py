#!/usr/bin/env python3
"""Thins a recorded session for the tests: two reports a second, without default values.

    thin.py SESSION.jsonl OUT.jsonl.gz [SECONDS]

SECONDS: everything later is left out."""

import gzip
import json
import sys


def said(value):
    """Drops nulls, zeros, empty lists and containers that become empty; a report reads them back as defaults."""
    if isinstance(value, dict):
        kept = {k: said(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v is not None and v != [] and v != {} and v != 0}
    if isinstance(value, float):
        return round(value, 6)
    return value


def main():
    source, out = sys.argv[1:3]
    until = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
    last = -1.0
    with open(source) as lines, gzip.GzipFile(out, "wb", mtime=0) as packed:
        for line in map(json.loads, lines):
            if line["t"] > until:
                break
            if "report" in line:
                if line["t"] - last < 0.5:
                    continue
                last = line["t"]
                line["report"] = {"on_ground": line["report"]["on_ground"], **said(line["report"])}
            packed.write((json.dumps(line, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
