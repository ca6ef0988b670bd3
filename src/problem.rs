//! The only form in which a person sees an error: what failed, why, and how to fix it.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::units::sentence;

/// An error, described so that a pilot can fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What does not work: "cannot load the speech model".
    pub what: String,
    /// The causes, outermost first.
    pub why: Vec<String>,
    /// The remedy; empty if there is none.
    pub fix: String,
    /// Who has to fix it; determines the exit code.
    pub kind: ProblemKind,
    /// The part it concerns: determines where the menu's fault row leads, and what ends the fault.
    #[serde(default)]
    pub part: Part,
    /// A shorter wording for toasts, if it differs from `what`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brief: Option<Box<Brief>>,
}

/// The wording for a toast and the menu, where there is no room for causes: no configuration keys, paths or system messages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Brief {
    title: String,
    cause: String,
    remedy: Option<String>,
}

/// The form of a problem for a toast and the menu: whole sentences, without a full stop after the title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// "No speech model".
    pub title: String,
    /// One cause; empty if the title states it.
    pub cause: String,
    /// One remedy, which names a row of the menu or a plain action.
    pub remedy: String,
}

impl Short {
    /// Cause and remedy, one line each.
    pub fn body(&self) -> String {
        [self.cause.as_str(), self.remedy.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// The parts of Stratus that a problem can concern, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The configuration.
    Settings,
    /// Speech recognition and its model.
    SpeechModel,
    /// The microphone.
    Microphone,
    /// The keyboard's push-to-talk key.
    PushToTalk,
    /// The speaker.
    Speaker,
    /// The link to the simulator.
    Simulator,
    /// Icon and toasts.
    Desktop,
    /// Recordings and the transcript.
    Files,
    /// Anything else.
    #[default]
    Stratus,
    /// A system voice: Stratus has its own.
    Voice,
    /// Buttons of joysticks: optional.
    Joystick,
    /// Ollama: optional.
    LanguageModel,
    /// Airports of the simulators, and updates of the world's: the built-in data remains.
    Airports,
    /// A download.
    Download,
    /// Newer releases.
    Updates,
    /// The flight plan on file.
    FlightPlan,
    /// The page for a browser: optional.
    Page,
    /// The pilot's mirror of the speech models: its list, or a file that is not as published.
    Mirror,
}

impl Part {
    /// Whether Stratus cannot work without this part: the icon shows its fault until it ends. Faults of other parts are only reported.
    pub fn is_needed(self) -> bool {
        self <= Part::Stratus
    }

    /// The menu row that fixes it, from the top level down.
    pub fn row(self) -> &'static [&'static str] {
        match self {
            Part::Settings | Part::Page | Part::Mirror => &["Help", "Settings file"],
            Part::SpeechModel | Part::Download => &["Speech", "Download a model"],
            Part::Microphone => &["Microphone"],
            Part::PushToTalk => &["Push-to-talk", "Change key"],
            Part::Joystick => &["Push-to-talk", "Add joystick button"],
            Part::Speaker => &["Speaker"],
            Part::Voice => &["Speech", "Voice"],
            Part::LanguageModel => &["Speech", "Language model"],
            Part::FlightPlan => &["Pilot"],
            Part::Files | Part::Stratus | Part::Simulator | Part::Desktop | Part::Airports | Part::Updates => &["Help", "Run check"],
        }
    }

    /// The same as one line: "Help > Run check".
    pub fn place(self) -> String {
        self.row().join(" \u{203a} ")
    }

    /// The default remedy for a fault of this part.
    fn remedy(self) -> String {
        let place = self.place();
        match self {
            Part::Settings => format!("Fix it under {place}."),
            Part::SpeechModel => format!("Choose another under {place}."),
            Part::Microphone | Part::Speaker => format!("Check its plug, or choose another under {place}."),
            Part::PushToTalk => format!("Choose another key under {place}."),
            Part::Joystick => "A key of the keyboard works too.".to_owned(),
            Part::Voice => format!("Choose another under {place}."),
            Part::LanguageModel => "Stratus works without it.".to_owned(),
            Part::Airports => "Stratus uses its built-in airports.".to_owned(),
            Part::Download => format!(
                "Check your connection and try again; the download resumes. Or use your own file under {place}, or set another server: {}, \
                 `mirror`.",
                Part::Mirror.place()
            ),
            Part::Updates => "Try again later.".to_owned(),
            Part::FlightPlan => "The filed plan stays.".to_owned(),
            Part::Page => format!("Choose another address under {place}."),
            Part::Mirror => format!("Remove the mirror's address under {place} to use the public hub, or ask its owner."),
            Part::Simulator | Part::Desktop | Part::Files | Part::Stratus => format!("{place} shows the details."),
        }
    }
}

/// Who is responsible for a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemKind {
    /// The pilot or the machine: exit code 1.
    User,
    /// The configuration: exit code 3.
    Config,
    /// A bug in Stratus: exit code 70.
    Bug,
}

