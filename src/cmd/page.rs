//! `stratus page`: the link to the page, as text and as a QR code.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use qrcode::{Color, EcLevel, QrCode};
use serde_json::json;

use super::lines::{width, wrapped};
use crate::cli::PageArgs;
use crate::config;
use crate::page::{self, Token};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::{Config, PAGE_HERE, Page};

/// Timeout for the running tray's page to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How much of its answer is read, bytes: the status line.
const ANSWER: u64 = 64;
/// The light margin around a QR code that a camera needs, modules.
const MARGIN: usize = 4;

pub(super) fn run(file: Option<&Path>, args: &PageArgs) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    if let Some(listen) = &args.listen {
        let listen = if listen == "off" { "" } else { listen.as_str() };
        let value = toml::Value::String(listen.to_owned()).to_string();
        // What is not an address at all is explained below.
        if let Ok(Config { page: Page { listen: Some(at) }, .. }) = toml::from_str(&format!("[page]\nlisten = {value}")) {
            page::is_here(at)?;
        }
        config::set_key(&paths.config_file, "page.listen", &value)?;
        if listen.is_empty() {
            writeln!(std::io::stdout(), "The page is off.")?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let Some(at) = super::configuration(file)?.page.listen else {
        return Err(Problem::new("the page is off")
            .because("page.listen is empty")
            .fix(format!(
                "switch it on: `stratus page --listen {PAGE_HERE}`, or \"Help\", \"Page for a browser, tablet or VR\" in the tray's menu"
            ))
            .into());
    };
    let token = Token::find_or_make(&paths.data_dir)?;
    let answers = answers(at, &token, args.listen.is_some());
    if !answers && !args.json {
        // Another program may have the port.
        page::probe(at)?;
    }
    let mut out = std::io::stdout();
    if args.json {
        let told = json!({"listen": at, "link": token.link(at), "state": token.state_link(at), "running": answers});
        writeln!(out, "{told}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let link = token.link(at);
    writeln!(out, "{link}\n\n{}", code(&link, look(out.is_terminal()))?)?;
    let mut say = |words: &str| writeln!(out, "{}", wrapped("", "", words, width()));
    if !answers {
        say("Nothing answers there yet: start Stratus (`stratus`).")?;
    }
    if at.ip().is_loopback() {
        let own = own_address().map_or_else(|| "192.168.1.20".to_owned(), |ip| ip.to_string());
        say("The link works on this computer only, in any browser and in VR overlays.")?;
        say(&format!("For a tablet or phone in your home network: `stratus page --listen {own}:{}`", at.port()))?;
    }
    say("Keep it to yourself: anyone who has it can read your transmissions and press push-to-talk.")?;
    Ok(ExitCode::SUCCESS)
}

/// For the doctor: where the page is, and whether it answers or could.
pub(super) fn check(file: Option<&Path>, config: &Config) -> Result<String, Problem> {
    let Some(at) = config.page.listen else { return Ok("off (page.listen)".into()) };
    let token = Token::find_or_make(&Paths::find(file)?.data_dir)?;
    if answers(at, &token, false) {
        return Ok(format!("answers at {at}; `stratus page` prints the link"));
    }
    page::probe(at).map(|()| format!("{at} is free: the page opens with Stratus"))
}

/// Whether the running tray shows the page there. After a change of the settings it needs a moment.
fn answers(at: SocketAddr, token: &Token, changed: bool) -> bool {
    let once = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&at, ANSWER_WITHIN)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        write!(stream, "GET /state.json?token={} HTTP/1.1\r\nHost: {at}\r\n\r\n", token.digits())?;
        let mut begin = Vec::new();
        stream.take(ANSWER).read_to_end(&mut begin)?;
        Ok(begin.starts_with(b"HTTP/1.1 200"))
    };
    for _ in 0..if changed { 15 } else { 1 } {
        if once().unwrap_or(false) {
            return true;
        }
        if changed {
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    false
}

/// The address of this computer in its network. Nothing is sent: connecting a UDP socket only makes the system choose a route.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    socket.local_addr().ok().map(|at| at.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// How a QR code is drawn. Not every camera reads an inverted one.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// Black on white, whatever the terminal's colours.
    Coloured,
    /// For a terminal that may not know colours: its text is light on dark.
    Inverted,
    /// For a file.
    Plain,
}

fn look(terminal: bool) -> Look {
    match terminal {
        false => Look::Plain,
        // Windows's old console shows the codes of colours as text.
        true if cfg!(windows) && std::env::var_os("WT_SESSION").is_none() => Look::Inverted,
        true => Look::Coloured,
    }
}

/// A QR code of half-height blocks.
fn code(link: &str, look: Look) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).map_err(|e| Problem::bug("cannot make the QR code").because(e))?;
    let (side, colors) = (code.width(), code.to_colors());
    let dark = |x: usize, y: usize| match (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) {
        (Some(x), Some(y)) if x < side && y < side => colors[y * side + x] == Color::Dark,
        _ => false,
    };
    let dark = |x: usize, y: usize| dark(x, y) != (look == Look::Inverted);
    let mut text = String::new();
    for y in (0..side + 2 * MARGIN).step_by(2) {
        let blocks = (0..side + 2 * MARGIN).map(|x| match (dark(x, y), dark(x, y + 1)) {
            (true, true) => '\u{2588}',
            (true, false) => '\u{2580}',
            (false, true) => '\u{2584}',
            (false, false) => ' ',
        });
        let row: String = blocks.collect();
        let _ = match look {
            Look::Coloured => writeln!(text, "\u{1b}[38;5;16;48;5;231m{row}\u{1b}[0m"),
            Look::Inverted | Look::Plain => writeln!(text, "{row}"),
        };
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qr_code_has_its_three_corners_and_a_margin() {
        let link = format!("http://192.168.178.120:4747/?token={}", "0123456789abcdef".repeat(2));
        let text = code(&link, Look::Plain).unwrap();
        let rows: Vec<Vec<char>> = text.lines().map(|l| l.chars().collect()).collect();
        let side = rows[0].len();
        assert!(rows.iter().all(|r| r.len() == side) && rows.len() == side.div_ceil(2) && side <= 60, "{side}");
        assert!(rows[..MARGIN / 2].iter().flatten().all(|c| *c == ' '));
        // A finder pattern is seven modules wide: its first row and the light one below it.
        let corner = |row: &[char], at: usize| row[at..at + 7].iter().collect::<String>();
        let top = "\u{2588}\u{2580}\u{2580}\u{2580}\u{2580}\u{2580}\u{2588}";
        assert_eq!((corner(&rows[2], MARGIN), corner(&rows[2], side - MARGIN - 7)), (top.to_owned(), top.to_owned()));
        assert!(code(&link, Look::Inverted).unwrap().starts_with(&"\u{2588}".repeat(side)));
        assert!(code(&link, Look::Coloured).unwrap().lines().all(|l| l.starts_with("\u{1b}[") && l.ends_with("\u{1b}[0m")));
    }
}
