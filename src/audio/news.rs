//! News of the sound server: that microphones or speakers came or went, told by the server itself, so that nobody has to ask.
//!
//! A connection of its own, for cpal's does not listen to what the server tells unasked. Nothing else is done by it.

use std::ffi::CString;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{
    AuthParams, AuthReply, Command, MAX_VERSION, Prop, Props, SetClientNameReply, SubscriptionEventType, SubscriptionMask, read_descriptor,
    read_reply_message, write_command_message,
};

/// A server that takes longer than this to answer, or to finish what it has begun to say, is none.
const PATIENCE: Duration = Duration::from_secs(2);
/// What the server tells is shorter than this by far.
const MOST: u32 = 64 * 1024;

/// A server that tells of its devices.
#[derive(Debug)]
pub struct News {
    socket: UnixStream,
    version: u16,
}

/// The server has ended, or is none that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl News {
    /// Asks the sound server of this session to tell; `Gone` where there is none.
    pub fn listen() -> Result<Self, Gone> {
        let path = pulseaudio::socket_path_from_env().ok_or(Gone)?;
        let cookie = pulseaudio::cookie_path_from_env().and_then(|p| std::fs::read(p).ok()).unwrap_or_default();
        let socket = UnixStream::connect(path).map_err(|_| Gone)?;
        Self::on(socket, cookie)
    }

    fn on(socket: UnixStream, cookie: Vec<u8>) -> Result<Self, Gone> {
        socket.set_read_timeout(Some(PATIENCE)).and(socket.set_write_timeout(Some(PATIENCE))).map_err(|_| Gone)?;
        let mut to = &socket;
        let auth = Command::Auth(AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie });
        write_command_message(&mut to, 0, &auth, MAX_VERSION).map_err(|_| Gone)?;
        let mut from = std::io::BufReader::new(&socket);
        let (_, reply) = read_reply_message::<AuthReply>(&mut from, MAX_VERSION).map_err(|_| Gone)?;
        let version = MAX_VERSION.min(reply.version);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, CString::from(c"Stratus"));
        write_command_message(&mut to, 1, &Command::SetClientName(props), version).map_err(|_| Gone)?;
        read_reply_message::<SetClientNameReply>(&mut from, version).map_err(|_| Gone)?;
        drop(from);
        let mask = SubscriptionMask::SINK | SubscriptionMask::SOURCE;
        write_command_message(&mut to, 2, &Command::Subscribe(mask), version).map_err(|_| Gone)?;
        Ok(Self { socket, version })
    }

    /// Reads what the server has told: whether a device came or went. To be called when the descriptor is readable.
    pub fn read(&mut self) -> Result<bool, Gone> {
        let length = read_descriptor(&mut &self.socket).map_err(|_| Gone)?.length;
        if length > MOST {
            return Err(Gone);
        }
        let mut words = vec![0; length as usize];
        (&self.socket).read_exact(&mut words).map_err(|_| Gone)?;
        match Command::read_tag_prefixed(&mut words.as_slice(), self.version) {
            // A change of volume is none of a list's.
            Ok((_, Command::SubscribeEvent(e))) => Ok(e.event_type != SubscriptionEventType::Changed),
            Ok((_, Command::Error(_))) | Err(_) => Err(Gone),
            // The answer to the question itself.
            Ok(_) => Ok(false),
        }
    }
}

impl AsFd for News {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
