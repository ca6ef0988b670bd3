"""xpwebapi reads and writes datarefs of the peer and activates a command, by REST."""
import inspect
import sys

import xpwebapi

port = int(sys.argv[1])
api = xpwebapi.rest_api(host="127.0.0.1", port=port, api_version="v2")
assert api.connected and "v2" in api.capabilities["api"]["versions"], api.capabilities
lat = api.dataref_value(api.dataref("sim/flightmodel/position/latitude"))
assert abs(lat - 19.7203123456) < 1e-9, lat
com1 = api.dataref("sim/cockpit2/radios/actuators/com1_frequency_hz_833")
com1.value = 118100
assert api.write_dataref(com1)
assert api.dataref_value(com1) == 118100, api.dataref_value(com1)
tail = api.dataref_value(api.dataref("sim/aircraft/view/acf_tailnum"))
assert "N172SP" in str(tail), tail
command = api.command("sim/transponder/transponder_ident")
assert (api.execute if hasattr(api, "execute") else api.execute_command)(command)
print("read latitude, COM1 and tail number; wrote COM1; pressed ident", flush=True)
