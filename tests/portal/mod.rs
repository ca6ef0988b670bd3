//! A fake desktop portal: org.freedesktop.portal.GlobalShortcuts, Request, Session and org.freedesktop.host.portal.Registry, built
//! from their descriptions, on a private bus.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use zbus::blocking::{Connection, connection};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{fdo, interface};

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";

type Options = HashMap<String, OwnedValue>;

/// A private session bus that starts no services.
pub struct Bus {
    process: Child,
    pub address: String,
    _folder: tempfile::TempDir,
}

/// Starts a bus. Without dbus-daemon a test fails; `scripts/desktop-test.sh` runs it where there is one.
pub fn bus() -> Bus {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bus.conf");
    let text = format!(
        "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
         <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
        folder.path().join("bus").display()
    );
    std::fs::write(&file, text).unwrap();
    let started =
        Command::new("dbus-daemon").args(["--nofork", "--print-address=1", "--config-file"]).arg(&file).stdout(Stdio::piped()).spawn();
    let mut process = started.expect("dbus-daemon starts");
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Bus { process, address: line.trim().to_owned(), _folder: folder }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The behaviour of the portal.
#[derive(Debug, Clone)]
pub struct Says {
    /// Response to CreateSession and to BindShortcuts: 0 success, 1 declined by the user, 2 anything else.
    pub create: u32,
    pub bind: u32,
    /// The user removed the shortcut from the list.
    pub nothing_bound: bool,
    /// The assigned key; empty: the shortcut has none.
    pub trigger: String,
    /// It has no GlobalShortcuts.
    pub no_shortcuts: bool,
    /// It is older than the registry.
    pub no_registry: bool,
    /// It requires an id, and does not know Stratus's desktop entry.
    pub unknown_app: bool,
    /// It never answers a request.
    pub mute: bool,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            create: 0,
            bind: 0,
            nothing_bound: false,
            trigger: "{} given".into(),
            no_shortcuts: false,
            no_registry: false,
            unknown_app: false,
            mute: false,
        }
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.bus.clone().close();
    }
}

/// The requests that it received.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub registered: Vec<String>,
    pub wish: Option<String>,
    /// A method was called before the program identified itself.
    called: bool,
    client: String,
    session: String,
}

/// The running portal.
pub struct Portal {
    bus: Connection,
    asked: Arc<Mutex<Asked>>,
}

struct Shortcuts(Says, Arc<Mutex<Asked>>);
struct Registry(Says, Arc<Mutex<Asked>>);
struct Session;

fn refuse(why: &str) -> fdo::Error {
    fdo::Error::AccessDenied(why.to_owned())
}

/// The last part of an object path, as chosen by the caller.
fn token(options: &Options, key: &str) -> fdo::Result<String> {
    match options.get(key).map(|v| &**v) {
        Some(Value::Str(s)) if !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => Ok(s.as_str().to_owned()),
        other => Err(fdo::Error::InvalidArgs(format!("{key}: {other:?}"))),
    }
}

fn sender(header: &Header<'_>) -> String {
    header.sender().unwrap().as_str().to_owned()
}

/// A path below the portal's: "request" or "session", the caller's name, the token.
fn path(kind: &str, sender: &str, token: &str) -> String {
    format!("{PATH}/{kind}/{}/{token}", sender.trim_start_matches(':').replace('.', "_"))
}

async fn respond(bus: &zbus::Connection, to: &str, request: &str, code: u32, results: HashMap<&str, Value<'_>>) {
    let request = ObjectPath::try_from(request).unwrap();
    bus.emit_signal(Some(to), request, "org.freedesktop.portal.Request", "Response", &(code, results)).await.unwrap();
}

fn properties(trigger: &str) -> HashMap<&'static str, Value<'static>> {
    HashMap::from([("description", Value::from("Push-to-talk")), ("trigger_description", Value::from(trigger.to_owned()))])
}

#[interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl Shortcuts {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }

    async fn create_session(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &zbus::Connection,
        options: Options,
    ) -> fdo::Result<OwnedObjectPath> {
        let caller = sender(&header);
        let request = path("request", &caller, &token(&options, "handle_token")?);
        let session = path("session", &caller, &token(&options, "session_handle_token")?);
        {
            let mut asked = self.1.lock().unwrap();
            asked.called = true;
            if self.0.unknown_app {
                return Err(refuse("An app id is required"));
            }
            (asked.client, asked.session) = (caller.clone(), session.clone());
        }
        if !self.0.mute {
            if self.0.create == 0 {
                bus.object_server().at(session.as_str(), Session).await.unwrap();
            }
            // Sent before the method returns, so a client that subscribes only then misses it.
            respond(bus, &caller, &request, self.0.create, HashMap::from([("session_handle", Value::from(session))])).await;
        }
        Ok(ObjectPath::try_from(request).unwrap().into())
    }

    async fn bind_shortcuts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &zbus::Connection,
        session_handle: ObjectPath<'_>,
        shortcuts: Vec<(String, Options)>,
        _parent_window: &str,
        options: Options,
    ) -> fdo::Result<OwnedObjectPath> {
        let caller = sender(&header);
        let request = path("request", &caller, &token(&options, "handle_token")?);
        let text = |o: &Options, key: &str| match o.get(key).map(|v| &**v) {
            Some(Value::Str(s)) => Some(s.as_str().to_owned()),
            _ => None,
        };
        let [(id, about)] = &shortcuts[..] else { return Err(fdo::Error::InvalidArgs("one shortcut was expected".into())) };
        if id.is_empty() || text(about, "description").is_none() {
            return Err(fdo::Error::InvalidArgs("an id and a description are needed".into()));
        }
        {
            let mut asked = self.1.lock().unwrap();
            if session_handle.as_str() != asked.session || caller != asked.client {
                return Err(refuse("Invalid session"));
            }
            asked.wish = text(about, "preferred_trigger");
        }
        let wished = text(about, "preferred_trigger").unwrap_or_default();
        let wished = match wished.as_str() {
            "CTRL+SHIFT+space" => "Ctrl+Shift+Space",
            "Scroll_Lock" => "ScrollLock",
            other => other,
        };
        let trigger = self.0.trigger.replace("{}", wished);
        let bound = if self.0.nothing_bound { Vec::new() } else { vec![(id.as_str(), properties(&trigger))] };
        respond(bus, &caller, &request, self.0.bind, HashMap::from([("shortcuts", Value::from(bound))])).await;
        Ok(ObjectPath::try_from(request).unwrap().into())
    }

    async fn list_shortcuts(&self, session_handle: ObjectPath<'_>, options: Options) -> fdo::Result<OwnedObjectPath> {
        let _ = (session_handle, options);
        Err(refuse("nobody asks"))
    }

    #[zbus(signal)]
    async fn activated(
        emitter: &SignalEmitter<'_>,
        session_handle: ObjectPath<'_>,
        shortcut_id: &str,
        timestamp: u64,
        options: HashMap<&str, Value<'_>>,
    ) -> zbus::Result<()>;
}

