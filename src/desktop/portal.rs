//! Push-to-talk through the desktop portal on Wayland: org.freedesktop.portal.GlobalShortcuts.
//!
//! Stratus requests one shortcut and suggests the pilot's key. The desktop asks the pilot once and may assign another key; then it
//! signals when the shortcut goes down and up. Newer portals require the program to identify itself (`Registry`).

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use zbus::Message;
use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, OwnedValue, Value};

use super::keyboard::Told;
use crate::event::Edge;
use crate::problem::{Part, Problem};

/// The name of Stratus's desktop entry, which the package installs. GNOME rejects an id without a dot.
pub const APP_ID: &str = "Stratus.Stratus";

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";
const REGISTRY: &str = "org.freedesktop.host.portal.Registry";
/// The id of our shortcut.
const ID: &str = "push-to-talk";
/// How many times in a row a crashed portal is retried; a press resets the count.
const REVIVALS: u32 = 3;

/// Where to look for the portal, and for how long.
#[derive(Debug, Clone)]
pub struct Bus {
    /// The address of the session bus; `None` for the one from the environment.
    pub address: Option<String>,
    /// Timeout for answers that need no decision by the user. The bus may have to start the portal first.
    pub patience: Duration,
}

impl Default for Bus {
    fn default() -> Self {
        Self { address: None, patience: Duration::from_secs(20) }
    }
}

/// The properties of a shortcut as reported by the portal.
type Properties = HashMap<String, OwnedValue>;

/// Input of the key's thread.
pub(super) enum Note {
    /// A bus message.
    Bus(Message),
    /// The bus connection is lost.
    Lost,
    /// The key is no longer needed.
    Stop,
}

/// How it ended.
pub(super) enum End {
    /// The key is no longer needed.
    Stopped,
    /// There is no such portal, or it does not work: try another way.
    Absent(String),
    /// The pilot or the desktop declined, which must not be bypassed.
    Refused(Problem),
}

/// The version of the desktop portal, from a query that shows no dialog.
pub fn version(at: &Bus) -> Result<u32, String> {
    let bus = connect(at)?;
    let found = asked_version(&bus);
    let _ = bus.close();
    found
}

/// Requests the key and reports its edges until the session ends. `wish` is the key in the notation of the shortcuts specification.
pub(super) fn run(at: &Bus, wish: Option<&str>, notes: &SyncSender<Note>, inbox: &Receiver<Note>, tell: &dyn Fn(Told)) -> End {
    let mut talk = Talk { tell, down: false, lived: false, lost: false };
    let mut revivals = 0;
    loop {
        let end = talk.once(at, wish, notes, inbox);
        talk.edge(Edge::Up);
        match end {
            Once::Died if talk.lived || revivals < REVIVALS => {
                revivals = if std::mem::take(&mut talk.lived) { 1 } else { revivals + 1 };
                log::info!("the desktop's portal was restarted: it is asked for the key again");
            }
            Once::Died => return End::Absent("the desktop's portal dies again and again".into()),
            Once::End(end) => return end,
        }
    }
}

/// How one session with the portal ended.
enum Once {
    /// The portal crashed.
    Died,
    End(End),
}

impl From<String> for Once {
    fn from(why: String) -> Self {
        Self::End(End::Absent(why))
    }
}

fn connect(at: &Bus) -> Result<Connection, String> {
    let builder = match at.address.as_deref() {
        Some(address) => connection::Builder::address(address),
        None => connection::Builder::session(),
    };
    let bus = builder.and_then(|b| b.method_timeout(at.patience).build());
    bus.map_err(|e| format!("the session bus cannot be reached: {e}"))
}

fn asked_version(bus: &Connection) -> Result<u32, String> {
    let answer = bus.call_method(Some(NAME), PATH, Some("org.freedesktop.DBus.Properties"), "Get", &(SHORTCUTS, "version"));
    let answer = answer.map_err(|e| match e {
        zbus::Error::MethodError(name, ..) if name.as_str().ends_with(".ServiceUnknown") => "this desktop has no portal".to_owned(),
        zbus::Error::MethodError(..) => "this desktop's portal has no global shortcuts (GlobalShortcuts)".to_owned(),
        other => format!("the desktop's portal does not answer: {other}"),
    })?;
    let value: OwnedValue = answer.body().deserialize().map_err(|e| e.to_string())?;
    u32::try_from(value).map_err(|e| e.to_string())
}

