//! `[page]`: where the page for a browser listens.

use core::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Deserializer, Serialize};

/// The address that the tray's menu switches on: this computer alone can reach it.
pub const PAGE_HERE: SocketAddr = SocketAddr::new(IpAddr::V4(core::net::Ipv4Addr::LOCALHOST), 4747);

/// `[page]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// Address and port; `None`: the page is off.
    #[serde(deserialize_with = "read", serialize_with = "write")]
    pub listen: Option<SocketAddr>,
}

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = Option::<String>::deserialize(from)?.unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let bad = || serde::de::Error::custom(format!("{text:?} is not an address with a port, such as \"127.0.0.1:4747\""));
    named.as_deref().unwrap_or(text).parse().map(Some).map_err(|_| bad())
}

fn write<S: serde::Serializer>(listen: &Option<SocketAddr>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&listen.map(|at| at.to_string()).unwrap_or_default())
}

impl Page {
    /// Why the page cannot listen there, and what to write instead.
    pub(super) fn wrong_address(&self) -> Option<(String, &'static str)> {
        let at = self.listen?;
        let ip = at.ip();
        if at.port() == 0 {
            return Some((format!("{at} has no port"), "\"127.0.0.1:4747\" is usual"));
        }
        if ip.is_unspecified() {
            let why = format!("{ip} would open the page to every network that this computer is in");
            return Some((why, "name one address of this computer: \"127.0.0.1:4747\", or such as \"192.168.1.20:4747\" for a tablet"));
        }
        let broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
        if ip.is_multicast() || broadcast {
            return Some((format!("{ip} is not the address of one computer"), "\"127.0.0.1:4747\" is usual"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Config;

    #[test]
    fn page_listens_only_at_one_address_of_this_computer() {
        let read = |listen: &str| toml::from_str::<Config>(&format!("[page]\nlisten = {listen:?}"));
        assert_eq!(Config::default().page.listen, None);
        for off in ["", "  "] {
            assert_eq!(read(off).unwrap().page.listen, None);
        }
        for (fits, is) in [
            ("127.0.0.1:4747", "127.0.0.1:4747"),
            ("localhost:80", "127.0.0.1:80"),
            ("192.168.1.20:4747", "192.168.1.20:4747"),
            ("[::1]:4747", "[::1]:4747"),
        ] {
            let config = read(fits).unwrap();
            assert_eq!(config.page.listen.unwrap().to_string(), is);
            config.validate().unwrap();
            assert_eq!(toml::from_str::<Config>(&toml::to_string(&config).unwrap()).unwrap(), config);
        }
        for wrong in ["4747", "on", "127.0.0.1", "127.0.0.1:99999", "pc:4747", "http://127.0.0.1:4747", "::1:4747 "] {
            let e = read(wrong).map(|c| c.page.listen).unwrap_err().to_string();
            assert!(e.contains("127.0.0.1:4747"), "{wrong}: {e}");
        }
        for refused in ["0.0.0.0:4747", "[::]:4747", "224.0.0.1:4747", "255.255.255.255:4747", "127.0.0.1:0"] {
            let p = read(refused).unwrap().validate().unwrap_err();
            assert!(p.what.contains("page.listen") && p.fix.contains("127.0.0.1:4747"), "{p}");
        }
    }
}
