//! Buttons and hats of joysticks, yokes and throttles as push-to-talk: bound by device and button, with hot-plug.
//!
//! Reads Linux's joystick devices (`js0` ...) directly, which the user at the seat may do. The thread sleeps until a device
//! reports, arrives or leaves. Buttons that are down when a device appears count neither as a press nor for binding.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, inotify};

pub use super::buttons::News;
use super::buttons::{Buttons, Motion};
use crate::problem::{Part, Problem};

/// Full deflection of a hat's axis; a stick also reports values between.
const FULL: i16 = 32_767;

/// Where to find joysticks: device files, and the kernel's information about them.
#[derive(Debug, Clone)]
pub struct Places {
    /// Holds `js0` ...
    pub devices: PathBuf,
    /// Holds `js0/device/id/vendor` ...
    pub known: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self { devices: "/dev/input".into(), known: "/sys/class/input".into() }
    }
}

/// The thread that reads joysticks. Dropping it stops the thread, and reports `Up` if a bound button was down.
pub struct Joysticks {
    orders: Sender<Order>,
    wake: UnixStream,
    thread: Option<JoinHandle<()>>,
}

enum Order {
    Bindings(Vec<String>),
    Bind,
    Stop,
}

impl Joysticks {
    /// Reads all joysticks, with hot-plug. `tell` runs on the thread and must not block.
    pub fn start(places: Places, bindings: &[String], tell: impl Fn(News) + Send + 'static) -> Result<Self, Problem> {
        let failed = |e: &dyn std::fmt::Display| {
            Problem::new("joysticks cannot be read")
                .because(e)
                .fix("use a keyboard key (`ptt.key`), or bind `stratus ptt` to the button")
                .about(Part::Joystick)
                .brief("Joysticks not available", "The system shows no joysticks to Stratus.")
        };
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).map_err(|e| failed(&e))?;
        let news = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB | inotify::WatchFlags::MOVED_TO;
        inotify::add_watch(&watch, &places.devices, news).map_err(|e| failed(&format!("{}: {e}", places.devices.display())))?;
        let (wake, woken) = UnixStream::pair().map_err(|e| failed(&e))?;
        for end in [&wake, &woken] {
            end.set_nonblocking(true).map_err(|e| failed(&e))?;
        }
        let (orders, inbox) = channel();
        let bound = bindings.iter().cloned().collect();
        let thread = std::thread::Builder::new()
            .name("joystick".into())
            .spawn(move || {
                let mut desk = Desk { places, open: BTreeMap::new(), buttons: Buttons::new(bound, tell) };
                desk.run(&File::from(watch), &woken, &inbox);
            })
            .map_err(|e| failed(&e))?;
        Ok(Self { orders, wake, thread: Some(thread) })
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
        let _ = self.orders.send(order);
        // If the pipe is full, the thread wakes up anyway.
        let _ = (&self.wake).write(&[1]);
    }
}

impl Drop for Joysticks {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The connected joysticks: "044f:b10a", the name, and whether each is readable.
pub fn list(places: &Places) -> Vec<(String, String, bool)> {
    names(&places.devices)
        .into_iter()
        .map(|name| {
            let known = |what: &str| read_known(places, &name, what);
            let readable = open(&places.devices.join(&name)).is_ok();
            (device_id(places, &name), known("name").unwrap_or_else(|| name.clone()), readable)
        })
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<String> = all.filter_map(|e| e.file_name().into_string().ok()).filter(|n| is_stick(n)).collect();
    found.sort();
    found
}

/// Opens without blocking, now and when reading.
fn open(device: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).custom_flags(i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0)).open(device)
}

