//! Updates: queries the release feed with one request, downloads and verifies a newer release, and hands it to the pilot.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::Shell;
use super::open::open;
use crate::download::{self, Known, Patience, Wanted};
use crate::event::{Event, UpdateNews};
use crate::paths::Paths;
use crate::problem::{Part, Problem};
use crate::update::{self, Found, Offered, PublicKey, Version};

/// Maximum size of a manifest.
const MANIFEST_BYTES: u64 = 64 << 10;

/// The platform of this program, as in the manifest's file names: "linux-x86_64-deb".
pub fn system() -> String {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    match os {
        "linux" => {
            // The package installs to this path; nothing else should.
            let packaged = std::env::current_exe().is_ok_and(|p| p.starts_with("/usr/bin"));
            format!("{os}-{arch}-{}", if packaged { "deb" } else { "tar" })
        }
        _ => format!("{os}-{arch}"),
    }
}

/// The configured feed, and the key that this build trusts.
pub fn source(feed: Option<&str>) -> Result<(String, PublicKey), Problem> {
    let none = || Problem::new("cannot check for updates").about(Part::Updates);
    let feed = feed.ok_or_else(|| {
        none()
            .because("no release feed is set")
            .fix("set updates.feed in your settings to the project's feed")
            .brief("This build has no update source", "")
            .remedy("Look for updates on the project's page.")
    })?;
    let key = update::release_key().ok_or_else(|| {
        none()
            .because("this build has no maintainer's key to verify updates with")
            .fix("look for a newer version on the project's page")
            .brief("This build has no update source", "")
            .remedy("Look for updates on the project's page.")
    })?;
    Ok((feed.to_owned(), key))
}

/// Queries the feed with one request.
pub fn check(feed: &str, key: &PublicKey, own: Version, system: &str) -> Result<Found, Problem> {
    let text = download::text(feed, MANIFEST_BYTES, Patience::default())?.ok_or_else(|| {
        Problem::new("the release feed was not found")
            .because(feed)
            .fix("check updates.feed in your settings; nothing was changed")
            .about(Part::Updates)
            .brief("Update source not found", "")
    })?;
    update::read(&text, key, own, system)
}

/// The path of a downloaded release.
fn place(offered: &Offered, paths: &Paths) -> PathBuf {
    paths.data_dir.join("updates").join(&offered.file)
}

/// Downloads a release from next to its manifest and verifies it; an existing valid file is not downloaded again.
pub fn bring(offered: &Offered, feed: &str, paths: &Paths, cancel: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<PathBuf, Problem> {
    let to = place(offered, paths);
    if is_right(&to, offered) {
        return Ok(to);
    }
    let wanted = Wanted {
        what: format!("Stratus {}", offered.version),
        url: format!("{}/{}", feed.rsplit_once('/').map_or(feed, |(folder, _)| folder), offered.file),
        to: to.clone(),
        known: Known::Published { bytes: offered.bytes, sha256: offered.sha256.clone() },
        otherwise: "nothing was changed; try again later, or look at the project's page",
        mirrored: false,
    };
    download::fetch(&wanted, Patience::default(), cancel, progress)?;
    Ok(to)
}

fn is_right(file: &Path, offered: &Offered) -> bool {
    download::sum(file).is_ok_and(|sum| sum == offered.sha256)
}

impl Shell {
    /// Queries the feed. `asked` means that the pilot requested it and gets an answer in any case.
    pub fn check_updates(&self, asked: bool) {
        let feed = self.config.updates.feed.clone();
        self.errand(asked, move || {
            let (feed, key) = source(feed.as_deref())?;
            Ok(match check(&feed, &key, Version::own(), &system())? {
                Found::Newer(offered) => UpdateNews::Newer(offered),
                Found::Newest => UpdateNews::Newest,
                Found::Older(v) => {
                    log::warn!("the release feed offers {v}, which is older");
                    UpdateNews::Newest
                }
            })
        });
    }

    pub(super) fn fetch_update(&self, offered: Offered) {
        let (paths, feed) = (self.paths.clone(), self.config.updates.feed.clone());
        self.errand(true, move || {
            let (feed, _) = source(feed.as_deref())?;
            let file = bring(&offered, &feed, &paths, &AtomicBool::new(false), &mut |_| {})?;
            Ok(UpdateNews::Ready(offered, file))
        });
    }

    /// Starts the installer. A package is only shown in its folder, because only the system's own tools may install it.
    pub(super) fn install_update(&self, offered: &Offered, file: &Path) {
        // It may have changed since it was verified.
        if !is_right(file, offered) {
            let p = Problem::new("the downloaded release is damaged")
                .fix("download it again")
                .about(Part::Updates)
                .remedy("Download it again under Help.");
            let _ = std::fs::remove_file(file);
            return self.inbox.offer(Event::Update { asked: true, news: Err(p) });
        }
        if cfg!(windows) {
            // The installer makes this program end.
            if let Err(e) = std::process::Command::new(file).spawn() {
                let p = Problem::new("cannot start the installer").because(e).fix(format!("start {} yourself", file.display()));
                self.inbox.offer(Event::Update { asked: true, news: Err(p) });
            }
        } else {
            open(&self.inbox, "the download folder", file.parent().unwrap_or(file));
        }
    }

    fn errand(&self, asked: bool, job: impl FnOnce() -> Result<UpdateNews, Problem> + Send + 'static) {
        let inbox = self.inbox.clone();
        let spawned = std::thread::Builder::new().name("update".into()).spawn(move || {
            inbox.send(Event::Update { asked, news: job() });
        });
        if let Err(e) = spawned {
            log::error!("cannot look for updates: {e}");
        }
    }
}
