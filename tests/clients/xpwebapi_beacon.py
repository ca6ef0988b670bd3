"""xpwebapi hears the peer's beacon."""
import os
import sys

import xpwebapi

data = xpwebapi.beacon().get_beacon(timeout=5)
if data is None or data.port != int(sys.argv[1]) or data.role != 1:
    print("not the peer's beacon: %r" % (data,), flush=True)
    os._exit(1)
print("heard X-Plane %s on port %s" % (data.xplane_version, data.port), flush=True)
os._exit(0)
