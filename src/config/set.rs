//! Changes one key in the pilot's file: the rest stays untouched, and the file is never partly written.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use toml_edit::{Document, DocumentMut, Item, Table, Value};

use super::lex::below_header;
use super::mend::readable;
use super::place::{look, unwritten, writable};
use super::read::{open, parse};
use super::text::{Form, encode};
use crate::paths::{private, private_folder};
use crate::problem::Problem;
use crate::settings::Config;

/// Sets a dotted key ("audio.mute") to a TOML value ("true") in the file at `path`, and returns the resulting configuration. A key
/// that exists only as a comment is added below its table's header.
///
/// Nothing is written if the result would be invalid, or if the file is read-only.
pub fn set_key(path: &Path, key: &str, value: &str) -> Result<Config, Problem> {
    let what = format!("set `{key}` in");
    // The key has its new name, and the others must be valid.
    super::renamed::migrate(path, super::renamed::RENAMED)?;
    let (text, form) = if look(path)? {
        writable(path).map_err(|e| unwritten(&what, path, &e))?;
        open(path)?
    } else {
        (super::SHIPPED.to_owned(), Form::default())
    };
    let new = with_key(&text, key, value).map_err(|why| {
        // If TOML cannot parse the file, report the line.
        parse(&text, path).err().unwrap_or_else(|| {
            Problem::config(format!("cannot set `{key}` in the configuration"))
                .because(why)
                .fix("fix the file or the value by hand")
                .brief("Setting not saved", "Your settings file has a mistake.")
        })
    })?;
    let config = parse(&new, path)?;
    if new != text {
        replace(path, &encode(&new, form)).map_err(|e| unwritten(&what, path, &e))?;
    }
    Ok(config)
}

/// The text with one key changed.
fn with_key(text: &str, key: &str, value: &str) -> Result<String, String> {
    let readable = readable(text);
    let doc = Document::parse(readable.text.as_str()).map_err(|e| e.message().to_owned())?;
    let new: Value = value.trim().parse().map_err(|_| format!("{value:?} is not a TOML value"))?;
    let (table, last) = key.rsplit_once('.').unwrap_or(("", key));
    let holder = table.split('.').filter(|t| !t.is_empty()).try_fold(doc.as_item(), |at, part| at.get(part));
    match holder.map(|h| (h, h.get(last))) {
        Some((_, Some(Item::Value(old)))) => {
            let at = old.span().ok_or_else(|| format!("`{key}` cannot be set there"))?;
            let at = readable.in_file(at.start)..readable.in_file(at.end);
            Ok([&text[..at.start], &new.to_string(), &text[at.end..]].concat())
        }
        Some((_, Some(_))) => Err(format!("`{key}` is a table there")),
        Some((holder, None)) if holder.as_table_like().is_none() => Err(format!("`{table}` is not a table there")),
        Some(_) => match below_header(&readable.text, table) {
            Some(at) => {
                let (above, below) = text.split_at(readable.in_file(at));
                // The last line may have no line ending.
                let first = if above.ends_with(['\n', '\r']) { "" } else { line_end(text) };
                Ok([above, first, last, " = ", &new.to_string(), line_end_of(above).unwrap_or(line_end(text)), below].concat())
            }
            None => rebuilt(text, table, last, new),
        },
        None => Ok(with_table(text, table, &format!("{last} = {new}"))),
    }
}

