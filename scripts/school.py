"""The figures of many flights of the flight school, by ranges of seeds: school.py PROGRAM FLIGHTS SEED OUT. Called by scripts/school.sh.

Half of the ranges fly under visual, half under instrument flight rules. Each flight is one JSON line of `stratus school`."""

import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import time

RANGES = 4
THIRD = "33"
# What begins elsewhere than at the stand.
MIDDLE = ("hold", "cruise", "inbound")
CAUSES = 12


def fly(program, rules, first, count):
    """The logs of the flights of a range."""
    command = [program, "school", "--json", "--flights", str(count), "--seed", str(first), "--rules", rules,
               "--traffic", "on", "--middle", THIRD, "--emergencies", THIRD]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if "seed" in line]


def share(part, whole):
    return f"{part} of {whole}" + (f" ({part / whole:.1%})" if whole else "")


def figures(logs):
    """The rows of one column."""
    n = len(logs)
    completed = [log for log in logs if log["outcome"] == "completed"]
    clean = [log for log in completed if not log["broken"] and not log["unanswered"]]
    each = lambda key: f"{sum(log[key] for log in logs) / max(n, 1):.1f}"  # noqa: E731
    silence = max(logs, key=lambda log: log["longest_silence"], default=None)
    rows = {"flights, virtual hours": f"{n}, {sum(log['seconds'] for log in logs) / 3600:.0f}",
            "completed, gate to gate or from the starting point": share(len(completed), n),
            "completed without a broken invariant and with every request answered": share(len(clean), n)}
    for name, words in (("circuits", "circuits completed"), ("arrival", "arrivals"), ("cross_country", "cross-country"), ("instruments", "instruments")):
        flown = [log for log in logs if log["mission"] == name]
        rows[words] = share(sum(log["outcome"] == "completed" for log in flown), len(flown)) if flown else "-"
    for words, some in (("begun in the middle, completed", [log for log in logs if log["begin"] in MIDDLE]),
                        ("with an emergency, completed", [log for log in logs if log["emergency"]])):
        rows[words] = share(sum(log["outcome"] == "completed" for log in some), len(some))
    rows["requests without an answer"] = str(sum(len(log["unanswered"]) for log in logs))
    for law in range(1, 9):
        rows[f"invariant {law} broken" if law == 1 else str(law)] = str(sum(any(b["law"] == law for b in log["broken"]) for log in logs))
    rows["per flight: transmissions, calls"] = f"{each('transmissions')}, {each('calls')}"
    rows["per flight: clearances, questions"] = f"{each('clearances')}, {each('questions')}"
    rows["right readbacks refused, or answered by the same instruction, per flight"] = f"{sum(log['refused_readbacks'] for log in logs) / max(n, 1):.2f}"
    rows["longest silence while a transmission was due"] = f"{silence['longest_silence']} s (seed {silence['seed']})" if silence else "-"
    return rows


def name(need):
    """"landing"; "cross" of {"cross": runway}."""
    return need if isinstance(need, str) else next(iter(need))


def causes(logs):
    """What went wrong, most frequent first, each with a flight that shows it."""
    found = collections.defaultdict(list)
    for log in logs:
        shows = f"{'IFR' if log['mission'] == 'instruments' else 'VFR'} {log['seed']}"
        if log["outcome"] != "completed":
            stuck = log["outcome"]["stuck"]
            found[f"stuck: {stuck['stage']} without {name(stuck['need'])}; {stuck['why']}"].append(shows)
        for need in log["unanswered"]:
            found[f"no answer: {name(need)}"].append(shows)
        for law, kind in {(b["law"], b["kind"]) for b in log["broken"]}:
            found[f"invariant {law}: {kind}"].append(shows)
    return sorted(found.items(), key=lambda e: (-len(e[1]), e[0]))


def main():
    program, total, seed, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    begun, count = time.monotonic(), max(total // RANGES, 1)
    ranges = [("ifr" if n % 2 else "vfr", seed + n * count, count) for n in range(RANGES)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        flown = list(pool.map(lambda r: fly(program, *r), ranges))
    logs = [log for some in flown for log in some]
    columns = [(f"{rules.upper()}, {first} to {first + count - 1}", figures(some)) for (rules, first, count), some in zip(ranges, flown)]
    columns.append(("all", figures(logs)))
    lines = ["| seeds | " + " | ".join(name for name, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(column[row] for _, column in columns) + " |" for row in columns[0][1]]
    regions = collections.Counter(log["region"] for log in logs)
    lines += ["", "Flights by region: " + ", ".join(f"{name} {n}" for name, n in regions.most_common()) + ".", "",
              "| flights | what happens | seeds |", "|---|---|---|"]
    lines += [f"| {len(seeds)} | {what} | {', '.join(seeds[:3])} |" for what, seeds in causes(logs)[:CAUSES]]
    lines += ["", "`stratus school --flights 1 --seed N --rules RULES --traffic on "
              f"--middle {THIRD} --emergencies {THIRD} --show` shows a flight of the table."]
    text = "\n".join(lines) + "\n"
    with open(out, "w") as f:
        f.write(text)
    print(f"{text}\n{len(logs)} flights in {time.monotonic() - begun:.0f} s; the table: {out}")


if __name__ == "__main__":
    main()
