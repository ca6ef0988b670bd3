//! A sound server as on a desktop, and one that refuses: how `stratus devices` handles them, with a cookie and without.
#![cfg(target_os = "linux")]

use std::ffi::CString;
use std::io::{BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use pulseaudio::protocol::Command as Asked;
use pulseaudio::protocol::{
    AuthReply, ChannelMap, ChannelVolume, CommandReply, MAX_VERSION, PulseError, SampleFormat, SampleSpec, SetClientNameReply, SinkInfo,
    SourceInfo, encode_reply_message, read_command_message, write_error,
};

/// The length that PipeWire and PulseAudio require.
const COOKIE: usize = 256;

/// A machine with a fake sound server.
struct Desk {
    folder: tempfile::TempDir,
    /// The cookies that were received.
    cookies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Desk {
    /// The last source is the default.
    fn new(refuses: bool, sources: Vec<SourceInfo>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("run/pulse")).unwrap();
        let listener = UnixListener::bind(folder.path().join("run/pulse/native")).unwrap();
        let cookies = Arc::new(Mutex::new(Vec::new()));
        let brought = cookies.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (brought, sources) = (brought.clone(), sources.clone());
                std::thread::spawn(move || serve(&client, refuses, &sources, &brought));
            }
        });
        Self { folder, cookies }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let file = self.folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    fn stratus(&self, arguments: &[&str], more: &[(&str, &Path)]) -> (String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stratus"));
        command.args(arguments).env_clear().env("HOME", self.folder.path()).env("XDG_RUNTIME_DIR", self.folder.path().join("run"));
        let out = command.envs(more.iter().copied()).output().unwrap();
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    }

    fn ids(&self, kind: &str, more: &[(&str, &Path)]) -> Vec<String> {
        let (out, _) = self.stratus(&["devices", "--json"], more);
        let list: serde_json::Value = serde_json::from_str(&out).unwrap();
        list[kind].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn text(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn sources() -> Vec<SourceInfo> {
    let source = |index, name: &str, description: &str| SourceInfo {
        index,
        name: text(name),
        description: Some(text(description)),
        sample_spec: SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: 48_000 },
        channel_map: ChannelMap::mono(),
        cvolume: ChannelVolume::norm(1),
        ..SourceInfo::default()
    };
    vec![
        SourceInfo { monitor_of_sink_index: Some(1), ..source(1, "out.headset.monitor", "Monitor of USB Headset") },
        source(2, "in.headset-2", "USB Headset"),
        source(3, "in.headset", "USB Headset"),
        source(4, "in.webcam", "Webcam"),
    ]
}

fn sinks() -> Vec<SinkInfo> {
    vec![SinkInfo {
        index: 1,
        name: text("out.headset"),
        description: Some(text("USB Headset")),
        sample_spec: SampleSpec { format: SampleFormat::S16Le, channels: 1, sample_rate: 48_000 },
        channel_map: ChannelMap::mono(),
        cvolume: ChannelVolume::norm(1),
        ..SinkInfo::default()
    }]
}

fn serve(client: &UnixStream, refuses: bool, sources: &Vec<SourceInfo>, brought: &Mutex<Vec<Vec<u8>>>) {
    let mut asked = BufReader::new(client);
    while let Ok((number, command)) = read_command_message(&mut asked, MAX_VERSION) {
        let sent = match command {
            Asked::Auth(auth) => {
                let fits = auth.cookie.len() == COOKIE;
                brought.lock().unwrap().push(auth.cookie);
                match (fits, refuses) {
                    (true, false) => answer(client, number, &AuthReply { version: MAX_VERSION, use_memfd: false, use_shm: false }),
                    (true, true) => write_error(&mut &*client, number, &PulseError::AccessDenied).is_ok(),
                    // PulseAudio hangs up.
                    (false, _) => false,
                }
            }
            Asked::SetClientName(_) => answer(client, number, &SetClientNameReply { client_id: 7 }),
            Asked::GetSourceInfoList => answer(client, number, sources),
            Asked::GetSinkInfoList => answer(client, number, &sinks()),
            Asked::GetSourceInfo(_) => answer(client, number, &sources[sources.len() - 1]),
            Asked::GetSinkInfo(_) => answer(client, number, &sinks()[0]),
            _ => write_error(&mut &*client, number, &PulseError::NotImplemented).is_ok(),
        };
        if !sent {
            return;
        }
    }
}

fn answer<R: CommandReply>(mut client: &UnixStream, number: u32, reply: &R) -> bool {
    let mut message = Vec::new();
    encode_reply_message(&mut message, number, reply, MAX_VERSION).is_ok() && client.write_all(&message).is_ok()
}

#[test]
fn microphones_exclude_monitors_and_twins_are_distinguished() {
    let desk = Desk::new(false, sources());
    assert_eq!(desk.ids("microphones", &[]), ["pulseaudio:in.headset", "pulseaudio:in.headset-2", "pulseaudio:in.webcam"]);
    assert_eq!(desk.ids("speakers", &[]), ["pulseaudio:out.headset"]);
    let (out, told) = desk.stratus(&["devices"], &[]);
    assert!(out.contains("  USB Headset\n    pulseaudio:in.headset\n") && out.contains("* Webcam\n    pulseaudio:in.webcam\n"), "{out}");
    assert!(!out.contains("onitor") && told.is_empty(), "{out} {told}");
    // Without a microphone, the server captures a speaker's monitor, which is not a microphone; this is reported.
    let desk = Desk::new(false, sources()[..1].to_vec());
    let (out, _) = desk.stratus(&["devices"], &[]);
    assert!(!out.contains("* Monitor") && out.contains("  none\n") && out.contains("it hears what the speaker plays, not you"), "{out}");
}

#[test]
fn sound_server_is_reached_whatever_the_state_of_the_cookie() {
    for (name, found) in [("none", None), ("empty", Some(0)), ("short", Some(100)), ("whole", Some(COOKIE)), ("long", Some(COOKIE + 1))] {
        let desk = Desk::new(false, sources());
        if let Some(length) = found {
            desk.put(".config/pulse/cookie", &vec![9; length]);
        }
        assert_eq!(desk.ids("microphones", &[]).len(), 3, "{name}");
        let wanted = if found >= Some(COOKIE) { vec![9; COOKIE] } else { vec![0; COOKIE] };
        assert_eq!(*desk.cookies.lock().unwrap(), [wanted], "{name}");
        // No file of the pilot is written or created.
        let kept = std::fs::read(desk.folder.path().join(".config/pulse/cookie")).ok().map(|c| c.len());
        assert_eq!(kept, found, "{name}");
    }
    let desk = Desk::new(false, sources());
    desk.put("mine", &[5; COOKIE]);
    let nowhere = desk.folder.path().join("nowhere");
    for named in ["mine", "nowhere", "run"] {
        assert_eq!(desk.ids("microphones", &[("PULSE_COOKIE", &desk.folder.path().join(named))]).len(), 3, "{named}");
    }
    assert!(!nowhere.exists());
    assert_eq!(*desk.cookies.lock().unwrap(), [[5; COOKIE], [0; COOKIE], [0; COOKIE]]);
}

#[test]
fn refusing_server_is_reported_with_its_reason() {
    let desk = Desk::new(true, sources());
    let (out, told) = desk.stratus(&["devices"], &[]);
    assert!(told.contains("error: the sound server (PulseAudio) cannot be used\ncaused by: ") && told.contains("hint: "), "{told}");
    assert!(!out.contains("USB Headset") && !told.contains("ALSA lib"), "{out} {told}");
    let (out, _) = desk.stratus(&["devices", "--json"], &[]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(list["problem"]["why"][0].as_str().is_some_and(|why| why.to_lowercase().contains("denied")), "{list}");
    // The same when a microphone is opened. The machine may have one through ALSA.
    let (_, told) = desk.stratus(&["devices", "--meter", "1"], &[]);
    assert!(told.is_empty() || told.contains("the sound server (PulseAudio) cannot be used"), "{told}");
    assert!(!told.contains("ALSA lib"), "{told}");
}
