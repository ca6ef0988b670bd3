#!/usr/bin/env python3
"""Counts wrong words and digits in recognised text: radio-words.py PHRASES NAME HEARD.jsonl [NAME HEARD.jsonl ...]"""

import json
import os
import re
import sys

ONES = {w: str(i) for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}
# "nineer" is a recogniser's spelling of the same sounds.
ONES |= {"niner": "9", "nineer": "9", "tree": "3", "fife": "5"}
TENS = {w: 10 * (i + 2) for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
# Spellings of one word.
SAME = {"alfa": "alpha", "juliett": "juliet", "whisky": "whiskey", "decimal": "point", "takeoff": "take off"}


def number(words, i):
    """The digits of the number word at i, and where the next one is; None where there is none."""
    w = words[i]
    if w.isdigit():
        return w, i + 1
    if w in TENS:
        if i + 1 < len(words) and len(ONES.get(words[i + 1], "")) == 1 and ONES[words[i + 1]] != "0":
            return str(TENS[w] + int(ONES[words[i + 1]])), i + 2
        return str(TENS[w]), i + 1
    return (ONES[w], i + 1) if w in ONES else (None, i)


def plain(text):
    """A text as lower-case words and single digits: "one two five point seven" and "125.7" are the same."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.lower())
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    text = re.sub(r"[^a-z0-9' ]+", " ", text)
    words = re.findall(r"\d+|[a-z']+", " ".join(SAME.get(w, w) for w in text.split()))
    out, i = [], 0
    while i < len(words):
        digits, i_next = number(words, i)
        if digits is None:
            out.append(words[i])
            i += 1
            continue
        while i_next < len(words):
            more, after = number(words, i_next)
            if more is not None and words[i_next - 1] == "hundred" and digits.endswith("00") and len(more) <= 2:
                # "six hundred seventy three".
                digits, i_next = digits[:-2] + more.zfill(2), after
            elif more is not None:
                digits, i_next = digits + more, after
            elif words[i_next] == "thousand":
                # "five thousand two hundred", "one zero thousand".
                hundreds, after = number(words, i_next + 1) if i_next + 2 < len(words) else (None, 0)
                spoken = hundreds is not None and after < len(words) and words[after] == "hundred"
                digits, i_next = str(int(digits) * 1000 + (int(hundreds) * 100 if spoken else 0)), after + 1 if spoken else i_next + 1
            elif words[i_next] == "hundred":
                digits, i_next = digits + "00", i_next + 1
            else:
                break
        out.extend(digits)
        i = i_next
    return out


def wrong(said, heard):
    """Number of deletions, insertions and substitutions, capped at the number of words."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        before, row = row, [i]
        for j, b in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return min(row[-1], len(said))


def digits(words):
    return [w for w in words if w.isdigit()]


def main():
    phrases = [line.strip() for line in open(sys.argv[1]) if line.strip() and not line.startswith("#")]
    print("| radio | words wrong | digits wrong |\n|---|---|---|")
    for name, path in zip(sys.argv[2::2], sys.argv[3::2]):
        heard = [json.loads(line)["text"] for line in open(path)]
        assert len(heard) == len(phrases), f"{name}: {len(heard)} of {len(phrases)} phrases were recognised"
        pairs = [(plain(a), plain(b)) for a, b in zip(phrases, heard)]
        cells = []
        for part in (list, digits):
            n, of = sum(wrong(part(a), part(b)) for a, b in pairs), sum(len(part(a)) for a, _ in pairs)
            cells.append(f"{100 * n / of:.1f} % ({n} of {of})")
        print(f"| {name} | {cells[0]} | {cells[1]} |")
        if os.environ.get("VERBOSE"):
            for said, text, (a, b) in zip(phrases, heard, pairs):
                if a != b:
                    print(f"  said:  {said}\n  heard: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
