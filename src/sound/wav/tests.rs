//! Tests with WAV files as found in the wild, built byte by byte.

use super::*;

const RATE: u32 = 16_000;

/// The sound in most of the files: a fifth of a second, loud and soft, 16 bits.
fn samples() -> Vec<i16> {
    (0..RATE / 5).map(|i| (f64::from(i * i / 40).sin() * 9000.0) as i16).collect()
}

fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

/// A chunk with its pad byte, whose header says `length` if given.
fn chunk(name: &[u8; 4], body: &[u8], length: Option<u32>) -> Vec<u8> {
    let pad: &[u8] = if body.len().is_multiple_of(2) { &[] } else { &[0] };
    [name, &length.unwrap_or(body.len() as u32).to_le_bytes()[..], body, pad].concat()
}

fn format(tag: u16, channels: u16, bits: u16, width: u16) -> Vec<u8> {
    let block = channels * width;
    let second = RATE * u32::from(block);
    let numbers = [&tag.to_le_bytes()[..], &channels.to_le_bytes(), &RATE.to_le_bytes(), &second.to_le_bytes()].concat();
    [numbers, block.to_le_bytes().into(), bits.to_le_bytes().into()].concat()
}

fn extensible(tag: u16, channels: u16, bits: u16, valid: u16) -> Vec<u8> {
    let guid = [&tag.to_le_bytes()[..], b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"].concat();
    let more = [&22u16.to_le_bytes()[..], &valid.to_le_bytes(), &3u32.to_le_bytes(), &guid].concat();
    [format(0xfffe, channels, bits, bits / 8), more].concat()
}

fn wave(head: &[u8; 4], length: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    [head, &length.to_le_bytes()[..], b"WAVE", &chunks.concat()].concat()
}

/// A file of these chunks with the correct length.
fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    wave(b"RIFF", 4 + chunks.concat().len() as u32, chunks)
}

fn plain() -> Vec<u8> {
    chunk(b"fmt ", &format(1, 1, 16, 2), None)
}

/// Asserts that the file has these samples, and at most `spare` more.
fn holds(name: &str, file: &[u8], wanted: &[i16], spare: usize) -> bool {
    let read = read(file).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let (got, n) = (&read.clip.samples, wanted.len());
    assert_eq!(read.clip.rate, RATE, "{name}");
    assert!((n..=n + spare).contains(&got.len()), "{name}: {} samples of {n}", got.len());
    let worst = wanted.iter().zip(got.iter()).map(|(w, g)| (f32::from(*w) / 32_768.0 - g).abs()).fold(0.0, f32::max);
    assert!(worst < 0.009, "{name}: {worst}");
    read.ends_early
}

#[test]
fn wrong_lengths_lose_no_sound() {
    let (samples, data) = (samples(), bytes(&samples()));
    let list = || chunk(b"LIST", b"INFOISFT\x0e\0\0\0Lavf60.3.100\0\0", None);
    for length in [0, 0x7fff_ffff, 0x8000_0000, u32::MAX, u32::MAX - 36, 0x7fff_ffdb, 40, 1000, data.len() as u32] {
        for whole in [0, 36, 36 + data.len() as u32, 0x7fff_ffff, u32::MAX] {
            let file = wave(b"RIFF", whole, &[plain(), list(), chunk(b"data", &data, Some(length))]);
            assert!(!holds(&format!("data {length:#x}, RIFF {whole:#x}"), &file, &samples, 0));
        }
    }
    for length in [0, 14, 18, 40, 1000, u32::MAX] {
        let file = riff(&[chunk(b"fmt ", &format(1, 1, 16, 2), Some(length)), chunk(b"data", &data, None)]);
        holds(&format!("fmt {length:#x}"), &file, &samples, 0);
    }
    for length in [0, 3, 20, 1000, 0x7fff_ffff, u32::MAX] {
        let list = chunk(b"LIST", b"INFOISFT\x0e\0\0\0Lavf60.3.100\0\0", Some(length));
        let before = riff(&[plain(), list.clone(), chunk(b"data", &data, None)]);
        holds(&format!("LIST {length:#x} before"), &before, &samples, 0);
        holds(&format!("LIST {length:#x} after"), &riff(&[plain(), chunk(b"data", &data, None), list]), &samples, 0);
    }
    // Wrong block size or byte rate, and no bits at all.
    for (at, wrong) in [(8, &[0u8; 4][..]), (8, &[255; 4]), (12, &[0, 0]), (12, &[4, 0]), (12, &[1, 0]), (12, &[255, 255]), (14, &[0, 0])] {
        let mut format = format(1, 1, 16, 2);
        format[at..at + wrong.len()].copy_from_slice(wrong);
        holds(&format!("{wrong:?} at {at}"), &riff(&[chunk(b"fmt ", &format, None), chunk(b"data", &data, None)]), &samples, 0);
    }
}

