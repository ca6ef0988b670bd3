//! The push-to-talk key, listened to or grabbed from the desktop: reports press and release, and detects lost releases.
//!
//! Listening takes the key from nobody: the simulator sees it too, a modifier alone works, and there are no needless wake-ups.
//!
//! Nothing polls while the key is up. While it is down, the server is asked ten times a second whether it still is.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

#[cfg(not(windows))]
use global_hotkey::GlobalHotKeyManager as Manager;
use global_hotkey::hotkey::HotKey;
use global_hotkey::{Error, GlobalHotKeyEvent, HotKeyState};

use super::keynames::{self, Listened};
#[cfg(windows)]
use super::windows::{self as system, Display, Manager, News};
#[cfg(not(windows))]
use super::x11::{self as system, Display, News};
use crate::event::Edge;
use crate::problem::{Part, Problem};
use crate::settings::key_words;
use crate::worker::{stumble, survive};

/// How often the state of a held key is checked.
const LOOK: Duration = Duration::from_millis(100);
/// How long to wait for the key library to report a release that the server already knows of.
const LATE: Duration = Duration::from_millis(400);

/// Timeout for a display to answer; after that it counts as absent.
const START_LIMIT: Duration = Duration::from_secs(3);
/// Timeout for releasing the grab, so that a hung server does not delay shutdown.
const STOP_LIMIT: Duration = Duration::from_millis(500);

/// Destinations of the key library's events, by key id. The library accepts one handler per process, set once.
static ROUTES: Mutex<BTreeMap<u32, Sender<Note>>> = Mutex::new(BTreeMap::new());
static INSTALL: Once = Once::new();

enum Note {
    Pressed,
    Released,
    Remapped,
    Gone(String),
    Stop,
}

