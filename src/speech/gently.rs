//! Runs work at a lower priority while a simulator needs the processor, on a thread that lives for one call.
//!
//! A thread may lower its priority, but cannot raise it again without special rights. The work therefore gets a
//! separate thread, from which whisper's threads inherit the priority. The caller's priority does not change.

/// Steps of `nice` below Stratus's own: a third of a busy processor, all of an idle one.
#[cfg(target_os = "linux")]
const STEPS: i32 = 5;

/// Does `work` on a thread with a lower priority, and waits for it. If no thread can be started, `work` is done here.
pub fn gently<R: Send>(mut work: impl FnMut() -> R + Send) -> R {
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("recognise gently".into());
        match thread.spawn_scoped(scope, || {
            lower();
            work()
        }) {
            Ok(thread) => Some(thread.join()),
            Err(e) => {
                log::warn!("no thread with a lower priority: {e}");
                None
            }
        }
    });
    match done {
        Some(Ok(done)) => done,
        // The caller's guard against panics handles this panic.
        Some(Err(panic)) => std::panic::resume_unwind(panic),
        None => work(),
    }
}

/// Lowers the priority of this thread and of the threads that it starts.
#[cfg(target_os = "linux")]
pub fn lower() {
    use rustix::process::{getpriority_process, setpriority_process};
    // On Linux "this process" means this thread.
    let lowered = getpriority_process(None).and_then(|nice| setpriority_process(None, (nice + STEPS).min(19)));
    if let Err(e) = lowered {
        log::debug!("the priority stays: {e}");
    }
}

/// On other systems threads do not inherit a priority (SetThreadPriority on Windows). To lower this one alone would
/// only slow down the one of whisper's threads that waits for the others.
#[cfg(not(target_os = "linux"))]
pub fn lower() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn work_and_its_threads_run_at_lower_priority_than_the_caller() {
        let nice = || getpriority_process(None).unwrap();
        let before = nice();
        let (own, child) = gently(|| (nice(), std::thread::scope(|s| s.spawn(nice).join().unwrap())));
        assert_eq!((own, child), ((before + STEPS).min(19), (before + STEPS).min(19)));
        assert_eq!(nice(), before);
        let other = std::thread::spawn(nice).join().unwrap();
        assert_eq!(other, before, "a thread that starts later is not lowered");
    }

    #[test]
    fn panic_propagates_to_the_caller() {
        let panic = std::panic::catch_unwind(|| gently(|| -> u8 { panic!("a test's panic") })).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a test's panic"));
    }
}
