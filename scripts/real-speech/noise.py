#!/usr/bin/env python3
"""Cockpit noise over WAV-FOLDER/clean -> n20, n10, n05; and 120 recordings without speech -> empty: noise.py WAV-FOLDER."""
import glob, os, sys, zlib
import numpy as np, soundfile as sf
from scipy.signal import butter, lfilter

RATE = 16000


def band(low, high, order=2):
    return butter(order, [low / (RATE / 2), high / (RATE / 2)], "band")


def cockpit(n, rng):
    """A propeller's harmonics, wind and rumble, as picked up by a headset's microphone; RMS 1."""
    t = np.arange(n) / RATE
    pitch = rng.uniform(80, 100) * (1 + .004 * np.sin(2 * np.pi * .3 * t + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    propeller = sum(rng.uniform(.5, 1) / k ** 1.1 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 13))
    propeller = propeller * (1 + .15 * np.sin(2 * np.pi * rng.uniform(8, 14) * t))
    wind = lfilter(*band(150, 3500, 1), rng.standard_normal(n))
    rumble = lfilter(*butter(1, 400 / (RATE / 2)), rng.standard_normal(n))
    sound = lfilter(*band(120, 6000), .7 * propeller / propeller.std() + .7 * wind / wind.std() + .5 * rumble / rumble.std())
    return sound / sound.std()


def speech_rms(sound):
    frames = sound[:len(sound) // 320 * 320].reshape(-1, 320)
    energy = np.sqrt((frames ** 2).mean(1))
    return np.sqrt((frames[energy > .05 * energy.max()] ** 2).mean())


def swells(n, rng):
    """Breath: band noise that comes and goes."""
    centres = np.linspace(.4, n / RATE - .4, max(1, int(n / RATE / 1.5)))
    level = sum(np.exp(-((np.arange(n) / RATE - c) / .18) ** 2) for c in centres)
    return lfilter(*band(400, 2500), rng.standard_normal(n)) * level * .25


def clicks(n, rng, count):
    """A switch or a key."""
    sound = np.zeros(n)
    for at in rng.integers(0, n - 800, count):
        sound[at:at + 800] += np.exp(-np.arange(800) / rng.uniform(20, 90)) * rng.standard_normal(800) * .5
    return sound


def empty(k):
    """Recording number k without speech."""
    rng = np.random.default_rng(100 + k)
    n = int(RATE * rng.uniform(1.0, 6.0))
    t = np.arange(n) / RATE
    if k < 6:
        return cockpit(n, rng) * (.02, .05, .1, .1, .2, .05)[k]
    if k < 9:
        return rng.standard_normal(n) * (.002, .01, .05)[k - 6]
    if k < 13:
        return swells(n, rng) + cockpit(n, rng) * (.0, .01, .03, .05)[k - 9]
    if k < 17:
        return clicks(n, rng, 3 + k) + cockpit(n, rng) * (.0, .01, .03, .05)[k - 13]
    if k < 20:  # the hum of a bad headset, a beep, a tone
        return .2 * np.sin(2 * np.pi * (50, 440, 1000)[k - 17] * t) * (1 if k == 17 else np.sin(2 * np.pi * 2 * t) > 0)
    # The key held in a quiet or a noisy cockpit, at any level.
    return cockpit(n, rng) * 10 ** rng.uniform(-3.5, -.7)


def write(path, sound):
    sf.write(path, np.clip(sound, -1, 1), RATE, subtype="PCM_16")


def main(folder):
    for name, snr in (("n20", 20), ("n10", 10), ("n05", 5)):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
        for path in sorted(glob.glob(f"{folder}/clean/*.wav")):
            out = f"{folder}/{name}/{os.path.basename(path)}"
            if not os.path.exists(out):
                sound, _ = sf.read(path)
                rng = np.random.default_rng(zlib.crc32(os.path.basename(path).encode()))
                sound = sound + cockpit(len(sound), rng) * speech_rms(sound) * 10 ** (-snr / 20)
                write(out, sound * .7 / max(.7, np.abs(sound).max()))
    os.makedirs(f"{folder}/empty", exist_ok=True)
    for k in range(120):
        out = f"{folder}/empty/E{k:02d}.wav"
        if not os.path.exists(out):
            write(out, empty(k))


if __name__ == "__main__":
    main(sys.argv[1])
