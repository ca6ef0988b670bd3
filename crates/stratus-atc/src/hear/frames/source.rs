//! Parses the text of the frames: classes, and the phrases of each act. Each phrase is expanded into all the plain sequences that it stands
//! for.

use std::collections::BTreeMap;

use super::Slot;

/// One element of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    /// This word; `#` is one digit.
    Word(String),
    /// A value.
    Slot(Slot),
    /// A class of phrases, by number.
    Class(u16),
    /// Up to three words.
    Gap,
    /// The start of the message.
    Begin,
    /// The end of the message, or of the part before a callsign.
    End,
}

/// One condition of a frame: a fact about the call or a class that occurs in it, or the negation of either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) name: String,
    pub(super) wanted: bool,
}

/// A frame as written: the act, groups of conditions (one group must hold completely), and the expanded phrases.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) act: String,
    pub(super) conditions: Vec<Vec<Condition>>,
    pub(super) sayings: Vec<Vec<Element>>,
}

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Class names, by number.
    pub(super) names: Vec<String>,
    /// The phrases of each class.
    pub(super) classes: Vec<Vec<Vec<Element>>>,
    pub(super) frames: Vec<Written>,
    /// The lines that could not be read, and why.
    pub(super) errors: Vec<String>,
}

/// The maximum number of sequences per phrase; more means an error in the file.
const MOST: usize = 4096;

impl Source {
    /// Reads files, each with its name. Skips a line that cannot be read and lists it in `errors`.
    pub(super) fn read(files: &[(&str, &str)]) -> Self {
        let mut source = Self::default();
        let mut numbers: BTreeMap<String, u16> = BTreeMap::new();
        for (name, text) in files {
            let before = source.errors.len();
            source.file(text, &mut numbers);
            source.errors[before..].iter_mut().for_each(|e| e.insert_str(0, &format!("{name}, ")));
        }
        source
    }

    fn file(&mut self, text: &str, numbers: &mut BTreeMap<String, u16>) {
        // Blocks: a header, and the indented lines below it.
        let mut head: Option<(usize, String)> = None;
        let mut body: Vec<(usize, String)> = Vec::new();
        let lines = text.lines().enumerate().map(|(i, l)| (i + 1, l.split('%').next().unwrap_or(l).trim_end()));
        for (number, line) in lines.chain(std::iter::once((0, "end:"))) {
            if line.is_empty() {
                continue;
            }
            if line.starts_with(' ') {
                body.push((number, line.trim().to_owned()));
                continue;
            }
            if let Some((at, header)) = head.take() {
                self.block(at, &header, &std::mem::take(&mut body), numbers);
            }
            head = Some((number, line.to_owned()));
        }
    }

    fn block(&mut self, at: usize, header: &str, body: &[(usize, String)], numbers: &mut BTreeMap<String, u16>) {
        let Some((name, rest)) = header.split_once(':') else {
            self.errors.push(format!("line {at}: a block begins with a name and a colon: {header:?}"));
            return;
        };
        let mut sayings = Vec::new();
        for (number, line) in body {
            for saying in line.split(',').map(str::trim).filter(|s| !s.is_empty()) {
                match expand(saying, numbers) {
                    Ok(all) => sayings.extend(all),
                    Err(why) => self.errors.push(format!("line {number}: {saying:?}: {why}")),
                }
            }
        }
        if sayings.is_empty() {
            self.errors.push(format!("line {at}: {name} has no sayings"));
        }
        if let Some(class) = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')) {
            let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
            if numbers.insert(class.to_owned(), number).is_some() {
                self.errors.push(format!("line {at}: the class {class} stands twice"));
            }
            // A class within a class stands for its phrases, because classes are matched before they become values.
            let sayings = sayings.iter().flat_map(|s| self.inlined(s)).collect();
            self.names.push(class.to_owned());
            self.classes.push(sayings);
            return;
        }
        let condition = |c: &str| {
            let (wanted, name) = c.strip_prefix('!').map_or((true, c), |n| (false, n));
            Condition { name: name.to_owned(), wanted }
        };
        let conditions =
            rest.split('|').map(|g| g.split_whitespace().map(condition).collect::<Vec<_>>()).filter(|g| !g.is_empty()).collect();
        self.frames.push(Written { act: name.to_owned(), conditions, sayings });
    }

    /// Replaces the classes in a phrase by their phrases.
    fn inlined(&self, saying: &[Element]) -> Vec<Vec<Element>> {
        saying.iter().fold(vec![Vec::new()], |all: Vec<Vec<Element>>, element| {
            let one = [vec![element.clone()]];
            let next: &[Vec<Element>] = match element {
                Element::Class(c) => self.classes.get(usize::from(*c)).map_or(&[], Vec::as_slice),
                _ => &one,
            };
            all.iter().flat_map(|a| next.iter().map(move |b| a.iter().chain(b).cloned().collect())).collect()
        })
    }
}

