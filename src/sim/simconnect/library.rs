//! Microsoft's SimConnect.dll, loaded at run time from where the pilot or the simulator's SDK put it. It is neither
//! linked nor shipped, and Stratus starts without it.
//!
//! Only types and constants of the crate simconnect-sys are used. The library returns the simulator's packets, with
//! the same bytes as on the pipe.

#![allow(unsafe_code, reason = "functions of a library that is loaded at run time, and Windows's list of processes")]

use std::collections::VecDeque;
use std::ffi::{CString, OsString};
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use simconnect_sys::{
    DWORD, HANDLE, HRESULT, HWND, LPCSTR, SIMCONNECT_DATATYPE, SIMCONNECT_PERIOD, SIMCONNECT_RECV, SIMCONNECT_SIMOBJECT_TYPE,
};
use windows_sys::Win32::Foundation::{INVALID_HANDLE_VALUE, WAIT_FAILED};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::Win32::System::Threading::{
    CreateEventW, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW, WaitForSingleObject,
};

use super::{Every, LONGEST, OPENING, Way, greeted};
use crate::problem::Problem;
use crate::sim::link::Gone;

/// How long a wait for a message lasts, milliseconds.
const MOMENT_MS: u32 = 100;
/// The most messages that are read in one call.
const MOST: usize = 1024;
/// `E_FAIL`: there is no message now.
const NOTHING: HRESULT = 0x8000_4005_u32.cast_signed();
/// Use the settings in the pilot's SimConnect.cfg, if there is one; otherwise the simulator on this machine.
const SETTINGS: DWORD = 0;

type Open = unsafe extern "C" fn(*mut HANDLE, LPCSTR, HWND, DWORD, HANDLE, DWORD) -> HRESULT;
type Close = unsafe extern "C" fn(HANDLE) -> HRESULT;
type Define = unsafe extern "C" fn(HANDLE, DWORD, LPCSTR, LPCSTR, SIMCONNECT_DATATYPE, f32, DWORD) -> HRESULT;
type Follow = unsafe extern "C" fn(HANDLE, DWORD, DWORD, DWORD, SIMCONNECT_PERIOD, DWORD, DWORD, DWORD, DWORD) -> HRESULT;
type LookAround = unsafe extern "C" fn(HANDLE, DWORD, DWORD, DWORD, SIMCONNECT_SIMOBJECT_TYPE) -> HRESULT;
type Name = unsafe extern "C" fn(HANDLE, DWORD, LPCSTR) -> HRESULT;
type Transmit = unsafe extern "C" fn(HANDLE, DWORD, DWORD, DWORD, DWORD, DWORD) -> HRESULT;
type Field = unsafe extern "C" fn(HANDLE, DWORD, LPCSTR) -> HRESULT;
type Ask = unsafe extern "C" fn(HANDLE, DWORD, DWORD, LPCSTR, LPCSTR) -> HRESULT;
type Sent = unsafe extern "C" fn(HANDLE, *mut DWORD) -> HRESULT;
type Next = unsafe extern "C" fn(HANDLE, *mut *mut SIMCONNECT_RECV, *mut DWORD) -> HRESULT;

/// The library's functions that Stratus calls.
struct Functions {
    open: Open,
    close: Close,
    define: Define,
    follow: Follow,
    look_around: LookAround,
    subscribe: Name,
    name_event: Name,
    event: Transmit,
    /// The functions for airports; an older library has none.
    airports: Option<(Field, Ask, Sent)>,
    next: Next,
}

/// The types above are those of Microsoft's header; otherwise this does not compile. It is generic and never called,
/// so that no code is generated and the linker does not look for the functions.
#[allow(dead_code, reason = "the compiler checks it")]
fn as_in_the_header<T>(_: T) -> Functions {
    Functions {
        open: simconnect_sys::SimConnect_Open,
        close: simconnect_sys::SimConnect_Close,
        define: simconnect_sys::SimConnect_AddToDataDefinition,
        follow: simconnect_sys::SimConnect_RequestDataOnSimObject,
        look_around: simconnect_sys::SimConnect_RequestDataOnSimObjectType,
        subscribe: simconnect_sys::SimConnect_SubscribeToSystemEvent,
        name_event: simconnect_sys::SimConnect_MapClientEventToSimEvent,
        event: simconnect_sys::SimConnect_TransmitClientEvent,
        airports: Some((
            simconnect_sys::SimConnect_AddToFacilityDefinition,
            simconnect_sys::SimConnect_RequestFacilityData,
            simconnect_sys::SimConnect_GetLastSentPacketID,
        )),
        next: simconnect_sys::SimConnect_GetNextDispatch,
    }
}