#[test]
fn truncated_file_is_read_as_far_as_it_goes() {
    let (samples, file) = (samples(), riff(&[plain(), chunk(b"data", &bytes(&samples()), None)]));
    for length in [46, 1000, 1001, file.len() - 2, file.len() - 1] {
        assert!(holds(&format!("{length} bytes"), &file[..length], &samples[..(length - 44) / 2], 0), "{length}");
    }
    for (length, why) in [
        (0, "the file is empty"),
        (3, "it ends in its header"),
        (12, "it ends in its header"),
        (30, "it ends in its header"),
        (36, "it ends before its sound begins"),
        (43, "it ends before its sound begins"),
    ] {
        assert_eq!(read(&file[..length]).unwrap_err().why, why, "{length} bytes");
    }
    // A file without samples is valid; the caller reports that it is silent.
    assert!(read(&file[..44]).unwrap().clip.samples.is_empty());
    let empty = riff(&[plain(), chunk(b"data", b"", None), chunk(b"LIST", b"INFOISFT\x02\0\0\0ab", None)]);
    assert!(read(&empty).unwrap().clip.samples.is_empty());
}

#[test]
fn unknown_chunks_are_skipped_in_any_order() {
    let (samples, data) = (samples(), bytes(&samples()));
    let sound = || chunk(b"data", &data, None);
    let odd = || chunk(b"bext", &[b'x'; 603], None);
    let unpadded = |name, body: &[u8]| {
        let mut all = chunk(name, body, None);
        all.pop();
        all
    };
    let mut spaced = odd();
    *spaced.last_mut().unwrap() = b' ';
    let trap = chunk(b"JUNK", b"data\x04\0\0\0fmt \x10\0\0\0", None);
    let half = data.len() / 4 * 2;
    let halves = || [chunk(b"data", &data[..half], None), chunk(b"data", &data[half..], None)].concat();
    for (name, chunks) in [
        ("odd and padded", vec![odd(), plain(), odd(), sound(), odd()]),
        ("odd and not padded", vec![unpadded(b"bext", &[b'x'; 603]), plain(), unpadded(b"iXML", b"<a/>."), sound()]),
        ("odd, unknown and not padded", vec![unpadded(b"Qrst", &[7; 9]), plain(), sound()]),
        ("padded by a space", vec![spaced.clone(), plain(), spaced, sound()]),
        ("words that look like chunks", vec![trap.clone(), plain(), trap, sound()]),
        (
            "unknown ones",
            vec![chunk(b"abcd", &[1; 10], None), plain(), chunk(b"PAD ", &[0; 4000], None), sound(), chunk(b"id3 ", b"x", None)],
        ),
        ("the format last", vec![sound(), plain()]),
        ("two pieces", vec![plain(), halves()]),
        ("pieces apart", vec![plain(), chunk(b"data", &data[..half], None), odd(), chunk(b"data", &data[half..], None)]),
        ("pieces in a list", vec![plain(), chunk(b"LIST", &[b"wavl".to_vec(), halves()].concat(), None)]),
    ] {
        assert!(!holds(name, &riff(&chunks), &samples, 0), "{name}");
    }
    // Three bytes: one 24-bit sample, and its pad byte.
    let three = riff(&[chunk(b"fmt ", &format(1, 1, 24, 3), None), chunk(b"data", &[0, 0, 64], None), odd()]);
    assert_eq!(read(&three).unwrap().clip.samples[..], [0.5]);
    let tagged = [&b"ID3\x03\0\0\0\0\x01\x02"[..], &[0; 130], &riff(&[plain(), sound()])].concat();
    holds("an ID3 tag in front", &tagged, &samples, 0);
}

#[test]
fn files_beyond_four_gigabytes_use_their_64_bit_length() {
    let (samples, data) = (samples(), bytes(&samples()));
    let sizes = |data: u64| [&data.saturating_add(100).to_le_bytes()[..], &data.to_le_bytes(), &[0; 12]].concat();
    for head in [b"RF64", b"BW64"] {
        for (length, early) in [(data.len() as u64, false), (0, false), (u64::MAX, false), (data.len() as u64 + 100, true)] {
            let big = chunk(b"ds64", &sizes(length), None);
            let file = wave(head, u32::MAX, &[big, plain(), chunk(b"data", &data, Some(u32::MAX)), chunk(b"LIST", b"INFO", None)]);
            let spare = if length == data.len() as u64 { 0 } else { 6 };
            assert_eq!(holds(&format!("{length}"), &file, &samples, spare), early, "{length}");
        }
    }
    let file = wave(b"RF64", u32::MAX, &[plain(), chunk(b"data", &data, Some(u32::MAX))]);
    holds("without the length", &file, &samples, 0);
}

