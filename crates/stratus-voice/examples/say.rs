//! Says lines of text in a voice: `cargo run --release -p stratus-voice --example say -- VOICE.onnx ENGLISH.bin OUT LINES [PITCH [PACE]]`
//!
//! Writes OUT/001.wav and so on (24 kHz, 16 bit). Prints a line of tab-separated numbers for each: the seconds of
//! sound, and the milliseconds of processor time for the text and in total. With British voices a fifth word,
//! "en-GB", is the accent.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use stratus_voice::text::{Accent, Words};
use stratus_voice::{Manner, RATE, Voice};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [voice, english, out, lines, rest @ ..] = args.as_slice() else { return Err("VOICE.onnx ENGLISH.bin OUT LINES".into()) };
    let number = |n: usize| rest.get(n).and_then(|t| t.parse::<f32>().ok()).unwrap_or(1.0);
    let accent = if rest.iter().any(|r| r == "en-GB") { Accent::British } else { Accent::American };
    let mut told = std::io::stdout();
    let before = spent();
    let words = Words::new(Some(std::fs::read(english)?))?;
    let after_words = spent();
    let mut voice = Voice::load(std::fs::read(voice)?, accent)?;
    writeln!(told, "# loaded in {:.1} ms, of it {:.1} ms the words", spent() - before, after_words - before)?;
    std::fs::create_dir_all(out)?;
    let text = std::fs::read_to_string(lines)?;
    for (n, line) in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).enumerate() {
        let before = spent();
        let symbols = words.phonemes(line, accent).join(" | ");
        let between = spent();
        let how = Manner { pitch: number(0), pace: number(1), seed: 1 };
        let sound = voice.speak(line, &words, how, &|| false)?;
        let after = spent();
        write(&Path::new(out).join(format!("{:03}.wav", n + 1)), &sound)?;
        writeln!(told, "{:.3}\t{:.2}\t{:.2}\t{symbols}", sound.len() as f32 / RATE as f32, between - before, after - between)?;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")) {
        writeln!(told, "# {line}")?;
    }
    Ok(())
}

/// Processor time of this process with all its threads, milliseconds; wall-clock time on other systems than Linux.
fn spent() -> f64 {
    #[cfg(target_os = "linux")]
    {
        let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 / 1e6
    }
    #[cfg(not(target_os = "linux"))]
    {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64() * 1e3)
    }
}

fn write(path: &Path, sound: &[f32]) -> std::io::Result<()> {
    let bytes = (sound.len() * 2) as u32;
    let mut file = Vec::with_capacity(sound.len() * 2 + 44);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for s in sound {
        file.extend_from_slice(&((s.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes());
    }
    std::fs::write(path, file)
}
