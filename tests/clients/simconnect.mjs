// node-simconnect reads variables of the peer, tunes, squawks and idents, in three generations of the protocol.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const { open, Protocol, SimConnectDataType, SimConnectPeriod, SimObjectType, EventFlag } = require('node-simconnect');
const port = Number(process.argv[2]);
const generations = Object.entries(Protocol).filter(([, v]) => [4, 5, 6].includes(v));

async function converse([name, protocol]) {
    const { recvOpen, handle } = await open('client', protocol, { remote: { host: '127.0.0.1', port } });
    if (!recvOpen.applicationName.startsWith('KittyHawk')) throw new Error(`${name}: ${recvOpen.applicationName}`);
    return new Promise((done, failed) => {
        const late = setTimeout(() => failed(new Error(`${name}: the values never came`)), 10000);
        let around = false;
        let refused = false;
        handle.on('error', failed);
        handle.on('exception', (e) => { refused = refused || e.exception === 7; });
        handle.addToDataDefinition(1, 'PLANE LATITUDE', 'degrees', SimConnectDataType.FLOAT64);
        handle.addToDataDefinition(1, 'ATC ID', null, SimConnectDataType.STRING32);
        handle.addToDataDefinition(1, 'COM ACTIVE FREQUENCY:1', 'MHz', SimConnectDataType.FLOAT64);
        handle.addToDataDefinition(1, 'TRANSPONDER CODE:1', 'number', SimConnectDataType.INT32);
        handle.addToDataDefinition(2, 'PLANE ALTITUDE', 'feet', SimConnectDataType.FLOAT32);
        handle.addToDataDefinition(9, 'NO SUCH VARIABLE', 'feet', SimConnectDataType.FLOAT32);
        handle.requestDataOnSimObject(1, 1, 0, SimConnectPeriod.SIM_FRAME);
        handle.requestDataOnSimObjectType(2, 2, 30000, SimObjectType.AIRCRAFT);
        ['COM_STBY_RADIO_SET_HZ', 'COM_STBY_RADIO_SWAP', 'XPNDR_SET', 'XPNDR_IDENT_ON'].forEach((e, i) => handle.mapClientEventToSimEvent(11 + i, e));
        [118100000, 0, 0x4512, 0].forEach((data, i) => handle.transmitClientEvent(0, 11 + i, data, 1, EventFlag.EVENT_FLAG_GROUPID_IS_PRIORITY));
        handle.on('simObjectDataByType', (told) => { around = told.requestID === 2 && told.data.readFloat32() === 900; });
        handle.on('simObjectData', (told) => {
            const [lat, id, com1, code] = [told.data.readFloat64(), told.data.readString32(), told.data.readFloat64(), told.data.readInt32()];
            if (Math.abs(lat - 19.7203) < 1e-9 && id === 'N172SP' && com1 === 118.1 && code === 4512 && around && refused) {
                clearTimeout(late);
                handle.close();
                done();
            }
        });
    });
}

for (const generation of generations) await converse(generation);
console.log(`read and wrote in generations ${generations.map(([, v]) => v).join(', ')}`);
process.exit(generations.length === 3 ? 0 : 1);
