"""Splits the words of a call into pieces of the sentence model's vocabulary, as crates/stratus-sentences/src/pieces.rs does."""
import unicodedata

MARKS = ".,?!'/-"
SPECIAL = {"ß": "s", "æ": "a", "ø": "o", "đ": "d", "ł": "l", "þ": "t", "ð": "d", "œ": "o", "ı": "i"}
LONGEST_WORD = 40
MOST_TEXT, MOST = 46, 80


def base(c):
    """The letter or digit for a lower-case character, without its accent; None if there is none."""
    if c.isascii():
        return c if c.isalnum() else None
    if not "\u00c0" <= c <= "\u017f":
        return None
    if c in SPECIAL:
        return SPECIAL[c]
    d = unicodedata.normalize("NFD", c)[0]
    return d if d.isascii() and d.isalpha() else None


def words(text):
    """Runs of letters and digits; meaningful punctuation stays separate."""
    out, word = [], ""
    for c in text:
        for c in c.lower():
            b = base(c)
            if b:
                word += b
                continue
            if word:
                out.append(word)
                word = ""
            if c in MARKS:
                out.append(c)
    return out + [word] if word else out


def pieces(word, vocabulary):
    """WordPiece: the longest known piece first, then the longest that continues it."""
    if len(word) > LONGEST_WORD:
        return ["[UNK]"]
    out, i = [], 0
    while i < len(word):
        for j in range(len(word), i, -1):
            piece = ("##" if i else "") + word[i:j]
            if piece in vocabulary:
                out.append(piece)
                i = j
                break
        else:
            return ["[UNK]"]
    return out


def encode(text, facility, region, last_atc, vocabulary):
    """The encoder's input: numbers of pieces, and for each whether it belongs to the call (0) or to its situation (1)."""
    call = [p for w in words(text) for p in pieces(w, vocabulary)][:MOST_TEXT]
    situation = f"{facility or ''} {region} . {last_atc or ''}"
    situation = [p for w in words(situation) for p in pieces(w, vocabulary)][: MOST - len(call) - 3]
    first, second = ["[CLS]", *call, "[SEP]"], [*situation, "[SEP]"]
    return [vocabulary[p] for p in first + second], [0] * len(first) + [1] * len(second)