/// The functions of the library at `path`. It is never unloaded, because its own threads may be running in it.
fn loaded(path: &Path) -> Result<&'static Functions, Problem> {
    static LOADED: Mutex<Vec<(PathBuf, &'static Functions)>> = Mutex::new(Vec::new());
    let mut all = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, functions)) = all.iter().find(|(p, _)| p == path) {
        return Ok(functions);
    }
    let functions: &'static Functions = Box::leak(Box::new(load(path)?));
    all.push((path.to_path_buf(), functions));
    Ok(functions)
}

fn load(path: &Path) -> Result<Functions, Problem> {
    let refused = |why: String, fix: &str| {
        Problem::new("SimConnect.dll cannot be used").because(format!("{}: {why}", path.display())).fix(fix.to_owned())
    };
    if !path.is_absolute() {
        return Err(refused(
            "it is not a complete path".into(),
            r"start it with the drive, such as 'C:\MSFS SDK\SimConnect SDK\lib\SimConnect.dll'",
        ));
    }
    let wide: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    // SAFETY: the path is NUL-terminated. Libraries that it needs are looked for only beside it and in Windows's folder. A library
    // may do anything when it is loaded: the pilot named this one, or it is where Microsoft's installers put it.
    let module = unsafe { LoadLibraryExW(wide.as_ptr(), ptr::null_mut(), LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32) };
    if module.is_null() {
        let why = std::io::Error::last_os_error();
        return Err(match why.raw_os_error() {
            Some(193) => refused(why.to_string(), "use the 64-bit one: SimConnect SDK\\lib\\SimConnect.dll of the simulator's SDK"),
            Some(126) if path.is_file() => refused(
                format!("something that it needs is missing ({why})"),
                "install Microsoft's Visual C++ runtime for x64, which also comes with the simulators",
            ),
            _ => refused(why.to_string(), "correct `sim.simconnect_dll`, or set it to \"\": Stratus can connect without it"),
        });
    }
    let symbol = |name: &'static str| {
        let spelt = CString::new(name).unwrap_or_default();
        // SAFETY: the module is never unloaded, and the name is NUL-terminated.
        unsafe { GetProcAddress(module, spelt.as_ptr().cast()) }
            .ok_or_else(|| refused(format!("it has no {name}"), "use Microsoft's own SimConnect.dll from the SDK of MSFS 2020 or 2024"))
    };
    macro_rules! function {
        ($name:literal, $type:ty) => {{
            let found = symbol($name)?;
            // SAFETY: the function of that name has this type by Microsoft's header (`as_in_the_header`).
            unsafe { std::mem::transmute::<unsafe extern "system" fn() -> isize, $type>(found) }
        }};
    }
    let airports = || -> Result<(Field, Ask, Sent), Problem> {
        Ok((
            function!("SimConnect_AddToFacilityDefinition", Field),
            function!("SimConnect_RequestFacilityData", Ask),
            function!("SimConnect_GetLastSentPacketID", Sent),
        ))
    };
    Ok(Functions {
        airports: airports().ok(),
        open: function!("SimConnect_Open", Open),
        close: function!("SimConnect_Close", Close),
        define: function!("SimConnect_AddToDataDefinition", Define),
        follow: function!("SimConnect_RequestDataOnSimObject", Follow),
        look_around: function!("SimConnect_RequestDataOnSimObjectType", LookAround),
        subscribe: function!("SimConnect_SubscribeToSystemEvent", Name),
        name_event: function!("SimConnect_MapClientEventToSimEvent", Name),
        event: function!("SimConnect_TransmitClientEvent", Transmit),
        next: function!("SimConnect_GetNextDispatch", Next),
    })
}