#[interface(name = "org.freedesktop.host.portal.Registry")]
impl Registry {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }

    fn register(&self, app_id: &str, options: Options) -> fdo::Result<()> {
        let _ = options;
        let mut asked = self.1.lock().unwrap();
        if asked.called {
            return Err(fdo::Error::InvalidArgs("Registered too late".into()));
        }
        if self.0.unknown_app || !app_id.contains('.') {
            return Err(fdo::Error::Failed(format!("Could not register app ID: App info not found for '{app_id}'")));
        }
        asked.registered.push(app_id.to_owned());
        Ok(())
    }
}

#[interface(name = "org.freedesktop.portal.Session")]
impl Session {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }

    async fn close(&self) {}
}

impl Portal {
    /// Acquires the portal's name, even from another owner.
    pub fn start(at: &Bus, says: Says) -> Self {
        let asked = Arc::new(Mutex::new(Asked::default()));
        let mut builder = connection::Builder::address(at.address.as_str()).unwrap();
        if !says.no_shortcuts {
            builder = builder.serve_at(PATH, Shortcuts(says.clone(), asked.clone())).unwrap();
        }
        if !says.no_registry {
            builder = builder.serve_at(PATH, Registry(says, asked.clone())).unwrap();
        }
        let builder = builder.name(NAME).unwrap().allow_name_replacements(true).replace_existing_names(true);
        let bus = builder.build().unwrap();
        Self { bus, asked }
    }

    pub fn asked(&self) -> Asked {
        self.asked.lock().unwrap().clone()
    }

    pub fn introspect(&self) -> String {
        let own = self.bus.unique_name().unwrap().to_string();
        let answer =
            Connection::call_method(&self.bus, Some(own.as_str()), PATH, Some("org.freedesktop.DBus.Introspectable"), "Introspect", &());
        answer.unwrap().body().deserialize().unwrap()
    }

    /// Emits Activated or Deactivated, for the current session or another one.
    pub fn emit(&self, signal: &str, session: Option<&str>, id: &str) {
        let asked = self.asked();
        send(&self.bus, &asked, signal, session.unwrap_or(&asked.session), id);
    }

    /// A third party claims that the key is down.
    pub fn impostor(&self, at: &Bus) {
        let stranger = connection::Builder::address(at.address.as_str()).unwrap().build().unwrap();
        let asked = self.asked();
        send(&stranger, &asked, "Activated", &asked.session, "push-to-talk");
        // It has arrived before this call returns.
        let bus = "org.freedesktop.DBus";
        stranger.call_method(Some(bus), "/org/freedesktop/DBus", Some(bus), "GetId", &()).unwrap();
    }

    /// The user chose another key in the desktop's settings.
    pub fn rebind(&self, trigger: &str) {
        let asked = self.asked();
        let session = ObjectPath::try_from(asked.session.as_str()).unwrap();
        let body = (session, vec![("push-to-talk", properties(trigger))]);
        self.bus.emit_signal(Some(asked.client.as_str()), PATH, SHORTCUTS, "ShortcutsChanged", &body).unwrap();
    }

    /// The desktop ends the session.
    pub fn close(&self) {
        let asked = self.asked();
        let details: HashMap<&str, Value<'_>> = HashMap::new();
        let path = ObjectPath::try_from(asked.session.as_str()).unwrap();
        self.bus.emit_signal(Some(asked.client.as_str()), path, "org.freedesktop.portal.Session", "Closed", &details).unwrap();
    }

    /// Waits until the client has left the bus, which ends its session.
    pub fn is_left(&self, at: &Bus) {
        let (bus, name) = ("org.freedesktop.DBus", self.asked().client);
        let looker = connection::Builder::address(at.address.as_str()).unwrap().build().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while looker
            .call_method(Some(bus), "/org/freedesktop/DBus", Some(bus), "NameHasOwner", &name)
            .unwrap()
            .body()
            .deserialize::<bool>()
            .unwrap()
        {
            assert!(Instant::now() < deadline, "{name} is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn send(bus: &Connection, asked: &Asked, signal: &str, session: &str, id: &str) {
    let options: HashMap<&str, Value<'_>> = HashMap::new();
    let body = (ObjectPath::try_from(session).unwrap(), id, 42u64, options);
    bus.emit_signal(Some(asked.client.as_str()), PATH, SHORTCUTS, signal, &body).unwrap();
}
