//! The keyboard on Windows: raw input reports every press and release regardless of focus, and takes none away.

#![allow(unsafe_code, reason = "Win32's raw input; each call says why it is sound")]

use std::mem::size_of;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use global_hotkey::hotkey::HotKey;
use windows_sys::Win32::Foundation::HWND;
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{GetAsyncKeyState, MAPVK_VSC_TO_VK_EX, MapVirtualKeyW};
use windows_sys::Win32::UI::Input::{
    GetRawInputData, HRAWINPUT, RAWINPUT, RAWINPUTDEVICE, RAWINPUTHEADER, RAWKEYBOARD, RID_INPUT, RIDEV_INPUTSINK, RIDEV_REMOVE,
    RIM_TYPEKEYBOARD, RegisterRawInputDevices,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{RI_KEY_BREAK, RI_KEY_E0, WM_INPUT, WM_INPUTLANGCHANGE};

use super::super::keynames;
use super::super::virtual_keys::{self, virtual_key};
use super::window::{Message, Window};
use crate::problem::{Part, Problem};

/// The HID usage of keyboards: generic desktop, keyboard (HID usage tables, 1/6).
const KEYBOARD: (u16, u16) = (1, 6);

/// Events from the keyboard.
pub enum News {
    /// The keyboard's layout changed.
    Remapped,
    /// A watched key went down (true) or up.
    Key(bool),
    /// The keyboard can no longer be watched, and why.
    #[allow(dead_code, reason = "a connection to an X server can break; Windows's cannot")]
    Gone(String),
}

/// The problem of a key that cannot be watched, and the workaround.
pub fn refused(why: String) -> Problem {
    let p = Problem::new("the push-to-talk key cannot be watched").because(why).about(Part::PushToTalk);
    p.brief("Push-to-talk key not available", "Windows shows no keys to Stratus.").remedy("Restart Stratus.").fix(
        "restart Stratus; `stratus ptt down` and `stratus ptt up` work meanwhile, bound to a button with the software of your joystick or headset",
    )
}

/// The keyboard.
pub struct Display {
    window: Option<Window>,
    listens: Mutex<bool>,
}

impl Display {
    /// Always succeeds on Windows.
    pub fn connect() -> Result<Self, Problem> {
        Ok(Self { window: None, listens: Mutex::new(false) })
    }

    /// Makes `watch` report the press and release of every key.
    pub fn listen(&self) -> Result<(), String> {
        *self.listens.lock().unwrap_or_else(PoisonError::into_inner) = true;
        Ok(())
    }

    /// Opens the window that receives keyboard input. After `listen`, it reports the keys in `codes`.
    pub fn watch(&mut self, codes: Arc<Mutex<Vec<u8>>>, tell: impl Fn(News) + Send + 'static) -> Result<(), Problem> {
        let listens = *self.listens.lock().unwrap_or_else(PoisonError::into_inner);
        let window = Window::open("Stratus keyboard", move |window| {
            if listens {
                register(window, RIDEV_INPUTSINK)?;
            }
            Ok(Box::new(move |message: Message| {
                match message.number {
                    WM_INPUT => {
                        if let Some((key, down)) = key_of(message.lparam)
                            && codes.lock().unwrap_or_else(PoisonError::into_inner).contains(&key)
                        {
                            tell(News::Key(down));
                        }
                    }
                    WM_INPUTLANGCHANGE => tell(News::Remapped),
                    _ => {}
                }
                // Windows's default procedure frees the input's memory.
                None
            }))
        });
        self.window = Some(window.map_err(refused)?);
        Ok(())
    }

    /// The virtual-key codes of these symbols.
    pub fn keycodes(&self, symbols: &[u32]) -> Result<Vec<u8>, String> {
        let mut codes: Vec<u8> = symbols.iter().filter_map(|s| virtual_key(*s)).collect();
        codes.dedup();
        Ok(codes)
    }

    /// The virtual-key code of this key.
    pub fn keycode(&self, key: &HotKey) -> Result<Option<u8>, String> {
        Ok(keynames::keysym(key.key).and_then(virtual_key))
    }

    /// Whether Windows says that the key is down at this moment.
    pub fn is_down(&self, code: u8) -> Result<bool, String> {
        // SAFETY: it reads a state by number, and accepts any number.
        Ok(unsafe { GetAsyncKeyState(i32::from(code)) } < 0)
    }

    /// Windows reports a conflict when the key is registered; checking again would find our own registration.
    pub fn is_taken(&self, _: &HotKey, _: u8) -> Result<bool, String> {
        Ok(true)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if *self.listens.lock().unwrap_or_else(PoisonError::into_inner) && self.window.is_some() {
            let _ = register(ptr::null_mut(), RIDEV_REMOVE);
        }
    }
}

fn register(window: HWND, flags: u32) -> Result<(), String> {
    let device = RAWINPUTDEVICE { usUsagePage: KEYBOARD.0, usUsage: KEYBOARD.1, dwFlags: flags, hwndTarget: window };
    // SAFETY: one device is passed, with its size; it is only read.
    let done = unsafe { RegisterRawInputDevices(&raw const device, 1, size(size_of::<RAWINPUTDEVICE>())) };
    if done == 0 { Err(std::io::Error::last_os_error().to_string()) } else { Ok(()) }
}

fn size(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// The virtual key of a keyboard's WM_INPUT, with left and right distinguished; and whether it went down.
fn key_of(input: isize) -> Option<(u8, bool)> {
    let mut room = size(size_of::<RAWINPUT>());
    // SAFETY: the buffer is as large as `room` says and aligned for every plain structure in it; the handle comes from the message.
    // A keyboard's input always fits; input that does not fit is not written, and returns an error.
    let raw = unsafe {
        let mut raw: RAWINPUT = std::mem::zeroed();
        let copied =
            GetRawInputData(input as HRAWINPUT, RID_INPUT, (&raw mut raw).cast(), &raw mut room, size(size_of::<RAWINPUTHEADER>()));
        if copied == u32::MAX || raw.header.dwType != RIM_TYPEKEYBOARD {
            return None;
        }
        raw.data.keyboard
    };
    let RAWKEYBOARD { MakeCode: scan, Flags: flags, VKey: key, .. } = raw;
    let right = u32::from(flags) & RI_KEY_E0 != 0;
    // SAFETY: it maps a number to a number.
    let by_scan = || unsafe { MapVirtualKeyW(u32::from(scan), MAPVK_VSC_TO_VK_EX) };
    let key = virtual_keys::sided(u8::try_from(key).ok()?, right, u8::try_from(by_scan()).unwrap_or(0))?;
    Some((key, u32::from(flags) & RI_KEY_BREAK == 0))
}
