//! The token of the page's link: made once with the system's random source, kept in a file that only the pilot's account can read.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};

use crate::paths::{private, private_folder};
use crate::problem::{Part, Problem};

/// 128 bits.
const BYTES: usize = 16;
/// How often a file that another process is just writing is read again.
const READS: u32 = 10;
/// The pause between two of them.
const PAUSE: Duration = Duration::from_millis(20);

/// The token: 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// A log must not contain it.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// The file of the token in Stratus's data folder.
    pub fn file(data_dir: &Path) -> PathBuf {
        data_dir.join("page-token")
    }

    /// Reads the token; makes it if there is none yet, or if the file has another content. To make old links invalid, delete the file
    /// and restart Stratus. Fails with a `Problem` if the folder is not writable.
    pub fn find_or_make(data_dir: &Path) -> Result<Self, Problem> {
        let path = Self::file(data_dir);
        let failed = |e: io::Error| {
            Problem::new("cannot keep the token of the page's link")
                .because(format!("{}: {e}", path.display()))
                .fix("make the folder writable")
                .about(Part::Page)
                .brief("The page could not be opened", "The data folder cannot be written to.")
        };
        private_folder(data_dir).map_err(failed)?;
        let fresh = Self::random().map_err(failed)?;
        match private().write(true).create_new(true).open(&path) {
            Ok(mut file) => return file.write_all(fresh.0.as_bytes()).map(|()| fresh).map_err(failed),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(failed(e)),
        }
        for _ in 0..READS {
            match read(&path).map_err(failed)? {
                Found::Token(kept) => return Ok(kept),
                // Others may have read it: it is not a secret any more.
                Found::Exposed => break,
                // The tray and `stratus page` may start at the same moment.
                Found::NoToken => std::thread::sleep(PAUSE),
            }
        }
        let mut file = private().write(true).truncate(true).open(&path).map_err(failed)?;
        file.write_all(fresh.0.as_bytes()).map(|()| fresh).map_err(failed)
    }

    fn random() -> io::Result<Self> {
        let mut bytes = [0; BYTES];
        SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("the system has no random numbers"))?;
        Ok(Self(bytes.iter().map(|b| format!("{b:02x}")).collect()))
    }

    /// Whether a client gave this token. The time that it takes does not depend on the digits.
    pub fn is(&self, given: &str) -> bool {
        let differences = self.0.bytes().zip(given.bytes()).fold(0, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
        self.0.len() == given.len() && differences == 0
    }

    /// The link to the page at this address.
    pub fn link(&self, at: SocketAddr) -> String {
        format!("http://{at}/?token={}", self.0)
    }

    /// The link to its state.
    pub fn state_link(&self, at: SocketAddr) -> String {
        format!("http://{at}/state.json?token={}", self.0)
    }

    /// Its digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// How long a pass is valid: long enough for a browser to start.
const PASS_WITHIN: Duration = Duration::from_secs(60);

/// A link for one use. The link that opens the browser is in the list of processes, which other accounts can read; so it has a pass
/// instead of the token.
#[derive(Debug, Default)]
pub(super) struct Pass(Mutex<Option<(Token, Instant)>>);

impl Pass {
    /// Makes a pass, and ends the one before.
    pub(super) fn make(&self) -> io::Result<String> {
        let pass = Token::random()?;
        let digits = pass.0.clone();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((pass, Instant::now() + PASS_WITHIN));
        Ok(digits)
    }

    /// Whether this is the pass. It is used up thereby.
    pub(super) fn admits(&self, given: &str) -> bool {
        let mut pass = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let admits = pass.as_ref().is_some_and(|(pass, until)| pass.is(given) && Instant::now() < *until);
        if admits {
            *pass = None;
        }
        admits
    }
}

/// What a file has.
enum Found {
    Token(Token),
    /// Something else.
    NoToken,
    /// Other accounts could read it; now they cannot.
    Exposed,
}

fn read(path: &Path) -> io::Result<Found> {
    let file = private().read(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut rights = file.metadata()?.permissions();
        if rights.mode() & 0o077 != 0 {
            rights.set_mode(0o600);
            file.set_permissions(rights)?;
            return Ok(Found::Exposed);
        }
    }
    let mut text = String::new();
    // A token is text.
    let read = file.take(100).read_to_string(&mut text).is_ok();
    let text = text.trim();
    let is_token = read && text.len() == 2 * BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
    Ok(if is_token { Found::Token(Token(text.to_owned())) } else { Found::NoToken })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_made_once_and_kept_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let token = Token::find_or_make(&data).unwrap();
        assert_eq!(token.digits().len(), 32);
        assert_eq!(Token::find_or_make(&data).unwrap(), token);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&data), mode(&Token::file(&data))), (0o700, 0o600));
            // A token that others could read is replaced.
            std::fs::set_permissions(Token::file(&data), std::fs::Permissions::from_mode(0o644)).unwrap();
            let other = Token::find_or_make(&data).unwrap();
            assert_ne!(other, token);
            assert_eq!(mode(&Token::file(&data)), 0o600);
        }
        assert_ne!(Token::find_or_make(&dir.path().join("other")).unwrap(), token);
        assert!(!format!("{token:?}").contains(token.digits()));
    }

    #[test]
    fn damaged_token_is_replaced_and_an_unwritable_folder_reported() {
        let dir = tempfile::tempdir().unwrap();
        for damaged in [&b""[..], b"0123", b"zz345678901234567890123456789012", b"\xff\xfe\0", &[b'a'; 5000]] {
            std::fs::write(Token::file(dir.path()), damaged).unwrap();
            let token = Token::find_or_make(dir.path()).unwrap();
            assert_eq!(Token::find_or_make(dir.path()).unwrap(), token);
        }
        std::fs::write(dir.path().join("file"), "").unwrap();
        let p = Token::find_or_make(&dir.path().join("file/data")).unwrap_err();
        assert!(p.fix.contains("writable"), "{p}");
    }

    #[test]
    fn pass_admits_once() {
        let pass = Pass::default();
        assert!(!pass.admits(""));
        let (old, new) = (pass.make().unwrap(), pass.make().unwrap());
        assert!(!pass.admits(&old) && pass.admits(&new) && !pass.admits(&new));
    }

    #[test]
    fn only_the_whole_token_counts() {
        let token = Token("0123456789abcdef0123456789abcdef".into());
        assert!(token.is("0123456789abcdef0123456789abcdef"));
        for wrong in ["", "0", "0123456789abcdef0123456789abcdee", "0123456789abcdef0123456789abcdef0", "0123456789ABCDEF0123456789ABCDEF"]
        {
            assert!(!token.is(wrong), "{wrong}");
        }
    }
}
