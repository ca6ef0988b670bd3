#!/usr/bin/env python3
"""Spectrograms of WAV files (16 bit, mono), one below the other: spectrogram.py OUT.png A.wav [B.wav ...]. Needs numpy.

Time runs to the right, 200 pixels a second; up to 8 kHz upwards, 160 pixels; bright is loud, 70 dB from black to white.
"""
import struct
import sys
import wave
import zlib

import numpy as np

ROWS, TOP, PER_SECOND, RANGE = 160, 8000.0, 200, 70.0


def picture(path):
    with wave.open(path) as w:
        assert w.getsampwidth() == 2 and w.getnchannels() == 1, f"{path} is not 16 bit mono"
        rate, x = w.getframerate(), np.frombuffer(w.readframes(w.getnframes()), "<i2") / 32768
    size = int(rate * 0.025)
    starts = np.arange(0, max(len(x) - size, 1), rate / PER_SECOND).astype(int)
    frames = np.stack([np.pad(x[s:s + size], (0, size - len(x[s:s + size]))) for s in starts]) * np.hanning(size)
    power = 20 * np.log10(np.abs(np.fft.rfft(frames, 2048)) + 1e-9)
    bins = np.clip((np.linspace(TOP, 0, ROWS) * 2048 / rate).astype(int), 0, 1024)
    image = np.where((np.linspace(TOP, 0, ROWS) <= rate / 2)[:, None], power[:, bins].T, -999)
    # Sixteen greys: the file stays small.
    return np.clip((image - image.max() + RANGE) / RANGE * 15, 0, 15).astype(np.uint8) * 17


def png(image):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in image)
    head = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


images = [picture(p) for p in sys.argv[2:]]
wide = max(i.shape[1] for i in images)
parts = [np.pad(i, ((0, 6), (0, wide - i.shape[1])), constant_values=255) for i in images]
with open(sys.argv[1], "wb") as out:
    out.write(png(np.concatenate(parts)))
