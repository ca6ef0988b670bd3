"""xpwebapi follows datarefs of the peer by WebSocket."""
import os
import sys
import time

from xpwebapi import CALLBACK_TYPE, XPWebsocketAPI

LATITUDE = "sim/flightmodel/position/latitude"
CLOCK = "sim/time/total_running_time_sec"

ws = XPWebsocketAPI(host="127.0.0.1", port=int(sys.argv[1]), api="/api", api_version="v2")
got = []
ws.set_callback(CALLBACK_TYPE.ON_DATAREF_UPDATE, lambda **told: got.append((told.get("dataref"), told.get("value"))))
ws.connect()
ws.wait_connection()
for name in (LATITUDE, CLOCK):
    ws.monitor_dataref(ws.dataref(name))
ws.start()
until = time.time() + 15
while time.time() < until:
    ticks = [v for n, v in got if n == CLOCK]
    if len(set(ticks)) >= 5 and any(n == LATITUDE and abs(v - 19.7203123456) < 1e-9 for n, v in got):
        print("followed latitude and clock: %d updates" % len(got), flush=True)
        os._exit(0)
    time.sleep(0.1)
print("no updates: %r" % got[:5], flush=True)
os._exit(1)
