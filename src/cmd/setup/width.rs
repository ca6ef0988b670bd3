//! How wide the terminal is. The system tells it by one call of C's library alone; `SAFETY` says why that call is sound.
#![allow(unsafe_code, reason = "an ioctl that hands over an address; it says why it is sound")]

/// Characters of a line: as `COLUMNS` says, else as the terminal is; none where nobody says, as in a pipe.
pub(super) fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.trim().parse().ok());
    said.or_else(terminal).filter(|w| *w >= 20)
}

#[cfg(target_os = "linux")]
fn terminal() -> Option<usize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: TIOCGWINSZ writes one `winsize` where the pointer shows, which is one that lives until the call has returned. On what
    // is no terminal the call fails and writes nothing.
    let told = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (told == 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(target_os = "linux"))]
fn terminal() -> Option<usize> {
    use std::io::IsTerminal;
    // The usual width: nothing is torn there, and a wider window only stays empty at its right.
    std::io::stdout().is_terminal().then_some(80)
}
