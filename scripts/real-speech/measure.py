#!/usr/bin/env python3
"""Measures recognition and understanding as in the tray: measure.py PROGRAM MODEL CALLS.jsonl WAV-FOLDER SET…

Each call goes through `stratus batch`, kind `hear`. "All three": intent, callsign and slots are right; "useful": intent and slots
are right, and the callsign is the pilot's or none was recognised. tests/cases/score.py decides what is right, as for typed calls:
its CORE slots count, and a slot in `slots_optional` may be left out.
"""
import collections, glob, json, os, re, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/cases"))
import score

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
ONES = {w: i for i, w in enumerate(ONES.split())} | {"niner": 9, "tree": 3, "fife": 5, "oh": 0}
TENS = {w: 10 * i for i, w in enumerate("_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()) if w != "_"}
SAME = {"alfa": "alpha", "juliett": "juliet", "decimal": "point", "takeoff": "take off", "whisky": "whiskey", "xray": "x ray",
        "qnh": "q n h", "qfe": "q f e", "ils": "i l s", "ifr": "i f r", "vfr": "v f r", "utc": "u t c", "rnav": "r nav", "okay": "ok",
        "centre": "center"}
# Slots whose values control the aircraft: an invented value is a failure.
VALUES = ("runway", "altitude_ft", "heading", "frequency", "squawk", "atis")


def plain(text):
    """The words as spoken: single digits, and unified spelling."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.lower().replace("’", "'"))
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    words = [w for x in re.sub(r"[^a-z0-9' ]+", " ", text).split() for w in SAME.get(x, x).split()]
    words = [p for w in words for p in re.findall(r"\d+|[a-z']+", w)]
    out, i = [], 0
    while i < len(words):
        run = ""
        while i < len(words):
            w = words[i]
            if w.isdigit():
                run += w
            elif w in TENS:
                one = ONES.get(words[i + 1], 0) if i + 1 < len(words) else 0
                run += str(TENS[w] + (one if 0 < one < 10 else 0))
                i += 0 < one < 10
            elif w in ONES:
                run += str(ONES[w])
            elif run and w == "thousand":
                run += "000"
                if i + 2 < len(words) and words[i + 2] == "hundred" and words[i + 1] in ONES:
                    run = run[:-3] + str(ONES[words[i + 1]]) + "00"
                    i += 2
            elif run and w == "hundred":
                run += "00"
            else:
                break
            i += 1
        out += list(run)
        if i < len(words) and not run:
            out.append(words[i])
            i += 1
    return out


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def processor_s(pid):
    """Seconds of processor time that a process has used."""
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def one_by_one(program, model, lines):
    """As `batch`, with the processor time of each answer in `cpu_ms`, independent of other load. The first line is sent
    twice, so that loading the models is not counted."""
    with subprocess.Popen([program, "batch", "--model", model], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        answers = []
        for line in [lines[0], *lines]:
            before = processor_s(run.pid)
            run.stdin.write(json.dumps(line) + "\n")
            run.stdin.flush()
            answer = json.loads(run.stdout.readline())
            answers.append({**answer, "cpu_ms": round(1000 * (processor_s(run.pid) - before))})
        run.stdin.close()
    return answers[1:]


def batch(program, model, lines):
    done = subprocess.run([program, "batch", "--model", model], input="\n".join(map(json.dumps, lines)) + "\n", capture_output=True, text=True)
    sys.stderr.write(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def pose(call):
    return {k: call[k] for k in ("region", "airport", "facility", "com1", "context", "aircraft_type") if k in call}


def measure(program, model, calls, wav, name):
    """One set: its row of the table, and its failures by kind."""
    answers = one_by_one(program, model, [{"id": c["id"], "kind": "hear", "sound": f"{wav}/{name}/{c['id']}.wav", **pose(c)} for c in calls])
    true = {a["id"]: a for a in batch(program, model, [{"id": c["id"], "kind": "hear", "text": c["text"], **pose(c)} for c in calls])}
    kinds, errors, words, three, useful, took, looks = collections.defaultdict(list), 0, 0, 0, 0, [], 0
    for c, a in zip(calls, answers):
        if "error" in a:
            kinds["error"].append((c, a))
            continue
        want, got = c["expect"], a["slots"]
        extra = [k for k in VALUES if k in got and k not in want["slots"] and k not in {*c.get("slots_optional", []), *want.get("slots_optional", [])} and got[k] != true[c["id"]]["slots"].get(k)]
        intent = a["intent"] in [want["intent"], *want.get("intent_alt", [])]
        callsign = score.norm_cs(a["callsign"]) in [score.norm_cs(x) for x in (want["callsign"], *want.get("callsign_alt", []))]
        optional = {*c.get("slots_optional", []), *want.get("slots_optional", [])}
        core = {k: v for k, v in want["slots"].items() if k in score.CORE}
        slots = all(k in optional or score.same(k, v, got.get(k)) for k, v in core.items()) and not extra
        ref, heard = plain(c["text"]), plain(a["text"])
        if len(heard) > 1.6 * len(ref) + 3:
            kinds["repeated"].append((c, a))
        else:
            errors, words = errors + distance(ref, heard), words + len(ref)
        if len(heard) < len(ref) - 3 and distance(ref[:5], heard[:5]) >= 4:
            kinds["beginning lost"].append((c, a))
        if not callsign:
            kinds["another callsign" if a["callsign"] else "no callsign"].append((c, a))
        if not intent:
            kinds["intent"].append((c, a))
        if not slots:
            kinds["values"].append((c, a))
        three += intent and callsign and slots
        useful += intent and slots and (callsign or a["callsign"] is None)
        looks += a["looks"] > 1
        took.append(a["cpu_ms"])
    took.sort()
    n = len(answers)
    count = lambda k: len(kinds[k])
    row = (f"| {name} | {n} | {100 * errors / max(words, 1):.1f} | {100 * three / n:.1f} | {100 * useful / n:.1f} | {count('another callsign')} "
           f"| {count('repeated')} | {count('beginning lost')} | {looks} | {took[n // 2]} | {took[-1]} |")
    return row, kinds


def empty(program, model, wav):
    """Recordings without speech: how many were taken for words."""
    files = sorted(glob.glob(f"{wav}/empty/*.wav"))
    answers = batch(program, model, [{"id": f, "kind": "hear", "sound": f, "airport": "KPAO", "com1": "118.6", "context": {"own_callsign": "N172SP"}} for f in files])
    taken = [(os.path.basename(a["id"]), a["text"], a["confidence"]) for a in answers if a.get("text")]
    print(f"\nwithout speech: {len(files)} recordings, {len(taken)} taken for words {taken or ''}")


def main(program, model, path, wav, *sets):
    calls = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
    print("| sound | calls | word errors % | all three % | useful % | another's callsign | repeated | beginning lost | second looks | processor ms, median | processor ms, most |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    failures = []
    for name in (s for s in sets if s != "empty"):
        row, kinds = measure(program, model, calls, wav, name)
        print(row, flush=True)
        failures.append((name, kinds))
    for name, kinds in failures:
        for kind, cases in kinds.items():
            print(f"\n{name}, {kind}:" if cases else "", end="")
            for c, a in cases:
                print(f"\n  {c['id']} said  {c['text']}\n       heard {a.get('text', a.get('error'))}\n       as    {a.get('intent')} {a.get('callsign')} {a.get('slots')}", end="")
    print()
    if "empty" in sets:
        empty(program, model, wav)


if __name__ == "__main__":
    main(*sys.argv[1:])
