//! The command line: clap types only.

mod page;
mod plan;
mod school;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::page::PageArgs;
pub use self::plan::{PlanArgs, PlanWhat};
pub use self::school::{OnOff, SchoolArgs, SchoolMission, SchoolRules};
use crate::units::{Callsign, Frequency};

/// Talk to air-traffic control in your flight simulator: hold a key, speak, release. For entertainment only.
#[derive(Debug, Parser)]
#[command(name = "stratus", version, about, long_about = None)]
pub struct Cli {
    /// Use this settings file instead of the usual one.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do; without a command, start the tray.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the tray (the default). Example: stratus run --sim replay:flight.jsonl.gz
    Run(Run),
    /// Fly a whole short flight with nothing installed. Example: stratus demo --fast --seed 2
    Demo(Demo),
    /// Say something as if spoken. Example: stratus say "Denver Ground, N172SP, radio check"
    Say(Say),
    /// File a flight plan with the running tray, from a file or from SimBrief. Example: stratus plan load KPAO-KMRY.pln
    Plan(PlanArgs),
    /// Show the link to the page for a browser, a tablet or VR. Example: stratus page --listen 127.0.0.1:4747
    Page(PageArgs),
    /// Press or release push-to-talk in the running tray. Example: stratus ptt down
    Ptt(Ptt),
    /// Quit the running tray. Example: stratus quit
    Quit,
    /// Turn a recording into text. Example: stratus transcribe call.wav --json
    Transcribe(Transcribe),
    /// Turn text into speech. Example: stratus speak "wind calm" --radio --out calm.wav
    Speak(Speak),
    /// Replay a recorded session or a scenario. Example: stratus replay tests/scenarios/circuit.atc
    Replay(Replay),
    /// Answer JSON lines from standard input with JSON lines. Example: stratus batch < calls.jsonl
    Batch(Batch),
    /// Let simulated pilots fly by the controller, and count what goes wrong. Example: stratus school --flights 100
    School(SchoolArgs),
    /// Set up in the terminal, in five steps: model, microphone, key, callsign, first call. Example: stratus setup --yes --model base.en
    Setup(Setup),
    /// Look for a newer release, download it and verify it. Example: stratus update --check
    Update(Update),
    /// Show or check the configuration. Example: stratus config check
    Config(ConfigArgs),
    /// Check everything and say how to fix it. Example: stratus doctor --json
    Doctor(Doctor),
    /// List microphones and speakers, or show the microphone's level. Example: stratus devices --meter 20
    Devices(DevicesArgs),
    /// Show past transmissions, and reply times. Example: stratus log --latency
    Log(LogArgs),
    /// Measure how long each stage of an answer takes on this computer. Example: stratus bench --compare
    Bench(BenchArgs),
    /// Show what Stratus knows about airports. Example: stratus airports show KPAO
    Airports(AirportsArgs),
    /// Speech models: list them, get one, remove one. Example: stratus models get base.en
    Models(ModelsArgs),
    /// The controllers' neural voices: list them, get one, hear them. Example: stratus voices get emma
    Voices(VoicesArgs),
    /// Language models at your Ollama: list them, get one. Example: stratus brain get llama3.2:3b
    Brain(BrainArgs),
    /// Print completions for a shell. Example: stratus completions bash
    #[command(hide = true)]
    Completions(Completions),
    /// Load a speech model and end: what Stratus itself starts, for a damaged model may end the process.
    #[command(hide = true)]
    TryModel {
        /// The model's file.
        file: PathBuf,
        /// Recognise a known sentence on the graphics card, and print what was heard.
        #[arg(long)]
        card: bool,
    },
    /// Load a voice, say a sentence with it and end: what Stratus itself starts for a file that it does not know.
    #[command(hide = true)]
    TryVoice {
        /// The voice's file.
        file: PathBuf,
    },
    /// Print the manual page. Example: stratus man
    #[command(hide = true)]
    Man,
}

