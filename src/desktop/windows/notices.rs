//! What Windows tells a program by itself: sleep, the end of the session, devices that come and go, and a window in
//! front that may not be listened to.

#![allow(unsafe_code, reason = "Win32's tokens and hooks; each call says why it is sound")]

use std::cell::RefCell;
use std::mem::size_of;
use std::ptr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, HWND};
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_ELEVATION, TOKEN_QUERY, TokenElevation};
use windows_sys::Win32::System::Threading::{GetCurrentProcessId, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION};
use windows_sys::Win32::UI::Accessibility::{HWINEVENTHOOK, SetWinEventHook, UnhookWinEvent};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    EVENT_SYSTEM_FOREGROUND, GetForegroundWindow, GetWindowThreadProcessId, PBT_APMRESUMEAUTOMATIC, PBT_APMSUSPEND, WINEVENT_OUTOFCONTEXT,
    WINEVENT_SKIPOWNPROCESS, WM_CLOSE, WM_DEVICECHANGE, WM_ENDSESSION, WM_POWERBROADCAST,
};

use super::window::{Message, Window};
use crate::problem::Problem;

/// The title of the window that the installer closes Stratus by.
pub const TITLE: &str = "Stratus";
/// Windows ends a program some seconds after the session's end was told; this much of that is used to end in order.
const END_LIMIT: Duration = Duration::from_secs(3);
/// DBT_DEVNODES_CHANGED (dbt.h): some device came or went.
const DEVNODES_CHANGED: usize = 7;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The machine is about to sleep.
    Sleep,
    /// It woke up.
    Awake,
    /// A device came or went.
    Devices,
    /// Stratus is asked to end: the session ends, or the installer wants the file.
    End,
    /// A program that runs as administrator is in front: Windows gives its keys to no other. Told once.
    Elevated,
}

/// The window that hears it. Dropping it ends it.
pub struct Notices {
    ended: Sender<()>,
    _window: Window,
}

type Tell = Box<dyn Fn(Notice)>;

thread_local! {
    static IN_FRONT: RefCell<Option<Tell>> = const { RefCell::new(None) };
}

struct Hook(HWINEVENTHOOK);

impl Drop for Hook {
    fn drop(&mut self) {
        // SAFETY: the hook was made by this thread, and is given back once.
        unsafe { UnhookWinEvent(self.0) };
    }
}

impl Notices {
    /// Listens. `tell` runs on the window's thread and must not block.
    pub fn start(tell: impl Fn(Notice) + Clone + Send + 'static) -> Result<Self, Problem> {
        let (ended, end) = channel();
        let window = Window::open(TITLE, move |_| {
            let front = tell.clone();
            IN_FRONT.with(|f| *f.borrow_mut() = Some(Box::new(front)));
            // SAFETY: `in_front` has the signature that Windows wants, and is called on this thread, by its message loop.
            let hook = unsafe {
                SetWinEventHook(
                    EVENT_SYSTEM_FOREGROUND,
                    EVENT_SYSTEM_FOREGROUND,
                    ptr::null_mut(),
                    Some(in_front),
                    0,
                    0,
                    WINEVENT_OUTOFCONTEXT | WINEVENT_SKIPOWNPROCESS,
                )
            };
            let hook = (!hook.is_null()).then(|| Hook(hook));
            // SAFETY: it takes nothing.
            look_at(unsafe { GetForegroundWindow() });
            Ok(Box::new(move |message| {
                let _ = &hook;
                heard(message, &tell, &end)
            }))
        });
        let window = window.map_err(|why| {
            Problem::new("Stratus cannot tell when the computer sleeps or the session ends")
                .because(why)
                .fix("quit Stratus from its menu before you sign out")
        })?;
        Ok(Self { ended, _window: window })
    }

    /// Everything is in order for an end of the session that waits for it.
    pub fn in_order(&self) {
        let _ = self.ended.send(());
    }
}

fn heard(message: Message, tell: &impl Fn(Notice), end: &Receiver<()>) -> Option<isize> {
    match (message.number, message.wparam) {
        (WM_POWERBROADCAST, what) => {
            match u32::try_from(what) {
                Ok(PBT_APMSUSPEND) => tell(Notice::Sleep),
                Ok(PBT_APMRESUMEAUTOMATIC) => tell(Notice::Awake),
                _ => {}
            }
            Some(1)
        }
        (WM_DEVICECHANGE, DEVNODES_CHANGED) => {
            tell(Notice::Devices);
            Some(1)
        }
        (WM_CLOSE, _) => {
            tell(Notice::End);
            Some(0)
        }
        // The process may be gone as soon as this returns.
        (WM_ENDSESSION, 1..) => {
            tell(Notice::End);
            let _ = end.recv_timeout(END_LIMIT);
            Some(0)
        }
        _ => None,
    }
}

unsafe extern "system" fn in_front(_: HWINEVENTHOOK, _: u32, window: HWND, _: i32, _: i32, _: u32, _: u32) {
    look_at(window);
}

/// Tells, once, when a window of an elevated program is in front while this one is not elevated.
fn look_at(window: HWND) {
    IN_FRONT.with(|f| {
        let Ok(mut front) = f.try_borrow_mut() else { return };
        if front.is_none() || window.is_null() || !above_us(window) {
            return;
        }
        if let Some(tell) = front.take() {
            tell(Notice::Elevated);
        }
    });
}

fn above_us(window: HWND) -> bool {
    let mut process = 0;
    // SAFETY: `process` is there to be written; a window that has gone gives 0.
    unsafe { GetWindowThreadProcessId(window, &raw mut process) };
    // SAFETY: it takes nothing.
    let own = unsafe { GetCurrentProcessId() };
    process != 0 && elevated(process) == Some(true) && elevated(own) == Some(false)
}

/// A handle that is given back.
struct Handle(HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it was opened here, and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

/// Whether a process runs as administrator; none where Windows does not say.
fn elevated(process: u32) -> Option<bool> {
    // SAFETY: numbers only; null when refused.
    let opened = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process) };
    if opened.is_null() {
        return None;
    }
    let opened = Handle(opened);
    let mut token = ptr::null_mut();
    // SAFETY: the process's handle is open, and `token` is there to be written.
    if unsafe { OpenProcessToken(opened.0, TOKEN_QUERY, &raw mut token) } == 0 {
        // Windows lets a plain program ask a plain program's token, and refuses an elevated one's.
        return Some(std::io::Error::last_os_error().kind() == std::io::ErrorKind::PermissionDenied);
    }
    let token = Handle(token);
    let mut found = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let room = u32::try_from(size_of::<TOKEN_ELEVATION>()).unwrap_or(0);
    let mut needed = 0;
    // SAFETY: the buffer is the structure that is asked for, with its size.
    let done = unsafe { GetTokenInformation(token.0, TokenElevation, (&raw mut found).cast(), room, &raw mut needed) };
    (done != 0).then_some(found.TokenIsElevated != 0)
}
