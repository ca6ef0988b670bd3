//! Buttons and hats of joysticks, yokes and throttles on Windows: raw input of their HID reports, with hot-plug.
//!
//! Reports arrive regardless of focus. While a button is being bound, buttons down in a device's first report are its initial
//! state, not a press.

#![allow(unsafe_code, reason = "Win32's raw input and HID parser; each call says why it is sound")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem::size_of;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use windows_sys::Win32::Devices::HumanInterfaceDevice::{
    HIDP_STATUS_SUCCESS, HIDP_VALUE_CAPS, HidP_GetSpecificValueCaps, HidP_GetUsageValue, HidP_GetUsages, HidP_Input,
    HidP_MaxUsageListLength, PHIDP_PREPARSED_DATA,
};
use windows_sys::Win32::Foundation::{HANDLE, HWND};
use windows_sys::Win32::UI::Input::{
    GetRawInputData, GetRawInputDeviceInfoW, GetRawInputDeviceList, HRAWINPUT, RAWHID, RAWINPUTDEVICE, RAWINPUTDEVICELIST, RAWINPUTHEADER,
    RID_DEVICE_INFO, RID_INPUT, RIDEV_DEVNOTIFY, RIDEV_INPUTSINK, RIDEV_REMOVE, RIDI_DEVICEINFO, RIDI_PREPARSEDDATA, RIM_TYPEHID,
    RegisterRawInputDevices,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{GIDC_REMOVAL, WM_INPUT, WM_INPUT_DEVICE_CHANGE, WM_TIMER};

use super::window::{self, Message, Window};
pub use crate::desktop::buttons::News;
use crate::desktop::buttons::{BIND_LIMIT, Buttons, Motion};
use crate::problem::{Part, Problem};

/// Generic desktop: joystick, game pad, multi-axis controller (HID usage tables, page 1).
const PAGE: u16 = 1;
const KINDS: [u16; 3] = [4, 5, 8];
/// The usage page of buttons, and the usage of a hat on page 1.
const BUTTONS: u16 = 9;
const HAT: u16 = 0x39;

/// Windows has only one place to look.
#[derive(Debug, Clone, Default)]
pub struct Places {}

enum Order {
    Bindings(Vec<String>),
    Bind,
}

/// The thread that reads joysticks. Dropping it stops the thread, and reports `Up` if a bound button was down.
pub struct Joysticks {
    orders: Arc<Mutex<VecDeque<Order>>>,
    window: Window,
}

impl Joysticks {
    /// Reads all joysticks, with hot-plug. `tell` runs on the thread and must not block.
    pub fn start(_: Places, bindings: &[String], tell: impl Fn(News) + Send + 'static) -> Result<Self, Problem> {
        let orders = Arc::new(Mutex::new(VecDeque::new()));
        let (theirs, bound) = (orders.clone(), bindings.iter().cloned().collect());
        let window = Window::open("Stratus joysticks", move |window| {
            register(window, RIDEV_INPUTSINK | RIDEV_DEVNOTIFY)?;
            let mut desk = Desk { window, pads: BTreeMap::new(), buttons: Buttons::new(bound, tell), orders: theirs };
            Ok(Box::new(move |message| desk.heard(message)))
        });
        let window = window.map_err(|why| {
            Problem::new("joysticks cannot be read")
                .because(why)
                .fix("use a keyboard key (`ptt.key`), or bind `stratus ptt` to the button")
                .about(Part::Joystick)
                .brief("Joysticks not available", "The system shows no joysticks to Stratus.")
        })?;
        Ok(Self { orders, window })
    }

    /// Replaces the bindings.
    pub fn bindings(&self, bindings: &[String]) {
        self.order(Order::Bindings(bindings.to_vec()));
    }

    /// Reports the next button that goes down as `Bound`.
    pub fn bind(&self) {
        self.order(Order::Bind);
    }

    fn order(&self, order: Order) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push_back(order);
        self.window.poke();
    }
}

