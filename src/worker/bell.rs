//! A bell that wakes a sleeping thread: rung by other threads, ended when no rope is left, and on Linux combined with a file
//! descriptor that may become readable.

use std::time::Duration;

/// Why a sleep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The timeout passed.
    Time,
    /// The bell rang.
    Rung,
    /// The file descriptor is readable.
    News,
    /// No rope is left: the thread must end.
    End,
}

#[cfg(target_os = "linux")]
mod system {
    use std::io::{ErrorKind, Read, Write};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::Woken;

    /// Rings the bell; clones ring the same bell.
    #[derive(Debug, Clone)]
    pub struct Rope(Arc<UnixStream>);

    /// Owned by the sleeping thread.
    #[derive(Debug)]
    pub struct Bell(UnixStream);

    /// A bell and its rope.
    pub fn bell() -> std::io::Result<(Rope, Bell)> {
        let (rope, bell) = UnixStream::pair()?;
        rope.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        Ok((Rope(Arc::new(rope)), Bell(bell)))
    }

    impl Rope {
        /// Wakes the thread up. Never blocks: several rings before the wake-up count as one.
        pub fn ring(&self) {
            let _ = (&*self.0).write(&[0]);
        }
    }

    impl Bell {
        /// Sleeps until something happens, at most `within` (`None`: no timeout); also watches the descriptor `beside`.
        pub fn sleep(&self, within: Option<Duration>, beside: Option<BorrowedFd<'_>>) -> Woken {
            let until = within.map(|w| Instant::now() + w);
            loop {
                let left = until.map(|u| u.saturating_duration_since(Instant::now()));
                let left = left.and_then(|l| Some(Timespec { tv_sec: l.as_secs().try_into().ok()?, tv_nsec: l.subsec_nanos().into() }));
                let mut fds = vec![PollFd::new(&self.0, PollFlags::IN)];
                if let Some(fd) = beside.as_ref() {
                    fds.push(PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN));
                }
                match poll(&mut fds, left.as_ref()) {
                    Ok(0) => return Woken::Time,
                    Ok(_) if !fds[0].revents().is_empty() => match (&self.0).read(&mut [0; 64]) {
                        Ok(0) => return Woken::End,
                        Ok(_) => return Woken::Rung,
                        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                        Err(_) => return Woken::End,
                    },
                    Ok(_) => return Woken::News,
                    Err(rustix::io::Errno::INTR) => {}
                    Err(e) => {
                        log::error!("a thread cannot sleep: {e}");
                        return Woken::End;
                    }
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
    use std::time::Duration;

    use super::Woken;

    /// Rings the bell; clones ring the same bell.
    #[derive(Debug, Clone)]
    pub struct Rope(SyncSender<()>);

    /// Owned by the sleeping thread.
    #[derive(Debug)]
    pub struct Bell(Receiver<()>);

    /// A bell and its rope.
    pub fn bell() -> std::io::Result<(Rope, Bell)> {
        let (rope, bell) = sync_channel(1);
        Ok((Rope(rope), Bell(bell)))
    }

    impl Rope {
        /// Wakes the thread up. Never blocks: several rings before the wake-up count as one.
        pub fn ring(&self) {
            let _ = self.0.try_send(());
        }
    }

    impl Bell {
        /// Sleeps until something happens, at most `within` (`None`: no timeout).
        pub(super) fn wait(&self, within: Option<Duration>) -> Woken {
            let rung = match within {
                Some(within) => self.0.recv_timeout(within),
                None => self.0.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match rung {
                Ok(()) => Woken::Rung,
                Err(RecvTimeoutError::Timeout) => Woken::Time,
                Err(RecvTimeoutError::Disconnected) => Woken::End,
            }
        }
    }
}

pub use system::{Bell, Rope, bell};

impl Bell {
    /// Sleeps until the bell rings, at most `within` (`None`: no timeout).
    pub fn rest(&self, within: Option<Duration>) -> Woken {
        #[cfg(target_os = "linux")]
        return self.sleep(within, None);
        #[cfg(not(target_os = "linux"))]
        self.wait(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bell_wakes_on_ring_timeout_and_end() {
        let (rope, bell) = bell().unwrap();
        rope.ring();
        rope.clone().ring();
        assert_eq!(bell.rest(None), Woken::Rung);
        while bell.rest(Some(Duration::ZERO)) == Woken::Rung {}
        assert_eq!(bell.rest(Some(Duration::from_millis(1))), Woken::Time);
        drop(rope);
        assert_eq!(bell.rest(None), Woken::End);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn bell_also_watches_a_descriptor() {
        use std::io::Write;
        use std::os::fd::AsFd;
        let (_rope, bell) = bell().unwrap();
        let (mut there, here) = std::os::unix::net::UnixStream::pair().unwrap();
        there.write_all(b"news").unwrap();
        assert_eq!(bell.sleep(None, Some(here.as_fd())), Woken::News);
    }
}
