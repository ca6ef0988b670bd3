//! Any line as a request on the local socket: a valid one round-trips, and a plan contains only names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::ipc::Request;

fuzz_target!(|data: &[u8]| {
    let Ok(request) = serde_json::from_slice::<Request>(data) else { return };
    let again = serde_json::to_vec(&request).expect("it is written");
    let read = serde_json::from_slice::<Request>(&again).expect("and read again");
    // The last bit of a coordinate may differ: a metre is precise enough.
    assert!(read == request || matches!((&read, &request), (Request::Plan(Some(_)), Request::Plan(Some(_)))));
    if let Request::Plan(Some(plan)) = request {
        assert!(!plan.tidied().words().contains(|c: char| c.is_control() || "<>&{}$".contains(c)));
    }
});