/// Connects through the library at `path`; `None` if it finds no simulator that answers.
pub(super) fn open(path: &Path) -> Result<Option<Conversation>, Problem> {
    /// The library is waiting for a simulator.
    static WAITING: AtomicBool = AtomicBool::new(false);
    let functions = loaded(path)?;
    if WAITING.swap(true, Ordering::AcqRel) {
        return Ok(None);
    }
    let (out, opened) = sync_channel(1);
    let (keeper, ended) = sync_channel::<()>(0);
    let path = path.to_path_buf();
    // On a separate thread, because it may wait long for a simulator on another machine. The thread lasts as long as
    // the connection, because Windows cancels the reads that a thread began when that thread ends.
    let spawned = std::thread::Builder::new().name("simconnect".into()).spawn(move || {
        let made = Conversation::begin(functions, path, keeper);
        WAITING.store(false, Ordering::Release);
        // The caller has stopped waiting: it is closed again.
        drop(out.send(made));
        let _ = ended.recv();
    });
    if spawned.is_err() {
        WAITING.store(false, Ordering::Release);
    }
    let Some(mut conversation) = opened.recv_timeout(OPENING).ok().flatten() else { return Ok(None) };
    Ok(greeted(&mut conversation).unwrap_or(false).then_some(conversation))
}

/// The library's handle of a connection.
struct Handle(HANDLE);

// SAFETY: the library requires one thread at a time, not always the same one. Only the owner of the connection uses it.
unsafe impl Send for Handle {}

/// A connection through the library.
pub(super) struct Conversation {
    functions: &'static Functions,
    path: PathBuf,
    handle: Handle,
    /// Signalled when a message comes.
    news: OwnedHandle,
    inbox: VecDeque<Vec<u8>>,
    /// Dropping it ends the thread that opened the connection.
    _keeper: SyncSender<()>,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Conversation {
    fn begin(functions: &'static Functions, path: PathBuf, keeper: SyncSender<()>) -> Option<Self> {
        // SAFETY: no attributes, no name; the handle is new and has one owner.
        let news = unsafe {
            let made = CreateEventW(ptr::null(), 0, 0, ptr::null());
            if made.is_null() {
                return None;
            }
            OwnedHandle::from_raw_handle(made)
        };
        let mut handle: HANDLE = ptr::null_mut();
        // SAFETY: the name is NUL-terminated; the event lives as long as the connection, and is closed after it.
        let opened = unsafe { (functions.open)(&raw mut handle, c"Stratus".as_ptr(), ptr::null_mut(), 0, news.as_raw_handle(), SETTINGS) };
        (opened == 0 && !handle.is_null()).then(|| Self {
            functions,
            path,
            handle: Handle(handle),
            news,
            inbox: VecDeque::new(),
            _keeper: keeper,
        })
    }

    /// Reads the waiting messages; whether there were any.
    fn take(&mut self) -> Result<bool, Gone> {
        let mut came = false;
        while self.inbox.len() < MOST {
            let (mut message, mut size) = (ptr::null_mut(), 0);
            // SAFETY: the handle is open, and both places can be written to.
            let result = unsafe { (self.functions.next)(self.handle.0, &raw mut message, &raw mut size) };
            match result {
                0 if !message.is_null() => came = true,
                0 | NOTHING => break,
                // For a broken connection it returns the reason, which may be any number.
                why => {
                    log::debug!("SimConnect.dll: {why:#x}");
                    return Err(Gone);
                }
            }
            let size = size as usize;
            if (size_of::<SIMCONNECT_RECV>()..=LONGEST).contains(&size) {
                // SAFETY: the library says that this many bytes are there, and keeps them until the next call.
                self.inbox.push_back(unsafe { std::slice::from_raw_parts(message.cast::<u8>(), size) }.to_vec());
            }
        }
        Ok(came)
    }

    /// The count of the packet that was sent last.
    fn sent(&self) -> Result<u32, Gone> {
        let Some((.., sent)) = self.functions.airports else { return Err(Gone) };
        let mut count = 0;
        // SAFETY: the handle is open, and the place can be written to.
        done(unsafe { sent(self.handle.0, &raw mut count) })?;
        Ok(count)
    }

    /// Checks that the simulator is still there; call it before every write. The library (of SDK 0.24.3, by its code
    /// and under Wine) writes to address 0 when it is called on a broken TCP connection, and crashes the process.
    fn alive(&mut self) -> Result<(), Gone> {
        self.take().map(drop)
    }
}

/// The result of a function: everything but success means that the connection has ended.
fn done(result: HRESULT) -> Result<(), Gone> {
    if result >= 0 {
        return Ok(());
    }
    log::debug!("SimConnect.dll: {result:#x}");
    Err(Gone)
}

fn spelt(text: &str) -> Result<CString, Gone> {
    CString::new(text).map_err(|_| Gone)
}

impl Way for Conversation {
    fn words(&self) -> String {
        format!("through {}", self.path.display())
    }

