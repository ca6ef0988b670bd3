//! All mistakes of a settings file, not only the first one: the line of each is left out, and the rest is read again.

use crate::problem::{Problem, sentence};

/// What a settings file says where it cannot be used.
pub(super) const KEPT: &str = "Your last valid settings stay active.";
/// Mistakes that are looked for; with more, a pilot begins anew.
const MOST: usize = 50;
/// Lines of other mistakes that a toast names.
const NAMED: usize = 4;
/// Length of a mistake in a toast, characters.
const CHARS: usize = 160;

/// A mistake: its line, counted from 1, and the problem that explains it.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    pub(super) line: Option<usize>,
    /// What is wrong, without the place.
    pub(super) why: String,
    pub(super) problem: Box<Problem>,
}

impl Mistake {
    /// Something that is not closed makes the lines behind it look wrong, and its own line is unknown.
    fn is_of_a_line(&self) -> bool {
        !["unclosed", "array", "inline table", "multi-line"].iter().any(|what| self.why.contains(what))
    }
}

/// The first mistake of a text, with the others as further causes. `read` reads a text, and gives its mistake.
pub(super) fn of(text: &str, first: Mistake, read: impl Fn(&str) -> Option<Mistake>) -> Problem {
    let (mut all, mut rest) = (vec![first], text.to_owned());
    while all.len() < MOST {
        let Some(left) = all.last().filter(|m| m.is_of_a_line()).and_then(|m| without(&rest, m.line?)) else { break };
        // A line that is wrong twice counts once.
        let Some(next) = read(&left).filter(|next| !all.iter().any(|m| m.line == next.line)) else { break };
        all.push(next);
        rest = left;
    }
    all.sort_by_key(|m| m.line.unwrap_or(usize::MAX));
    let lines: Vec<usize> = all.iter().skip(1).filter_map(|m| m.line).collect();
    let mut mistakes = all.into_iter();
    let Some(Mistake { line, why, problem }) = mistakes.next() else { return Problem::config("cannot use the configuration") };
    let mut problem = *problem;
    let cause = [in_a_line(&why, &problem.fix), also(&lines), KEPT.to_owned()];
    let title = line.map_or_else(|| problem.short().title, |line| format!("Mistake in line {line} of your settings"));
    problem.why.extend(mistakes.map(|m| format!("{} \u{2013} {}", m.problem.why.join(": "), m.problem.fix)));
    problem.brief(title, cause.into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// What is wrong and how to fix it, in one sentence.
fn in_a_line(why: &str, fix: &str) -> String {
    let line = match ["invalid type", "invalid value"].iter().find_map(|what| why.split_once(what)) {
        Some((key, _)) => format!("{key}this value does not fit: {fix}"),
        // What a parser expected says nothing to a pilot; the remedy does.
        None if why.contains("expected") => fix.to_owned(),
        None => format!("{why}: {fix}"),
    };
    let line = line.replace('`', "").replace('\n', "; ");
    // The name of a key is written as in the file.
    let is_key = line.split([':', ' ']).next().is_some_and(|word| word.contains(['.', '_']));
    let line = if is_key { line } else { sentence(&line) };
    let end = if line.ends_with(['?', '.']) { "" } else { "." };
    if line.chars().count() <= CHARS {
        return line + end;
    }
    let kept: String = line.chars().take(CHARS - 1).collect();
    format!("{}\u{2026}", kept.rsplit_once(' ').map_or(kept.as_str(), |(whole, _)| whole))
}

/// "2 more mistakes: lines 9 and 12."
fn also(lines: &[usize]) -> String {
    let named = |lines: &[usize]| lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    match lines {
        [] => String::new(),
        [line] => format!("1 more mistake: line {line}."),
        [most @ .., last] if lines.len() <= NAMED => format!("{} more mistakes: lines {} and {last}.", lines.len(), named(most)),
        _ => format!("{} more mistakes: lines {} \u{2026}", lines.len(), named(&lines[..NAMED])),
    }
}

/// The text without a line; without the whole section, if the line is its header, because its keys would belong to the one before.
/// The other lines keep their numbers. `None` if the line begins or ends something longer, or if it is empty already.
fn without(text: &str, line: usize) -> Option<String> {
    let is_header = |l: &str| l.trim_start().starts_with('[') && !l.contains('=');
    let all: Vec<&str> = text.lines().collect();
    let wrong = all.get(line.checked_sub(1)?)?.trim();
    let count = |c: char| wrong.matches(c).count();
    let open = wrong.contains("\"\"\"") || wrong.contains("'''") || count('[') != count(']') || count('{') != count('}');
    if wrong.is_empty() || open && !is_header(wrong) {
        return None;
    }
    let end = if is_header(wrong) { all[line..].iter().position(|l| is_header(l)).map_or(all.len(), |n| line + n) } else { line };
    Some(all.iter().enumerate().map(|(n, l)| if (line - 1..end).contains(&n) { "\n".to_owned() } else { format!("{l}\n") }).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;

    fn told(text: &str) -> Problem {
        parse(text, Path::new("stratus.toml")).unwrap_err()
    }

    #[test]
    fn toast_states_the_mistake_and_its_correction_in_a_line() {
        for (text, title, cause) in [
            (
                "[pilot]\ncallsign = N172SP\n",
                "Mistake in line 2 of your settings",
                "pilot.callsign: N172SP is not in quotes, and neither a number nor true or false: put it in quotes: callsign = \"N172SP\".",
            ),
            ("[audio]\ntial_ms = 3\n", "Mistake in line 2 of your settings", "Unknown key tial_ms in [audio]: did you mean tail_ms?"),
            ("[audio\nmute = true\n", "Mistake in line 1 of your settings", "The name of the section is not closed: write [audio]."),
            (
                "[audio]\nvolume_percent = \"60\"\n",
                "Mistake in line 2 of your settings",
                "audio.volume_percent: this value does not fit: write it without quotes: volume_percent = 60.",
            ),
            (
                "[pilot]\ncallsign = \"N1\" // mine\n",
                "Mistake in line 2 of your settings",
                "After a value, only a comment that begins with # may follow on the line.",
            ),
            (
                "\n[audio]\nvolume_percent = 101\n",
                "Mistake in line 3 of your settings",
                "audio.volume_percent: 101 is above 100: 0 to 100.",
            ),
        ] {
            let short = told(text).short();
            assert_eq!((short.title.as_str(), short.cause.as_str()), (title, format!("{cause}\n{KEPT}").as_str()));
        }
        let long = told("[audio]\nqqqqqq = 1\n").short();
        assert!(long.cause.lines().all(|l| l.chars().count() <= CHARS) && long.cause.contains('\u{2026}'), "{long:?}");
    }

    #[test]
    fn all_mistakes_are_listed_and_counted_in_the_toast() {
        let text = "[pilot]\ncallsign = N172SP\n[audio]\ntial_ms = 3\nmute = true\nvolume_percent = 60%\n[sim]\nlink = \"fsx\"\n";
        let p = told(text);
        assert_eq!(p.short().title, "Mistake in line 2 of your settings");
        assert!(p.short().cause.contains("\n3 more mistakes: lines 4, 6 and 8.\n"), "{}", p.short().cause);
        for (place, fix) in [(":2:12", ""), (":4:1", "tail_ms"), (":6:18", "volume_percent = 80"), (":8:8", "flightgear")] {
            assert!(p.why.iter().any(|w| w.contains(&format!("stratus.toml{place}")) && w.contains(fix)), "{place}: {:?}", p.why);
        }
        assert!(told("[audio]\ntial_ms = 3\nmute = yes\n").short().cause.contains("1 more mistake: line 3."));
        let many = format!("[audio]\n{}", (0..30).map(|n| format!("wrong{n} = 1\n")).collect::<String>());
        assert!(told(&many).short().cause.contains("29 more mistakes: lines 3, 4, 5, 6 \u{2026}"), "{}", told(&many).short().cause);
    }

    #[test]
    fn one_mistake_is_not_counted_twice() {
        for text in [
            // The keys of a section with a wrong name are not wrong as well.
            "[audoi]\nmute = true\ntail_ms = 3\n[sim]\ncom1 = \"121.9\"\n",
            "[ptt]\njoystick = [\n  \"a/button 1\"\n[audio]\nmute = true\n",
            "[audio]\nmute = \"\"\"yes\nno\n",
        ] {
            let p = told(text);
            assert!(!p.short().cause.contains("more mistake"), "{text}: {p}");
        }
    }
}
