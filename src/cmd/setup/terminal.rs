//! The terminal's echo and its pending input. Between two questions nothing that is typed appears on the screen, and nothing of it
//! answers the next question: a push-to-talk key may send characters (F9 sends "^[[20~"). A pipe is left alone.
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

    /// How the terminal was before: whoever ends the program at once puts it back (`restore`).
    static BEFORE: Mutex<Option<(RawFd, libc::termios)>> = Mutex::new(None);

    /// The terminal shows nothing of what is typed. Dropping it puts the terminal back.
    pub(in crate::cmd::setup) struct Quiet {
        /// The terminal, and how it was; none for a pipe.
        terminal: Option<(RawFd, libc::termios)>,
    }

    impl Quiet {
        /// Of standard input, if that is a terminal.
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
            // SAFETY: tcgetattr writes one `termios` where the pointer shows, which lives until the call has returned.
            if unsafe { libc::tcgetattr(fd, now.as_mut_ptr()) } != 0 {
                return Self { terminal: None };
            }
            // SAFETY: the call succeeded: it has written all of it.
            let quiet = Self { terminal: Some((fd, unsafe { now.assume_init() })) };
            quiet.echo(false);
            quiet
        }

        /// What was typed until now answers nothing, and what is typed from now on appears: a question is asked.
        pub(in crate::cmd::setup) fn question(&self) {
            if let Some((fd, _)) = self.terminal {
                // SAFETY: it takes two numbers.
                unsafe { libc::tcflush(fd, libc::TCIFLUSH) };
            }
            self.echo(true);
        }

        /// The question is answered.
        pub(in crate::cmd::setup) fn answered(&self) {
            self.echo(false);
        }

        fn echo(&self, on: bool) {
            let Some((fd, before)) = self.terminal else { return };
            let mut now = before;
            if !on {
                now.c_lflag &= !libc::ECHO;
            }
            // SAFETY: it reads one `termios`, which lives until the call has returned.
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

    /// Puts standard input back as it was before.
    pub(in crate::cmd::setup) fn restore() {
        if let Some((fd, before)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            put_back(fd, &before);
        }
    }

    /// What was typed meanwhile is no command for the shell either.
    fn put_back(fd: RawFd, before: &libc::termios) {
        // SAFETY: it reads one `termios`, which lives until the call has returned.
        unsafe { libc::tcsetattr(fd, libc::TCSAFLUSH, before) };
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::fs::File;
        use std::io::{Read, Write};
        use std::os::fd::{AsRawFd, FromRawFd};

        /// The two ends of a terminal: what a person sees and types, and what the program has.
        fn terminal() -> (File, File) {
            let (mut ours, mut theirs) = (0, 0);
            // SAFETY: it writes two numbers where the pointers show; the null pointers ask for nothing.
            let made =
                unsafe { libc::openpty(&raw mut ours, &raw mut theirs, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut()) };
            assert_eq!(made, 0);
            // SAFETY: both were just opened, and nobody else has them.
            unsafe { (File::from_raw_fd(ours), File::from_raw_fd(theirs)) }
        }

        fn shown(person: &mut File) -> String {
            let mut seen = [0; 100];
            let n = person.read(&mut seen).unwrap();
            String::from_utf8_lossy(&seen[..n]).into_owned()
        }

        #[test]
        fn keys_between_two_questions_are_not_shown_and_answer_nothing() {
            let (mut person, mut program) = terminal();
            let quiet = Quiet::of(program.as_raw_fd());
            // A push-to-talk key, and Enter.
            person.write_all(b"\x1b[20~\x1b[20~\n").unwrap();
            quiet.question();
            person.write_all(b"yes\n").unwrap();
            let mut line = [0; 100];
            let n = program.read(&mut line).unwrap();
            assert_eq!(&line[..n], b"yes\n", "the answer alone");
            assert_eq!(shown(&mut person), "yes\r\n", "and only the answer is shown");
            quiet.answered();
            person.write_all(b"ls\n").unwrap();
            drop(quiet);
            person.write_all(b"x\n").unwrap();
            let n = program.read(&mut line).unwrap();
            assert_eq!((&line[..n], shown(&mut person).as_str()), (&b"x\n"[..], "x\r\n"), "afterwards it is as before");
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

    /// Windows shows what is typed only while somebody reads a line: there is only pending input to drop.
    pub(in crate::cmd::setup) struct Quiet {
        terminal: bool,
    }

    impl Quiet {
        /// Of standard input, if that is a terminal.
        pub(in crate::cmd::setup) fn standard_input() -> Self {
            Self { terminal: std::io::stdin().is_terminal() }
        }

        /// What was typed until now answers nothing: a question is asked.
        pub(in crate::cmd::setup) fn question(&self) {
            #[cfg(windows)]
            if self.terminal {
                use windows_sys::Win32::System::Console::{FlushConsoleInputBuffer, GetStdHandle, STD_INPUT_HANDLE};
                // SAFETY: both take a number, and fail where it is no console's.
                unsafe { FlushConsoleInputBuffer(GetStdHandle(STD_INPUT_HANDLE)) };
            }
        }

        /// The question is answered.
        pub(in crate::cmd::setup) fn answered(&self) {}
    }
}