    fn define(&mut self, definition: u32, name: &str, unit: &str, kind: u32) -> Result<(), Gone> {
        self.alive()?;
        let (name, unit) = (spelt(name)?, spelt(unit)?);
        let kind = match kind {
            super::F64 => simconnect_sys::SIMCONNECT_DATATYPE_FLOAT64,
            super::STRING8 => simconnect_sys::SIMCONNECT_DATATYPE_STRING8,
            super::STRING32 => simconnect_sys::SIMCONNECT_DATATYPE_STRING32,
            super::STRING64 => simconnect_sys::SIMCONNECT_DATATYPE_STRING64,
            super::STRING256 => simconnect_sys::SIMCONNECT_DATATYPE_STRING256,
            _ => return Err(Gone),
        };
        // SAFETY: the handle is open, and both texts are NUL-terminated.
        let result = unsafe {
            (self.functions.define)(self.handle.0, definition, name.as_ptr(), unit.as_ptr(), kind, 0.0, simconnect_sys::SIMCONNECT_UNUSED)
        };
        done(result)
    }

    fn follow(&mut self, definition: u32, every: Every) -> Result<(), Gone> {
        self.alive()?;
        let (period, between) = match every {
            Every::Frames(n) => (simconnect_sys::SIMCONNECT_PERIOD_SIM_FRAME, n.saturating_sub(1)),
            Every::Second => (simconnect_sys::SIMCONNECT_PERIOD_SECOND, 0),
        };
        let user = simconnect_sys::SIMCONNECT_OBJECT_ID_USER;
        // SAFETY: the handle is open.
        done(unsafe { (self.functions.follow)(self.handle.0, definition, definition, user, period, 0, 0, between, 0) })
    }

    fn look_around(&mut self, definition: u32, radius: u32) -> Result<(), Gone> {
        self.alive()?;
        let aircraft = simconnect_sys::SIMCONNECT_SIMOBJECT_TYPE_AIRCRAFT;
        // SAFETY: the handle is open.
        done(unsafe { (self.functions.look_around)(self.handle.0, definition, definition, radius, aircraft) })
    }

    fn subscribe(&mut self, event: u32, name: &str) -> Result<(), Gone> {
        self.alive()?;
        let name = spelt(name)?;
        // SAFETY: the handle is open, and the name is NUL-terminated.
        done(unsafe { (self.functions.subscribe)(self.handle.0, event, name.as_ptr()) })
    }

    fn name_event(&mut self, event: u32, name: &str) -> Result<(), Gone> {
        self.alive()?;
        let name = spelt(name)?;
        // SAFETY: the handle is open, and the name is NUL-terminated.
        done(unsafe { (self.functions.name_event)(self.handle.0, event, name.as_ptr()) })
    }

    fn event(&mut self, event: u32, data: u32) -> Result<(), Gone> {
        self.alive()?;
        let (user, highest) = (simconnect_sys::SIMCONNECT_OBJECT_ID_USER, simconnect_sys::SIMCONNECT_GROUP_PRIORITY_HIGHEST);
        let by_priority = simconnect_sys::SIMCONNECT_EVENT_FLAG_GROUPID_IS_PRIORITY;
        // SAFETY: the handle is open.
        done(unsafe { (self.functions.event)(self.handle.0, user, event, data, highest, by_priority) })
    }

    fn knows_airports(&self) -> bool {
        self.functions.airports.is_some()
    }

    fn add_facility_field(&mut self, definition: u32, field: &str) -> Result<u32, Gone> {
        let Some((add, ..)) = self.functions.airports else { return Err(Gone) };
        self.alive()?;
        let field = spelt(field)?;
        // SAFETY: the handle is open, and the name is NUL-terminated.
        done(unsafe { add(self.handle.0, definition, field.as_ptr()) })?;
        self.sent()
    }

