//! A plan's XML as a small tree with line numbers: bounded, without entities, and tolerant of a bare `&`.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Refused, refused, short};

/// The maximum nesting depth; no format has more than ten levels.
const DEEPEST: usize = 40;
/// The maximum number of elements; SimBrief's reply has about ten thousand.
const MOST: usize = 200_000;

/// An element with its text, its attributes and its children.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Without a namespace prefix.
    pub name: String,
    /// Trimmed.
    pub text: String,
    pub children: Vec<Element>,
    attributes: Vec<(String, String)>,
}

impl Element {
    fn of(tag: &BytesStart<'_>) -> Self {
        let word = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut attributes = tag.attributes();
        let pair = |a: quick_xml::events::attributes::Attribute<'_>| (word(a.key.local_name().as_ref()), word(&a.value).trim().to_owned());
        let attributes = attributes.with_checks(false).filter_map(Result::ok).map(pair).collect();
        Self { name: word(tag.local_name().as_ref()), attributes, ..Self::default() }
    }

    /// The first child with a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// All children with a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name.eq_ignore_ascii_case(name))
    }

    /// The element at this path.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |e, name| e.child(name))
    }

    /// The text of the first child with this name that has any.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.children.iter().filter(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.text.as_str()).find(|t| !t.is_empty())
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, v)| n.eq_ignore_ascii_case(name) && !v.is_empty()).map(|(_, v)| v.as_str())
    }
}

/// The root element of a text that starts with `<`.
pub(super) fn parse(text: &str) -> Result<Element, Refused> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    let at = |byte: u64, why: String| {
        let end = usize::try_from(byte).unwrap_or(text.len()).min(text.len());
        Refused { line: Some(1 + text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count() as u64), why }
    };
    let (mut open, mut count) = (Vec::<Element>::new(), 0usize);
    let mut root = None;
    loop {
        let event = reader
            .read_event()
            .map_err(|e| at(reader.error_position(), format!("it is not well-formed XML: {}", short(&e.to_string()))))?;
        let here = |why: &str| at(reader.buffer_position(), why.to_owned());
        match event {
            Event::Start(tag) if open.len() < DEEPEST => open.push(Element::of(&tag)),
            Event::Start(_) => return Err(here("its XML is nested too deeply")),
            Event::Empty(tag) => close(Element::of(&tag), &mut open, &mut root),
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(t) => add(&mut open, &t.decode().unwrap_or_default()),
            Event::CData(t) => add(&mut open, &t.decode().unwrap_or_default()),
            Event::GeneralRef(r) => {
                let name = r.decode().unwrap_or_default();
                let letter = match name.as_ref() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => r.resolve_char_ref().ok().flatten(),
                };
                // An undeclared entity stays as written.
                add(&mut open, &letter.map_or_else(|| format!("&{name};"), String::from));
            }
            Event::Eof => break,
            _ => continue,
        }
        count += 1;
        if count > MOST * 3 {
            return Err(here("it has more elements than a flight plan can have"));
        }
        if root.is_some() && open.is_empty() {
            break;
        }
    }
    if let Some(unclosed) = open.first() {
        return Err(at(text.len() as u64, format!("it ends before </{}>: the file is cut off", short(&unclosed.name))));
    }
    root.ok_or_else(|| refused("it is XML without any element"))
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(mut element: Element, open: &mut [Element], root: &mut Option<Element>) {
    let trimmed = element.text.trim();
    if trimmed.len() != element.text.len() {
        element.text = trimmed.to_owned();
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_attributes_and_bare_ampersands_are_read() {
        let root = parse("<?xml version=\"1.0\"?>\n<a:b xmlns:a=\"x\"><Pos Lon=\"1.5\"/><t>Bar &amp; Grill & more&#33;</t><t>2</t></a:b>")
            .unwrap();
        assert_eq!((root.name.as_str(), root.text("T")), ("b", Some("Bar & Grill & more!")));
        assert_eq!(root.child("pos").unwrap().attribute("lon"), Some("1.5"));
        assert_eq!(root.all("t").count(), 2);
    }

    #[test]
    fn errors_are_reported_with_their_line() {
        for (text, line, why) in [
            ("<a>\n<b>\n", 3, "cut off"),
            ("<a>\n<b></a>", 2, "not well-formed"),
            ("<a>\n<b", 2, "not well-formed"),
            ("<?xml version=\"1.0\"?>", 0, "without any element"),
        ] {
            let e = parse(text).unwrap_err();
            assert!(e.why.contains(why) && e.line.unwrap_or(0) == line, "{text:?}: {e}");
        }
        let deep = "<a>".repeat(1000);
        assert!(parse(&deep).unwrap_err().why.contains("too deeply"));
        let many = format!("<a>{}</a>", "<b/>".repeat(700_000));
        assert!(parse(&many).unwrap_err().why.contains("more elements"));
    }
}