/// `stratus run`
#[derive(Debug, Args, Default)]
pub struct Run {
    /// The simulator: `auto`, `msfs`, `xplane`, `flightgear`, `none`, or `replay:FILE` for a recorded flight.
    #[arg(long, value_name = "SIM")]
    pub sim: Option<String>,
    /// Record the session, without sound, into this new file: `stratus replay FILE` and `--sim replay:FILE` read it.
    #[arg(long, value_name = "FILE", conflicts_with = "headless")]
    pub record: Option<PathBuf>,
    /// Run without a desktop: take keys and recordings from this script, and print JSON lines.
    #[arg(long, value_name = "SCRIPT")]
    pub headless: Option<PathBuf>,
    /// With --headless: write the controller's transmissions into this folder as WAV files.
    #[arg(long, value_name = "DIR", requires = "headless")]
    pub out: Option<PathBuf>,
}

/// `stratus demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Run as fast as possible, and play no sound.
    #[arg(long)]
    pub fast: bool,
    /// Vary voices and wording.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Write a WAV file per transmission, transcript.jsonl and latency.json into this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Use this speech model instead of the demo's own.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Print JSON lines.
    #[arg(long)]
    pub json: bool,
}

/// `stratus say`
#[derive(Debug, Args)]
pub struct Say {
    /// The words.
    #[arg(required_unless_present = "suggest", num_args = 1..)]
    pub text: Vec<String>,
    /// Say nothing: print calls that fit now, one on each line.
    #[arg(long, conflicts_with = "text")]
    pub suggest: bool,
    /// Without a running tray: the simulator's state to answer on, `none` or `replay:FILE[@SECONDS]`.
    #[arg(long, value_name = "SIM")]
    pub sim: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `stratus voices`
#[derive(Debug, Args)]
pub struct VoicesArgs {
    /// What about them; without it they are listed.
    #[command(subcommand)]
    pub what: Option<VoicesWhat>,
}

/// `stratus voices …`
#[derive(Debug, Clone, Subcommand)]
pub enum VoicesWhat {
    /// List them, with accent and size.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Download one and check it. An interrupted download resumes.
    Get {
        /// Its name, or "all".
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Delete one that was downloaded.
    Remove {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Each installed voice says a line.
    Try {
        /// Write WAV files into this folder instead of playing.
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

/// `stratus models`
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// What to do with them; without a command, list them.
    #[command(subcommand)]
    pub what: Option<ModelsWhat>,
}

/// `stratus models …`
#[derive(Debug, Clone, Subcommand)]
pub enum ModelsWhat {
    /// List them, with size, memory and advice.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Download one, check it and use it. An interrupted download resumes.
    Get {
        /// "base.en" suits most pilots.
        #[arg(value_name = "NAME")]
        name: String,
        /// Do not change the settings.
        #[arg(long)]
        keep: bool,
    },
    /// Delete one.
    Remove {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `stratus brain`
#[derive(Debug, Args)]
pub struct BrainArgs {
    /// What to do with them; without a command, list them.
    #[command(subcommand)]
    pub what: Option<BrainWhat>,
}

/// `stratus brain …`
#[derive(Debug, Clone, Subcommand)]
pub enum BrainWhat {
    /// List the models that the Ollama of brain.ollama_url has.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have Ollama fetch one, and use it. An interrupted download resumes.
    Get {
        /// As on <https://ollama.com/library>; without it the one in the configuration.
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Do not change the settings.
        #[arg(long)]
        keep: bool,
    },
}

/// `stratus setup`
#[derive(Debug, Args)]
pub struct Setup {
    /// Restore your settings as they were before the last set-up.
    #[arg(long, exclusive = true)]
    pub undo: bool,
    /// Ask nothing: use the other flags, otherwise your present settings, otherwise what suits most pilots.
    #[arg(long, short)]
    pub yes: bool,
    /// The speech model: a name (`stratus models`), a file, or "none" to go without.
    #[arg(long, value_name = "NAME|FILE|none")]
    pub model: Option<String>,
    /// The microphone, by id or name (`stratus devices`); "" for the system's default.
    #[arg(long, value_name = "ID")]
    pub microphone: Option<String>,
    /// The speaker, by id or name; "" for the system's default.
    #[arg(long, value_name = "ID")]
    pub speaker: Option<String>,
    /// The push-to-talk key, such as ScrollLock; "none" for a joystick or `stratus ptt` alone.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Your callsign, such as N172SP, where the simulator's is not to be used.
    #[arg(long, value_name = "CALLSIGN")]
    pub callsign: Option<Callsign>,
    /// Your airport while no simulator runs, by its ICAO code, such as KPAO; "" for the one that you call.
    #[arg(long, value_name = "ICAO")]
    pub airport: Option<String>,
    /// Keep the speech model.
    #[arg(long, conflicts_with = "model")]
    pub skip_model: bool,
    /// Keep the microphone, and do not test it.
    #[arg(long, conflicts_with = "microphone")]
    pub skip_microphone: bool,
    /// Keep the speaker, and do not test it.
    #[arg(long, conflicts_with = "speaker")]
    pub skip_speaker: bool,
    /// Download these neural voices: names with commas between them, "all", or "none".
    #[arg(long, value_name = "NAMES")]
    pub voices: Option<String>,
    /// Keep the voices.
    #[arg(long, conflicts_with = "voices")]
    pub skip_voices: bool,
    /// Keep the push-to-talk key.
    #[arg(long, conflicts_with = "key")]
    pub skip_key: bool,
    /// Keep the callsign.
    #[arg(long, conflicts_with = "callsign")]
    pub skip_callsign: bool,
    /// Skip the first call.
    #[arg(long)]
    pub skip_call: bool,
    /// Do not look for a simulator.
    #[arg(long)]
    pub skip_sim: bool,
    /// Do not look for a language model.
    #[arg(long)]
    pub skip_brain: bool,
}

/// `stratus update`
#[derive(Debug, Args)]
pub struct Update {
    /// Only tell whether there is a newer release.
    #[arg(long)]
    pub check: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `stratus ptt`
#[derive(Debug, Args)]
pub struct Ptt {
    /// What the key does.
    #[arg(value_enum, value_name = "down|up|toggle")]
    pub edge: PttEdge,
}

/// The motions of a key.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum PttEdge {
    /// Press it.
    Down,
    /// Release it.
    Up,
    /// Press it if it is released, release it if it is pressed.
    Toggle,
}

/// `stratus batch`
#[derive(Debug, Args)]
pub struct Batch {
    /// The speech model for lines of kind `hear`, instead of the one in your settings.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// `stratus transcribe`
#[derive(Debug, Args)]
pub struct Transcribe {
    /// Recordings (WAV files); "-" is standard input.
    #[arg(required = true, value_name = "FILE.wav")]
    pub files: Vec<PathBuf>,
    /// The speech model, instead of the one in your settings.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Words to expect, as a hint to the speech model.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["airport", "com1", "callsign"])]
    pub hint: Option<String>,
    /// Build the hint as the tray does, for this airport (ICAO code) ...
    #[arg(long, value_name = "ICAO")]
    pub airport: Option<String>,
    /// ... on this frequency ...
    #[arg(long, value_name = "MHZ", requires = "airport")]
    pub com1: Option<Frequency>,
    /// ... with this callsign.
    #[arg(long)]
    pub callsign: Option<Callsign>,
    /// Print text, confidence and timing as JSON lines.
    #[arg(long)]
    pub json: bool,
}

/// `stratus speak`
#[derive(Debug, Args)]
pub struct Speak {
    /// The words.
    #[arg(required = true, num_args = 1..)]
    pub text: Vec<String>,
    /// Write a WAV file instead of playing; "-" is standard output.
    #[arg(long, value_name = "FILE.wav")]
    pub out: Option<PathBuf>,
    /// "en-US", "en-GB", a name that `stratus voices` lists, "pico", or "windows:" and the name of a Windows voice, instead of
    /// the one in your settings.
    #[arg(long)]
    pub voice: Option<String>,
    /// Pitch in percent; 100 is the voice's natural pitch.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u16).range(60..=160))]
    pub pitch: Option<u16>,
    /// Sound like a radio.
    #[arg(long)]
    pub radio: bool,
    /// Sound like a station received at this strength: 100 is next door, 0 can hardly be heard.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub strength: Option<u8>,
}

/// `stratus replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// A scenario (.atc), a recorded session, or a recorded flight (.jsonl, .jsonl.gz).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace a scenario's expected lines with what happens now.
    #[arg(long)]
    pub bless: bool,
}

/// `stratus config`
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub what: ConfigWhat,
}

/// `stratus config …`
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigWhat {
    /// Print where the settings file is.
    Path,
    /// Print the settings in use.
    Show,
    /// Check the settings file, and say how to fix mistakes.
    Check,
    /// Print a settings file with every key and its default.
    Default,
}

/// `stratus airports`
#[derive(Debug, Args)]
pub struct AirportsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub what: AirportsWhat,
}

/// `stratus airports …`
#[derive(Debug, Subcommand)]
pub enum AirportsWhat {
    /// Show an airport's runways, stations and position. Example: stratus airports show KPAO
    Show {
        /// ICAO code, or the name of its tower.
        code: String,
        /// Read runways, stations and taxiways from this X-Plane apt.dat.
        #[arg(long, value_name = "FILE")]
        apt_dat: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the ten nearest airports. Example: stratus airports nearest 47.26 11.34
    #[command(allow_negative_numbers = true)]
    Nearest {
        /// Degrees north.
        lat: f64,
        /// Degrees east.
        lon: f64,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Show the taxi route to a runway, where the taxiways are known. Example: stratus airports taxi XSTR "west ramp" 27
    Taxi {
        /// ICAO code.
        code: String,
        /// A parking place, or LAT,LON.
        #[arg(allow_hyphen_values = true)]
        from: String,
        /// The runway.
        runway: String,
        /// Read taxiways from this X-Plane apt.dat.
        #[arg(long, value_name = "FILE")]
        apt_dat: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Import runways, taxiways and procedures from the simulators on this computer. Example: stratus airports import
    Import {
        /// X-Plane's folder. Without any folder or file, Stratus looks for all simulators.
        #[arg(long, value_name = "DIR")]
        xplane: Option<PathBuf>,
        /// FlightGear's data folder, which holds Airports/apt.dat.gz.
        #[arg(long, value_name = "DIR")]
        flightgear: Option<PathBuf>,
        /// Single files: apt.dat or apt.dat.gz, XXXX.groundnet.xml, or procedures (CIFP/XXXX.dat).
        files: Vec<PathBuf>,
    },
    /// Download OurAirports' newest public data, and use it instead of the built-in data. Example: stratus airports update
    Update {
        /// Remove the download, and use the built-in data again.
        #[arg(long, conflicts_with = "json")]
        remove: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Measure how fast airports are found on this computer.
    #[command(hide = true)]
    Bench,
}

/// `stratus devices`
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show the microphone's level ten times a second, for this many seconds.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10")]
    pub meter: Option<u32>,
}

/// `stratus log`
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Show this many transmissions.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub last: usize,
    /// Keep showing new ones, until Ctrl-C.
    #[arg(long, conflicts_with = "latency")]
    pub follow: bool,
    /// Show reply times instead: median, 90th percentile and worst of each stage.
    #[arg(long)]
    pub latency: bool,
    /// Print JSON (lines).
    #[arg(long)]
    pub json: bool,
}

/// `stratus bench`
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Measure this many calls.
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub calls: u32,
    /// Also measure this speech model; may be given several times. The stages are timed with the first one.
    #[arg(long, value_name = "FILE")]
    pub model: Vec<PathBuf>,
    /// Also measure recognition with the encoder's whole context, and as whisper.cpp's own program does it.
    #[arg(long)]
    pub compare: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `stratus doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `stratus completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that completions are made for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// The Z shell.
    Zsh,
    /// fish.
    Fish,
}
