//! The commands, one file each; with `dispatch`, the only place that sees both halves.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "commands print; nothing else does")]

mod airports;
pub mod batch;
mod bench;
mod brain;
mod config;
pub mod demo;
mod devices;
mod doctor;
mod lines;
mod log;
mod models;
mod page;
mod plan;
mod replay;
mod run;
mod say;
pub mod scenario;
mod school;
mod setup;
mod shell;
pub mod sound;
pub mod stage;
mod update;
mod voices;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::cli::{Cli, Command, Run};
use crate::problem::Problem;
use crate::settings::Config;

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    // Must run before any thread starts.
    #[cfg(target_os = "linux")]
    crate::audio::cookie::bring();
    let parsed = Cli::try_parse();
    let alone = is_tray(parsed.as_ref().ok());
    // On Windows a command writes to the terminal it was started in. The tray does not attach to it, because closing the terminal
    // would end the tray.
    #[cfg(windows)]
    if !alone {
        crate::desktop::windows::console::attach();
    }
    let cli = match parsed {
        Ok(cli) => cli,
        Err(e) => {
            let code = if e.use_stderr() { 2 } else { 0 };
            let text = lines::hung(&e.render().to_string());
            let _ = if e.use_stderr() { write!(std::io::stderr(), "{text}") } else { write!(std::io::stdout(), "{text}") };
            return ExitCode::from(code);
        }
    };
    match run(cli) {
        Ok(code) => code,
        Err(e) => {
            let problem = match e.downcast::<Problem>() {
                Ok(p) => p,
                Err(e) if e.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe) => {
                    return ExitCode::SUCCESS;
                }
                Err(e) => e.chain().skip(1).fold(Problem::new(e.to_string()), |p, why| p.because(why)),
            };
            if alone {
                show(&problem);
            }
            for line in problem.to_string().lines() {
                let _ = writeln!(std::io::stderr(), "{}", lines::wrapped("", "   ", line, lines::width()));
            }
            ExitCode::from(problem.exit_code())
        }
    }
}

/// Whether this is the tray, which has no output: usually it is started from the desktop's menu.
fn is_tray(cli: Option<&Cli>) -> bool {
    cli.is_some_and(|c| match &c.command {
        None => true,
        Some(Command::Run(run)) => run.headless.is_none(),
        Some(_) => false,
    })
}

/// Shows why the tray does not start to users without a terminal.
#[cfg(windows)]
fn show(problem: &Problem) {
    crate::desktop::windows::console::show(&problem.to_string());
}

/// The same as a toast.
#[cfg(not(windows))]
fn show(problem: &Problem) {
    use crate::desktop::toast::Toaster;
    use crate::event::Toast;
    use std::io::IsTerminal;
    if !std::io::stderr().is_terminal()
        && let Ok(toaster) = Toaster::start(|_| {})
    {
        let short = problem.short();
        toaster.show(Toast { body: short.body(), title: short.title, fault: true, seconds: 8, ..Toast::default() });
    }
}

/// Runs code that needs the desktop. On Windows it runs beside the main thread, which runs the message loop.
fn with_desktop(body: impl FnOnce() -> anyhow::Result<ExitCode> + Send + 'static) -> anyhow::Result<ExitCode> {
    #[cfg(windows)]
    return crate::desktop::windows::pump::host(body)?;
    #[cfg(not(windows))]
    body()
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let file = cli.config.as_deref();
    match cli.command.unwrap_or(Command::Run(Run::default())) {
        Command::Run(args) if args.headless.is_some() => run::headless(file, &args),
        Command::Run(args) => {
            let file = cli.config.clone();
            with_desktop(move || run::run(file.as_deref(), &args))
        }
        Command::Demo(args) => demo::run(&args),
        Command::Say(args) => say::say(file, &args),
        Command::Plan(args) => plan::run(file, &args.what),
        Command::Page(args) => page::run(file, &args),
        Command::Ptt(args) => say::ptt(file, &args),
        Command::Quit => say::quit(file),
        Command::Transcribe(args) => sound::transcribe(file, &args),
        Command::Speak(args) => sound::speak(file, &args),
        Command::Replay(args) => replay::run(file, &args),
        Command::Batch(args) => batch::run(file, &args),
        Command::School(args) => school::run(&args),
        Command::Setup(args) => {
            let file = cli.config.clone();
            with_desktop(move || setup::run(file.as_deref(), &args))
        }
        Command::Update(args) => update::run(file, &args),
        Command::Config(args) => config::run(file, args.what),
        Command::Models(args) => models::run(file, &args),
        Command::Voices(args) => voices::run(file, &args),
        Command::TryVoice { file } => {
            #[cfg(windows)]
            crate::desktop::windows::console::die_quietly();
            crate::speech::neural::attempt(&file).map(|()| ExitCode::SUCCESS).map_err(Into::into)
        }
        Command::Brain(args) => brain::run(file, &args),
        Command::TryModel { file, card } => {
            #[cfg(windows)]
            crate::desktop::windows::console::die_quietly();
            if card {
                writeln!(std::io::stdout(), "{}{}", crate::speech::trial::HEARD, crate::speech::card::attempt(&file)?)?;
                return Ok(ExitCode::SUCCESS);
            }
            crate::speech::trial::attempt(&file).map(|()| ExitCode::SUCCESS).map_err(Into::into)
        }
        Command::Bench(args) => bench::run(file, &args),
        Command::Log(args) => log::run(file, &args),
        Command::Devices(args) => devices::run(file, &args),
        Command::Airports(args) => airports::run(file, &args),
        Command::Completions(args) => shell::completions(&args),
        Command::Man => shell::man(),
        Command::Doctor(args) => {
            let file = cli.config.clone();
            with_desktop(move || doctor::run(file.as_deref(), &args))
        }
    }
}

/// The configuration for a command that needs a valid one; without a file, the defaults.
pub(crate) fn configuration(file: Option<&Path>) -> Result<Arc<Config>, Problem> {
    let path = config_path(file)?;
    if file.is_none() && !crate::config::look(&path)? {
        return Ok(Arc::default());
    }
    crate::config::read(&path).map(Arc::new)
}

/// The path of the configuration.
pub(crate) fn config_path(file: Option<&Path>) -> Result<PathBuf, Problem> {
    Ok(crate::paths::Paths::find(file)?.config_file)
}
