//! Notifications from Windows: sleep, end of session, devices arriving and leaving, and a foreground window whose keys are not accessible.

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

/// Window title by which the installer finds and closes Stratus.
pub const TITLE: &str = "Stratus";
/// Windows kills a program some seconds after announcing the end of the session; this is our share for an orderly shutdown.
const END_LIMIT: Duration = Duration::from_secs(3);
/// DBT_DEVNODES_CHANGED (dbt.h): some device arrived or left.
const DEVNODES_CHANGED: usize = 7;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The machine is about to sleep.
    Sleep,
    /// The machine woke up.
    Awake,
    /// A device arrived or left.
    Devices,
    /// Stratus must end: the session ends, or the installer needs the file.
    End,
    /// A program running as administrator is in the foreground: Windows hides its keys from others. Reported once.
    Elevated,
}

/// The window that receives them. Dropping it stops the notifications.
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
        // SAFETY: this thread set the hook, and removes it once.
        unsafe { UnhookWinEvent(self.0) };
    }
}

impl Notices {
    /// Starts listening. `tell` runs on the window's thread and must not block.
    pub fn start(tell: impl Fn(Notice) + Clone + Send + 'static) -> Result<Self, Problem> {
        let (ended, end) = channel();
        let window = Window::open(TITLE, move |_| {
            let front = tell.clone();
            IN_FRONT.with(|f| *f.borrow_mut() = Some(Box::new(front)));
            // SAFETY: `in_front` has the required signature, and is called on this thread, by its message loop.
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
            // SAFETY: it takes no arguments.
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

    /// Confirms an orderly shutdown to a waiting end of session.
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
        // The process may be killed as soon as this returns.
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

/// Reports, once, an elevated program's window in the foreground while this process is not elevated.
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
    // SAFETY: `process` is writable; a window that no longer exists returns 0.
    unsafe { GetWindowThreadProcessId(window, &raw mut process) };
    // SAFETY: it takes no arguments.
    let own = unsafe { GetCurrentProcessId() };
    process != 0 && elevated(process) == Some(true) && elevated(own) == Some(false)
}

/// A handle that is closed on drop.
struct Handle(HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it was opened here, and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

/// Whether a process runs as administrator; `None` if Windows does not say.
fn elevated(process: u32) -> Option<bool> {
    // SAFETY: numbers only; null if refused.
    let opened = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process) };
    if opened.is_null() {
        return None;
    }
    let opened = Handle(opened);
    let mut token = ptr::null_mut();
    // SAFETY: the process's handle is open, and `token` is writable.
    if unsafe { OpenProcessToken(opened.0, TOKEN_QUERY, &raw mut token) } == 0 {
        // Windows lets an unelevated program query an unelevated program's token, but refuses an elevated one's.
        return Some(std::io::Error::last_os_error().kind() == std::io::ErrorKind::PermissionDenied);
    }
    let token = Handle(token);
    let mut found = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let room = u32::try_from(size_of::<TOKEN_ELEVATION>()).unwrap_or(0);
    let mut needed = 0;
    // SAFETY: the buffer is the requested structure, with its size.
    let done = unsafe { GetTokenInformation(token.0, TokenElevation, (&raw mut found).cast(), room, &raw mut needed) };
    (done != 0).then_some(found.TokenIsElevated != 0)
}