/// A conversation with the portal.
struct Talk<'a> {
    tell: &'a dyn Fn(Told),
    down: bool,
    /// The key was pressed since the portal was last started.
    lived: bool,
    /// The connection is known to be lost.
    lost: bool,
}

/// A session with the portal.
struct Session {
    path: String,
    /// The portal's unique name on the bus; signals from other senders are ignored.
    portal: String,
}

impl Talk<'_> {
    fn edge(&mut self, edge: Edge) {
        let down = edge == Edge::Down;
        if down != self.down {
            self.down = down;
            self.lived |= down;
            (self.tell)(Told::Edge(edge));
        }
    }

    fn once(&mut self, at: &Bus, wish: Option<&str>, notes: &SyncSender<Note>, inbox: &Receiver<Note>) -> Once {
        let bus = match connect(at) {
            Ok(bus) => bus,
            Err(why) => return why.into(),
        };
        self.lost = false;
        // No message is missed from here on; the thread ends with the connection.
        let (all, to) = (MessageIterator::from(&bus), notes.clone());
        let reader = std::thread::Builder::new().name("portal".into()).spawn(move || {
            for message in all {
                match message {
                    Ok(m) if m.message_type() == Type::Signal => {
                        if to.send(Note::Bus(m)).is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                    Err(_) => break,
                }
            }
            let _ = to.send(Note::Lost);
        });
        let end = match &reader {
            Ok(_) => self.session(&bus, at.patience, wish, inbox).unwrap_or_else(|end| end),
            Err(e) => format!("a thread cannot be started: {e}").into(),
        };
        let _ = bus.close();
        // The reader reports the end of the connection; messages before that come from a portal that has ended.
        while reader.is_ok() && !self.lost {
            match inbox.recv_timeout(at.patience) {
                Ok(Note::Lost) | Err(_) => break,
                Ok(Note::Stop) => return Once::End(End::Stopped),
                Ok(Note::Bus(_)) => {}
            }
        }
        end
    }

    fn session(&mut self, bus: &Connection, patience: Duration, wish: Option<&str>, inbox: &Receiver<Note>) -> Result<Once, Once> {
        for interface in [SHORTCUTS, REQUEST, SESSION] {
            watch(bus, &format!("type='signal',sender='{NAME}',interface='{interface}'"))?;
        }
        watch(bus, &format!("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{NAME}'"))?;
        // Register first, and only once; older portals do not know this method.
        let registered = bus.call_method(Some(NAME), PATH, Some(REGISTRY), "Register", &(APP_ID, Properties::new()));
        if let Err(e) = &registered {
            log::debug!("the portal does not accept {APP_ID}: {e}");
        }
        let version = asked_version(bus)?;

        // A unique token per request, so that the answer is recognised by its path.
        let token = format!("stratus{}", std::process::id());
        let options = HashMap::from([("handle_token", Value::from(token.clone())), ("session_handle_token", Value::from(token.clone()))]);
        let (answer, portal) = request(bus, "CreateSession", &options).map_err(|why| {
            // Newer portals refuse a program without an id.
            let unknown = registered.as_ref().err().map(|_| format!("it does not know Stratus: {APP_ID}.desktop is not installed"));
            [Some(why), unknown].into_iter().flatten().collect::<Vec<_>>().join("; ")
        })?;
        let session = Session { path: String::new(), portal };
        let results = match self.answered(&session, &answer, Some(patience), inbox)? {
            (0, results) => results,
            (code, _) => return Err(format!("the desktop's portal did not open a session (response {code})").into()),
        };
        // The interface declares a string here but means an object path; some portals send the path.
        let path = match results.get("session_handle").map(|v| &**v) {
            Some(Value::Str(s)) => s.as_str().to_owned(),
            Some(Value::ObjectPath(p)) => p.as_str().to_owned(),
            _ => return Err("the desktop's portal did not name its session".to_owned().into()),
        };
        let session = Session { path, ..session };

        let mut about = HashMap::from([("description", Value::from("Push-to-talk: held while you speak to the controller"))]);
        if let Some(wish) = wish {
            about.insert("preferred_trigger", Value::from(wish));
        }
        let handle = ObjectPath::try_from(session.path.as_str()).map_err(|e| e.to_string())?;
        let options = HashMap::from([("handle_token", Value::from(format!("{token}b")))]);
        let (answer, _) = request(bus, "BindShortcuts", &(handle, vec![(ID, about)], "", options))?;
        // The desktop may now ask the pilot, who may take a while.
        let results = match self.answered(&session, &answer, None, inbox)? {
            (0, results) => results,
            (1, _) => return Err(Once::End(End::Refused(denied("it was not allowed in the desktop's dialog")))),
            (code, _) => return Err(format!("the desktop's portal assigned no key (response {code})").into()),
        };
        let bound: Vec<(String, Properties)> = results.get("shortcuts").and_then(shortcuts).unwrap_or_default();
        match bound.iter().find(|(id, _)| id == ID) {
            Some((_, properties)) => self.given(version, properties),
            None => return Err(Once::End(End::Refused(denied("the desktop bound no key to it")))),
        }
        self.listen(&session, version, inbox)
    }

    /// Reports which key was assigned. A shortcut may have no key.
    fn given(&self, version: u32, properties: &Properties) {
        let trigger = match properties.get("trigger_description").map(|v| &**v) {
            Some(Value::Str(s)) => s.trim().to_owned(),
            _ => String::new(),
        };
        (self.tell)(if trigger.is_empty() {
            Told::Trouble(
                Problem::new("the desktop assigned no key to push-to-talk")
                    .because("the shortcut exists, but has no key")
                    .about(Part::PushToTalk)
                    .brief("Push-to-talk has no key", "")
                    .remedy("Assign one to Stratus in the desktop's settings, under global shortcuts.")
                    .fix("assign one in the desktop's settings, under global shortcuts"),
            )
        } else {
            Told::Way(format!("{trigger}, by the desktop's global shortcuts (portal version {version})"))
        });
    }

    /// Waits for the response to a request: response code and results.
    fn answered(
        &mut self,
        session: &Session,
        path: &str,
        limit: Option<Duration>,
        inbox: &Receiver<Note>,
    ) -> Result<(u32, Properties), Once> {
        let until = limit.map(|l| Instant::now() + l);
        loop {
            let signal = self.next(session, until, inbox)?;
            let header = signal.header();
            if header.interface().is_some_and(|i| i == REQUEST)
                && header.member().is_some_and(|m| m == "Response")
                && header.path().is_some_and(|p| p == path)
            {
                return signal.body().deserialize().map_err(|e| Once::from(format!("the desktop's portal gave an unexpected answer: {e}")));
            }
            if closes(session, &signal) {
                return Err(Once::End(End::Refused(closed())));
            }
        }
    }

    /// Handles the shortcut's signals until the session ends.
    fn listen(&mut self, session: &Session, version: u32, inbox: &Receiver<Note>) -> Result<Once, Once> {
        loop {
            let signal = self.next(session, None, inbox)?;
            if closes(session, &signal) {
                return Ok(Once::End(End::Refused(closed())));
            }
            let header = signal.header();
            if header.interface().is_none_or(|i| i != SHORTCUTS) {
                continue;
            }
            match header.member().map(|m| m.as_str()) {
                Some(member @ ("Activated" | "Deactivated")) => {
                    let body = signal.body();
                    let told: Result<(ObjectPath<'_>, String, u64, Properties), _> = body.deserialize();
                    if told.is_ok_and(|(of, id, ..)| of.as_str() == session.path && id == ID) {
                        self.edge(if member == "Activated" { Edge::Down } else { Edge::Up });
                    }
                }
                Some("ShortcutsChanged") => {
                    let body = signal.body();
                    let told: Result<(ObjectPath<'_>, Vec<(String, Properties)>), _> = body.deserialize();
                    let Ok((of, all)) = told else { continue };
                    if of.as_str() == session.path
                        && let Some((_, properties)) = all.iter().find(|(id, _)| id == ID)
                    {
                        // The key that is held may no longer be the shortcut.
                        self.edge(Edge::Up);
                        self.given(version, properties);
                    }
                }
                _ => {}
            }
        }
    }

    /// The portal's next signal.
    fn next(&mut self, session: &Session, until: Option<Instant>, inbox: &Receiver<Note>) -> Result<Message, Once> {
        loop {
            let note = match until {
                Some(until) => inbox.recv_timeout(until.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match note {
                Ok(Note::Bus(m)) => {
                    let header = m.header();
                    let from = header.sender().map(|s| s.as_str().to_owned()).unwrap_or_default();
                    if from == session.portal {
                        return Ok(m);
                    }
                    if from == "org.freedesktop.DBus" && header.member().is_some_and(|m| m == "NameOwnerChanged") {
                        let changed: Result<(String, String, String), _> = m.body().deserialize();
                        if changed.is_ok_and(|(name, old, _)| name == NAME && old == session.portal) {
                            return Err(Once::Died);
                        }
                    }
                }
                Ok(Note::Lost) => {
                    self.lost = true;
                    return Err("the session bus is gone".to_owned().into());
                }
                Ok(Note::Stop) | Err(RecvTimeoutError::Disconnected) => return Err(Once::End(End::Stopped)),
                Err(RecvTimeoutError::Timeout) => return Err("the desktop's portal does not answer".to_owned().into()),
            }
        }
    }
}

fn watch(bus: &Connection, rule: &str) -> Result<(), String> {
    let bus_name = "org.freedesktop.DBus";
    let asked = bus.call_method(Some(bus_name), "/org/freedesktop/DBus", Some(bus_name), "AddMatch", &rule);
    asked.map(drop).map_err(|e| format!("the session bus does not answer: {e}"))
}

/// Calls a method that answers later; returns the path of its response, and the portal's unique name.
fn request<B>(bus: &Connection, method: &str, body: &B) -> Result<(String, String), String>
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    let reply = bus.call_method(Some(NAME), PATH, Some(SHORTCUTS), method, body).map_err(|e| match e {
        zbus::Error::MethodError(_, Some(why), _) => format!("the desktop's portal refused {method}: {why}"),
        other => format!("the desktop's portal refused {method}: {other}"),
    })?;
    let path: ObjectPath<'_> = reply.body().deserialize::<ObjectPath<'_>>().map(|p| p.into_owned()).map_err(|e| e.to_string())?;
    let from = reply.header().sender().map(|s| s.as_str().to_owned()).unwrap_or_default();
    Ok((path.as_str().to_owned(), from))
}

fn shortcuts(value: &OwnedValue) -> Option<Vec<(String, Properties)>> {
    let Value::Array(all) = &**value else { return None };
    let one = |v: &Value<'_>| {
        let Value::Structure(s) = v else { return None };
        let [Value::Str(id), Value::Dict(d)] = s.fields() else { return None };
        let properties = HashMap::try_from(Value::Dict(d.try_clone().ok()?).try_into_owned().ok()?).ok()?;
        Some((id.as_str().to_owned(), properties))
    };
    Some(all.iter().filter_map(one).collect())
}

fn closes(session: &Session, signal: &Message) -> bool {
    let header = signal.header();
    header.interface().is_some_and(|i| i == SESSION)
        && header.member().is_some_and(|m| m == "Closed")
        && header.path().is_some_and(|p| p.as_str() == session.path)
}

/// The remedy if there is no key from the portal.
const REMEDY: &str =
    "choose the key again in the tray's menu, and allow it; or bind `stratus ptt toggle` to a key in the desktop's settings";

/// The same for a toast.
const AGAIN: &str = "Choose it again under Push-to-talk \u{203a} Change key, and allow it.";

fn denied(why: &str) -> Problem {
    Problem::new("the desktop did not provide the push-to-talk key")
        .because(why)
        .fix(REMEDY)
        .about(Part::PushToTalk)
        .brief("Push-to-talk key not allowed", "The desktop did not give Stratus the key.")
        .remedy(AGAIN)
}

fn closed() -> Problem {
    Problem::new("the push-to-talk key was taken back")
        .because("the desktop closed its session")
        .fix(REMEDY)
        .about(Part::PushToTalk)
        .brief("Push-to-talk key lost", "The desktop took it back.")
        .remedy(AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn application_id_is_the_name_of_the_desktop_entry() {
        let entry = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("installer/linux/{APP_ID}.desktop"));
        assert!(std::fs::read_to_string(&entry).unwrap().contains("Exec=stratus run"), "{}", entry.display());
        // GApplication's rule, which GNOME's portal enforces: parts separated by dots, each starting with a letter.
        assert!(APP_ID.split('.').count() > 1 && APP_ID.split('.').all(|p| p.starts_with(|c: char| c.is_ascii_alphabetic())));
    }
}