impl Drop for Joysticks {
    fn drop(&mut self) {
        let _ = register(ptr::null_mut(), RIDEV_REMOVE);
    }
}

/// The connected joysticks: "044f:b10a", a name, and whether each is readable.
pub fn list(_: &Places) -> Vec<(String, String, bool)> {
    let mut count = 0;
    let each = size(size_of::<RAWINPUTDEVICELIST>());
    // SAFETY: without a buffer it only counts.
    unsafe { GetRawInputDeviceList(ptr::null_mut(), &raw mut count, each) };
    let mut all = vec![RAWINPUTDEVICELIST { hDevice: ptr::null_mut(), dwType: 0 }; count as usize];
    // SAFETY: the buffer holds `count` entries; if another device arrived meanwhile, the call fails and does not overflow.
    let found = unsafe { GetRawInputDeviceList(all.as_mut_ptr(), &raw mut count, each) };
    all.truncate(if found == u32::MAX { 0 } else { found as usize });
    let sticks = all.iter().filter(|d| d.dwType == RIM_TYPEHID).filter_map(|d| device_id(d.hDevice));
    sticks.map(|id| (id, "a joystick".to_owned(), true)).collect()
}

/// A joystick that has reported.
struct Pad {
    id: String,
    /// Windows's preparsed description of the reports, with the alignment it requires.
    preparsed: Vec<u64>,
    /// The hat's minimum and maximum.
    hat: (u32, u32),
    down: BTreeSet<String>,
    /// A report was received before.
    known: bool,
}

struct Desk {
    window: HWND,
    pads: BTreeMap<usize, Pad>,
    buttons: Buttons,
    orders: Arc<Mutex<VecDeque<Order>>>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.buttons.all_up();
    }
}

impl Desk {
    fn heard(&mut self, message: Message) -> Option<isize> {
        match message.number {
            window::WM_POKE => {
                let orders = std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner));
                for order in orders {
                    match order {
                        Order::Bindings(new) => self.buttons.bind_these(new),
                        Order::Bind => {
                            self.buttons.bind_next();
                            window::wake_after(self.window, BIND_LIMIT + Duration::from_millis(20));
                        }
                    }
                }
                Some(0)
            }
            WM_TIMER => {
                window::wake_no_more(self.window);
                self.buttons.tick();
                Some(0)
            }
            WM_INPUT_DEVICE_CHANGE if message.wparam == GIDC_REMOVAL as usize => {
                if self.pads.remove(&message.lparam.cast_unsigned()).is_some() {
                    self.buttons.gone(&message.lparam.cast_unsigned().to_string());
                }
                Some(0)
            }
            WM_INPUT => {
                self.input(message.lparam);
                // Windows's default procedure frees the input's memory.
                None
            }
            _ => None,
        }
    }

    fn input(&mut self, input: isize) {
        let Some((device, reports)) = reports(input) else { return };
        let key = device as usize;
        if let std::collections::btree_map::Entry::Vacant(place) = self.pads.entry(key) {
            let (Some(id), Some(preparsed)) = (device_id(device), preparsed(device)) else { return };
            log::info!("joystick {id}");
            let hat = hat_range(&preparsed).unwrap_or(EIGHT_FROM_0);
            place.insert(Pad { id, preparsed, hat, down: BTreeSet::new(), known: false });
        }
        let Some(pad) = self.pads.get_mut(&key) else { return };
        for report in reports {
            let Some(down) = pad.read(report) else { continue };
            let initial = !std::mem::replace(&mut pad.known, true) && self.buttons.binding().is_some();
            let up: Vec<String> = pad.down.difference(&down).cloned().collect();
            let pressed: Vec<String> = down.difference(&pad.down).cloned().collect();
            pad.down = down;
            let device = key.to_string();
            for what in up {
                self.buttons.moved(&device, Motion { what, down: false, initial });
            }
            for what in pressed {
                self.buttons.moved(&device, Motion { what, down: true, initial });
            }
        }
    }
}

