//! Aborts a computation of whisper: the raw callback reads an atomic. The library's safe wrapper is unsound, so this
//! part of recognition needs `unsafe`.
#![allow(unsafe_code, reason = "whisper.cpp's abort callback is a C function pointer")]

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use whisper_rs::FullParams;

unsafe extern "C" fn wants_to_stop(switch: *mut c_void) -> bool {
    // SAFETY: `arm` passes a live `AtomicBool`, which outlives the computation that calls back.
    let switch = unsafe { &*switch.cast::<AtomicBool>() };
    switch.load(Ordering::Relaxed)
}

/// Lets `switch` end the computation that is started with `params`. The switch must outlive that computation, which the
/// lifetime of the parameters ensures.
pub(super) fn arm<'s, 'a>(params: &mut FullParams<'a, 's>, switch: &'s AtomicBool) {
    // SAFETY: the pointer is valid for 's, and the parameters, which hold it, cannot live longer than 's.
    unsafe {
        params.set_abort_callback(Some(wants_to_stop));
        params.set_abort_callback_user_data(std::ptr::from_ref(switch).cast_mut().cast());
    }
}