/// The push-to-talk key in use. Dropping it releases the key, and reports `Up` if it was down.
pub struct Key {
    notes: Sender<Note>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Key {
    /// Starts watching the key of this name ("ScrollLock", "Ctrl+Shift+Space"). `tell` is called on the key's own thread with each
    /// edge, `Down` and `Up` strictly alternating, and finally with a problem if the display is lost. It must not block.
    ///
    /// Without `grab`, the key is only listened to.
    pub fn start(name: &str, grab: bool, tell: impl Fn(Result<Edge, Problem>) + Send + 'static) -> Result<Self, Problem> {
        if !grab {
            let wanted = keynames::listened(name)?;
            let name = name.to_owned();
            return Self::with(None, move |news| Heeded::take(name, wanted, news), tell);
        }
        let key = keynames::parse(name)?;
        let name = name.to_owned();
        Self::with(Some(key.id), move |news| Held::take(name, key, news), tell)
    }

    fn with<G: Grasp>(
        id: Option<u32>,
        take: impl FnOnce(Sender<Note>) -> Result<G, Problem> + Send + 'static,
        tell: impl Fn(Result<Edge, Problem>) + Send + 'static,
    ) -> Result<Self, Problem> {
        let (notes, inbox) = channel();
        let (started, outcome) = channel();
        let (finished, done) = channel();
        let news = notes.clone();
        let thread = std::thread::Builder::new()
            .name("key".into())
            .spawn(move || {
                match take(news.clone()) {
                    Err(p) => drop(started.send(Err(p))),
                    Ok(grasp) => {
                        if let Some(id) = id {
                            route(id, Some(news));
                        }
                        if started.send(Ok(())).is_ok() {
                            let mut hold = Hold { grasp, tell: &tell, down: false };
                            survive(&mut hold, |h| h.run(&inbox), |h, _| h.edge(Edge::Up));
                        }
                        if let Some(id) = id {
                            route(id, None);
                        }
                    }
                }
                let _ = finished.send(());
            })
            .map_err(|e| Problem::new("cannot start the thread of the push-to-talk key").because(e))?;
        outcome.recv_timeout(START_LIMIT).unwrap_or_else(|_| Err(system::refused("the desktop does not answer".into())))?;
        Ok(Self { notes, done, thread: Some(thread) })
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _ = self.notes.send(Note::Stop);
        if self.done.recv_timeout(STOP_LIMIT) != Err(RecvTimeoutError::Timeout)
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn route(id: u32, to: Option<Sender<Note>>) {
    let mut routes = ROUTES.lock().unwrap_or_else(PoisonError::into_inner);
    match to {
        Some(to) => routes.insert(id, to),
        None => routes.remove(&id),
    };
    drop(routes);
    INSTALL.call_once(|| {
        GlobalHotKeyEvent::set_event_handler(Some(|event: GlobalHotKeyEvent| {
            let note = match event.state {
                HotKeyState::Pressed => Note::Pressed,
                HotKeyState::Released => Note::Released,
            };
            if let Some(to) = ROUTES.lock().unwrap_or_else(PoisonError::into_inner).get(&event.id) {
                let _ = to.send(note);
            }
        }));
    });
}

/// A key that the desktop granted exclusively.
struct Grip {
    manager: Manager,
    key: HotKey,
    keycode: u8,
}

impl Grip {
    fn take(name: &str, key: HotKey, display: &Display) -> Result<Self, Problem> {
        let refused = || {
            Problem::new(format!("the push-to-talk key {name:?} is not available"))
                .about(Part::PushToTalk)
                .brief(format!("Push-to-talk key {} not available", key_words(name)), "Another program may use it.")
        };
        let choose = "choose another key in `ptt.key`, such as \"ScrollLock\", \"Pause\" or \"Ctrl+Shift+Space\"";
        let keycode = display
            .keycode(&key)
            .map_err(|e| refused().because(e))?
            .ok_or_else(|| refused().because("your keyboard layout has no such key").fix(choose))?;
        let taken = || {
            refused()
                .because("another program uses it")
                .fix(format!("{choose}, or close that program; meanwhile `stratus ptt down` and `stratus ptt up` work"))
        };
        let manager = Manager::new().map_err(|e| refused().because(e))?;
        manager.register(key).map_err(|e| match e {
            Error::AlreadyRegistered(_) => taken(),
            other => refused().because(other).fix(choose),
        })?;
        // The library reports success even without a connection, so ask the server.
        match display.is_taken(&key, keycode) {
            Ok(true) => Ok(Self { manager, key, keycode }),
            Ok(false) => Err(refused().because("the desktop did not provide it").fix(choose)),
            Err(e) => Err(refused().because(e)),
        }
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        // Dropping the manager alone releases the key only about 50 ms later, too late to grab it again. The library leaves its
        // request in a buffer; the second call queries the server and thereby flushes the first one.
        let _ = self.manager.unregister(self.key);
        let _ = self.manager.unregister(self.key);
    }
}

/// The grabbed key as seen by its thread; tests substitute their own.
trait Grasp {
    /// Whether the server says that the key is down.
    fn is_down(&self) -> Result<bool, String>;
    /// Whether the layout still has the key where it was grabbed.
    fn is_in_place(&self) -> bool;
    /// Whether a press counts at the moment.
    fn fits(&self) -> bool {
        true
    }
    /// Releases the key and grabs it again.
    fn take_again(&mut self) -> Result<(), Problem>;
}

struct Held {
    name: String,
    key: HotKey,
    display: Display,
    grip: Option<Grip>,
}

impl Held {
    fn take(name: String, key: HotKey, news: Sender<Note>) -> Result<Self, Problem> {
        let mut display = Display::connect()?;
        let grip = Grip::take(&name, key, &display)?;
        display.watch(Arc::default(), noting(news))?;
        Ok(Self { name, key, display, grip: Some(grip) })
    }
}

impl Grasp for Held {
    fn is_down(&self) -> Result<bool, String> {
        self.grip.as_ref().map_or(Ok(false), |g| self.display.is_down(g.keycode))
    }

    fn is_in_place(&self) -> bool {
        self.grip.as_ref().is_some_and(|g| self.display.keycode(&self.key) == Ok(Some(g.keycode)))
    }

    fn take_again(&mut self) -> Result<(), Problem> {
        self.grip = None;
        self.grip = Some(Grip::take(&self.name, self.key, &self.display)?);
        Ok(())
    }
}

/// Forwards the display's events as notes to the key's thread.
fn noting(to: Sender<Note>) -> impl Fn(News) + Send + 'static {
    move |n| {
        let _ = to.send(match n {
            News::Remapped => Note::Remapped,
            News::Key(true) => Note::Pressed,
            News::Key(false) => Note::Released,
            News::Gone(why) => Note::Gone(why),
        });
    }
}

/// A key that is listened to without a grab.
struct Heeded {
    name: String,
    wanted: Listened,
    display: Display,
    codes: Arc<Mutex<Vec<u8>>>,
}

impl Heeded {
    fn take(name: String, wanted: Listened, news: Sender<Note>) -> Result<Self, Problem> {
        let mut display = Display::connect()?;
        display.listen().map_err(|why| {
            system::refused(why).fix("set `ptt.grab = true`, or bind `stratus ptt down` and `stratus ptt up` to a key of your desktop")
        })?;
        let codes = Arc::default();
        display.watch(Arc::clone(&codes), noting(news))?;
        let mut heeded = Self { name, wanted, display, codes };
        heeded.take_again()?;
        Ok(heeded)
    }

    fn codes(&self) -> Vec<u8> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn any_down(&self, codes: &[u8]) -> Result<bool, String> {
        for code in codes {
            if self.display.is_down(*code)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Grasp for Heeded {
    fn is_down(&self) -> Result<bool, String> {
        self.any_down(&self.codes())
    }

    fn is_in_place(&self) -> bool {
        self.display.keycodes(&self.wanted.symbols) == Ok(self.codes())
    }

    fn fits(&self) -> bool {
        let down = |symbols: &[u32]| self.display.keycodes(symbols).and_then(|codes| self.any_down(&codes)).unwrap_or(false);
        keynames::groups(self.wanted.mods).iter().all(|group| down(group))
    }

    fn take_again(&mut self) -> Result<(), Problem> {
        let refused = || {
            Problem::new(format!("the push-to-talk key {:?} cannot be watched", self.name))
                .about(Part::PushToTalk)
                .brief(format!("Push-to-talk key {} not available", key_words(&self.name)), "Your keyboard layout has no such key.")
        };
        let codes = self.display.keycodes(&self.wanted.symbols).map_err(|e| refused().because(e))?;
        let nowhere = codes.is_empty();
        *self.codes.lock().unwrap_or_else(PoisonError::into_inner) = codes;
        if nowhere {
            let fix = "choose another key in `ptt.key`, such as \"ScrollLock\", \"RightCtrl\" or \"Ctrl+Shift+Space\"";
            return Err(refused().because("your keyboard layout has no such key").fix(fix));
        }
        Ok(())
    }
}

/// The key's thread: turns notes into edges until `Stop` or `Gone`.
struct Hold<'a, G> {
    grasp: G,
    tell: &'a dyn Fn(Result<Edge, Problem>),
    down: bool,
}

impl<G: Grasp> Hold<'_, G> {
    fn run(&mut self, inbox: &Receiver<Note>) {
        loop {
            stumble("key");
            let note = if self.down {
                match inbox.recv_timeout(LOOK) {
                    Ok(note) => note,
                    Err(RecvTimeoutError::Timeout) => match self.grasp.is_down() {
                        Ok(true) => continue,
                        Ok(false) => match self.lost_release(inbox) {
                            Some(note) => note,
                            None => continue,
                        },
                        Err(why) => Note::Gone(why),
                    },
                    Err(RecvTimeoutError::Disconnected) => Note::Stop,
                }
            } else {
                inbox.recv().unwrap_or(Note::Stop)
            };
            match note {
                Note::Pressed if !self.down && !self.grasp.fits() => {}
                Note::Pressed => self.edge(Edge::Down),
                Note::Released => self.edge(Edge::Up),
                Note::Remapped if self.grasp.is_in_place() => {}
                Note::Remapped => self.take_again(),
                Note::Gone(why) => {
                    self.edge(Edge::Up);
                    (self.tell)(Err(Problem::new("the push-to-talk key is gone")
                        .because("the connection to the display was lost")
                        .because(why)
                        .about(Part::PushToTalk)
                        .brief("Push-to-talk key lost", "The desktop session ended.")
                        .remedy("Restart Stratus.")
                        .fix("restart Stratus when the desktop is back; meanwhile `stratus ptt down` and `stratus ptt up` work")));
                    return;
                }
                Note::Stop => return self.edge(Edge::Up),
            }
        }
    }

    fn edge(&mut self, edge: Edge) {
        let down = edge == Edge::Down;
        if down != self.down {
            self.down = down;
            (self.tell)(Ok(edge));
        }
    }

    /// Handles a key that is up according to the server. Usually the library's event is on its way. If it does not come, the
    /// library would swallow the next press as well, so grab the key again. Returns a note that came instead.
    fn lost_release(&mut self, inbox: &Receiver<Note>) -> Option<Note> {
        self.edge(Edge::Up);
        match inbox.recv_timeout(LATE) {
            Ok(Note::Released) => None,
            Ok(other) => Some(other),
            Err(_) => {
                self.take_again();
                None
            }
        }
    }

    fn take_again(&mut self) {
        self.edge(Edge::Up);
        if let Err(p) = self.grasp.take_again() {
            (self.tell)(Err(p));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    /// A key whose state the test sets.
    struct Fake {
        down: Rc<Cell<Result<bool, ()>>>,
        in_place: bool,
        taken: Rc<Cell<u32>>,
    }

    impl Grasp for Fake {
        fn is_down(&self) -> Result<bool, String> {
            self.down.get().map_err(|()| "broken pipe".to_owned())
        }
        fn is_in_place(&self) -> bool {
            self.in_place
        }
        fn take_again(&mut self) -> Result<(), Problem> {
            self.taken.set(self.taken.get() + 1);
            Ok(())
        }
    }

    /// Runs the key's thread over notes; returns what it reported and how often the key was grabbed again.
    fn told(notes: Vec<Note>, down: Result<bool, ()>, in_place: bool) -> (Vec<Result<Edge, Problem>>, u32) {
        let (send, inbox) = channel();
        for note in notes {
            send.send(note).unwrap();
        }
        // The last sender is dropped with the second edge or problem, so that the run ends.
        let send = Cell::new(Some(send));
        let (out, taken) = (Cell::new(Vec::new()), Rc::new(Cell::new(0)));
        let tell = |e: Result<Edge, Problem>| {
            let mut all = out.take();
            all.push(e);
            if all.len() > 1 {
                drop(send.take());
            }
            out.set(all);
        };
        let grasp = Fake { down: Rc::new(Cell::new(down)), in_place, taken: taken.clone() };
        Hold { grasp, tell: &tell, down: false }.run(&inbox);
        (out.take(), taken.get())
    }

    #[test]
    fn edges_alternate_and_stopping_releases_the_key() {
        let notes = vec![Note::Pressed, Note::Pressed, Note::Released, Note::Released, Note::Pressed, Note::Stop];
        assert_eq!(told(notes, Ok(true), true).0, [Ok(Edge::Down), Ok(Edge::Up), Ok(Edge::Down), Ok(Edge::Up)]);
    }

    #[test]
    fn lost_release_is_detected_and_the_key_grabbed_again() {
        let (edges, taken) = told(vec![Note::Pressed], Ok(false), true);
        assert_eq!(edges, [Ok(Edge::Down), Ok(Edge::Up)]);
        assert_eq!(taken, 1);
    }

    #[test]
    fn display_lost_while_key_is_held_releases_and_reports() {
        let (edges, _) = told(vec![Note::Pressed], Err(()), true);
        assert_eq!(edges[..2], [Ok(Edge::Down), Ok(Edge::Up)]);
        assert!(edges[2].as_ref().unwrap_err().why.contains(&"broken pipe".to_owned()));
    }

    #[test]
    fn layout_change_that_moves_the_key_regrabs_it() {
        assert_eq!(told(vec![Note::Remapped, Note::Stop], Ok(false), false).1, 1);
        assert_eq!(told(vec![Note::Remapped, Note::Stop], Ok(false), true).1, 0);
    }
}
