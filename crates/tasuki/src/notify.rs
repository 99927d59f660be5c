//! Telling the service manager that the server is ready or stops, so that what waits for it waits long
//! enough. Nothing depends on the answer: without a service manager nothing is sent.

use std::ffi::OsStr;
use std::io;
use std::os::unix::net::UnixDatagram;

/// Sends one state (`READY=1`, `STOPPING=1`) to the socket that `NOTIFY_SOCKET` names (`sd_notify(3)`), if
/// there is one.
pub fn service_manager(state: &str) {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&socket, state)
    {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    match abstract_name(socket) {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            sender.send_to_addr(state.as_bytes(), &address)?;
        }
        _ => {
            sender.send_to(state.as_bytes(), socket)?;
        }
    }
    Ok(())
}

/// A leading `@` stands for the zero byte of an abstract address.
fn abstract_name(socket: &OsStr) -> Option<&[u8]> {
    socket.as_encoded_bytes().strip_prefix(b"@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_arrives_at_a_path() {
        let path = std::env::temp_dir().join(format!("tasuki-notify-{}", std::process::id()));
        let receiver = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), "READY=1").unwrap();
        let mut said = [0; 32];
        let length = receiver.recv(&mut said).unwrap();
        assert_eq!(&said[..length], b"READY=1");
        std::fs::remove_file(&path).unwrap();
        assert!(send(path.as_os_str(), "READY=1").is_err(), "nobody listens any more");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_state_arrives_at_an_abstract_address() {
        use std::os::linux::net::SocketAddrExt;
        let name = format!("tasuki-notify-{}", std::process::id());
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
        let receiver = UnixDatagram::bind_addr(&address).unwrap();
        send(OsStr::new(&format!("@{name}")), "STOPPING=1").unwrap();
        let mut said = [0; 32];
        let length = receiver.recv(&mut said).unwrap();
        assert_eq!(&said[..length], b"STOPPING=1");
    }
}
