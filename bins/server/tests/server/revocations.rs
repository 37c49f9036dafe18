//! The revocation list from outside: there from the start, true soon after a refund, and cheap for whoever has it.

use crate::installation::{Installation, SECRET, Server, sale, wait_until};
use mintmark_storage::on_both_databases;
use ureq::http::Response;
use ureq::{Agent, Body};

const PATH: &str = "/licenses/revocations";

on_both_databases! {
    fn an_empty_list_is_there_from_the_first_start(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let mut answer = get(&server, &[]);
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), "text/plain");
        assert_eq!(header(&answer, "cache-control"), "public, max-age=300");
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(text.starts_with("DTREV1:") && text.trim() == text, "{text}");
        let made = installation.records().revocation_list().unwrap().unwrap();
        assert_eq!((made.serial, made.licenses, &made.text), (1, 0, &text));
        let file = installation.database.folder().join("data/revocations.txt");
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    }

    fn a_license_that_is_taken_back_is_on_the_list_soon_after(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        server.deliver(sale("SALE-1").as_bytes());
        let before = tag(&get(&server, &[]));
        let refund = sale("SALE-1").replace("=sale&refunded=false", "=refund&refunded=true");
        assert_eq!(server.deliver(refund.as_bytes()).json["outcome"], "revoked");
        wait_until("a new list", || tag(&get(&server, &[])) != before);
        let made = installation.records().revocation_list().unwrap().unwrap();
        assert_eq!((made.serial, made.licenses), (2, 1));
        assert_eq!(get(&server, &[]).body_mut().read_to_string().unwrap(), made.text);
        wait_until("the file", || {
            std::fs::read_to_string(installation.database.folder().join("data/revocations.txt")).unwrap() == made.text
        });
        // The next start goes on with the same list.
        server.stop();
        let server = installation.start();
        assert_eq!(get(&server, &[]).body_mut().read_to_string().unwrap(), made.text);
    }

    fn whoever_has_the_list_is_not_sent_it_again(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let answer = get(&server, &[]);
        let (tag, made_at) = (tag(&answer), header(&answer, "last-modified"));
        let weak = format!("\"other\", W/{tag}");
        for known in [
            [("if-none-match", tag.as_str())].as_slice(),
            &[("if-none-match", &weak)],
            &[("if-none-match", "*")],
            &[("if-modified-since", &made_at)],
            &[("if-none-match", &tag), ("if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT")],
        ] {
            let mut answer = get(&server, known);
            assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (304, tag.clone()), "{known:?}");
            assert_eq!(header(&answer, "cache-control"), "public, max-age=300");
            assert_eq!(answer.body_mut().read_to_string().unwrap(), "");
        }
        for unknown in [
            [("if-none-match", "\"other\"")].as_slice(),
            &[("if-none-match", "nonsense")],
            &[("if-none-match", "\"other\""), ("if-modified-since", &made_at)],
            &[("if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT")],
            &[("if-modified-since", "nonsense")],
        ] {
            assert_eq!(get(&server, unknown).status(), 200, "{unknown:?}");
        }
    }

    fn a_head_says_what_a_get_would(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let got = get(&server, &[]);
        let mut answer = agent().head(format!("http://{}{PATH}", server.address())).call().unwrap();
        assert_eq!(answer.status(), 200);
        for name in ["content-length", "content-type", "etag", "last-modified", "cache-control"] {
            assert_eq!(header(&answer, name), header(&got, name), "{name}");
        }
        assert_eq!(answer.body_mut().read_to_string().unwrap(), "");
    }

    fn a_wrong_method_finds_what_an_unknown_path_finds(database: TestDatabase) {
        let installation = Installation::on(database);
        let server = installation.start();
        let form = "application/x-www-form-urlencoded";
        let unknown = server.post("/nothing", form, b"");
        assert_eq!(server.post(PATH, form, b"a=1"), unknown);
        assert_eq!(server.post(&format!("{PATH}/x?secret={SECRET}"), form, b"a=1"), unknown);
        let got = agent().get(format!("http://{}/licenses/refresh", server.address())).call().unwrap();
        assert_eq!(got.status().as_u16(), unknown.status);
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn get(server: &Server, headers: &[(&str, &str)]) -> Response<Body> {
    let request = agent().get(format!("http://{}{PATH}", server.address()));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).call().unwrap()
}

fn header(answer: &Response<Body>, name: &str) -> String {
    answer.headers().get(name).unwrap_or_else(|| panic!("{name}")).to_str().unwrap().to_owned()
}

fn tag(answer: &Response<Body>) -> String {
    header(answer, "etag")
}
