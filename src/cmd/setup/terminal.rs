//! The terminal's echo and pending input. Between two questions, typed characters are neither shown nor used as the next answer: a
//! push-to-talk key may send characters (F9 sends "^[[20~"). A pipe is left alone.
#![allow(unsafe_code, reason = "calls of C's library and of Windows that take a terminal's number; each says why it is sound")]

#[cfg(not(target_os = "linux"))]
pub(super) use self::other::Quiet;
#[cfg(target_os = "linux")]
pub(super) use self::unix::{Quiet, restore};

#[cfg(target_os = "linux")]
mod unix {
    use std::io::IsTerminal;
    use std::mem::MaybeUninit;
    use std::os::fd::RawFd;
    use std::sync::{Mutex, PoisonError};

    /// The original state of the terminal, restored by code that ends the program at once (`restore`).
    static BEFORE: Mutex<Option<(RawFd, libc::termios)>> = Mutex::new(None);

    /// Suppresses the terminal's echo, and restores it on drop.
    pub(in crate::cmd::setup) struct Quiet {
        /// The terminal and its original state; `None` for a pipe.
        terminal: Option<(RawFd, libc::termios)>,
    }

    impl Quiet {
        /// For standard input, if it is a terminal.
        pub(in crate::cmd::setup) fn standard_input() -> Self {
            if !std::io::stdin().is_terminal() {
                return Self { terminal: None };
            }
            let quiet = Self::of(libc::STDIN_FILENO);
            *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = quiet.terminal;
            quiet
        }

        pub(super) fn of(fd: RawFd) -> Self {
            let mut now = MaybeUninit::<libc::termios>::uninit();
            // SAFETY: tcgetattr writes one `termios` through the pointer, which is valid until the call returns.
            if unsafe { libc::tcgetattr(fd, now.as_mut_ptr()) } != 0 {
                return Self { terminal: None };
            }
            // SAFETY: the call succeeded, so it initialised all of it.
            let quiet = Self { terminal: Some((fd, unsafe { now.assume_init() })) };
            quiet.echo(false);
            quiet
        }

        /// A question starts: discard earlier input, and echo from now on.
        pub(in crate::cmd::setup) fn question(&self) {
            if let Some((fd, _)) = self.terminal {
                // SAFETY: it takes two numbers.
                unsafe { libc::tcflush(fd, libc::TCIFLUSH) };
            }
            self.echo(true);
        }

        /// The question was answered.
        pub(in crate::cmd::setup) fn answered(&self) {
            self.echo(false);
        }

        fn echo(&self, on: bool) {
            let Some((fd, before)) = self.terminal else { return };
            let mut now = before;
            if !on {
                now.c_lflag &= !libc::ECHO;
            }
            // SAFETY: it reads one `termios`, which is valid until the call returns.
            unsafe { libc::tcsetattr(fd, libc::TCSANOW, &raw const now) };
        }
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            if let Some((fd, before)) = self.terminal.take() {
                put_back(fd, &before);
            }
        }
    }

    /// Restores standard input.
    pub(in crate::cmd::setup) fn restore() {
        if let Some((fd, before)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            put_back(fd, &before);
        }
    }

    /// Also discards pending input, so that the shell does not take it for a command.
    fn put_back(fd: RawFd, before: &libc::termios) {
        // SAFETY: it reads one `termios`, which is valid until the call returns.
        unsafe { libc::tcsetattr(fd, libc::TCSAFLUSH, before) };
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::fs::File;
        use std::io::{Read, Write};
        use std::os::fd::{AsRawFd, FromRawFd};

        /// The two ends of a pseudo-terminal: the user's side, and the program's.
        fn terminal() -> (File, File) {
            let (mut ours, mut theirs) = (0, 0);
            // SAFETY: it writes two numbers through the pointers; the null pointers are allowed.
            let made =
                unsafe { libc::openpty(&raw mut ours, &raw mut theirs, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut()) };
            assert_eq!(made, 0);
            // SAFETY: both were just opened, and have no other owner.
            unsafe { (File::from_raw_fd(ours), File::from_raw_fd(theirs)) }
        }

        fn shown(person: &mut File) -> String {
            let mut seen = [0; 100];
            let n = person.read(&mut seen).unwrap();
            String::from_utf8_lossy(&seen[..n]).into_owned()
        }

        /// Waits until typed keys have reached the program's end: the kernel passes them on later on a busy machine.
        fn arrived(program: &File) {
            let mut one = libc::pollfd { fd: program.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: it reads and writes one `pollfd`, which is valid until the call returns.
            assert_eq!(unsafe { libc::poll(&raw mut one, 1, 10_000) }, 1);
        }

        #[test]
        fn keys_between_questions_are_neither_shown_nor_used() {
            let (mut person, mut program) = terminal();
            let quiet = Quiet::of(program.as_raw_fd());
            // A push-to-talk key, and Enter.
            person.write_all(b"\x1b[20~\x1b[20~\n").unwrap();
            arrived(&program);
            quiet.question();
            person.write_all(b"yes\n").unwrap();
            let mut line = [0; 100];
            let n = program.read(&mut line).unwrap();
            assert_eq!(&line[..n], b"yes\n", "only the answer");
            assert_eq!(shown(&mut person), "yes\r\n", "only the answer is echoed");
            quiet.answered();
            person.write_all(b"ls\n").unwrap();
            arrived(&program);
            drop(quiet);
            person.write_all(b"x\n").unwrap();
            let n = program.read(&mut line).unwrap();
            assert_eq!((&line[..n], shown(&mut person).as_str()), (&b"x\n"[..], "x\r\n"), "the terminal is restored");
        }

        #[test]
        fn a_pipe_is_left_alone() {
            let file = tempfile::tempfile().unwrap();
            let quiet = Quiet::of(file.as_raw_fd());
            quiet.question();
            assert!(quiet.terminal.is_none());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io::IsTerminal;

    /// Windows echoes typed characters only while a line is read, so there is only pending input to discard.
    pub(in crate::cmd::setup) struct Quiet {
        terminal: bool,
    }

    impl Quiet {
        /// For standard input, if it is a terminal.
        pub(in crate::cmd::setup) fn standard_input() -> Self {
            Self { terminal: std::io::stdin().is_terminal() }
        }

        /// A question starts: discard earlier input.
        pub(in crate::cmd::setup) fn question(&self) {
            #[cfg(windows)]
            if self.terminal {
                use windows_sys::Win32::System::Console::{FlushConsoleInputBuffer, GetStdHandle, STD_INPUT_HANDLE};
                // SAFETY: both take a number, and fail if it is not a console's.
                unsafe { FlushConsoleInputBuffer(GetStdHandle(STD_INPUT_HANDLE)) };
            }
        }

        /// The question was answered.
        pub(in crate::cmd::setup) fn answered(&self) {}
    }
}
