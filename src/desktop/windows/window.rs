//! A hidden window on a separate thread, because Windows sends keys, sleep and device events only to windows.

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
/// Sent by `poke`: there is work to check.
pub const WM_POKE: u32 = WM_APP + 0x54;
/// The window's only timer.
const TIMER: usize = 1;

/// A received message.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// `WM_...`.
    pub number: u32,
    /// The first parameter.
    pub wparam: usize,
    /// The second.
    pub lparam: isize,
}

/// The message handler: returns a result, or `None` for default handling. Runs on the window's thread and must not block.
pub type Handler = Box<dyn FnMut(Message) -> Option<isize>>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
}

/// The window. Dropping it destroys the window and joins its thread.
pub struct Window {
    /// The handle as a number, because it is only used for posting.
    handle: usize,
    thread: Option<JoinHandle<()>>,
}

impl Window {
    /// Opens a window with this title, by which other programs may find it. `make` runs on its thread, with its handle, before the
    /// first message.
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
                        // SAFETY: this thread created the window, and it still exists.
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
        // SAFETY: posting to a window that no longer exists fails without further effect.
        unsafe { PostMessageW(self.handle as HWND, WM_POKE, 0, 0) };
    }
}

/// Sends `WM_TIMER` to a window of this thread after this time.
pub fn wake_after(window: HWND, time: Duration) {
    // SAFETY: no callback; the window belongs to this thread.
    unsafe { SetTimer(window, TIMER, u32::try_from(time.as_millis()).unwrap_or(u32::MAX), None) };
}

/// Cancels `wake_after`.
pub fn wake_no_more(window: HWND) {
    // SAFETY: it fails if there is no timer.
    unsafe { KillTimer(window, TIMER) };
}

impl Drop for Window {
    fn drop(&mut self) {
        // SAFETY: posting to a window that no longer exists fails without further effect.
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
    // SAFETY: the strings are NUL-terminated and outlive both calls; `answer` has the required signature; if the class is already
    // registered, RegisterClassW fails, and that class is the right one.
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
    // SAFETY: GetMessageW writes `message` before it is read; all windows of this thread are its own.
    unsafe {
        let mut message: MSG = std::mem::zeroed();
        while GetMessageW(&raw mut message, ptr::null_mut(), 0, 0) > 0 {
            DispatchMessageW(&raw const message);
        }
    }
}

/// The window procedure: calls the thread's handler, or Windows's default.
unsafe extern "system" fn answer(window: HWND, number: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    match number {
        WM_END => {
            // SAFETY: this thread created the window.
            unsafe { DestroyWindow(window) };
            return 0;
        }
        WM_DESTROY => {
            // SAFETY: it only posts a flag to this thread's queue.
            unsafe { PostQuitMessage(0) };
            return 0;
        }
        _ => {}
    }
    // A handler that is already running (a nested message) is not re-entered, and a panic must not unwind into Windows.
    let handled = HANDLER.with(|h| {
        let mut handler = h.try_borrow_mut().ok()?;
        let handler = handler.as_mut()?;
        catch_unwind(AssertUnwindSafe(|| handler(Message { number, wparam, lparam }))).unwrap_or(None)
    });
    match handled {
        Some(result) => result,
        // Windows's default would destroy the window under its owner.
        None if number == WM_CLOSE => 0,
        // SAFETY: the parameters are those that Windows passed.
        None => unsafe { DefWindowProcW(window, number, wparam, lparam) },
    }
}

/// A NUL-terminated UTF-16 string for Windows.
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().filter(|c| *c != 0).chain([0]).collect()
}
