//! Tests with keyboards made of pipes: the test writes what the kernel would write.

use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::desktop::keynames::listened;

const LIMIT: Duration = Duration::from_secs(10);

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

    /// Fakes the kernel's information about a device: the keys that it has.
    fn know(&self, name: &str, codes: impl IntoIterator<Item = u16>) {
        let mut words = [0u64; 768 / usize::BITS as usize];
        for code in codes {
            words[usize::from(code) / usize::BITS as usize] |= 1 << (usize::from(code) % usize::BITS as usize);
        }
        let folder = self.places.known.join(name).join("device/capabilities");
        std::fs::create_dir_all(&folder).unwrap();
        let text: Vec<String> = words.iter().rev().skip_while(|w| **w == 0).map(|w| format!("{w:x}")).collect();
        std::fs::write(folder.join("key"), text.join(" ") + "\n").unwrap();
        std::fs::write(self.places.known.join(name).join("device/name"), format!("Keyboard {name}\n")).unwrap();
    }

    /// A standard keyboard. The test holds both ends of the pipe, so that opening does not block.
    fn plug(&self, name: &str) -> File {
        self.know(name, 1..128);
        let made = self.dir.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(&made).status().unwrap().success());
        let device = self.places.devices.join(name);
        std::fs::rename(made, &device).unwrap();
        OpenOptions::new().read(true).write(true).open(device).unwrap()
    }

    fn start(&self, key: &str) -> (Evdev, Receiver<Edge>) {
        let (told, edges) = channel();
        let wanted = Wanted::new(&listened(key).unwrap()).unwrap();
        (Evdev::start(self.places.clone(), wanted, move |e| told.send(e).unwrap()).unwrap(), edges)
    }
}

fn event(kind: u16, code: u16, value: i32) -> Vec<u8> {
    let time = [7u8; EVENT - 8];
    [&time[..], &kind.to_ne_bytes(), &code.to_ne_bytes(), &value.to_ne_bytes()].concat()
}

fn key(code: u16, value: i32) -> Vec<u8> {
    [event(4, 4, 0x7_0047), event(KEY, code, value), event(SYNC, 0, 0)].concat()
}

const SCROLL: u16 = 70;

#[test]
fn only_edges_of_the_key_are_reported_once_each() {
    let bench = Bench::new();
    let mut board = bench.plug("event3");
    let (evdev, edges) = bench.start("ScrollLock");
    for other in [30, 48, 46] {
        board.write_all(&[key(other, 1), key(other, 0)].concat()).unwrap();
    }
    // Split in two, and held until it auto-repeats.
    let down = key(SCROLL, 1);
    board.write_all(&down[..EVENT + 9]).unwrap();
    board.write_all(&down[EVENT + 9..]).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Down);
    board.write_all(&[key(SCROLL, 2), key(SCROLL, 2), key(30, 1), key(SCROLL, 0)].concat()).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Up);
    for _ in 0..100 {
        board.write_all(&[key(SCROLL, 1), key(SCROLL, 0)].concat()).unwrap();
        assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Down);
        assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Up);
    }
    board.write_all(&key(SCROLL, 1)).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Down);
    drop(evdev);
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Up, "stopping releases the key");
    assert!(edges.iter().next().is_none());
}

#[test]
fn combination_accepts_its_modifier_from_any_keyboard() {
    let bench = Bench::new();
    let (mut one, mut two) = (bench.plug("event0"), bench.plug("event1"));
    let (_evdev, edges) = bench.start("Ctrl+F9");
    let (ctrl, f9) = (29, 67);
    one.write_all(&[key(f9, 1), key(f9, 0)].concat()).unwrap();
    // Two keyboards are read in no fixed order: press until the modifier has arrived.
    two.write_all(&key(ctrl, 1)).unwrap();
    let first = loop {
        one.write_all(&[key(f9, 1), key(f9, 0)].concat()).unwrap();
        if let Ok(edge) = edges.recv_timeout(Duration::from_millis(50)) {
            break edge;
        }
    };
    assert_eq!((first, edges.recv_timeout(LIMIT).unwrap()), (Edge::Down, Edge::Up));
}

#[test]
fn keyboard_hot_plug_releases_and_resumes() {
    let bench = Bench::new();
    let mut board = bench.plug("event5");
    let (_evdev, edges) = bench.start("ScrollLock");
    board.write_all(&key(SCROLL, 1)).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Down);
    std::fs::remove_file(bench.places.devices.join("event5")).unwrap();
    drop(board);
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Up);
    let mut board = bench.plug("event9");
    // Held while plugged in: the kernel reports its repeat and its release, and neither is a press.
    board.write_all(&[key(SCROLL, 2), key(SCROLL, 0), key(SCROLL, 1)].concat()).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Down);
    // The kernel's queue overflowed and may have lost the release.
    board.write_all(&event(SYNC, DROPPED, 0)).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Edge::Up);
}

#[test]
fn keyboard_without_the_key_is_skipped_and_unreadable_reported() {
    let bench = Bench::new();
    let wanted = Wanted::new(&listened("ScrollLock").unwrap()).unwrap();
    let start = || Evdev::start(bench.places.clone(), wanted.clone(), |_| {}).err();
    assert!(start().unwrap().contains("no keyboard in"));
    bench.know("event0", [272, 273]);
    std::fs::write(bench.places.devices.join("event0"), "").unwrap();
    bench.know("mouse0", [70]);
    assert!(start().unwrap().contains("no keyboard in"), "a mouse lacks the key");
    // Present but impossible to open: a socket, even for root.
    bench.know("event4", 1..128);
    let _socket = std::os::unix::net::UnixListener::bind(bench.places.devices.join("event4")).unwrap();
    assert_eq!(keyboards(&bench.places, Some(&wanted)), [("event4".to_owned(), "Keyboard event4".to_owned(), false)]);
    assert!(start().unwrap().contains("may not read the keyboards"));
}

#[test]
fn next_key_ignores_mouse_buttons_and_releases() {
    let bench = Bench::new();
    let mut board = bench.plug("event2");
    board.write_all(&[key(28, 0), event(KEY, 272, 1), key(28, 2), key(97, 1), key(30, 1)].concat()).unwrap();
    assert_eq!(next_key(&bench.places, LIMIT, None), Ok(Some("RightCtrl".into())));
    let (mine, theirs) = UnixStream::pair().unwrap();
    drop(mine);
    assert_eq!(next_key(&bench.places, LIMIT, Some(&theirs)), Ok(None), "given up");
    assert_eq!(next_key(&bench.places, Duration::ZERO, None), Ok(None), "nothing came in time");
}

#[test]
fn typed_keys_do_not_stay_in_the_buffer() {
    let mut rest = Vec::with_capacity(8 * EVENT);
    let bytes = [key(30, 1), key(SCROLL, 1)].concat();
    assert_eq!(events(&mut rest, &bytes[..bytes.len() - 5]).len(), 5);
    assert_eq!(rest.len(), EVENT - 5);
    assert_eq!(events(&mut rest, &bytes[bytes.len() - 5..]), [(SYNC, 0, 0)]);
    assert!(rest.is_empty());
}
