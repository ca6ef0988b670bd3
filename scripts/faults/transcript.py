"""Reads the transcript of a running Stratus: `read(FOLDER)` finds every transcript.jsonl below it. Alone, it tests itself.

A program that reads a file while another appends to it may see the beginning of a line. An unfinished last line is therefore
not broken: it is left for the next time. Any other line that is not JSON is returned as {"from": "broken"}."""

import glob
import json
import os
import tempfile


def parse(text):
    """The finished lines of a transcript."""
    # What follows the last line end is unfinished, or empty.
    return [entry(line) for line in text.split("\n")[:-1]]


def entry(line):
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) and "from" in found else {"from": "broken", "text": line}


def read(folder):
    found = []
    for path in sorted(glob.glob(f"{folder}/**/transcript.jsonl", recursive=True)):
        # An unfinished line may also end within a character.
        with open(path, encoding="utf-8", errors="replace", newline="\n") as f:
            found += parse(f.read())
    return found


def self_test():
    one, two = '{"from":"pilot","text":"Zürich Ground, radio check"}', '{"from":"atc","text":"read you five"}'
    whole = f"{one}\n{two}\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/data")
        for length in range(len(whole) + 1):
            with open(f"{folder}/data/transcript.jsonl", "wb") as f:
                f.write(whole[:length])
            said = [line["from"] for line in read(folder)]
            assert said == ["pilot", "atc"][: whole[:length].count(b"\n")], f"after {length} bytes: {said}"
    assert [line["from"] for line in parse(f'{one}\n{{"from":"at\n{two}\n7\n')] == ["pilot", "broken", "atc", "broken"]
    assert read("/nonexistent") == []
    print("transcript: unfinished lines are left, damaged ones are found")


if __name__ == "__main__":
    self_test()
