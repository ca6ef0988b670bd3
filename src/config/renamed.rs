//! Renamed keys: updates the pilot's file with its comments kept, makes a backup, and reports it.
//!
//! Old names are still accepted: a file that cannot be written does not stop the program.

use std::path::{Path, PathBuf};

use toml_edit::{Document, DocumentMut, Key, TableLike};

use super::mend::readable;
use super::place::unwritten;
use super::read::open;
use super::set::{like, replace};
use super::text::encode;
use crate::problem::Problem;

/// A key's old dotted name, and its current one.
pub type Renamed = (&'static str, &'static str);

/// All keys that were ever renamed, oldest first. None so far; add a key here when you rename it.
pub const RENAMED: &[Renamed] = &[];

/// The changes to the pilot's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Old and new names.
    pub keys: Vec<Renamed>,
    /// The backup.
    pub copy: PathBuf,
}

impl Notice {
    /// The text for a toast and the log.
    pub fn words(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|(old, new)| format!("{old} is now {new}")).collect();
        format!("{}. Your file was updated; the old one is {}.", keys.join(", "), self.copy.display())
    }
}

/// Renames old keys in the file, after a backup. `None` if there is nothing to do, or if the file is broken, which its reader reports.
pub fn migrate(path: &Path, table: &[Renamed]) -> Result<Option<Notice>, Problem> {
    let Ok((text, form)) = open(path) else { return Ok(None) };
    let Some((new, keys)) = renamed(&text, table) else { return Ok(None) };
    let mut copy = path.as_os_str().to_owned();
    copy.push(".before-renaming");
    let copy = PathBuf::from(copy);
    // Write the backup as carefully as the file: completely, or not at all.
    if let Err(e) = replace(&copy, &encode(&text, form)).and_then(|()| replace(path, &encode(&new, form))) {
        let p = unwritten("give renamed keys their new names in", path, &e);
        let fix = format!("the old names work meanwhile; {}", p.fix);
        return Err(p.fix(fix));
    }
    Ok(Some(Notice { keys, copy }))
}

/// The text with every old name replaced, and those names; `None` if there are none, or if the text is broken.
pub(super) fn renamed(text: &str, table: &[Renamed]) -> Option<(String, Vec<Renamed>)> {
    let (mut now, mut done) = (text.to_owned(), Vec::new());
    for (old, new) in table {
        if let Some(changed) = rename(&now, old, new) {
            now = changed;
            done.push((*old, *new));
        }
    }
    (!done.is_empty()).then_some((now, done))
}

/// Renames one key; `None` if it does not occur.
fn rename(text: &str, old: &str, new: &str) -> Option<String> {
    let ((old_table, old_key), (new_table, new_key)) = (old.rsplit_once('.')?, new.rsplit_once('.')?);
    let readable = readable(text);
    let doc = Document::parse(readable.text.as_str()).ok()?;
    let find = |table: &str, key: &str| {
        let mut at = doc.as_item();
        for part in table.split('.') {
            at = at.get(part)?;
        }
        at.as_table_like()?.get_key_value(key).map(|(k, _)| k.span())
    };
    let at = find(old_table, old_key)?;
    let taken = find(new_table, new_key).is_some();
    if let Some(at) = at.filter(|_| old_table == new_table && !taken) {
        // Renamed in place; the rest of the text is untouched.
        return Some(format!("{}{new_key}{}", text.get(..readable.in_file(at.start))?, text.get(readable.in_file(at.end)..)?));
    }
    let mut doc: DocumentMut = readable.text.parse().ok()?;
    let from = table_of(&mut doc, old_table, false)?;
    let above = from.get_key_value(old_key)?.0.leaf_decor().clone();
    let item = from.remove(old_key)?;
    // If both names occur, the new one takes precedence.
    if !taken {
        let table = table_of(&mut doc, new_table, true)?;
        table.entry_format(&Key::new(new_key).with_leaf_decor(above)).or_insert(item);
    }
    Some(like(text, &doc.to_string()))
}

