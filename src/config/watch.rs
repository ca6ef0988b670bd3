//! Watching the configuration file: looked at, because editors save by renaming, linking and truncating alike. Where the
//! system tells that something happened in its folder, that is when; else again and again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::hints::Hints;
use super::{Examined, examine, good, read, set_key};
use crate::problem::Problem;
use crate::settings::Config;
use crate::worker::bell::{Bell, Rope, Woken, bell};
use crate::worker::{stumble, survive};

/// How often the file is looked at.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Where nothing tells that it may have changed.
    unasked: Duration,
    /// Where something does: file systems of other machines and links of links keep changes to themselves.
    hinted: Duration,
    /// While it is being written.
    settling: Duration,
}

const PACE: Pace = Pace { unasked: Duration::from_secs(1), hinted: Duration::from_secs(20), settling: Duration::from_millis(100) };

/// What tells one version of the file from another; `None` while there is none.
type Stamp = Option<(Option<SystemTime>, u64, PathBuf)>;

/// What the thread and `set_key` share. The lock is held over a whole look and over a whole own write, so that the
/// one never sees half of the other.
#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    /// In force, and whether the file was broken after it came into force.
    config: Arc<Config>,
    broken: Option<Problem>,
}

/// A thread that tells when the configuration changed. Dropping it ends and joins the thread at once.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    seen: Arc<Mutex<Seen>>,
    stop: Option<Rope>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches the file at `path`. `config` and `problem` are what the start made of it. `tell` runs on the watching
    /// thread, with a new configuration or with what is wrong; never twice in a row with the same.
    pub fn start(
        path: &Path,
        config: Arc<Config>,
        problem: Option<Problem>,
        tell: impl FnMut(Result<Arc<Config>, Problem>) + Send + 'static,
    ) -> Result<Self, Problem> {
        Self::start_at(PACE, path, config, problem, tell)
    }

    fn start_at(
        pace: Pace,
        path: &Path,
        config: Arc<Config>,
        problem: Option<Problem>,
        tell: impl FnMut(Result<Arc<Config>, Problem>) + Send + 'static,
    ) -> Result<Self, Problem> {
        // A stamp that no file has when the start was broken: then the first look reads it again, and says nothing
        // as long as the file is as broken as it was. It also catches a change between reading and watching.
        let seen = Arc::new(Mutex::new(Seen { stamp: Some((None, u64::MAX, PathBuf::new())), config, broken: problem }));
        let refused = |e| Problem::new("cannot watch the configuration").because(e);
        let (stop, stopped) = bell().map_err(refused)?;
        let (shared, watched) = (Arc::clone(&seen), path.to_owned());
        let thread = std::thread::Builder::new()
            .name("config watch".to_owned())
            .spawn(move || {
                let look = |tell: &mut dyn FnMut(Result<Arc<Config>, Problem>)| watch(pace, &watched, &shared, &stopped, tell);
                let mut tell: Box<dyn FnMut(Result<Arc<Config>, Problem>)> = Box::new(tell);
                survive(
                    &mut tell,
                    |tell| look(tell.as_mut()),
                    |_, why| log::error!("the watch over the configuration failed and goes on: {why}"),
                );
            })
            .map_err(refused)?;
        Ok(Self { path: path.to_owned(), seen, stop: Some(stop), thread: Some(thread) })
    }

    /// Sets one key in the file and gives the configuration that is then in force. The watching thread knows this
    /// write and does not tell it again, unless the file held something that it has not told yet.
    pub fn set_key(&self, key: &str, value: &str) -> Result<Arc<Config>, Problem> {
        let mut seen = lock(&self.seen);
        let told = seen.broken.is_some() || read(&self.path).is_ok_and(|there| there == *seen.config);
        let config = Arc::new(set_key(&self.path, key, value)?);
        good::keep(&self.path);
        if !told {
            return Ok(config);
        }
        seen.stamp = stamp(&self.path);
        seen.config = Arc::clone(&config);
        seen.broken = None;
        Ok(config)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(pace: Pace, path: &Path, seen: &Mutex<Seen>, stopped: &Bell, tell: &mut dyn FnMut(Result<Arc<Config>, Problem>)) {
    // A file that is changing is looked at again soon: it must be the same twice before it is read, because an editor
    // may have emptied it and not yet filled it, or moved it away and not yet put the new one in its place.
    let mut settling: Option<Stamp> = None;
    let mut hints = Hints::default();
    // The first look is soon: the file may have changed since it was read at the start.
    let mut wait = pace.unasked;
    loop {
        let woken = if settling.is_none() { hints.sleep(stopped, wait) } else { stopped.rest(Some(wait)) };
        if woken == Woken::End {
            return;
        }
        stumble("config watch");
        // Before the look, so that nothing happens between the two.
        wait = if hints.listen(path) { pace.hinted } else { pace.unasked };
        let mut last = lock(seen);
        let now = stamp(path);
        if now == last.stamp {
            settling = None;
            continue;
        }
        if settling.as_ref() != Some(&now) {
            wait = if now.is_none() { pace.unasked } else { pace.settling };
            settling = Some(now);
            continue;
        }
        settling = None;
        last.stamp = now;
        let examined = examine(path).map(|Examined { config, warnings }| {
            good::keep(path);
            warnings.iter().for_each(|w| log::warn!("{}", w.one_line()));
            config
        });
        let news = match examined {
            Ok(config) if last.broken.is_none() && config == *last.config => continue,
            Ok(config) => {
                last.config = Arc::new(config);
                last.broken = None;
                Ok(Arc::clone(&last.config))
            }
            Err(problem) if last.broken.as_ref() == Some(&problem) => continue,
            Err(problem) => {
                last.broken = Some(problem.clone());
                Err(problem)
            }
        };
        // Without the lock: whoever is told may set a key.
        drop(last);
        tell(news);
    }
}

fn stamp(path: &Path) -> Stamp {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok(), meta.len(), fs::canonicalize(path).ok()?))
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Instant;

    const SOON: Duration = Duration::from_secs(20);

    struct Desk {
        dir: tempfile::TempDir,
        path: PathBuf,
        told: Receiver<Result<Arc<Config>, Problem>>,
        watch: Watch,
    }

    const QUICK: Pace = Pace { unasked: Duration::from_millis(20), hinted: Duration::from_millis(40), settling: Duration::from_millis(2) };

    fn desk(text: &str) -> Desk {
        desk_at(QUICK, text)
    }

    fn desk_at(pace: Pace, text: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        fs::write(&path, text).unwrap();
        let start = crate::config::load_or_create(&path);
        let (out, told) = channel();
        let watch = Watch::start_at(pace, &path, start.config, start.problem, move |news| {
            let _ = out.send(news);
        })
        .unwrap();
        Desk { dir, path, told, watch }
    }

    #[test]
    fn a_save_by_rename_and_a_save_in_place_are_both_seen() {
        let d = desk("");
        let new = d.dir.path().join("stratus.toml~");
        fs::write(&new, "[audio]\nmute = true\n").unwrap();
        fs::rename(&new, &d.path).unwrap();
        assert!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute);
        fs::write(&d.path, "[audio]\nmute = false\n").unwrap();
        assert!(!d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute);
    }

    #[test]
    fn a_broken_save_is_told_once_and_mending_it_is_told() {
        let d = desk("[audio]\nmute = true\n");
        // By rename, as editors save: written in place it would be empty for a moment, which is a configuration too.
        let save = |text: &str| {
            let new = d.dir.path().join("stratus.toml~");
            fs::write(&new, text).unwrap();
            fs::rename(&new, &d.path).unwrap();
        };
        save("[audio]\nmute = treu\n");
        let problem = d.told.recv_timeout(SOON).unwrap().unwrap_err();
        assert!(problem.to_string().contains("stratus.toml:2"), "{problem}");
        save("[audio]\nmute = true\n# mended\n");
        assert!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute, "mended to what was in force all along");
    }

    #[test]
    fn a_start_that_was_broken_is_not_told_twice() {
        let d = desk("[audio]\nmute = treu\n");
        fs::write(&d.path, "[audio]\nvolume_percent = 7\n").unwrap();
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 7);
    }

    #[test]
    fn a_file_that_is_gone_is_told() {
        let d = desk("");
        fs::remove_file(&d.path).unwrap();
        assert!(d.told.recv_timeout(SOON).unwrap().is_err());
    }

    #[test]
    fn its_own_write_is_not_told() {
        let d = desk("");
        assert!(d.watch.set_key("audio.mute", "true").unwrap().audio.mute);
        // In one go: at this pace a file that is only half saved counts as settled.
        let saved = d.path.with_extension("new");
        fs::write(&saved, "[audio]\nmute = true\nvolume_percent = 9\n").unwrap();
        // Windows may refuse while the watcher reads; an editor would try again as well.
        let until = Instant::now() + SOON;
        while let Err(e) = fs::rename(&saved, &d.path) {
            assert!(Instant::now() < until, "{e}");
            std::thread::yield_now();
        }
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 9, "the first thing told is the editor's change");
    }

    #[test]
    fn an_edit_that_its_own_write_follows_at_once_is_told() {
        let d = desk_at(Pace { settling: Duration::from_millis(300), ..QUICK }, "");
        fs::write(&d.path, "[audio]\nvolume_percent = 9\n").unwrap();
        let both = d.watch.set_key("audio.mute", "true").unwrap();
        assert!(both.audio.mute && both.audio.volume_percent == 9);
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 9);
    }

    #[test]
    fn a_comment_is_no_news() {
        let d = desk("");
        fs::write(&d.path, "# only a comment\n").unwrap();
        // Nothing can be waited for but its consequence: the thread has taken the new stamp and told nobody.
        let until = Instant::now() + SOON;
        while lock(&d.watch.seen).stamp != stamp(&d.path) {
            assert!(Instant::now() < until);
            std::thread::yield_now();
        }
        let Desk { told, watch, .. } = d;
        drop(watch);
        assert!(told.recv().is_err());
    }

    #[test]
    fn dropping_ends_the_thread_without_waiting_for_a_poll() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        let hour = Duration::from_secs(3600);
        let pace = Pace { unasked: hour, hinted: hour, settling: hour };
        drop(Watch::start_at(pace, &path, Arc::default(), None, |_| {}).unwrap());
    }

    /// The look of its own would come in an hour: only the system's hint can have brought this one.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_save_is_seen_at_once_where_the_system_tells_of_it() {
        let pace = Pace { hinted: Duration::from_secs(3600), ..QUICK };
        let d = desk_at(pace, "");
        // Once the first look is over there is no other.
        let until = Instant::now() + SOON;
        while lock(&d.watch.seen).stamp != stamp(&d.path) {
            assert!(Instant::now() < until);
            std::thread::yield_now();
        }
        let new = d.dir.path().join("stratus.toml~");
        fs::write(&new, "[audio]\nmute = true\n").unwrap();
        fs::rename(&new, &d.path).unwrap();
        assert!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute);
        fs::write(&d.path, "[audio]\nvolume_percent = 7\n").unwrap();
        while d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent != 7 {}
        // A link to a file elsewhere, which is then changed there.
        let elsewhere = tempfile::tempdir().unwrap();
        let real = elsewhere.path().join("shared.toml");
        fs::write(&real, "[audio]\nvolume_percent = 8\n").unwrap();
        fs::remove_file(&d.path).unwrap();
        std::os::unix::fs::symlink(&real, &d.path).unwrap();
        while !matches!(d.told.recv_timeout(SOON).unwrap(), Ok(c) if c.audio.volume_percent == 8) {}
        fs::write(&real, "[audio]\nvolume_percent = 9\n").unwrap();
        while d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent != 9 {}
    }
}
