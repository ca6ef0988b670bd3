"""Creates seeds for the fuzz targets from the project's own cases: seeds.py FOLDER writes FOLDER/TARGET/… and FOLDER/words.dict."""

import glob
import json
import os
import re
import struct
import sys

out = sys.argv[1]
words = set()


def seed(target, data):
    folder = os.path.join(out, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"seed-{len(os.listdir(folder)):04}"), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def cases(kind):
    for file in glob.glob(f"tests/cases/**/{kind}.jsonl", recursive=True):
        yield from (json.loads(line) for line in open(file) if line.strip())


for n, c in enumerate(cases("understand")):
    words.update(re.findall(r"[a-z]{3,}", c["text"].lower()))
    seed("transcript", bytes([n % 64]) + c["text"].encode() + b"\n" + (c.get("context", {}).get("last_atc") or "").encode())
    seed("hear", bytes([n % 64]) + c["text"].encode() + b"\n" + (c.get("context", {}).get("last_atc") or "").encode())
    seed("batch_line", json.dumps({k: v for k, v in c.items() if k != "expect"} | {"kind": "understand"}))
    answer = {"intent": c["expect"]["intent"], "runway": "31", "altitude_ft": 3000, "frequency": "118.6", "squawk": "4512", "heading": 270}
    seed("model_answer", c["text"] + "\n" + json.dumps(answer))
    seed("model_answer", c["text"] + "\n<think>{hm}</think>Sure:\n```json\n" + json.dumps(answer) + "\n```\n")
for c in cases("readback"):
    seed("readback", c["instruction"] + "\n" + c["readback"])
    seed("batch_line", json.dumps({k: v for k, v in c.items() if k != "expect"} | {"kind": "readback"}))
for kind in ("respond", "adversarial"):
    for c in cases(kind):
        seed("batch_line", json.dumps({k: v for k, v in c.items() if k != "expect"} | {"kind": "respond"}))
for file in glob.glob("tests/scenarios/*.atc"):
    said = re.findall(r"^\S*\s*pilot:? +(.*)$|^> (.*)$", open(file).read(), re.M)
    lines = ["".join(s) for s in said]
    moves = [b"!" + bytes(m) for m in ((128, 128, 50, 0, 0, 0), (128, 128, 50, 30, 60, 1), (128, 150, 140, 90, 60, 1), (140, 128, 200, 120, 90, 3))]
    for m in moves:
        seed("conversation", m + b"\n" + "\n".join(lines[:8]).encode())
for file in glob.glob("tests/fixtures/plans/*") + glob.glob("tests/fixtures/simbrief/*[nl]"):
    seed("flight_plan", open(file, "rb").read())
for target in ("msfs", "xplane", "xplane3", "flightgear", "garmin", "little_navmap", "simbrief_json", "simbrief_xml"):
    for at in range(0, 4000, 400):
        for text in ("FL350", "9000,000", "+50.500_-020.250", "<ATCAirway>L602</ATCAirway>", "NUMENR 9\n", "{}", "[]", "false", "&", "\x1b[2J"):
            seed(f"plan_{target}", struct.pack(">HB", at, len(text)) + text.encode())
seed("airport_file", "I\n1100 Version\n1 38 1 0 PHTO Hilo Intl\n100 45.72 1 0 0.25 0 0 0 08 19.72 -155.07 0 0 3 0 0 1 26 19.72 -155.04 0 0 3 0 0 1\n"
     "1054 118100 Hilo Tower\n1200\n1201 19.72 -155.05 both 0 n0\n1201 19.72 -155.04 both 1 n1\n1202 0 1 twoway taxiway A\n1204 departure 08,26\n1300 19.72 -155.05 90 gate jets Gate 1\n99\n")
# The first byte selects the table: countries, regions, airports, runways, frequencies.
seed("airport_tables", "\0DE|Germany\n\1US-CA|California\n\2" "1|KPAO|small_airport|Palo Alto Airport of Santa Clara County|37.46|-122.11|7|US|US-CA|Palo Alto|KPAO\n"
     "\3" "1|2443|70|ASP|1|0|13|31|37.4636|-122.119|37.4586|-122.111|||\n\4" "1|TWR|PALO ALTO TWR|118.6\n\4" "1|A/D|NORCAL APP|135.65\n")
seed("procedures", "SID:010,5,PORTE5,RW28B,REBAS,K2;\nSTAR:010,2,LOMD4A,ALL,AB,LE;\nAPPCH:010,A,I31-Z,AB,AB;\nAPPCH:010,I,I31-Z, ,AB;\nAPPCH:010,R,R28RY, ,AB;\n"
     "APPCH:010,V,VOR-A, ,AB;\nAPPCH:010,H,RNPZ05, ,AB;\nRWY:RW16L,+0580;\nPRDAT: , ;\n")

seed("legs", "SID:010,4,NORTH3,RW08B, , , , ,    , ,   ,VA, , , , , ,      ,    ,    ,0950,    ,+,01430,     ,18000, ,   ,    ,   , , , , , , ,J,S;\n"
     "APPCH:040,I,I09L, , , , , ,  M , ,   ,CA, , , , , ,      ,    ,    ,0950,    ,+,01500,     ,     , ,   ,    ,   , , , , , ,0,N,S;\n"
     "APPCH:060,I,I09L, ,BANNG,K7,E,A,EE H,R,   ,HM, , , , , ,      ,    ,    ,2700,T010,B,04000,06000,     , ,230,    ,   , , , , , ,0,N,S;\n")