impl Pad {
    /// The buttons down in a report; `None` for a report of another kind.
    fn read(&self, mut report: Vec<u8>) -> Option<BTreeSet<String>> {
        let described = self.preparsed.as_ptr() as PHIDP_PREPARSED_DATA;
        let length = size(report.len());
        // SAFETY: `described` is the device's own description, as Windows returned it.
        let mut count = unsafe { HidP_MaxUsageListLength(HidP_Input, BUTTONS, described) };
        let mut pressed = vec![0u16; count as usize];
        // SAFETY: the list has room for `count` usages, the report for `length` bytes; the callee checks both.
        let read =
            unsafe { HidP_GetUsages(HidP_Input, BUTTONS, 0, pressed.as_mut_ptr(), &raw mut count, described, report.as_mut_ptr(), length) };
        if read != HIDP_STATUS_SUCCESS {
            return None;
        }
        pressed.truncate(count as usize);
        let mut down: BTreeSet<String> = pressed.iter().map(|n| format!("{}/button {}", self.id, n.saturating_sub(1))).collect();
        let mut hat = 0;
        // SAFETY: as above; it fails if there is no hat.
        let read = unsafe { HidP_GetUsageValue(HidP_Input, PAGE, 0, HAT, &raw mut hat, described, report.as_ptr(), length) };
        if read == HIDP_STATUS_SUCCESS {
            down.extend(direction(hat, self.hat).map_or(&[][..], hat_names).iter().map(|end| format!("{}/hat {end}", self.id)));
        }
        Some(down)
    }
}

/// The range of most hats: forward is 0, clockwise to 7.
const EIGHT_FROM_0: (u32, u32) = (0, 7);

/// The minimum and maximum of a stick's hat, from its description.
fn hat_range(preparsed: &[u64]) -> Option<(u32, u32)> {
    let (mut caps, mut count) = (HIDP_VALUE_CAPS::default(), 1u16);
    let described = preparsed.as_ptr() as PHIDP_PREPARSED_DATA;
    // SAFETY: there is room for one; `described` is the device's own description, as Windows returned it.
    let read = unsafe { HidP_GetSpecificValueCaps(HidP_Input, PAGE, 0, HAT, &raw mut caps, &raw mut count, described) };
    let range = (u32::try_from(caps.LogicalMin).ok()?, u32::try_from(caps.LogicalMax).ok()?);
    (read == HIDP_STATUS_SUCCESS && count == 1 && range.0 < range.1).then_some(range)
}

/// A hat's value as one of eight directions, clockwise from forward. Some hats count from 1, and some have four directions. `None`
/// when centred, which is any value outside the range.
fn direction(value: u32, (least, most): (u32, u32)) -> Option<u32> {
    let step = value.checked_sub(least).filter(|d| *d <= most - least)?;
    Some(if most - least == 3 { step * 2 } else { step })
}

/// The axis ends of a hat for one of its eight directions, clockwise from forward. Any other value is centred.
fn hat_names(direction: u32) -> &'static [&'static str] {
    match direction {
        0 => &["1-"],
        1 => &["1-", "0+"],
        2 => &["0+"],
        3 => &["0+", "1+"],
        4 => &["1+"],
        5 => &["1+", "0-"],
        6 => &["0-"],
        7 => &["0-", "1-"],
        _ => &[],
    }
}

