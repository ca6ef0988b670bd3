//! The tray on Windows: on the main thread, whose loop brings the clicks.

use std::cell::RefCell;

use super::{Board, Job, START_LIMIT, STOP_LIMIT};
use crate::desktop::windows::pump;

thread_local! {
    /// On the main thread only.
    static BOARD: RefCell<Option<Board>> = const { RefCell::new(None) };
}

pub(super) struct Seat;

impl Seat {
    /// Has the main thread make the icon.
    pub(super) fn take() -> Result<Self, String> {
        let made = pump::ask(START_LIMIT, || Board::new().map(|board| BOARD.with(|b| *b.borrow_mut() = Some(board))));
        made.unwrap_or_else(|| Err("the main thread does not answer".into())).map(|()| Self)
    }

    pub(super) fn send(&self, job: Job) {
        pump::act(move || {
            BOARD.with(|b| {
                // A menu that is open runs a loop within the loop: the next job brings the newest state.
                if let Ok(mut board) = b.try_borrow_mut()
                    && let Some(board) = board.as_mut()
                {
                    board.perform(job);
                }
            });
        });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // The icon must be gone before the process is: Windows would leave its picture there.
        pump::ask(STOP_LIMIT, || BOARD.with(|b| drop(b.take())));
    }
}
