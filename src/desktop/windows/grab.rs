//! Grabbed keys on Windows: the key library's manager lives on the main thread, because its window needs that thread's message loop.

use std::cell::RefCell;
use std::time::Duration;

use global_hotkey::hotkey::HotKey;
use global_hotkey::{Error, GlobalHotKeyManager};

use super::pump;

/// Timeout for the main thread, which is never busy for long.
const PATIENCE: Duration = Duration::from_secs(2);

thread_local! {
    static MANAGER: RefCell<Option<GlobalHotKeyManager>> = const { RefCell::new(None) };
}

/// The key library, callable from any thread. One manager serves the whole process.
pub struct Manager;

impl Manager {
    /// Ensures that the manager exists.
    pub fn new() -> Result<Self, Error> {
        on_main(|_| Ok(())).map(|()| Self)
    }

    /// Grabs a key.
    pub fn register(&self, key: HotKey) -> Result<(), Error> {
        on_main(move |m| m.register(key))
    }

    /// Releases it.
    pub fn unregister(&self, key: HotKey) -> Result<(), Error> {
        on_main(move |m| m.unregister(key))
    }
}

fn on_main(what: impl FnOnce(&GlobalHotKeyManager) -> Result<(), Error> + Send + 'static) -> Result<(), Error> {
    let done = pump::ask(PATIENCE, move || {
        MANAGER.with(|m| {
            let mut m = m.borrow_mut();
            if m.is_none() {
                *m = Some(GlobalHotKeyManager::new()?);
            }
            m.as_ref().map_or(Ok(()), what)
        })
    });
    done.unwrap_or_else(|| Err(Error::FailedToRegister("the main thread does not answer".into())))
}