fn is_stick(name: &str) -> bool {
    name.strip_prefix("js").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn read_known(places: &Places, stick: &str, what: &str) -> Option<String> {
    let text = std::fs::read_to_string(places.known.join(stick).join("device").join(what)).ok()?;
    Some(text.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Vendor and product id: the same at every port and after every start.
fn device_id(places: &Places, stick: &str) -> String {
    let part = |what| read_known(places, stick, what).unwrap_or_else(|| "0000".into()).to_lowercase();
    format!("{}:{}", part("id/vendor"), part("id/product"))
}

/// An open joystick.
struct Stick {
    id: String,
    file: File,
    /// Bytes of an incomplete event.
    rest: Vec<u8>,
    /// Axes that have reported an intermediate value, so they are not hats.
    analog: BTreeSet<u8>,
    axes: BTreeMap<u8, i16>,
    buttons: BTreeMap<u8, bool>,
}

impl Stick {
    /// The motions in these bytes (linux/joystick.h: time u32, value i16, type u8, number u8). The kernel reports the whole state
    /// when the device is opened, and again after its queue of 64 overflowed. State that changed since it was last known counts as
    /// a motion.
    fn motions(&mut self, bytes: &[u8]) -> Vec<Motion> {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() / 8 * 8;
        let events: Vec<u8> = self.rest.drain(..whole).collect();
        let mut all = Vec::new();
        for e in events.chunks_exact(8) {
            let (value, kind, number) = (i16::from_ne_bytes([e[4], e[5]]), e[6], e[7]);
            let initial = kind & 0x80 != 0;
            match kind & 0x7f {
                1 => self.button(number, value != 0, initial, &mut all),
                2 => self.axis(number, value, initial, &mut all),
                _ => {}
            }
        }
        all
    }

    fn button(&mut self, number: u8, down: bool, initial: bool, all: &mut Vec<Motion>) {
        let before = self.buttons.insert(number, down);
        if !initial || before != Some(down) {
            all.push(Motion { what: format!("{}/button {number}", self.id), down, initial: initial && before.is_none() });
        }
    }

    fn axis(&mut self, number: u8, value: i16, initial: bool, all: &mut Vec<Motion>) {
        if !matches!(value, 0 | FULL | -32_767) {
            self.analog.insert(number);
        }
        let initial = initial && !self.axes.contains_key(&number);
        let before = self.axes.insert(number, value).unwrap_or(0);
        if self.analog.contains(&number) {
            return;
        }
        for (sign, end) in [('+', FULL), ('-', -FULL)] {
            if (before == end) != (value == end) {
                all.push(Motion { what: format!("{}/hat {number}{sign}", self.id), down: value == end, initial });
            }
        }
    }
}

struct Desk {
    places: Places,
    open: BTreeMap<String, Stick>,
    buttons: Buttons,
}

impl Desk {
    fn run(&mut self, watch: &File, woken: &UnixStream, inbox: &Receiver<Order>) {
        self.look();
        loop {
            let ready = match self.wait(watch, woken) {
                Ok(ready) => ready,
                Err(_) => return self.buttons.all_up(),
            };
            let mut waste = [0u8; 4096];
            let mut others = false;
            while matches!((&*watch).read(&mut waste), Ok(n) if n > 0) {
                others = true;
            }
            while matches!((&*woken).read(&mut waste), Ok(n) if n > 0) {}
            loop {
                match inbox.try_recv() {
                    Ok(Order::Bindings(new)) => self.buttons.bind_these(new),
                    Ok(Order::Bind) => self.buttons.bind_next(),
                    Ok(Order::Stop) | Err(TryRecvError::Disconnected) => return self.buttons.all_up(),
                    Err(TryRecvError::Empty) => break,
                }
            }
            for name in ready {
                self.read(&name);
            }
            self.buttons.tick();
            // A jittering stick wakes this thread a thousand times a second, so read the folder only when it has changed.
            if others {
                self.look();
            }
        }
    }

    /// Sleeps until something happens; returns the devices that reported.
    fn wait(&self, watch: &File, woken: &UnixStream) -> rustix::io::Result<Vec<String>> {
        let mut fds = vec![PollFd::new(watch, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        fds.extend(self.open.values().map(|s| PollFd::new(&s.file, PollFlags::IN)));
        let left = self.buttons.binding().map(|until| until.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
        let left = left.map(|d| Timespec { tv_sec: i64::try_from(d.as_secs()).unwrap_or(60), tv_nsec: i64::from(d.subsec_nanos()) });
        match poll(&mut fds, left.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e),
        }
        Ok(self.open.keys().zip(&fds[2..]).filter(|(_, fd)| !fd.revents().is_empty()).map(|(name, _)| name.clone()).collect())
    }

    /// Opens devices that are not open yet. Unreadable ones are retried when their permissions change.
    fn look(&mut self) {
        for name in names(&self.places.devices) {
            if !self.open.contains_key(&name)
                && let Ok(file) = open(&self.places.devices.join(&name))
            {
                let id = device_id(&self.places, &name);
                log::info!("joystick {id} at {name}");
                self.open.insert(
                    name,
                    Stick { id, file, rest: Vec::new(), analog: BTreeSet::new(), axes: BTreeMap::new(), buttons: BTreeMap::new() },
                );
            }
        }
    }

    fn read(&mut self, name: &str) {
        let Some(stick) = self.open.get_mut(name) else { return };
        let mut bytes = [0u8; 512];
        let motions = match stick.file.read(&mut bytes) {
            Ok(n) if n > 0 => stick.motions(&bytes[..n]),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted) => return,
            // Unplugged: release what it held.
            _ => {
                self.open.remove(name);
                return self.buttons.gone(name);
            }
        };
        for m in motions {
            self.buttons.moved(name, m);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Edge;

    const LIMIT: Duration = Duration::from_secs(10);
    const BUTTON: u8 = 1;
    const AXIS: u8 = 2;
    const INIT: u8 = 0x80;

    /// Joysticks made of pipes: the test writes what the kernel would write.
    struct Bench {
        dir: tempfile::TempDir,
        places: Places,
    }

    impl Bench {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let places = Places { devices: dir.path().join("dev"), known: dir.path().join("sys") };
            std::fs::create_dir_all(&places.devices).unwrap();
            Self { dir, places }
        }

        /// Plugs a joystick in: first the kernel's information, then the device. Opening the pipe blocks until it is read.
        fn plug(&self, name: &str, vendor: &str, product: &str) -> File {
            let id = self.places.known.join(name).join("device/id");
            std::fs::create_dir_all(&id).unwrap();
            std::fs::write(id.join("vendor"), format!("{vendor}\n")).unwrap();
            std::fs::write(id.join("product"), format!("{product}\n")).unwrap();
            let made = self.dir.path().join(name);
            assert!(std::process::Command::new("mkfifo").arg(&made).status().unwrap().success());
            let device = self.places.devices.join(name);
            std::fs::rename(made, &device).unwrap();
            OpenOptions::new().write(true).open(device).unwrap()
        }

        /// A joystick that is present before the reader starts. The test holds both ends of the pipe, so that opening does not block.
        fn plugged(&self, name: &str) -> File {
            let id = self.places.known.join(name).join("device/id");
            std::fs::create_dir_all(&id).unwrap();
            std::fs::write(id.join("vendor"), "044f").unwrap();
            std::fs::write(id.join("product"), "b10a").unwrap();
            let device = self.places.devices.join(name);
            assert!(std::process::Command::new("mkfifo").arg(&device).status().unwrap().success());
            assert_eq!(list(&self.places), [("044f:b10a".to_owned(), name.to_owned(), true)]);
            OpenOptions::new().read(true).write(true).open(device).unwrap()
        }

        fn unplug(&self, name: &str, file: File) {
            std::fs::remove_file(self.places.devices.join(name)).unwrap();
            drop(file);
        }

        fn start(&self, bindings: &[&str]) -> (Joysticks, Receiver<News>) {
            let (told, news) = channel();
            let bindings: Vec<String> = bindings.iter().map(|b| (*b).to_owned()).collect();
            (Joysticks::start(self.places.clone(), &bindings, move |n| told.send(n).unwrap()).unwrap(), news)
        }
    }

    fn event(kind: u8, number: u8, value: i16) -> [u8; 8] {
        let v = value.to_ne_bytes();
        [0, 0, 0, 0, v[0], v[1], kind, number]
    }

    fn next(news: &Receiver<News>) -> News {
        news.recv_timeout(LIMIT).unwrap()
    }

    const DOWN: News = News::Edge(Edge::Down);
    const UP: News = News::Edge(Edge::Up);

    #[test]
    fn bound_button_is_the_key_and_others_are_ignored() {
        let bench = Bench::new();
        let (_sticks, news) = bench.start(&["044f:b10a/button 3", "046d:c215/hat 5-"]);
        let mut yoke = bench.plug("js0", "044F", "b10a");
        let mut throttle = bench.plug("js1", "046d", "c215");
        yoke.write_all(&event(BUTTON, 4, 1)).unwrap();
        // Split in two: a reader must join the parts.
        yoke.write_all(&event(BUTTON, 3, 1)[..5]).unwrap();
        yoke.write_all(&event(BUTTON, 3, 1)[5..]).unwrap();
        assert_eq!(next(&news), DOWN);
        yoke.write_all(&event(BUTTON, 3, 0)).unwrap();
        assert_eq!(next(&news), UP);
        throttle.write_all(&event(AXIS, 5, -32_767)).unwrap();
        assert_eq!(next(&news), DOWN);
        // A second bound button while the first is held: one transmission until both are up.
        yoke.write_all(&event(BUTTON, 3, 1)).unwrap();
        yoke.write_all(&event(BUTTON, 3, 0)).unwrap();
        throttle.write_all(&event(AXIS, 5, 0)).unwrap();
        assert_eq!(next(&news), UP);
        assert!(news.try_recv().is_err());
    }

    #[test]
    fn events_lost_to_a_full_kernel_queue_are_recovered() {
        let bench = Bench::new();
        let (_sticks, news) = bench.start(&["044f:b10a/button 3", "044f:b10a/hat 5-"]);
        let mut stick = bench.plug("js0", "044f", "b10a");
        for what in [event(BUTTON | INIT, 3, 0), event(AXIS | INIT, 5, 0), event(BUTTON, 3, 1)] {
            stick.write_all(&what).unwrap();
        }
        assert_eq!(next(&news), DOWN);
        // The release is lost; the kernel reports the state again.
        stick.write_all(&event(BUTTON | INIT, 3, 0)).unwrap();
        assert_eq!(next(&news), UP);
        // The same for a press.
        stick.write_all(&event(AXIS | INIT, 5, -32_767)).unwrap();
        assert_eq!(next(&news), DOWN);
        stick.write_all(&event(BUTTON | INIT, 3, 0)).unwrap();
        stick.write_all(&event(AXIS, 5, 0)).unwrap();
        assert_eq!(next(&news), UP);
        assert!(news.try_recv().is_err());
    }

    #[test]
    fn unplugging_releases_and_replugging_elsewhere_resumes() {
        let bench = Bench::new();
        let mut stick = bench.plugged("js0");
        let (_sticks, news) = bench.start(&["044f:b10a/button 0"]);
        stick.write_all(&event(BUTTON, 0, 1)).unwrap();
        assert_eq!(next(&news), DOWN);
        bench.unplug("js0", stick);
        assert_eq!(next(&news), UP);
        let mut stick = bench.plug("js7", "044f", "b10a");
        // Held while it reconnects: the kernel reports it as initial state, which is not a press.
        stick.write_all(&event(BUTTON | INIT, 0, 1)).unwrap();
        stick.write_all(&event(BUTTON, 0, 0)).unwrap();
        stick.write_all(&event(BUTTON, 0, 1)).unwrap();
        assert_eq!(next(&news), DOWN);
        stick.write_all(&event(BUTTON, 0, 0)).unwrap();
        assert_eq!(next(&news), UP);
    }

    #[test]
    fn binding_takes_the_next_press_and_ignores_held_buttons() {
        let bench = Bench::new();
        let (sticks, news) = bench.start(&[]);
        let mut stick = bench.plug("js0", "06a3", "0255");
        // A mode switch that is always on, and a lever in motion.
        stick.write_all(&event(BUTTON | INIT, 9, 1)).unwrap();
        sticks.bind();
        stick.write_all(&event(AXIS, 2, 12_000)).unwrap();
        stick.write_all(&event(AXIS, 2, 32_767)).unwrap();
        stick.write_all(&event(BUTTON, 9, 0)).unwrap();
        // The request and the device are handled by one thread: press until the request has arrived.
        let bound = loop {
            stick.write_all(&event(BUTTON, 2, 1)).unwrap();
            stick.write_all(&event(BUTTON, 2, 0)).unwrap();
            if let Ok(n) = news.recv_timeout(Duration::from_millis(100)) {
                break n;
            }
        };
        assert_eq!(bound, News::Bound("06a3:0255/button 2".into()));
        sticks.bindings(&["06a3:0255/button 2".into()]);
        let down = loop {
            stick.write_all(&event(BUTTON, 2, 1)).unwrap();
            if let Ok(n) = news.recv_timeout(Duration::from_millis(100)) {
                break n;
            }
        };
        assert_eq!(down, DOWN);
        drop(sticks);
        assert_eq!(next(&news), UP, "stopping releases the key");
    }
}
