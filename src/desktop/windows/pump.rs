//! The main thread on Windows: winit's message loop, which the tray icon and grabbed keys need on their thread.
//!
//! Everything else runs on other threads, which post small jobs. Nothing here ever blocks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use winit::application::ApplicationHandler;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents, EventLoop, EventLoopProxy};
use winit::window::WindowId;

use crate::problem::Problem;
use crate::worker::panic_words;

/// Timeout for the loop to end; after that it counts as hung.
const LEAVE_LIMIT: Duration = Duration::from_secs(1);

enum Order {
    Do(Box<dyn FnOnce() + Send>),
    End,
}

static PROXY: Mutex<Option<EventLoopProxy<Order>>> = Mutex::new(None);

/// Runs `body` on a thread called "owner" and the message loop on this one, which must be the main thread, until `body` ends;
/// returns its result. Only once per process.
pub fn host<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> Result<R, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::new("Stratus cannot start").because(e).fix("sign out of Windows and in again");
    let events = EventLoop::<Order>::with_user_event().build().map_err(|e| failed(&e))?;
    // Otherwise every mouse motion would wake this loop up.
    events.listen_device_events(DeviceEvents::Never);
    events.set_control_flow(ControlFlow::Wait);
    *PROXY.lock().unwrap_or_else(PoisonError::into_inner) = Some(events.create_proxy());
    let end = End(events.create_proxy());
    let (over, ended) = channel();
    let owner = std::thread::Builder::new()
        .name("owner".into())
        .spawn(move || {
            let given = body();
            drop(end);
            leave(&ended);
            given
        })
        .map_err(|e| failed(&e))?;
    events.run_app(&mut Pump).map_err(|e| failed(&e))?;
    let _ = over.send(());
    *PROXY.lock().unwrap_or_else(PoisonError::into_inner) = None;
    owner.join().map_err(|panic| Problem::bug("Stratus failed").because(panic_words(&*panic)).fix("restart it, and please send the log"))
}

/// Ends the process if its loop does not end: another program that closes all our windows also closes the loop's own.
#[allow(clippy::exit, reason = "everything is written by now, and nothing can wake the main thread up")]
fn leave(ended: &Receiver<()>) {
    if ended.recv_timeout(LEAVE_LIMIT) == Err(RecvTimeoutError::Timeout) {
        std::process::exit(0);
    }
}

/// Ends the loop when the owner's thread ends, for whatever reason.
struct End(EventLoopProxy<Order>);

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.0.send_event(Order::End);
    }
}

/// Runs this on the main thread soon; does nothing without a loop.
pub fn act(what: impl FnOnce() + Send + 'static) {
    if let Some(proxy) = &*PROXY.lock().unwrap_or_else(PoisonError::into_inner) {
        let _ = proxy.send_event(Order::Do(Box::new(what)));
    }
}

/// Runs this on the main thread and returns the result; `None` after `patience`, or without a loop.
pub fn ask<R: Send + 'static>(patience: Duration, what: impl FnOnce() -> R + Send + 'static) -> Option<R> {
    let (answer, answered) = channel();
    act(move || drop(answer.send(what())));
    answered.recv_timeout(patience).ok()
}

struct Pump;

impl ApplicationHandler<Order> for Pump {
    fn resumed(&mut self, _: &ActiveEventLoop) {}
    fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, _: WindowEvent) {}
    fn user_event(&mut self, events: &ActiveEventLoop, order: Order) {
        match order {
            // The panic hook logs the panic; the loop goes on for the other jobs.
            Order::Do(what) => drop(catch_unwind(AssertUnwindSafe(what))),
            Order::End => events.exit(),
        }
    }
}
