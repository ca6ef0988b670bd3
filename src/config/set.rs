//! Changing one key in the pilot's file: comments and order stay, and the file is never half written.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, Value};

use super::read::{is_endless, parse};
use crate::paths::{private, private_folder};
use crate::problem::Problem;
use crate::settings::Config;

/// Sets a dotted key ("audio.mute") to a TOML value ("true") in the file at `path`, and gives the configuration
/// that the file then holds. A key that stood only in a comment is added below its table's header.
///
/// Nothing is written when the result would not be a valid configuration.
pub fn set_key(path: &Path, key: &str, value: &str) -> Result<Config, Problem> {
    let failed = |why: String| Problem::config(format!("cannot set `{key}` in the configuration")).because(why);
    // A value is set by its new name, and the others must be understood.
    super::renamed::migrate(path, super::renamed::RENAMED)?;
    if is_endless(path) {
        return Err(failed(format!("{} is a pipe or a device", path.display())).fix("move it away"));
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => super::SHIPPED.to_owned(),
        Err(e) => {
            return Err(failed(format!("{}: {e}", path.display())).fix("check that the file may be read and written"));
        }
    };
    let new = with_key(&text, key, value).map_err(|why| failed(why).fix("mend the file, or the value, by hand"))?;
    let config = parse(&new, path)?;
    if new != text {
        replace(path, &new).map_err(|e| {
            failed(format!("{}: {e}", path.display()))
                .fix("check that the folder may be written and the disk is not full; the file is unchanged")
        })?;
    }
    Ok(config)
}

/// The text with one key changed.
fn with_key(text: &str, key: &str, value: &str) -> Result<String, String> {
    let mut doc: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| e.message().to_owned())?;
    if doc.as_table().is_empty() && !text.trim().is_empty() {
        // Comments alone: what is new stands below them, as a pilot would write it.
        return with_key("", key, value).map(|new| format!("{}\n\n{new}", text.trim_end()));
    }
    let mut new: Value = value.trim().parse().map_err(|_| format!("{value:?} is not a TOML value"))?;
    let (tables, last) = key.rsplit_once('.').map_or(("", key), |(t, k)| (t, k));
    let mut at: &mut dyn toml_edit::TableLike = doc.as_table_mut();
    for name in tables.split('.').filter(|t| !t.is_empty()) {
        at = at
            .entry(name)
            .or_insert_with(|| Item::Table(Table::new()))
            .as_table_like_mut()
            .ok_or_else(|| format!("`{name}` is not a table there"))?;
    }
    match at.get_mut(last) {
        Some(Item::Value(old)) => {
            // Its comment at the end of the line belongs to the pilot.
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        Some(_) => return Err(format!("`{key}` is a table there")),
        None => {
            at.insert(last, Item::Value(new));
        }
    }
    Ok(doc.to_string())
}

/// Writes beside the file and renames over it; a link stays a link.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).or_else(|_| std::path::absolute(path))?;
    let folder = target.parent().ok_or(io::ErrorKind::NotFound)?;
    private_folder(folder)?;
    let temp = folder.join(format!(".stratus.toml.{}.new", std::process::id()));
    let write = || {
        let mut file = private().write(true).create(true).truncate(true).open(&temp)?;
        if let Ok(old) = fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text.as_bytes())?;
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
    fn a_commented_key_is_added_below_its_table_and_every_comment_stays() {
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
    fn order_spaces_and_comments_on_the_line_stay() {
        let new = with_key("# mine\n[audio]\nmute   = true   # night\nspeaker = \"x\"\n", "audio.mute", "false").unwrap();
        assert_eq!(new, "# mine\n[audio]\nmute   = false   # night\nspeaker = \"x\"\n");
        assert_eq!(with_key("audio.mute = true\n", "audio.mute", "false").unwrap(), "audio.mute = false\n");
        assert_eq!(with_key("", "audio.mute", "true").unwrap(), "[audio]\nmute = true\n");
        assert_eq!(with_key("# mine\n", "audio.mute", "true").unwrap(), "# mine\n\n[audio]\nmute = true\n");
    }

    #[test]
    fn what_would_not_be_valid_is_not_written() {
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
    fn a_link_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("dotfiles.toml"), dir.path().join("stratus.toml"));
        fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        set_key(&link, "audio.mute", "true").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("mute = true"));
    }
}