fn size(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn register(window: HWND, flags: u32) -> Result<(), String> {
    let devices = KINDS.map(|kind| RAWINPUTDEVICE { usUsagePage: PAGE, usUsage: kind, dwFlags: flags, hwndTarget: window });
    // SAFETY: the count matches the devices, with their size; they are only read.
    let done = unsafe { RegisterRawInputDevices(devices.as_ptr(), size(devices.len()), size(size_of::<RAWINPUTDEVICE>())) };
    if done == 0 { Err(std::io::Error::last_os_error().to_string()) } else { Ok(()) }
}

/// Vendor and product id, the same at every port; `None` if the device is not a joystick.
fn device_id(device: HANDLE) -> Option<String> {
    let mut room = size(size_of::<RID_DEVICE_INFO>());
    let mut info = RID_DEVICE_INFO { cbSize: room, ..RID_DEVICE_INFO::default() };
    // SAFETY: the buffer is the requested structure, with its size; the union member read is that of its type.
    unsafe {
        let got = GetRawInputDeviceInfoW(device, RIDI_DEVICEINFO, (&raw mut info).cast(), &raw mut room);
        if got == u32::MAX || info.dwType != RIM_TYPEHID {
            return None;
        }
        let hid = info.Anonymous.hid;
        (hid.usUsagePage == PAGE && KINDS.contains(&hid.usUsage))
            .then(|| format!("{:04x}:{:04x}", hid.dwVendorId & 0xffff, hid.dwProductId & 0xffff))
    }
}

fn preparsed(device: HANDLE) -> Option<Vec<u64>> {
    let mut room = 0;
    // SAFETY: without a buffer it only returns the size.
    unsafe { GetRawInputDeviceInfoW(device, RIDI_PREPARSEDDATA, ptr::null_mut(), &raw mut room) };
    let mut data = vec![0u64; (room as usize).div_ceil(8)];
    // SAFETY: the buffer holds at least `room` bytes.
    let got = unsafe { GetRawInputDeviceInfoW(device, RIDI_PREPARSEDDATA, data.as_mut_ptr().cast(), &raw mut room) };
    (got != u32::MAX && got > 0).then_some(data)
}

/// The device of a WM_INPUT and its reports.
fn reports(input: isize) -> Option<(HANDLE, Vec<Vec<u8>>)> {
    let header = size_of::<RAWINPUTHEADER>();
    let mut room = 0;
    // SAFETY: without a buffer it only returns the size.
    unsafe { GetRawInputData(input as HRAWINPUT, RID_INPUT, ptr::null_mut(), &raw mut room, size(header)) };
    let mut data = vec![0u64; (room as usize).div_ceil(8)];
    // SAFETY: the buffer holds at least `room` bytes, aligned for the structures at its start.
    let got = unsafe { GetRawInputData(input as HRAWINPUT, RID_INPUT, data.as_mut_ptr().cast(), &raw mut room, size(header)) };
    let body = header + std::mem::offset_of!(RAWHID, bRawData);
    if got == u32::MAX || (got as usize) < body || data.len() * 8 < body {
        return None;
    }
    // SAFETY: the checks above ensure that the starts of both structures lie within the buffer.
    let (head, each, count) = unsafe {
        let start = data.as_ptr().cast::<u8>();
        let hid = start.add(header).cast::<RAWHID>();
        (start.cast::<RAWINPUTHEADER>().read(), (*hid).dwSizeHid as usize, (*hid).dwCount as usize)
    };
    if head.dwType != RIM_TYPEHID || each == 0 {
        return None;
    }
    let bytes: Vec<u8> = data.iter().flat_map(|word| word.to_ne_bytes()).take(got as usize).skip(body).collect();
    Some((head.hDevice, bytes.chunks_exact(each).take(count).map(<[u8]>::to_vec).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hat_range_comes_from_the_stick() {
        let named = |value, range| direction(value, range).map_or(&[][..], hat_names);
        assert_eq!(
            (named(0, (0, 7)), named(3, (0, 7)), named(8, (0, 7)), named(15, (0, 7))),
            (&["1-"][..], &["0+", "1+"][..], &[][..], &[][..])
        );
        assert_eq!(
            (named(0, (1, 8)), named(1, (1, 8)), named(3, (1, 8)), named(8, (1, 8))),
            (&[][..], &["1-"][..], &["0+"][..], &["0-", "1-"][..])
        );
        assert_eq!((named(1, (0, 3)), named(3, (0, 3)), named(4, (0, 3))), (&["0+"][..], &["0-"][..], &[][..]));
    }
}