impl Problem {
    /// A problem of the user or the machine.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: Vec::new(), fix: String::new(), kind: ProblemKind::User, part: Part::Stratus, brief: None }
    }
    /// A problem in the configuration.
    pub fn config(what: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Config, part: Part::Settings, ..Self::new(what) }
    }
    /// A bug in Stratus.
    pub fn bug(what: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Bug, ..Self::new(what) }
    }
    /// Adds a cause below the existing ones.
    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why.push(why.to_string());
        self
    }
    /// Sets the remedy.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }
    /// Sets the part.
    #[must_use]
    pub fn about(mut self, part: Part) -> Self {
        self.part = part;
        self
    }
    /// Sets the part, unless it is set already.
    #[must_use]
    pub fn or_about(self, part: Part) -> Self {
        if self.part == Part::Stratus { self.about(part) } else { self }
    }
    /// Sets the wording for a toast: a title in sentence case, and one cause (may be empty) as a whole sentence. The remedy is that
    /// of the part, unless [`Problem::remedy`] sets another.
    #[must_use]
    pub fn brief(mut self, title: impl Into<String>, cause: impl Into<String>) -> Self {
        let brief = self.brief.get_or_insert_default();
        (brief.title, brief.cause) = (title.into(), cause.into());
        self
    }
    /// Sets the remedy for a toast, as a whole sentence that names a menu row or a plain action.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.brief.get_or_insert_default().remedy = Some(remedy.into());
        self
    }
    /// The form for a toast and the menu. Causes and system messages are for the log.
    pub fn short(&self) -> Short {
        let brief = self.brief.as_deref().cloned().unwrap_or_default();
        Short {
            title: if brief.title.is_empty() { sentence(&without_folders(&self.what)) } else { brief.title },
            cause: brief.cause,
            remedy: brief.remedy.unwrap_or_else(|| self.part.remedy()),
        }
    }
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ProblemKind::User => 1,
            ProblemKind::Config => 3,
            ProblemKind::Bug => 70,
        }
    }
    /// One line for a toast or the log.
    pub fn one_line(&self) -> String {
        let mut s = self.what.clone();
        for w in &self.why {
            s.push_str(": ");
            s.push_str(w);
        }
        if !self.fix.is_empty() {
            s.push_str(" \u{2013} ");
            s.push_str(&self.fix);
        }
        s
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for w in &self.why {
            write!(f, "\ncaused by: {w}")?;
        }
        if !self.fix.is_empty() {
            write!(f, "\nhint: {}", self.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Replaces each path by its file name; the full path is for the log.
fn without_folders(words: &str) -> String {
    let is_path = |w: &str| w.starts_with(['/', '\\']) || w.starts_with("~/") || w.chars().nth(1) == Some(':') && w.contains('\\');
    let short = |w: &str| {
        let name = w.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().filter(|n| !n.is_empty());
        name.filter(|_| is_path(w)).unwrap_or(w).to_owned()
    };
    words.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// Which of the words `fits` was probably meant by `wrong`: at most three, the closest first. Case and separators ("_", "-", a
/// space) do not matter.
pub fn nearest<'a>(wrong: &str, fits: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |word: &str| word.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).take(64).collect();
    let wrong: Vec<char> = plain(wrong);
    // A single letter is equally close to every other, so nothing can be guessed.
    let limit = (wrong.len() / 3).clamp(1, 3).min(wrong.len().saturating_sub(1));
    let mut near: Vec<(usize, &str)> =
        fits.into_iter().map(|f| (distance(&wrong, &plain(f)), f)).filter(|(slips, _)| *slips <= limit).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, word)| word).collect()
}

/// Edit distance between two words: insertions, deletions, substitutions, and swapped neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut best = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_shows_what_why_and_the_remedy() {
        let p = Problem::config("cannot read stratus.toml").because("line 3: unknown key `tial_ms`").fix("did you mean `tail_ms`?");
        assert_eq!(
            p.to_string(),
            "error: cannot read stratus.toml\ncaused by: line 3: unknown key `tial_ms`\nhint: did you mean `tail_ms`?"
        );
        assert_eq!(p.exit_code(), 3);
        assert!(!p.one_line().contains('\n'));
    }

    #[test]
    fn toast_has_a_title_one_cause_and_one_remedy() {
        let long =
            Problem::new("the microphone cannot be opened").because("ALSA: EBUSY").fix("set audio.microphone").about(Part::Microphone);
        let short = long.short();
        assert_eq!(short.title, "The microphone cannot be opened");
        assert_eq!(short.body(), "Check its plug, or choose another under Microphone.");
        let told = long.clone().brief("Microphone in use", "Another program has it.").remedy("Close that program.").short();
        assert_eq!((told.title.as_str(), told.body().as_str()), ("Microphone in use", "Another program has it.\nClose that program."));
        assert_eq!(long.or_about(Part::Speaker).part, Part::Microphone);
        for (what, title) in [
            ("cannot load the speech model /home/me/models/base.bin", "Cannot load the speech model base.bin"),
            (r"cannot write C:\Users\me\log.txt", "Cannot write log.txt"),
            ("cannot write ~/logs/", "Cannot write logs"),
            ("half of 24/7 / nothing", "Half of 24/7 / nothing"),
        ] {
            assert_eq!(Problem::new(what).short().title, title);
        }
    }

    #[test]
    fn problem_from_an_old_recording_is_read() {
        let old = r#"{"what":"there is no microphone","why":[],"fix":"connect one","kind":"user"}"#;
        let p: Problem = serde_json::from_str(old).unwrap();
        assert_eq!((p.part, p.short().title.as_str()), (Part::Stratus, "There is no microphone"));
        let p = p.about(Part::Microphone).brief("No microphone found", "");
        assert_eq!(serde_json::from_str::<Problem>(&serde_json::to_string(&p).unwrap()).unwrap(), p);
    }

    #[test]
    fn nearest_words_are_those_that_were_mistyped() {
        let fits = ["tail_ms", "pre_roll_ms", "F1", "F10", "F11", "F12", "ScrollLock"];
        for (wrong, meant) in [
            ("tial_ms", vec!["tail_ms"]),
            ("TailMs", vec!["tail_ms"]),
            ("tail-ms", vec!["tail_ms"]),
            ("scrol lock", vec!["ScrollLock"]),
            ("Scrolllok", vec!["ScrollLock"]),
            ("F1O", vec!["F1", "F10", "F11"]),
            ("x", vec![]),
            ("", vec![]),
            ("Bananas", vec![]),
        ] {
            assert_eq!(nearest(wrong, fits), meant, "{wrong:?}");
        }
    }
}
