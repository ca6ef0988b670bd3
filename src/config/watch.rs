//! Watches the configuration file. It compares the file itself, because editors save by renaming, linking or truncating. The check
//! is triggered by hints about its folder if the system provides them; otherwise it polls.

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

/// How often the file is checked.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Without hints about changes.
    unasked: Duration,
    /// With hints: network file systems and chains of links do not report all changes.
    hinted: Duration,
    /// While it is being written.
    settling: Duration,
}

const PACE: Pace = Pace { unasked: Duration::from_secs(1), hinted: Duration::from_secs(20), settling: Duration::from_millis(100) };

/// Distinguishes one version of the file from another; `None` if there is no file.
type Stamp = Option<(Option<SystemTime>, u64, PathBuf)>;

/// State shared by the thread and `set_key`. The lock is held during a whole check and during a whole write, so that neither sees
/// half of the other.
#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    /// The active configuration, and whether the file became broken since.
    config: Arc<Config>,
    broken: Option<Problem>,
}

/// A thread that reports changes of the configuration. Dropping it ends and joins the thread at once.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    seen: Arc<Mutex<Seen>>,
    stop: Option<Rope>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches the file at `path`. `config` and `problem` are the result of the start. `tell` runs on the watching thread, with a
    /// new configuration or with a problem; never twice in a row with the same.
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
        // If the start failed, use a stamp that no file has: the first check reads the file again, and stays silent as long as the
        // same problem persists. This also catches a change between reading and watching.
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

    /// Sets one key in the file and returns the resulting active configuration. The watching thread ignores this write, unless the
    /// file contained a change that was not reported yet.
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
    // A changing file is checked again soon. It must be the same twice before it is read, because an editor may have emptied it
    // without having filled it, or moved it away without having put the new one in place.
    let mut settling: Option<Stamp> = None;
    let mut hints = Hints::default();
    // The first check comes soon, because the file may have changed since the start read it.
    let mut wait = pace.unasked;
    loop {
        let woken = if settling.is_none() { hints.sleep(stopped, wait) } else { stopped.rest(Some(wait)) };
        if woken == Woken::End {
            return;
        }
        stumble("config watch");
        // Subscribe before the check, so that no change is missed in between.
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
        // Release the lock first: the callback may set a key.
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
    fn save_by_rename_and_save_in_place_are_both_detected() {
        let d = desk("");
        let new = d.dir.path().join("stratus.toml~");
        fs::write(&new, "[audio]\nmute = true\n").unwrap();
        fs::rename(&new, &d.path).unwrap();
        assert!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute);
        fs::write(&d.path, "[audio]\nmute = false\n").unwrap();
        assert!(!d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute);
    }

    #[test]
    fn broken_save_is_reported_once_and_so_is_its_fix() {
        let d = desk("[audio]\nmute = true\n");
        // Save by rename, as editors do: written in place, the file would be empty for a moment, which is a valid configuration.
        let save = |text: &str| {
            let new = d.dir.path().join("stratus.toml~");
            fs::write(&new, text).unwrap();
            fs::rename(&new, &d.path).unwrap();
        };
        save("[audio]\nmute = treu\n");
        let problem = d.told.recv_timeout(SOON).unwrap().unwrap_err();
        assert!(problem.to_string().contains("stratus.toml:2"), "{problem}");
        save("[audio]\nmute = true\n# mended\n");
        assert!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.mute, "fixed, back to what was active all along");
    }

    #[test]
    fn broken_start_is_not_reported_twice() {
        let d = desk("[audio]\nmute = treu\n");
        fs::write(&d.path, "[audio]\nvolume_percent = 7\n").unwrap();
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 7);
    }

    #[test]
    fn deleted_file_is_reported() {
        let d = desk("");
        fs::remove_file(&d.path).unwrap();
        assert!(d.told.recv_timeout(SOON).unwrap().is_err());
    }

    #[test]
    fn own_write_is_not_reported() {
        let d = desk("");
        assert!(d.watch.set_key("audio.mute", "true").unwrap().audio.mute);
        // Replace it atomically: at this pace, a partly saved file counts as settled.
        let saved = d.path.with_extension("new");
        fs::write(&saved, "[audio]\nmute = true\nvolume_percent = 9\n").unwrap();
        // Windows may refuse while the watcher reads; an editor would retry, too.
        let until = Instant::now() + SOON;
        while let Err(e) = fs::rename(&saved, &d.path) {
            assert!(Instant::now() < until, "{e}");
            std::thread::yield_now();
        }
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 9, "the editor's change is reported first");
    }

    #[test]
    fn edit_followed_by_an_own_write_is_reported() {
        let d = desk_at(Pace { settling: Duration::from_millis(300), ..QUICK }, "");
        fs::write(&d.path, "[audio]\nvolume_percent = 9\n").unwrap();
        let both = d.watch.set_key("audio.mute", "true").unwrap();
        assert!(both.audio.mute && both.audio.volume_percent == 9);
        assert_eq!(d.told.recv_timeout(SOON).unwrap().unwrap().audio.volume_percent, 9);
    }

    #[test]
    fn changed_comment_is_not_reported() {
        let d = desk("");
        fs::write(&d.path, "# only a comment\n").unwrap();
        // The only observable effect is that the thread has taken the new stamp without a report.
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

    /// The next poll would come in an hour, so only the system's hint can have triggered the check.
    #[cfg(target_os = "linux")]
    #[test]
    fn save_is_detected_at_once_if_the_system_sends_hints() {
        let pace = Pace { hinted: Duration::from_secs(3600), ..QUICK };
        let d = desk_at(pace, "");
        // After the first check there is no other.
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