#[test]
fn every_width_and_coding_yields_the_same_sound() {
    let samples = samples();
    let all = |f: &dyn Fn(i64) -> Vec<u8>| -> Vec<u8> { samples.iter().flat_map(|s| f(i64::from(*s))).collect() };
    // The upper `n` bytes of a number whose top is bit 63 (left-aligned), and the lower ones of a right-aligned one.
    let top = |v: i64, n: usize| (v << 48).to_le_bytes()[8 - n..].to_vec();
    let float = |v: i64| v as f64 / 32_768.0;
    for (name, format, data) in [
        ("8", format(1, 1, 8, 1), all(&|v| vec![((v >> 8) + 128) as u8])),
        ("16", format(1, 1, 16, 2), all(&|v| top(v, 2))),
        ("24", format(1, 1, 24, 3), all(&|v| top(v, 3))),
        ("32", format(1, 1, 32, 4), all(&|v| top(v, 4))),
        ("64", format(1, 1, 64, 8), all(&|v| top(v, 8))),
        ("12 in 16, upper", format(1, 1, 12, 2), all(&|v| top(v & !15, 2))),
        ("20 in 24, upper", format(1, 1, 20, 3), all(&|v| top(v, 3))),
        ("20 in 24, lower", format(1, 1, 20, 3), all(&|v| (v << 4 | 1).to_le_bytes()[..3].into())),
        ("20 in 32, lower", format(1, 1, 20, 4), all(&|v| (v << 4 | 1).to_le_bytes()[..4].into())),
        ("24 in 32, upper", format(1, 1, 24, 4), all(&|v| top(v, 4))),
        ("24 in 32, lower", format(1, 1, 24, 4), all(&|v| (v << 8 | 1).to_le_bytes()[..4].into())),
        ("24 in 32, lower, without the sign", format(1, 1, 24, 4), all(&|v| ((v << 8 | 1) & 0xff_ffff).to_le_bytes()[..4].into())),
        ("extensible 16", extensible(1, 1, 16, 16), all(&|v| top(v, 2))),
        ("extensible 20 in 24", extensible(1, 1, 24, 20), all(&|v| top(v, 3))),
        ("extensible 24 in 32", extensible(1, 1, 32, 24), all(&|v| top(v, 4))),
        ("extensible 24 in 32, lower", extensible(1, 1, 32, 24), all(&|v| (v << 8 | 1).to_le_bytes()[..4].into())),
        ("extensible without a number of bits", extensible(1, 1, 16, 0), all(&|v| top(v, 2))),
        ("extensible float", extensible(3, 1, 32, 32), all(&|v| (float(v) as f32).to_le_bytes().into())),
        ("extensible, cut to the older header", format(0xfffe, 1, 16, 2), all(&|v| top(v, 2))),
        ("float 32", format(3, 1, 32, 4), all(&|v| (float(v) as f32).to_le_bytes().into())),
        ("float 64", format(3, 1, 64, 8), all(&|v| float(v).to_le_bytes().into())),
    ] {
        holds(name, &riff(&[chunk(b"fmt ", &format, None), chunk(b"data", &data, None)]), &samples, 0);
    }
    let mut big = b"RIFX\0\0\0\0WAVEfmt \0\0\0\x10\0\x01\0\x01\0\0\x3e\x80\0\0\x7d\0\0\x02\0\x10data\xff\xff\xff\xff".to_vec();
    big.extend(samples.iter().flat_map(|s| s.to_be_bytes()));
    holds("the other byte order", &big, &samples, 0);
}

#[test]
fn telephone_codecs_are_read_and_floats_are_normalised() {
    let one = |tag, code: u8| {
        let file = riff(&[chunk(b"fmt ", &format(tag, 1, 8, 1), None), chunk(b"data", &[code, code], None)]);
        (read(&file).unwrap().clip.samples[0] * 32_768.0) as i32
    };
    // From G.711's own table: both extremes, and values near zero.
    assert_eq!([0x80, 0x00, 0xff, 0x7f, 0xf0].map(|c| one(7, c)), [32_124, -32_124, 0, 0, 120]);
    assert_eq!([0xaa, 0x2a, 0xd5, 0x55, 0x80].map(|c| one(6, c)), [32_256, -32_256, 8, -8, 5_504]);
    let floats = |values: &[f32]| {
        let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        read(&riff(&[chunk(b"fmt ", &format(3, 1, 32, 4), None), chunk(b"data", &data, None)])).unwrap().clip.samples.to_vec()
    };
    assert_eq!(floats(&[0.5, 1.2, -1.2, 0.1]), [0.5, 1.0, -1.0, 0.1]);
    assert_eq!(floats(&[f32::NAN, 0.25, f32::INFINITY, 0.5]), [0.0, 0.25, 0.0, 0.5]);
    assert_eq!(floats(&[8000.0, -16_000.0, 4000.0, 0.0]), [0.5, -1.0, 0.25, 0.0]);
}