/// Appends a new table to the text.
fn with_table(text: &str, table: &str, line: &str) -> String {
    let (end, body) = (line_end(text), text.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{1a}'));
    // An end-of-file character of old systems stays last.
    let sign = if text[body.len()..].contains('\u{1a}') { "\u{1a}" } else { "" };
    let gap = if body.is_empty() { String::new() } else { end.repeat(2) };
    format!("{body}{gap}[{table}]{end}{line}{end}{sign}")
}

/// A table without a header ("audio = { mute = true }", "audio.mute = true") is written anew.
fn rebuilt(text: &str, table: &str, key: &str, value: Value) -> Result<String, String> {
    let mut doc: DocumentMut = readable(text).text.parse().map_err(|e: toml_edit::TomlError| e.message().to_owned())?;
    let mut at: &mut dyn toml_edit::TableLike = doc.as_table_mut();
    for name in table.split('.').filter(|t| !t.is_empty()) {
        let next = at.entry(name).or_insert_with(|| Item::Table(Table::new()));
        at = next.as_table_like_mut().ok_or_else(|| format!("`{name}` is not a table there"))?;
    }
    at.insert(key, Item::Value(value));
    Ok(like(text, &doc.to_string()))
}

/// Gives new text the line endings of the old text.
pub(super) fn like(old: &str, new: &str) -> String {
    new.replace("\r\n", "\n").replace('\n', line_end(old))
}

/// The line ending of the first line; "\n" if there is only one line.
fn line_end(text: &str) -> &'static str {
    text.find(['\n', '\r']).and_then(|at| ["\r\n", "\n", "\r"].into_iter().find(|end| text[at..].starts_with(end))).unwrap_or("\n")
}

/// The line ending of the last line, if any.
fn line_end_of(text: &str) -> Option<&'static str> {
    ["\r\n", "\n", "\r"].into_iter().find(|end| text.ends_with(end))
}

