//! Third-party clients against the fakes with which the links are tested: a fake that they accept is faithful. `scripts/peers.sh`
//! installs them and runs this test; otherwise it is ignored.

#![allow(clippy::print_stdout, reason = "one line a client")]

mod peers;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use peers::{Peer, simconnect, xplane_udp, xplane_web};

/// Where `scripts/peers.sh` has put the clients.
fn installed(program: &str) -> PathBuf {
    let home = std::env::var_os("STRATUS_PEERS").expect("STRATUS_PEERS names the folder of the clients: use scripts/peers.sh");
    PathBuf::from(home).join(program)
}

/// Runs a client's program from `tests/clients` against a fake; its last line is the verdict. `None`: not installed.
fn verdict(name: &str, program: &str, script: &str, peer: &Peer) -> Option<bool> {
    let program = installed(program);
    if !program.exists() {
        println!("SKIPPED  {name}: {} is not there", program.display());
        return None;
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let home = installed("");
    let mut client = Command::new(program)
        .arg(script)
        .arg(peer.port.to_string())
        .current_dir(home)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while client.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            client.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let done = client.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let fine = done.status.success();
    println!("{} {name}: {}", if fine { "ACCEPTED" } else { "REFUSED " }, out.lines().last().unwrap_or_default());
    if !fine {
        println!("{out}\n{err}\nwritten: {:?}", peer.written.lock().unwrap());
    }
    Some(fine)
}

#[test]
#[ignore = "needs the clients that scripts/peers.sh installs"]
fn third_party_clients_accept_the_fakes() {
    let (udp, web, msfs) = (xplane_udp::polite(0), xplane_web::polite(0), simconnect::polite(0));
    // The simulator keeps what the previous client has written.
    let dll = simconnect::polite(0);
    let verdicts = [
        verdict("pyxpudpserver, X-Plane by UDP", "python/bin/python", "pyxpudpserver_client.py", &udp),
        verdict("xpwebapi, X-Plane's beacon", "python312/bin/python", "xpwebapi_beacon.py", &udp),
        verdict("xpwebapi, X-Plane by REST", "python312/bin/python", "xpwebapi_rest.py", &web),
        verdict("xpwebapi, X-Plane by WebSocket", "python312/bin/python", "xpwebapi_websocket.py", &web),
        verdict("node-simconnect, SimConnect by TCP", "node", "simconnect.mjs", &msfs),
        verdict("Microsoft's SimConnect.dll under Wine", "simconnect/run", "simconnect_dll.cpp", &dll),
    ];
    assert!(!verdicts.contains(&Some(false)), "a client refused its peer");
    assert!(verdicts.contains(&Some(true)), "no client is installed");
}
