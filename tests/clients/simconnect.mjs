// node-simconnect reads variables of the peer, tunes, squawks and idents, in three generations of the protocol.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'package.json'));
const { open, Protocol, SimConnectDataType, SimConnectPeriod, SimObjectType, EventFlag, FacilityDataType } = require('node-simconnect');
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

// An airport: records by the client's own definition, read in its order, then the end of the answer.
async function look([name, protocol]) {
    const { handle } = await open('client', protocol, { remote: { host: '127.0.0.1', port } });
    const fields = ['OPEN AIRPORT', 'LATITUDE', 'ICAO', 'OPEN RUNWAY', 'PRIMARY_NUMBER', 'LENGTH', 'CLOSE RUNWAY', 'OPEN FREQUENCY', 'FREQUENCY',
        'NAME', 'CLOSE FREQUENCY', 'OPEN APPROACH', 'TYPE', 'RUNWAY_NUMBER', 'CLOSE APPROACH', 'OPEN TAXI_POINT', 'TYPE', 'BIAS_X', 'BIAS_Z',
        'CLOSE TAXI_POINT', 'OPEN TAXI_PARKING', 'NUMBER', 'CLOSE TAXI_PARKING', 'OPEN TAXI_PATH', 'TYPE', 'START', 'END', 'NAME_INDEX',
        'CLOSE TAXI_PATH', 'OPEN TAXI_NAME', 'NAME', 'CLOSE TAXI_NAME', 'CLOSE AIRPORT'];
    const seen = {};
    let exceptions = 0;
    await new Promise((done, failed) => {
        const late = setTimeout(() => failed(new Error(`${name}: the airport never came`)), 10000);
        handle.on('error', failed);
        handle.on('exception', () => { exceptions += 1; });
        handle.on('facilityData', ({ userRequestId, type, itemIndex, listSize, data }) => {
            if (userRequestId !== 31) failed(new Error(`${name}: request ${userRequestId}`));
            const read = {
                [FacilityDataType.AIRPORT]: () => [data.readFloat64(), data.readString8()],
                [FacilityDataType.RUNWAY]: () => [data.readInt32(), data.readFloat32()],
                [FacilityDataType.FREQUENCY]: () => [data.readInt32(), data.readString64()],
                [FacilityDataType.APPROACH]: () => [data.readInt32(), data.readInt32()],
                [FacilityDataType.TAXI_POINT]: () => [data.readInt32(), data.readFloat32(), data.readFloat32()],
                [FacilityDataType.TAXI_PARKING]: () => [data.readInt32()],
                [FacilityDataType.TAXI_PATH]: () => [data.readInt32(), data.readInt32(), data.readInt32(), data.readInt32()],
                [FacilityDataType.TAXI_NAME]: () => [data.readString32()],
            }[type]();
            seen[type] = seen[type] || [];
            if (itemIndex !== seen[type].length) failed(new Error(`${name}: place ${itemIndex} of ${listSize}`));
            seen[type].push(read);
        });
        handle.on('facilityDataEnd', ({ userRequestId }) => {
            if (userRequestId !== 31) return;
            clearTimeout(late);
            done();
        });
        for (const field of fields) handle.addToFacilityDefinition(3, field);
        handle.requestFacilityData(3, 30, 'ZZZZ');
        handle.requestFacilityData(3, 31, 'PHTO');
    });
    handle.close();
    const counts = [['AIRPORT', 1], ['RUNWAY', 2], ['FREQUENCY', 7], ['APPROACH', 4], ['TAXI_POINT', 8], ['TAXI_PARKING', 2], ['TAXI_PATH', 12], ['TAXI_NAME', 3]];
    for (const [kind, count] of counts) {
        const got = (seen[FacilityDataType[kind]] || []).length;
        if (got !== count) throw new Error(`${name}: ${got} records of ${kind}`);
    }
    const [lat, icao] = seen[FacilityDataType.AIRPORT][0];
    const [hold] = seen[FacilityDataType.TAXI_POINT].filter(([type]) => type === 2);
    const tower = seen[FacilityDataType.FREQUENCY][2];
    const right = Math.abs(lat - 19.7203) < 1e-9 && icao === 'PHTO' && hold[1] === -980 && tower[0] === 118105000 && tower[1] === 'HILO TOWER'
        && seen[FacilityDataType.RUNWAY][0][0] === 8 && seen[FacilityDataType.TAXI_NAME][1][0] === 'A' && exceptions === 1;
    if (!right) throw new Error(`${name}: ${JSON.stringify(seen)}, ${exceptions} exceptions`);
}

for (const generation of generations) await converse(generation);
for (const generation of generations.filter(([, v]) => v >= 5)) await look(generation);
console.log(`read and wrote in generations ${generations.map(([, v]) => v).join(', ')}, and read an airport in 5 and 6`);
process.exit(generations.length === 3 ? 0 : 1);