#[test]
fn cancelling_or_dead_channels_lose_no_sound() {
    let samples = samples();
    for (name, other) in [("inverted", -1.0), ("inverted and fainter", -0.5), ("dead", 0.0), ("the same", 1.0)] {
        for swapped in [false, true] {
            let both = samples.iter().flat_map(|s| {
                let o = (f32::from(*s) * other) as i16;
                if swapped { [o, *s] } else { [*s, o] }
            });
            let data = bytes(&both.collect::<Vec<_>>());
            let file = riff(&[chunk(b"fmt ", &format(1, 2, 16, 2), None), chunk(b"data", &data, None)]);
            let turned: Vec<i16> = if swapped && other == -1.0 { samples.iter().map(|s| -s).collect() } else { samples.clone() };
            holds(name, &file, &turned, 0);
        }
    }
}

#[test]
fn other_kinds_of_files_are_named() {
    let ftyp = b"\0\0\0\x20ftypM4A \0\0\0\0";
    for (file, kind) in [
        (&b"ID3\x04\0\0\0\0\0\x7f\xff\xfb"[..], "an MP3 file"),
        (b"\xff\xfb\x90\x64\0\0\0\0\0\0\0\0\0\0", "an MP3 file"),
        (b"\xff\xf1\x50\x80\0\0\0\0\0\0\0\0\0\0", "an AAC file"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0", "an Ogg file"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0\0\0", "a FLAC file"),
        (ftyp, "an MP4 or M4A file"),
        (b"FORM\0\0\x10\0AIFFCOMM\0\0\0\x12", "an AIFF file"),
        (b"RIFF\x10\0\0\0AVI LIST\0\0", "an AVI film"),
        (b"Skyhawk two sierra papa, radio check.\r\n", "text"),
        ("\u{feff}r\u{e9}sum\u{e9}".as_bytes(), "text"),
        (b"\xff\xfeS\0k\0y\0\r\0\n\0", "text"),
        (&[0; 4000], "nothing but zeros"),
        (b"\x07\x91\x83\x11\0\xf0\x0f\x81\x02", "any other kind"),
    ] {
        let told = read(file).unwrap_err();
        assert!(told.why.contains(kind) && !told.fix.is_empty(), "{kind}: {told:?}");
    }
    for (tag, bits, kind) in [(2, 4, "ADPCM"), (0x55, 0, "MP3"), (0x1234, 16, "0x1234"), (3, 16, "16 bits in 2 bytes")] {
        let file = riff(&[chunk(b"fmt ", &format(tag, 1, bits, bits / 8), None), chunk(b"data", &[1; 40], None)]);
        let told = read(&file).unwrap_err();
        assert!(told.why.contains(kind) && told.fix.contains("ffmpeg"), "{kind}: {told:?}");
    }
    for (at, zeros, kind) in [(2, 2, "0 channels"), (4, 4, "0 samples a second")] {
        let mut format = format(1, 1, 16, 2);
        format[at..at + zeros].fill(0);
        let told = read(&riff(&[chunk(b"fmt ", &format, None), chunk(b"data", &[1; 40], None)])).unwrap_err();
        assert!(told.why.contains(kind), "{told:?}");
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(places in proptest::collection::vec((0usize..200, proptest::num::u8::ANY), 0..8), cut in 0usize..7000) {
        let sizes = chunk(b"ds64", &[1; 28], None);
        let list = chunk(b"LIST", b"wavlabc", None);
        let chunks = [sizes, list, chunk(b"fmt ", &extensible(1, 2, 24, 20), None), chunk(b"data", &bytes(&samples()), None)];
        let mut file = wave(b"RF64", u32::MAX, &chunks);
        for (at, value) in places {
            file[at] = value;
        }
        file.truncate(7000 - cut);
        if let Ok(read) = read(&file) {
            proptest::prop_assert!(read.clip.samples.iter().all(|s| (-1.0..=1.0).contains(s)));
        }
    }
}
