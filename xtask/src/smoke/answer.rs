//! What the server answers over HTTP.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

/// Everything of a response that a stranger could tell apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In the order of arrival, without the date.
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// Sends a form as a store would.
    pub(super) fn to_form(url: &str, form: &[u8]) -> anyhow::Result<Self> {
        let request = agent().post(url).header("content-type", "application/x-www-form-urlencoded");
        Self::read(request.send(form))
    }

    pub(super) fn to_get(url: &str) -> anyhow::Result<Self> {
        Self::read(agent().get(url).call())
    }

    pub(super) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_str(&self.body)
            .with_context(|| format!("{} with no JSON: {:?}", self.status, self.body))
    }

    fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> anyhow::Result<Self> {
        let mut response = response.map_err(|error| anyhow::anyhow!("no answer: {error}"))?;
        let shown = response.headers().iter().filter(|(name, _)| *name != "date");
        let headers = shown.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
        let body = response.body_mut().read_to_string()?;
        Ok(Self { status: response.status().as_u16(), headers, body })
    }
}

/// Fresh for each request: an idle connection left open would delay the server's graceful stop.
fn agent() -> ureq::Agent {
    let settings = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(10)));
    settings.build().new_agent()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn two_answers_that_differ_in_their_date_only_are_equal() {
        let one = answer("HTTP/1.1 404 Not Found\r\ndate: today\r\ncontent-length: 2\r\n\r\nno");
        let other = answer("HTTP/1.1 404 Not Found\r\ndate: tomorrow\r\ncontent-length: 2\r\n\r\nno");
        assert_eq!(one, other);
        assert_eq!(one.status, 404);
    }

    #[test]
    fn answers_that_differ_in_a_header_are_told_apart() {
        let one = answer("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno");
        let other = answer("HTTP/1.1 404 Not Found\r\nx-why: secret\r\ncontent-length: 2\r\n\r\nno");
        assert_ne!(one, other);
    }

    #[test]
    fn a_failure_to_answer_with_json_shows_what_came() {
        let page = answer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<p>!");
        assert_eq!(page.json().unwrap_err().to_string(), "200 with no JSON: \"<p>!\"");
    }

    /// What is read when a server sends exactly these bytes.
    fn answer(bytes: &'static str) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let read = stream.read(&mut [0; 1024]).unwrap();
            assert!(read > 0);
            stream.write_all(bytes.as_bytes()).unwrap();
        });
        let answer = Answer::to_get(&url).unwrap();
        server.join().unwrap();
        answer
    }
}
