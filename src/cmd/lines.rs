//! Wraps lines to the width of the terminal. The width needs one call of the C library, whose `SAFETY` comment says why it is sound.
#![allow(unsafe_code, reason = "an ioctl that hands over an address; it says why it is sound")]

/// Characters per line: from `COLUMNS`, otherwise from the terminal; `None` if neither is known, as in a pipe.
pub(super) fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|c| c.trim().parse().ok());
    said.or_else(terminal).filter(|w| *w >= 20)
}

#[cfg(target_os = "linux")]
fn terminal() -> Option<usize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: TIOCGWINSZ writes one `winsize` through the pointer, which is valid until the call returns. If standard output is not
    // a terminal, the call fails and writes nothing.
    let told = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (told == 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(target_os = "linux"))]
fn terminal() -> Option<usize> {
    use std::io::IsTerminal;
    // The usual width fits most terminals; in a wider one, the right side stays empty.
    std::io::stdout().is_terminal().then_some(80)
}

/// Wraps words to at most `width` characters per line. A word longer than a line gets its own line.
pub(super) fn wrapped(first: &str, others: &str, words: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return format!("{first}{words}") };
    let mut lines = vec![first.to_owned()];
    let mut begun = false;
    for word in words.split(' ') {
        // A line does not begin with the spaces between two columns.
        if !begun && word.is_empty() && lines.len() > 1 {
            continue;
        }
        let line = lines.last().map_or(0, |l| l.chars().count());
        if begun && line + 1 + word.chars().count() > width {
            lines.push(others.to_owned());
            begun = false;
        }
        if let Some(line) = lines.last_mut() {
            if begun {
                line.push(' ');
            }
            line.push_str(word);
        }
        begun = true;
    }
    lines.join("\n")
}

/// Wraps a text of several lines to the terminal, with continuation lines aligned to the last column.
pub(super) fn hung(text: &str) -> String {
    hung_at(text, width())
}

fn hung_at(text: &str, width: Option<usize>) -> String {
    let Some(most) = width else { return text.to_owned() };
    let of = |line: &str| {
        let column = column(line);
        // A column this far right leaves no room for text.
        let column = if column * 3 <= most * 2 { column } else { 4 };
        let first = line.len() - line.trim_start().len();
        wrapped(&line[..first], &" ".repeat(column), &line[first..], width)
    };
    text.split('\n').map(of).collect::<Vec<_>>().join("\n")
}

/// Where the last column of a line begins, after two spaces. Without columns, the existing indent plus a little.
fn column(line: &str) -> usize {
    let first = line.len() - line.trim_start().len();
    match line.trim_end().rfind("  ").filter(|at| *at >= first) {
        Some(at) => line[..at + 2].chars().count(),
        None if first == 2 => 4,
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_continues_below_its_column() {
        let help =
            "Usage: stratus\n\n  setup     Sets up microphone, speaker and key in the terminal\n          Sets one key and tells where\n";
        let wanted = "Usage: stratus\n\n  setup     Sets up microphone,\n            speaker and key in the\n            terminal\n          Sets one key and tells\n          where\n";
        assert_eq!(hung_at(help, Some(36)), wanted);
        assert_eq!(hung_at("  approaches 28R: ILS, RNAV Y, RNAV Z", Some(24)), "  approaches 28R: ILS,\n    RNAV Y, RNAV Z");
        assert_eq!(hung_at(help, None), help);
    }

    #[test]
    fn lines_break_between_words_and_fit_the_terminal() {
        let words = "Which key? A name such as RightCtrl or F13, \"press\" to press it, \"joystick\", or \"none\" [ScrollLock]";
        for width in [20, 40, 80, 100] {
            let text = wrapped("   \u{2713} ", "     ", words, Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width), "{width}:\n{text}");
            let again: Vec<&str> = text.split_whitespace().skip(1).collect();
            assert_eq!(again, words.split(' ').collect::<Vec<_>>(), "no word is split");
        }
        assert_eq!(wrapped("", "", words, None), words);
        let path = "/home/somebody/a/folder/with/a/long/name/model.bin";
        assert_eq!(wrapped("  ", "  ", &format!("in {path} now"), Some(20)), format!("  in\n  {path}\n  now"));
    }
}
