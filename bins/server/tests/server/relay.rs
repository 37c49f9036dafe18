//! A double of an SMTP server, which takes every letter.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Runs until the test ends.
pub(crate) struct Relay {
    address: SocketAddr,
    received: Arc<Mutex<String>>,
}

impl Relay {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(String::new()));
        std::thread::spawn({
            let received = Arc::clone(&received);
            move || listener.incoming().flatten().for_each(|stream| drop(serve(stream, &received)))
        });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Every line so far, commands and letters alike.
    pub(crate) fn received(&self) -> String {
        self.received.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, received: &Mutex<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 double\r\n")?;
    let (mut line, mut is_letter) = (String::new(), false);
    while reader.read_line(&mut line)? > 0 {
        received.lock().unwrap().push_str(&line);
        let reply: &[u8] = match line.trim_end() {
            "." => b"250 taken\r\n",
            _ if is_letter => b"",
            "DATA" => b"354 go on\r\n",
            _ => b"250 ok\r\n",
        };
        is_letter = line.trim_end() == "DATA" || is_letter && line.trim_end() != ".";
        stream.write_all(reply)?;
        line.clear();
    }
    Ok(())
}
