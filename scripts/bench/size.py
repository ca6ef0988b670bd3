"""What the program's bytes are: the airports, and the runtime of the neural voice."""

import os
import re
import subprocess

AIRPORTS = "crates/stratus-airports/data/world.bin"
# The runtime of the networks, and what turns words into sound with it. rustfft is not counted: the resampler needs it anyway.
RUNTIME = re.compile(r"\b(rten\w*|stratus_voice)::")


def airports():
    return os.path.getsize(AIRPORTS)


def voice(symbols):
    """Bytes of the voice's runtime by the symbols of an unstripped program; None if they cannot be read."""
    if not symbols or not os.path.isfile(symbols):
        return None
    read = subprocess.run(["nm", "-S", "-C", symbols], capture_output=True, text=True)
    found = 0
    for line in read.stdout.splitlines():
        parts = line.split(None, 3)
        # Address, size, kind, name. What the loader only fills with zeros is not in the file.
        if len(parts) == 4 and len(parts[2]) == 1 and parts[2] not in "bB" and RUNTIME.search(parts[3]):
            found += int(parts[1], 16)
    return found or None
