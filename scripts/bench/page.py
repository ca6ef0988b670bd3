"""The page's memory: with it switched off, on without a client, and with three clients that read everything."""

import json
import subprocess
import time

from browser import Reading, free_port, get
from vitals import NOBODY, Stratus, proportional

# What start-up and the first requests touched returns to the system after a minute without an event.
SETTLE_S = 75
CLIENTS = 3


def memory(program, row):
    port = free_port()
    used = {}
    for name, config in (("off", NOBODY), ("on", f'{NOBODY}[page]\nlisten = "127.0.0.1:{port}"\n')):
        stratus = Stratus(program, config)
        stratus.start()
        time.sleep(SETTLE_S)
        used[name] = proportional(stratus.child.pid)
        if name == "on":
            told = subprocess.run([program, "page", "--json"], env=stratus.env, capture_output=True, text=True, check=True).stdout
            query = json.loads(told)["link"].split("?")[1]
            clients = []
            for _ in range(CLIENTS):
                if get(port, f"/?{query}") != 200:
                    raise SystemExit("the page does not answer")
                clients.append(Reading(port, query))
            time.sleep(SETTLE_S)
            used["clients"] = proportional(stratus.child.pid)
            for client in clients:
                client.close()
        stratus.close()
    more = used["clients"] - used["off"]
    row(f"the page with {CLIENTS} clients: proportional memory", f"{more:,} kB more than without the page ({used['on'] - used['off']:,} kB more without clients)",
        "3 MB (3,072 kB)", more <= 3072)
