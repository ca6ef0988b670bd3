//! Hot-plug reports of the sound server: which microphones and speakers exist, and when one appears or disappears.
//!
//! This is a separate connection, because cpal does not subscribe to the server's reports, and keeps a thread and a
//! megabyte for each list of devices.

use std::ffi::CString;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{
    AuthParams, AuthReply, Command, CommandReply, MAX_VERSION, Prop, Props, ServerInfo, SetClientNameReply, SinkInfo, SourceInfo,
    SubscriptionEventType, SubscriptionMask, TagStructReader, read_descriptor, write_command_message,
};

use super::devices::{Listed, Way};
use super::offer;
use crate::event::{Devices, SoundDevice};

/// A server that takes longer than this to answer, or to finish an answer, counts as gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest message; real ones are far shorter (some kilobytes for a device).
const MOST: u32 = 1 << 20;

/// A server that reports its devices.
#[derive(Debug)]
pub struct News {
    socket: UnixStream,
    version: u16,
    /// The number of the last request.
    number: u32,
    /// A device appeared or disappeared while an answer was read.
    changed: bool,
}

/// The server has ended, or does not report its devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl News {
    /// Subscribes to the sound server of this session; `Gone` if there is none.
    pub fn listen() -> Result<Self, Gone> {
        let path = pulseaudio::socket_path_from_env().ok_or(Gone)?;
        let cookie = pulseaudio::cookie_path_from_env().and_then(|p| std::fs::read(p).ok()).unwrap_or_default();
        let socket = UnixStream::connect(path).map_err(|_| Gone)?;
        Self::on(socket, cookie)
    }

    fn on(socket: UnixStream, cookie: Vec<u8>) -> Result<Self, Gone> {
        socket.set_read_timeout(Some(PATIENCE)).and(socket.set_write_timeout(Some(PATIENCE))).map_err(|_| Gone)?;
        let mut news = Self { socket, version: MAX_VERSION, number: 0, changed: false };
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        news.version = MAX_VERSION.min(news.ask::<AuthReply>(&Command::Auth(auth))?.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, CString::from(c"Stratus"));
        news.ask::<SetClientNameReply>(&Command::SetClientName(props))?;
        news.say(&Command::Subscribe(SubscriptionMask::SINK | SubscriptionMask::SOURCE))?;
        Ok(news)
    }

    /// The devices at this moment, as the desktop shows them.
    pub fn list(&mut self) -> Result<Devices, Gone> {
        let sources = self.ask::<Vec<SourceInfo>>(&Command::GetSourceInfoList)?;
        let sinks = self.ask::<Vec<SinkInfo>>(&Command::GetSinkInfoList)?;
        let server = self.ask::<ServerInfo>(&Command::GetServerInfo)?;
        let microphones = offered(Way::In, sources.into_iter().map(|s| (s.name, s.description)), server.default_source_name);
        let speakers = offered(Way::Out, sinks.into_iter().map(|s| (s.name, s.description)), server.default_sink_name);
        Ok(Devices { microphones, speakers, ..Devices::default() })
    }

    /// Reads the server's reports: whether a device appeared or disappeared. Call it when the descriptor is readable.
    pub fn read(&mut self) -> Result<bool, Gone> {
        self.hear(|_, _| Ok(()))?;
        Ok(self.take_changed())
    }

    /// Whether a device appeared or disappeared while a list was read.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    fn say(&mut self, command: &Command) -> Result<(), Gone> {
        self.number = self.number.wrapping_add(1);
        write_command_message(&mut &self.socket, self.number, command, self.version).map_err(|_| Gone)
    }

    fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, Gone> {
        self.say(command)?;
        let (number, version) = (self.number, self.version);
        loop {
            let mut reply = None;
            self.hear(|answers, words| {
                if answers == number {
                    reply = Some(TagStructReader::new(words, version).read::<R>().map_err(|_| Gone)?);
                }
                Ok(())
            })?;
            if let Some(reply) = reply {
                return Ok(reply);
            }
        }
    }

    /// Reads one message; an answer is returned with the number of its request.
    fn hear(&mut self, answer: impl FnOnce(u32, &mut &[u8]) -> Result<(), Gone>) -> Result<(), Gone> {
        let length = read_descriptor(&mut &self.socket).map_err(|_| Gone)?.length;
        if length > MOST {
            return Err(Gone);
        }
        let mut message = vec![0; length as usize];
        (&self.socket).read_exact(&mut message).map_err(|_| Gone)?;
        let mut words = message.as_slice();
        match Command::read_tag_prefixed(&mut words, self.version) {
            // A change of volume does not change the list.
            Ok((_, Command::SubscribeEvent(e))) => self.changed |= e.event_type != SubscriptionEventType::Changed,
            Ok((number, Command::Reply)) => answer(number, &mut words)?,
            Ok((_, Command::Error(_))) | Err(_) => return Err(Gone),
            Ok(_) => {}
        }
        Ok(())
    }
}

/// The devices that are offered, by the ids that cpal gives them.
fn offered(way: Way, all: impl Iterator<Item = (CString, Option<CString>)>, default: Option<CString>) -> Vec<SoundDevice> {
    let text = |t: &CString| String::from_utf8_lossy(t.as_bytes()).into_owned();
    let listed = |(id, name): (CString, Option<CString>)| {
        let default = default.as_ref() == Some(&id);
        Listed { name: text(name.as_ref().unwrap_or(&id)), id: format!("pulseaudio:{}", text(&id)), default }
    };
    let offered = offer::offered(way, all.map(listed).collect());
    let mut devices: Vec<SoundDevice> = offered.into_iter().map(|Listed { id, name, .. }| SoundDevice { id, name }).collect();
    devices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    devices
}

impl AsFd for News {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
