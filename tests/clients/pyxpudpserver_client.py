"""pyxpudpserver reads datarefs of the peer, writes a frequency and presses ident."""
import os
import sys
import time

import pyxpudpserver

COM1 = "sim/cockpit2/radios/actuators/com1_frequency_hz_833"
NAMES = ["sim/flightmodel/position/latitude", COM1, "sim/aircraft/view/acf_tailnum[0]"]

client = pyxpudpserver.pyXPUDPServer
client.initialiseUDP(("127.0.0.1", 49008), ("127.0.0.1", int(sys.argv[1])), "peer")
client.start()
for name in NAMES:
    client.requestXPDref(name)


def soon(wanted):
    until = time.time() + 15
    while time.time() < until:
        if wanted():
            return
        time.sleep(0.1)
    raise SystemExit("the values never came: %s" % [client.getData(n) for n in NAMES])


soon(lambda: abs(client.getData(NAMES[0]) - 19.7203) < 0.001 and client.getData(COM1) == 121900 and client.getData(NAMES[2]) == ord("N"))
client.sendXPDref(COM1, 0, 118100)
client.sendXPCmd("sim/transponder/transponder_ident")
soon(lambda: client.getData(COM1) == 118100)
print("read latitude, COM1 and tail number; wrote COM1", flush=True)
os._exit(0)