    fn ask_facility(&mut self, definition: u32, request: u32, icao: &str) -> Result<u32, Gone> {
        let Some((_, ask, _)) = self.functions.airports else { return Err(Gone) };
        self.alive()?;
        let icao = spelt(icao)?;
        // SAFETY: the handle is open, and both texts are NUL-terminated.
        done(unsafe { ask(self.handle.0, definition, request, icao.as_ptr(), c"".as_ptr()) })?;
        self.sent()
    }

    fn wait(&mut self) -> Result<bool, Gone> {
        // SAFETY: the event belongs to this connection.
        if unsafe { WaitForSingleObject(self.news.as_raw_handle(), MOMENT_MS) } == WAIT_FAILED {
            return Err(Gone);
        }
        self.take()
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>, Gone> {
        Ok(self.inbox.pop_front())
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // SAFETY: it was opened, and is closed once.
        if unsafe { (self.functions.close)(self.handle.0) } < 0 {
            log::debug!("SimConnect.dll did not close in order");
        }
    }
}

/// The folders of the running programs with these names.
pub(super) fn folders_of(programs: &[&str]) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    // SAFETY: the snapshot is new and has one owner.
    let snapshot = unsafe {
        let made = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
        if made == INVALID_HANDLE_VALUE {
            return folders;
        }
        OwnedHandle::from_raw_handle(made)
    };
    let mut entry = PROCESSENTRY32W { dwSize: u32::try_from(size_of::<PROCESSENTRY32W>()).unwrap_or(0), ..PROCESSENTRY32W::default() };
    // SAFETY: the entry contains its own size.
    let mut more = unsafe { Process32FirstW(snapshot.as_raw_handle(), &raw mut entry) };
    while more != 0 {
        let end = entry.szExeFile.iter().position(|c| *c == 0).unwrap_or(entry.szExeFile.len());
        let name = String::from_utf16_lossy(&entry.szExeFile[..end]);
        if programs.iter().any(|p| p.eq_ignore_ascii_case(&name)) {
            folders.extend(image(entry.th32ProcessID).and_then(|p| Some(p.parent()?.to_path_buf())));
        }
        // SAFETY: as above.
        more = unsafe { Process32NextW(snapshot.as_raw_handle(), &raw mut entry) };
    }
    folders
}

/// The path of a process's program.
fn image(process: u32) -> Option<PathBuf> {
    let mut path = [0u16; 1024];
    let mut length = u32::try_from(path.len()).unwrap_or(0);
    // SAFETY: the process's handle is closed by its owner; the path has the reported length.
    let known = unsafe {
        let handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process);
        if handle.is_null() {
            return None;
        }
        let handle = OwnedHandle::from_raw_handle(handle);
        QueryFullProcessImageNameW(handle.as_raw_handle(), 0, path.as_mut_ptr(), &raw mut length)
    };
    (known != 0).then(|| OsString::from_wide(&path[..length as usize]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_without_simconnect_is_a_problem_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("SimConnect.dll");
        std::fs::write(&text, "no library").unwrap();
        let kernel = PathBuf::from(r"C:\windows\system32\kernel32.dll");
        for (path, why) in [
            (text, "SimConnect.dll"),
            (folder.path().join("gone.dll"), "gone.dll"),
            (kernel, "SimConnect_Open"),
            ("SimConnect.dll".into(), "complete path"),
        ] {
            let p = open(&path).map(|_| ()).unwrap_err();
            assert!(p.why[0].contains(why) && !p.fix.is_empty(), "{p:?}");
        }
    }

    #[test]
    fn folder_of_a_running_program_is_found() {
        let own = std::env::current_exe().unwrap();
        let name = own.file_name().unwrap().to_str().unwrap().to_owned();
        let seen = folders_of(&["nobody.exe", &name.to_uppercase()]);
        assert!(seen.iter().any(|f| f.file_name() == own.parent().unwrap().file_name()), "{seen:?}");
        assert_eq!(folders_of(&["nobody.exe"]), Vec::<PathBuf>::new());
    }
}