fn table_of<'a>(doc: &'a mut DocumentMut, name: &str, make: bool) -> Option<&'a mut dyn TableLike> {
    let mut at: &mut dyn TableLike = doc.as_table_mut();
    for part in name.split('.') {
        at = if make {
            at.entry(part).or_insert_with(toml_edit::table).as_table_like_mut()?
        } else {
            at.get_mut(part)?.as_table_like_mut()?
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::{SHIPPED, parse};
    use crate::settings::Config;

    /// Fictitious old names for these keys.
    const ONCE: &[Renamed] = &[
        ("audio.volume", "audio.volume_percent"),
        ("audio.press_key", "ptt.key"),
        ("sound.muted", "audio.mute"),
        ("audio.off", "audio.mute"),
    ];

    #[test]
    fn renamed_keys_move_with_their_comments_and_the_rest_stays() {
        let old = "# mine\n[audio]\n# not so loud\nvolume   = 7 # night\n# my key\npress_key = \"F13\" # thumb\nspeaker = \"x\" # there\n";
        let (new, keys) = renamed(old, ONCE).unwrap();
        assert_eq!(
            new,
            "# mine\n[audio]\n# not so loud\nvolume_percent   = 7 # night\nspeaker = \"x\" # there\n\n[ptt]\n# my key\nkey = \"F13\" # thumb\n"
        );
        assert_eq!(keys.len(), 2);
        let config = parse(&new, Path::new("stratus.toml")).unwrap();
        assert_eq!((config.audio.volume_percent, config.ptt.key.as_str()), (7, "F13"));
        assert_eq!(renamed(&new, ONCE), None, "a second run changes nothing");
        for still in ["", SHIPPED, "[audio\nvolume = 7\n", "[audio]\n# volume = 7\n", "audio = 3\n", "[sim.audio]\nvolume = 7\n"] {
            assert_eq!(renamed(still, ONCE), None, "{still}");
        }
        // A chain, a dotted key, an inline table, and both names at once.
        let (new, _) = renamed("sound.muted = true\n", ONCE).unwrap();
        assert!(parse(&new, Path::new("x")).unwrap().audio.mute, "{new}");
        let (new, _) = renamed("audio = { volume = 9, tail_ms = 1 }\n", ONCE).unwrap();
        assert_eq!(new, "audio = { volume_percent = 9, tail_ms = 1 }\n");
        let (new, _) = renamed("[audio]\noff = true\nmute = false\n", ONCE).unwrap();
        assert!(!parse(&new, Path::new("x")).unwrap().audio.mute && !new.contains("off"), "{new}");
    }

    #[test]
    fn file_is_changed_once_with_a_backup_and_a_notice() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        let old = "[audio]\nvolume = 7 # night\n";
        fs::write(&path, old).unwrap();
        let loaded = crate::config::load_with(&path, ONCE);
        let notice = loaded.notice.unwrap();
        assert!(loaded.problem.is_none() && loaded.config.audio.volume_percent == 7);
        assert!(notice.words().contains("audio.volume is now audio.volume_percent"), "{}", notice.words());
        assert_eq!(fs::read_to_string(&notice.copy).unwrap(), old);
        let again = crate::config::load_with(&path, ONCE);
        assert!(again.notice.is_none() && again.problem.is_none() && again.config == loaded.config);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[audio]\nvolume_percent = 7 # night\n");
        assert_eq!(fs::read_to_string(&notice.copy).unwrap(), old, "the backup is not overwritten");
    }

    #[test]
    #[cfg(unix)]
    fn unwritable_file_is_still_understood() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, "[audio]\nvolume = 7\n").unwrap();
        // A non-empty folder is in the place of the backup.
        fs::create_dir_all(dir.path().join("stratus.toml.before-renaming/full")).unwrap();
        let loaded = crate::config::load_with(&path, ONCE);
        assert_eq!(loaded.config.audio.volume_percent, 7);
        assert!(loaded.problem.unwrap().fix.contains("work meanwhile"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "[audio]\nvolume = 7\n");
    }

    #[test]
    fn every_new_name_is_a_key_and_no_old_name_is() {
        let default = toml::Value::try_from(Config::default()).unwrap();
        let shipped: toml::Table = SHIPPED.parse().unwrap();
        let table = |key: &str| shipped.contains_key(key.split('.').next().unwrap());
        let is_key = |key: &str| key.split('.').try_fold(&default, |at, part| at.get(part)).is_some();
        for (old, new) in RENAMED {
            assert!(table(new) && !is_key(old), "{old} {new}");
        }
    }
}