seed("minima", "I\n1150 Version - made up\n+37 -122 052 097 UNK " + "021 " * 27 + "\n 11 SOVAR K2 KXXX T 000 056 25 090 068 25 000 000 0\n 10 RW09L K7 KATL M 180 035 25 000 000 0\n99\n")
seed("controllers", "A\n1200\nATCFILE\n\nCONTROLLER\nNAME LAKELAND ACC\nFACILITY_ID XLAK\nROLE ctr\nFREQ 12802\nCHAN 132255\nAIRSPACE_POLYGON_BEGIN -100 60000\n"
     "POINT 45.0 5.0\nPOINT 49.0 5.0\nPOINT 49.0 11.0\nPOINT 45.0 11.0\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n")
seed("airspace", "AC D\nAN LAKE CTR\nAL GND\nAH 4500ft MSL\nV X=47:40:12 N 009:30:41 E\nDC 5\nAC C\nAN BAY\nAL 1000ft AGL\nAH FL95\nV D=-\nV X=47:40:12 N 009:30:41 E\n"
     "DB 47:40:00 N 009:20:00 E, 47:45:00 N 009:30:00 E\nDA 5,270,90\nDP 47:30:00 N 009:30:00 E\n")
seed("fixes", " 47.51 9.25 KPT ENRT ED 4531010 KEMPTEN\n 3 51.75 -0.11 376 11750 130 -2.0 BPK ENRT EG BROOKMANS PARK VOR/DME\n BPK EG 3 TOTRI EG 11 F 1 95 245 M185-Q295\n"
     " LAM EG ENRT 3 263.0 1.0 0.0 L 7000 15000 230\n")


def record(kind, data, place=0, of=1):
    message = struct.pack("<10I", 40 + len(data), 5, 28, 1000, 1, 0, kind, 1, place, of) + data
    return bytes([len(message)]) + message


seed("facilities", record(0, struct.pack("<ddd64s8s8s", 19.7203, -155.0485, 11.6, b"Hilo", b"PHTO", b"PH"))
     + record(1, struct.pack("<dddfffiiiii", 19.7214, -155.0436, 11, 90, 2990, 46, 4, 8, 0, 26, 0))
     + record(3, struct.pack("<ii64s", 6, 118_100_000, b"HILO TOWER")) + record(5, struct.pack("<4i", 10, 90, 26, 0))
     + record(14, struct.pack("<iiff", 2, 0, -980, 70), 0, 2) + record(14, struct.pack("<iiff", 1, 0, -980, 120), 1, 2)
     + record(15, struct.pack("<6i4f", 10, 1, 12, 0, 5, 0, 20, 20, 0, -120)) + record(16, struct.pack("<if5i", 1, 23, 0, 0, 0, 1, 0))
     + record(17, struct.pack("<32s", b"A")))
seed("packets", b"RREF," + bytes(range(64)))
seed("packets", b"BECN\0\1\2\1\0\0\0\x80\xd4\1\0\1\0\0\0\x68\xbfpc\0")
seed("packets", '{"type":"dataref_update_values","data":{"1234":1.5,"77":[1,2]}}')
shipped = open("config/stratus.toml").read()
seed("configuration", shipped)
seed("configuration", "\n".join(line[2:] if re.match(r"# [a-z_0-9]+ = ", line) else line for line in shipped.splitlines()))
seed("configuration", '[speech]\r\nmodel = "C:\\temp\\base.bin" # x\r\n[audio]\rmute = yes\r[brain]\nollama_url = "[::1]:11434/v1"\n\x1a')
seed("configuration", '[audio]\nvolume_percent = 7\n[sim]\nlink = "replay:x"\n[ptt]\njoystick = ["044f:b10a/button 3"]\n')
mark = re.search(r'const MARK: &str = "([^"]+)"', open("src/update.rs").read()).group(1)
manifest = {"version": "9.9.9", "notes": "all new", "files": [{"system": "linux-amd64", "name": "stratus.deb", "url": "stratus.deb", "bytes": 10, "sha256": "a" * 64}]}
seed("update_feed", mark + " AAAA\n" + json.dumps(manifest))
model = open("assets/demo/stratus-demo-en-q5_0.bin", "rb").read()
seed("model_header", model[:2000])
seed("model_header", model[:100])
seed("recorded_flight", "".join(json.dumps({"t": t, "lat": 19.7, "lon": -155.05, "alt_msl_ft": 38, "hdg_true": 90, "gs_kt": 0, "on_ground": True}) + "\n" for t in range(4)))
for file in sorted(glob.glob("tests/fixtures/heldout/*.wav"))[:3]:
    seed("sound_file", open(file, "rb").read()[:3000])
seed("model_list", '[[model]]\nname = "club.en"\nfile = "club.bin"\nbytes = 5000000\nsha256 = "' + "a" * 64 + '"\nadvice = "ours"\n')
seed("model_list", "bytes 100-199/200")
for line in ('{"say":"radio check"}', '{"ptt":"down"}', '{"ptt":"toggle"}', '{"quit":true}', '{"ping":true}', '{"plan":null}',
             '{"plan":{"ifr":true,"departure":"KPAO","destination":"KMRY","route":"V25 SNS","altitude_ft":7000}}'):
    seed("socket_line", line)
seed("flightgear", '{"path":"/position/latitude-deg","name":"latitude-deg","value":19.72,"type":"double","ts":1.5}')
seed("flightgear", '{"path":"/sim[0]/multiplay/callsign","value":"N172SP"}')
seed("ollama", json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": '{"intent":"taxi_request","runway":"31"}', "done": True,
                           "total_duration": 1, "eval_count": 3, "context": [1, 2]}))
with open(os.path.join(out, "words.dict"), "w") as f:
    f.writelines(f'"{w}"\n' for w in sorted(words))
