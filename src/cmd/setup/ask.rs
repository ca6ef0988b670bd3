//! Questions of `stratus setup`, one line each, from a terminal or a pipe; and its output, wrapped to the terminal.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use super::terminal::Quiet;
use crate::cmd::lines::{width, wrapped};
use crate::problem::{Problem, sentence};

/// The indent of each line of a step.
pub(super) const MARGIN: &str = "   ";

/// Space for an answer after its question, columns.
const ANSWER: usize = 12;

/// The source of answers.
pub(super) struct Ask<'a> {
    from: &'a mut dyn BufRead,
    /// Take the default answer in brackets everywhere.
    pub(super) yes: bool,
    /// The configuration being set up.
    config_file: PathBuf,
    /// Suppresses echo between two questions.
    quiet: Option<Quiet>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead, yes: bool, config_file: PathBuf) -> Self {
        // Without questions, leave the terminal alone.
        let quiet = if yes { None } else { Some(Quiet::standard_input()) };
        Self { from, yes, config_file, quiet }
    }

    /// Asks, and returns the trimmed answer; empty means the default in brackets.
    pub(super) fn line(&mut self, question: &str) -> anyhow::Result<String> {
        if self.yes {
            return Ok(String::new());
        }
        let mut out = std::io::stdout();
        // The answer follows on the same line.
        write!(out, "{} ", wrapped(MARGIN, MARGIN, question, width().map(|w| w.saturating_sub(ANSWER).max(ANSWER))))?;
        out.flush()?;
        self.quiet.iter().for_each(Quiet::question);
        let mut line = String::new();
        let read = self.from.read_line(&mut line);
        self.quiet.iter().for_each(Quiet::answered);
        if read? == 0 {
            writeln!(out)?;
            return Err(Problem::new("the set-up is not finished")
                .because("there was no answer to the last question")
                .fix(format!("{} `stratus setup --yes` asks nothing", super::stopped(&self.config_file)))
                .into());
        }
        // A terminal has echoed the input.
        if !std::io::stdin().is_terminal() {
            writeln!(out, "{}", line.trim())?;
        }
        Ok(line.trim().to_owned())
    }

    /// Asks a yes-or-no question; `usual` is the default.
    pub(super) fn whether(&mut self, question: &str, usual: bool) -> anyhow::Result<bool> {
        loop {
            match self.line(&format!("{question} {}", if usual { "[Y/n]" } else { "[y/N]" }))?.to_lowercase().as_str() {
                "" => return Ok(usual),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                other => refused(&Problem::new(format!("{other:?} is neither yes nor no")).fix("y or n"))?,
            }
        }
    }
}

/// Explains why an answer is not accepted; then the question is repeated.
pub(super) fn refused(p: &Problem) -> std::io::Result<()> {
    told("no", p)
}

/// Reports a problem that does not end the setup.
pub(super) fn told(mark: &str, p: &Problem) -> std::io::Result<()> {
    say(&format!("{mark}: {}", p.what))?;
    let under = format!("{MARGIN}   ");
    for why in &p.why {
        print(&under, &format!("because: {why}"))?;
    }
    if !p.fix.is_empty() {
        print(&under, &format!("hint: {}", p.fix))?;
    }
    Ok(())
}

/// Reports that a step or a part of one is done.
pub(super) fn well(words: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", wrapped(&format!("{MARGIN}\u{2713} "), &format!("{MARGIN}  "), &sentence(words), width()))
}

/// Prints text.
pub(super) fn say(words: &str) -> std::io::Result<()> {
    print(MARGIN, words)
}

/// Prints text without the indent.
pub(super) fn head(words: &str) -> std::io::Result<()> {
    print("", words)
}

/// A line on the terminal that is replaced as work goes on, and removed at its end. A pipe gets nothing.
#[derive(Default)]
pub(super) struct Progress {
    /// Columns of the line.
    columns: usize,
}

impl Progress {
    /// Shows how far the work has come.
    pub(super) fn show(&mut self, words: &str) {
        if std::io::stdout().is_terminal() {
            let line = format!("{MARGIN}{words}");
            let _ = write!(std::io::stdout(), "\r{line:<width$}", width = self.columns);
            let _ = std::io::stdout().flush();
            self.columns = self.columns.max(line.chars().count());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.columns > 0 {
            let _ = write!(std::io::stdout(), "\r{:<width$}\r", "", width = self.columns);
            let _ = std::io::stdout().flush();
        }
    }
}

fn print(margin: &str, words: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", wrapped(margin, margin, words, width()))
}
