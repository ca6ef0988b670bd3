/* Microsoft's own SimConnect.dll reads variables of the peer, tunes, squawks and idents. Built for Windows and run under
 * Wine by scripts/peers.sh: the library and its header come from the crate simconnect-sys and stay where they are.
 * The port is in SimConnect.cfg, which the library looks for in the current folder. */
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <math.h>
#include "SimConnect.h"

// A function of the library, by its own prototype in the header.
#define CALL(name, ...) reinterpret_cast<decltype(&SimConnect_##name)>(GetProcAddress(library, "SimConnect_" #name))(__VA_ARGS__)

static HMODULE library;

static int failed(const char *what, long code) {
    printf("%s: 0x%lx\n", what, code);
    return 1;
}

#pragma pack(push, 1)
struct own { double lat; char id[32]; double com1; int code; };
#pragma pack(pop)

int main(void) {
    HANDLE simulator = NULL;
    library = LoadLibraryA("SimConnect.dll");
    if (!library) return failed("SimConnect.dll cannot be loaded", GetLastError());
    HRESULT opened = CALL(Open, &simulator, "client", NULL, 0, NULL, 0);
    if (opened != S_OK) return failed("Open", opened);
    CALL(AddToDataDefinition, simulator, 1, "PLANE LATITUDE", "degrees", SIMCONNECT_DATATYPE_FLOAT64, 0, SIMCONNECT_UNUSED);
    CALL(AddToDataDefinition, simulator, 1, "ATC ID", NULL, SIMCONNECT_DATATYPE_STRING32, 0, SIMCONNECT_UNUSED);
    CALL(AddToDataDefinition, simulator, 1, "COM ACTIVE FREQUENCY:1", "MHz", SIMCONNECT_DATATYPE_FLOAT64, 0, SIMCONNECT_UNUSED);
    CALL(AddToDataDefinition, simulator, 1, "TRANSPONDER CODE:1", "number", SIMCONNECT_DATATYPE_INT32, 0, SIMCONNECT_UNUSED);
    CALL(AddToDataDefinition, simulator, 2, "PLANE ALTITUDE", "feet", SIMCONNECT_DATATYPE_FLOAT32, 0, SIMCONNECT_UNUSED);
    CALL(AddToDataDefinition, simulator, 9, "NO SUCH VARIABLE", "feet", SIMCONNECT_DATATYPE_FLOAT32, 0, SIMCONNECT_UNUSED);
    CALL(RequestDataOnSimObject, simulator, 1, 1, 0, SIMCONNECT_PERIOD_SIM_FRAME, 0, 0, 0, 0);
    CALL(RequestDataOnSimObjectType, simulator, 2, 2, 30000, SIMCONNECT_SIMOBJECT_TYPE_AIRCRAFT);
    CALL(SubscribeToSystemEvent, simulator, 1, "Pause");
    static const char *events[] = {"COM_STBY_RADIO_SET_HZ", "COM_STBY_RADIO_SWAP", "XPNDR_SET", "XPNDR_IDENT_ON"};
    static const DWORD data[] = {118100000, 0, 0x4512, 0};
    for (DWORD i = 0; i < 4; i++) CALL(MapClientEventToSimEvent, simulator, 11 + i, events[i]);
    for (DWORD i = 0; i < 4; i++)
        CALL(TransmitClientEvent, simulator, 0, 11 + i, data[i], 1, SIMCONNECT_EVENT_FLAG_GROUPID_IS_PRIORITY);

    int greeted = 0, around = 0, refused = 0, paused = 0;
    for (int tries = 0; tries < 1000; tries++) {
        SIMCONNECT_RECV *told = NULL;
        DWORD size = 0;
        if (CALL(GetNextDispatch, simulator, &told, &size) != S_OK || !told) {
            Sleep(10);
            continue;
        }
        switch (told->dwID) {
        case SIMCONNECT_RECV_ID_OPEN:
            greeted = strncmp(((SIMCONNECT_RECV_OPEN *)told)->szApplicationName, "KittyHawk", 9) == 0;
            break;
        case SIMCONNECT_RECV_ID_EXCEPTION:
            refused |= ((SIMCONNECT_RECV_EXCEPTION *)told)->dwException == SIMCONNECT_EXCEPTION_NAME_UNRECOGNIZED;
            break;
        case SIMCONNECT_RECV_ID_EVENT:
            paused |= ((SIMCONNECT_RECV_EVENT *)told)->uEventID == 1;
            break;
        case SIMCONNECT_RECV_ID_SIMOBJECT_DATA_BYTYPE: {
            SIMCONNECT_RECV_SIMOBJECT_DATA *d = (SIMCONNECT_RECV_SIMOBJECT_DATA *)told;
            around |= d->dwRequestID == 2 && *(float *)&d->dwData == 900.0f;
            break;
        }
        case SIMCONNECT_RECV_ID_SIMOBJECT_DATA: {
            struct own *own = (struct own *)&((SIMCONNECT_RECV_SIMOBJECT_DATA *)told)->dwData;
            if (fabs(own->lat - 19.7203) < 1e-9 && strcmp(own->id, "N172SP") == 0 && own->com1 == 118.1 && own->code == 4512 && greeted
                && around && refused && paused) {
                CALL(Close, simulator);
                printf("Microsoft's library read and wrote\n");
                return 0;
            }
            break;
        }
        }
    }
    printf("the values never came: greeted %d, others %d, unknown name refused %d, pause told %d\n", greeted, around, refused, paused);
    return 1;
}
