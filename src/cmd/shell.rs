//! `stratus completions` and `stratus man`: generates the files that a package installs, from the command line's types.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Completions, Shell};

pub(super) fn completions(args: &Completions) -> anyhow::Result<ExitCode> {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stratus", &mut text);
    std::io::stdout().write_all(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    let top = clap_mangen::Man::new(Cli::command());
    top.render(&mut page)?;
    // One page for everything; the options of the commands follow.
    let mut all = Cli::command();
    all.build();
    for command in all.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        writeln!(page, ".SH \"STRATUS {}\"", command.get_name().to_uppercase())?;
        let man = clap_mangen::Man::new(command.clone());
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    std::io::stdout().write_all(&page)?;
    Ok(ExitCode::SUCCESS)
}