/// Writes beside the file and renames over it; a link stays a link. A write-protected file is not replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        // A dangling link belongs to the pilot, so it is not replaced by a file.
        Err(e) if fs::symlink_metadata(path).is_ok() => return Err(e),
        Err(_) => std::path::absolute(path)?,
    };
    let folder = target.parent().ok_or(io::ErrorKind::NotFound)?;
    private_folder(folder)?;
    writable(&target)?;
    let temp = folder.join(format!(".stratus.toml.{}.new", std::process::id()));
    let write = || {
        let mut file = private().write(true).create(true).truncate(true).open(&temp)?;
        if let Ok(old) = fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temp, &target)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&temp);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SHIPPED;

    #[test]
    fn commented_key_is_added_below_its_table_and_comments_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, SHIPPED).unwrap();
        assert!(set_key(&path, "audio.mute", "true").unwrap().audio.mute);
        assert_eq!(fs::read_to_string(&path).unwrap(), SHIPPED.replacen("[audio]\n", "[audio]\nmute = true\n", 1));
        assert!(!set_key(&path, "audio.mute", "false").unwrap().audio.mute);
        assert_eq!(fs::read_to_string(&path).unwrap(), SHIPPED.replacen("[audio]\n", "[audio]\nmute = false\n", 1));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn order_spacing_and_trailing_comments_stay() {
        let new = with_key("# mine\n[audio]\nmute   = true   # night\nspeaker = \"x\"\n", "audio.mute", "false").unwrap();
        assert_eq!(new, "# mine\n[audio]\nmute   = false   # night\nspeaker = \"x\"\n");
        assert_eq!(with_key("audio.mute = true\n", "audio.mute", "false").unwrap(), "audio.mute = false\n");
        assert_eq!(with_key("", "audio.mute", "true").unwrap(), "[audio]\nmute = true\n");
        assert_eq!(with_key("# mine\n", "audio.mute", "true").unwrap(), "# mine\n\n[audio]\nmute = true\n");
    }

    #[test]
    fn invalid_result_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        for (before, key, value) in [
            ("[audio]\n", "audio.mut", "true"),
            ("[audio]\n", "audio.mute", "3"),
            ("[audio]\n", "audio.mute", "tr ue\nx = 1"),
            ("[audio]\n", "audio.volume_percent", "200"),
            ("[audio]\n", "audio", "1"),
            ("audio = 3\n", "audio.mute", "true"),
            ("[audio\n", "audio.mute", "true"),
        ] {
            fs::write(&path, before).unwrap();
            let problem = set_key(&path, key, value).unwrap_err();
            assert_eq!(problem.exit_code(), 3, "{problem}");
            assert_eq!(fs::read_to_string(&path).unwrap(), before);
        }
    }

    #[test]
    #[cfg(unix)]
    fn link_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("dotfiles.toml"), dir.path().join("stratus.toml"));
        fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        set_key(&link, "audio.mute", "true").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("mute = true"));
    }

    #[test]
    fn line_endings_and_all_else_stay_unchanged() {
        for (old, key, value, new) in [
            // In place.
            ("[audio]\r\nmute   = true\t# night\r\n", "audio.mute", "false", "[audio]\r\nmute   = false\t# night\r\n"),
            ("[audio]\rmute = true\r# x\r", "audio.mute", "false", "[audio]\rmute = false\r# x\r"),
            ("[audio]\r\nmute = true\n# x\r# y", "audio.mute", "false", "[audio]\r\nmute = false\n# x\r# y"),
            // Below a header, with that header's line ending.
            ("# x\n[audio]\r\n# mute = false\r\n", "audio.mute", "true", "# x\n[audio]\r\nmute = true\r\n# mute = false\r\n"),
            ("# x\r\n[audio]\n", "audio.mute", "true", "# x\r\n[audio]\nmute = true\n"),
            ("# x\r[audio]", "audio.mute", "true", "# x\r[audio]\rmute = true\r"),
            ("[audio] # mine\r\n[sim]\r\n", "audio.mute", "true", "[audio] # mine\r\nmute = true\r\n[sim]\r\n"),
            ("a = '''\n[audio]\n'''\n[ \"audio\" ]\n", "audio.mute", "true", "a = '''\n[audio]\n'''\n[ \"audio\" ]\nmute = true\n"),
            // A new table.
            ("# x\r\n[sim]\r\nrecord = true\r\n", "audio.mute", "true", "# x\r\n[sim]\r\nrecord = true\r\n\r\n[audio]\r\nmute = true\r\n"),
            ("[sim]\n\u{1a}", "audio.mute", "true", "[sim]\n\n[audio]\nmute = true\n\u{1a}"),
            // Other forms are rewritten with toml_edit's spacing.
            ("audio.tail_ms = 1\r\n", "audio.mute", "true", "audio.tail_ms = 1\r\naudio.mute = true\r\n"),
            ("audio = { tail_ms = 1 }\r\n", "audio.mute", "true", "audio = { tail_ms = 1 , mute = true }\r\n"),
            // Incorrect text that is understood stays as the pilot wrote it.
            (
                "[speech]\nmodel = \"C:\\temp\\b.bin\" # x\n[audio]\nmute = true\n\u{1a}",
                "audio.mute",
                "false",
                "[speech]\nmodel = \"C:\\temp\\b.bin\" # x\n[audio]\nmute = false\n\u{1a}",
            ),
        ] {
            assert_eq!(with_key(old, key, value).unwrap(), new, "{old:?}");
        }
    }

    #[test]
    fn encoding_of_the_file_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        let wide = |text: &str, mark: &[u8]| [mark, &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        for mark in [&[0xff, 0xfe][..], &[]] {
            fs::write(&path, wide("[audio]\r\nmute = true # a comment \u{e4}\r\n", mark)).unwrap();
            assert!(!set_key(&path, "audio.mute", "false").unwrap().audio.mute);
            assert_eq!(fs::read(&path).unwrap(), wide("[audio]\r\nmute = false # a comment \u{e4}\r\n", mark));
        }
        fs::write(&path, "\u{feff}[audio]\nmute = true\n").unwrap();
        set_key(&path, "audio.mute", "false").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}[audio]\nmute = false\n");
        for broken in [&b"[audio]\nmute = true\n\0\0\0"[..], b"\0\0\0\0", b"[audio]\n# \xfc\n"] {
            fs::write(&path, broken).unwrap();
            assert_eq!(set_key(&path, "audio.mute", "false").unwrap_err().exit_code(), 3);
            assert_eq!(fs::read(&path).unwrap(), broken, "nothing is overwritten");
        }
    }

    #[test]
    #[cfg(unix)]
    fn dangling_link_and_folder_are_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        std::os::unix::fs::symlink(dir.path().join("gone"), &path).unwrap();
        assert!(set_key(&path, "audio.mute", "true").unwrap_err().to_string().contains("is a link to"));
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink() && !dir.path().join("gone").exists());
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(set_key(&path, "audio.mute", "true").unwrap_err().to_string().contains("is a folder"));
        assert!(path.is_dir());
    }
}