/// All sequences that a phrase stands for.
fn expand(saying: &str, numbers: &BTreeMap<String, u16>) -> Result<Vec<Vec<Element>>, String> {
    let mut pieces = pieces(saying).into_iter().peekable();
    let all = alternatives(&mut pieces, numbers)?;
    match pieces.next() {
        Some(p) => Err(format!("{p:?} closes nothing")),
        None if all.iter().any(|s| s.iter().all(|e| matches!(e, Element::Gap | Element::Begin | Element::End))) => {
            Err("it stands for nothing at all".to_owned())
        }
        None => Ok(all),
    }
}

fn pieces(saying: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = saying.trim_start();
    while let Some(first) = rest.chars().next() {
        let n = match first {
            '(' | ')' | '[' | ']' | '/' | '^' | '$' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || "()[]/".contains(c)).unwrap_or(rest.len()),
        };
        let (piece, more) = rest.split_at(n);
        out.push(piece);
        rest = more.trim_start();
    }
    out
}

type Pieces<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn alternatives(pieces: &mut Pieces, numbers: &BTreeMap<String, u16>) -> Result<Vec<Vec<Element>>, String> {
    let mut all = Vec::new();
    let mut one: Vec<Vec<Element>> = vec![Vec::new()];
    while let Some(piece) = pieces.peek().copied() {
        let next: Vec<Vec<Element>> = match piece {
            ")" | "]" => break,
            "/" => {
                pieces.next();
                all.append(&mut one);
                one = vec![Vec::new()];
                continue;
            }
            "(" | "[" => {
                pieces.next();
                let mut inner = alternatives(pieces, numbers)?;
                let close = if piece == "(" { ")" } else { "]" };
                if pieces.next() != Some(close) {
                    return Err(format!("{piece:?} is not closed"));
                }
                if piece == "[" {
                    inner.push(Vec::new());
                }
                inner
            }
            _ => {
                pieces.next();
                vec![vec![element(piece, numbers)?]]
            }
        };
        if one.len() * next.len() > MOST {
            return Err("it stands for too many sequences".to_owned());
        }
        one = one.iter().flat_map(|a| next.iter().map(move |b| a.iter().chain(b).cloned().collect())).collect();
    }
    all.append(&mut one);
    Ok(all)
}

fn element(piece: &str, numbers: &BTreeMap<String, u16>) -> Result<Element, String> {
    let inside = |open: char, close: char| piece.strip_prefix(open).and_then(|p| p.strip_suffix(close));
    if let Some(name) = inside('<', '>') {
        return Slot::of(name).map(Element::Slot).ok_or_else(|| format!("there is no value <{name}>"));
    }
    if let Some(name) = inside('{', '}') {
        return numbers.get(name).copied().map(Element::Class).ok_or_else(|| format!("no class {{{name}}} stands above"));
    }
    Ok(match piece {
        ".." => Element::Gap,
        "^" => Element::Begin,
        "$" => Element::End,
        word if word.chars().all(|c| c.is_ascii_lowercase() || c == '\'' || c == '-') || word == "#" || word == "." => {
            Element::Word(word.to_owned())
        }
        other => return Err(format!("{other:?} is no word")),
    })
}
