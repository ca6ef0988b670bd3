//! Lines as wide as the terminal, broken between words. How wide it is the system tells by one call of C's library alone; `SAFETY`
//! says why that call is sound.
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

/// Words in lines of at most `width` characters, broken between words alone: one that is longer than a line has one to itself.
pub(super) fn wrapped(first: &str, others: &str, words: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return format!("{first}{words}") };
    let mut lines = vec![first.to_owned()];
    let mut begun = false;
    for word in words.split(' ') {
        // Spaces that part two columns begin no line.
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

/// A text of several lines as wide as the terminal: what does not fit goes on below the line's last column.
pub(super) fn hung(text: &str) -> String {
    hung_at(text, width())
}

fn hung_at(text: &str, width: Option<usize>) -> String {
    let Some(most) = width else { return text.to_owned() };
    let of = |line: &str| {
        let column = column(line);
        // A column that far right leaves no room for words.
        let column = if column * 3 <= most * 2 { column } else { 4 };
        let first = line.len() - line.trim_start().len();
        wrapped(&line[..first], &" ".repeat(column), &line[first..], width)
    };
    text.split('\n').map(of).collect::<Vec<_>>().join("\n")
}

/// Where the last column of a line begins, behind two spaces; without columns what is indented once goes on a little further in.
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
    fn what_does_not_fit_goes_on_below_its_column() {
        let help =
            "Usage: stratus\n\n  setup     Sets up microphone, speaker and key in the terminal\n          Sets one key and tells where\n";
        let wanted = "Usage: stratus\n\n  setup     Sets up microphone,\n            speaker and key in the\n            terminal\n          Sets one key and tells\n          where\n";
        assert_eq!(hung_at(help, Some(36)), wanted);
        assert_eq!(hung_at("  approaches 28R: ILS, RNAV Y, RNAV Z", Some(24)), "  approaches 28R: ILS,\n    RNAV Y, RNAV Z");
        assert_eq!(hung_at(help, None), help);
    }

    #[test]
    fn lines_end_between_words_and_no_line_is_wider_than_the_terminal() {
        let words = "Which key? A name such as RightCtrl or F13, \"press\" to press it, \"joystick\", or \"none\" [ScrollLock]";
        for width in [20, 40, 80, 100] {
            let text = wrapped("   \u{2713} ", "     ", words, Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width), "{width}:\n{text}");
            let again: Vec<&str> = text.split_whitespace().skip(1).collect();
            assert_eq!(again, words.split(' ').collect::<Vec<_>>(), "nothing is torn");
        }
        assert_eq!(wrapped("", "", words, None), words);
        let path = "/home/somebody/a/folder/with/a/long/name/model.bin";
        assert_eq!(wrapped("  ", "  ", &format!("in {path} now"), Some(20)), format!("  in\n  {path}\n  now"));
    }
}
