//! A window that is never shown, on a thread of its own: Windows tells keys, sleep and devices only to windows.

#![allow(unsafe_code, reason = "Win32's window functions; each call says why it is sound")]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GetMessageW, KillTimer, MSG, PostMessageW, PostQuitMessage,
    RegisterClassW, SetTimer, WM_APP, WM_CLOSE, WM_DESTROY, WNDCLASSW, WS_EX_NOACTIVATE, WS_EX_TOOLWINDOW, WS_OVERLAPPED,
};

/// Sent by `drop` only.
const WM_END: u32 = WM_APP + 0x53;
/// Sent by `poke`: there is something to look at.
pub const WM_POKE: u32 = WM_APP + 0x54;
/// The one timer of a window.
const TIMER: usize = 1;

/// A message that came.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// `WM_...`.
    pub number: u32,
    /// The first parameter.
    pub wparam: usize,
    /// The second.
    pub lparam: isize,
}

/// What answers messages: a result, or none for Windows's own way. Runs on the window's thread and must not block.
pub type Handler = Box<dyn FnMut(Message) -> Option<isize>>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
}

/// The window. Dropping it destroys it and joins its thread.
pub struct Window {
    /// The handle as a number: it is only ever posted to.
    handle: usize,
    thread: Option<JoinHandle<()>>,
}

impl Window {
    /// Opens a window with this title, which other programs may look it up by. `make` runs on its thread, with its
    /// handle, before the first message.
    pub fn open(title: &str, make: impl FnOnce(HWND) -> Result<Handler, String> + Send + 'static) -> Result<Self, String> {
        let (made, outcome) = channel();
        let title = wide(title);
        let thread = std::thread::Builder::new()
            .name("window".into())
            .spawn(move || {
                let window = match create(&title) {
                    Ok(window) => window,
                    Err(why) => return drop(made.send(Err(why))),
                };
                match make(window) {
                    Ok(handler) => HANDLER.with(|h| *h.borrow_mut() = Some(handler)),
                    Err(why) => {
                        // SAFETY: the window was made by this thread and is still there.
                        unsafe { DestroyWindow(window) };
                        return drop(made.send(Err(why)));
                    }
                }
                if made.send(Ok(window as usize)).is_ok() {
                    pump();
                }
                HANDLER.with(|h| drop(h.take()));
            })
            .map_err(|e| e.to_string())?;
        let handle = outcome.recv().map_err(|_| "its thread ended".to_owned())??;
        Ok(Self { handle, thread: Some(thread) })
    }
}

impl Window {
    /// Sends `WM_POKE`.
    pub fn poke(&self) {
        // SAFETY: posting to a window that has gone fails and does nothing else.
        unsafe { PostMessageW(self.handle as HWND, WM_POKE, 0, 0) };
    }
}

/// Has a window of this thread get `WM_TIMER` after so long.
pub fn wake_after(window: HWND, time: Duration) {
    // SAFETY: no callback; the window is this thread's.
    unsafe { SetTimer(window, TIMER, u32::try_from(time.as_millis()).unwrap_or(u32::MAX), None) };
}

/// Takes `wake_after` back.
pub fn wake_no_more(window: HWND) {
    // SAFETY: it fails where there is no timer.
    unsafe { KillTimer(window, TIMER) };
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: posting to a window that has gone fails and does nothing else.
        let posted = unsafe { PostMessageW(self.handle as HWND, WM_END, 0, 0) };
        if posted != 0
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn create(title: &[u16]) -> Result<HWND, String> {
    let class = wide("StratusHidden");
    // SAFETY: the strings end with a zero and outlive both calls; `answer` has the signature that Windows wants; a class
    // that is registered already makes RegisterClassW fail, and is then the right one.
    let window = unsafe {
        let instance = GetModuleHandleW(ptr::null());
        let described = WNDCLASSW { lpfnWndProc: Some(answer), hInstance: instance, lpszClassName: class.as_ptr(), ..std::mem::zeroed() };
        RegisterClassW(&raw const described);
        CreateWindowExW(
            WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE,
            class.as_ptr(),
            title.as_ptr(),
            WS_OVERLAPPED,
            0,
            0,
            0,
            0,
            ptr::null_mut(),
            ptr::null_mut(),
            instance,
            ptr::null(),
        )
    };
    if window.is_null() { Err(std::io::Error::last_os_error().to_string()) } else { Ok(window) }
}

fn pump() {
    // SAFETY: `message` is written by GetMessageW before it is read; all windows of this thread are its own.
    unsafe {
        let mut message: MSG = std::mem::zeroed();
        while GetMessageW(&raw mut message, ptr::null_mut(), 0, 0) > 0 {
            DispatchMessageW(&raw const message);
        }
    }
}

/// The window's procedure: to the thread's handler, or Windows's own way.
unsafe extern "system" fn answer(window: HWND, number: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    match number {
        WM_END => {
            // SAFETY: this is the thread that made the window.
            unsafe { DestroyWindow(window) };
            return 0;
        }
        WM_DESTROY => {
            // SAFETY: it only leaves a mark in this thread's queue.
            unsafe { PostQuitMessage(0) };
            return 0;
        }
        _ => {}
    }
    // A handler that is at work already (a message within a message) is not entered again; and a panic must not unwind
    // into Windows.
    let handled = HANDLER.with(|h| {
        let mut handler = h.try_borrow_mut().ok()?;
        let handler = handler.as_mut()?;
        catch_unwind(AssertUnwindSafe(|| handler(Message { number, wparam, lparam }))).unwrap_or(None)
    });
    match handled {
        Some(result) => result,
        // Windows's own way would destroy the window under its owner.
        None if number == WM_CLOSE => 0,
        // SAFETY: the parameters are those that Windows gave.
        None => unsafe { DefWindowProcW(window, number, wparam, lparam) },
    }
}

/// A text as Windows wants it.
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|c| *c != 0).chain([0]).collect()
}
