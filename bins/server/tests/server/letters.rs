//! Letters through Postmark: sent with the license, tried again, never twice.

use crate::installation::{Installation, sale, wait_until};
use crate::postmark::Postmark;
use crate::relay::Relay;
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::TestDatabase;
use serde_json::json;

fn installation(database: TestDatabase, postmark: &Postmark) -> Installation {
    Installation::on(database)
        .with("POSTMARK_TOKEN", "a-token-for-tests")
        .with("MINTMARK_MAIL__FROM", "Example Apps <licenses@example.com>")
        .with("MINTMARK_MAIL__POSTMARK__API_BASE", &postmark.url())
        // Sendings are what these tests wait for, and the machine may be slow.
        .with("MINTMARK_MAIL__WAIT", "3s")
}

on_both_databases! {
    fn postmark_gets_one_letter_with_the_license(database: TestDatabase) {
        let postmark = Postmark::start();
        let installation = installation(database, &postmark);
        let server = installation.start();

        let answer = server.deliver(sale("SALE-1").as_bytes());
        server.deliver(sale("SALE-1").as_bytes());

        assert_eq!(answer.json["status"], "ok");
        let [license] = installation.licenses().try_into().unwrap();
        let [letter] = postmark.letters().try_into().unwrap();
        assert_eq!(letter["To"], "jane@example.com");
        assert_eq!(letter["Subject"], "Your license for Data Tools");
        let text = letter["TextBody"].as_str().unwrap();
        assert!(text.lines().any(|line| line == license["blob"]) && text.contains(license["key"].as_str().unwrap()));
        assert_eq!(license["letters"][0]["message_id"], "0a129aee-e1cd-480d-b08d-4f48548ff48d");
    }

    fn a_refused_letter_costs_no_license_and_is_known_to_the_row(database: TestDatabase) {
        let postmark = Postmark::start();
        postmark.refuse(422, 406);
        let installation = installation(database, &postmark);
        let server = installation.start();

        let answer = server.deliver(sale("SALE-1").as_bytes());

        assert_eq!((answer.status, answer.json["status"].as_str()), (200, Some("minted-email-failed")));
        assert_eq!(installation.licenses()[0]["letter"], "failed");
        let [row] = installation.rows().try_into().unwrap();
        assert_eq!((&row["processed"], &row["license_key"]), (&json!(true), &answer.json["license_key"]));
        assert!(row["error"].as_str().unwrap().starts_with("email error: "), "{row}");
        // Told again, the answer is that of the same letter, and no other is written.
        assert_eq!(server.deliver(sale("SALE-1").as_bytes()).json["status"], "minted-email-failed");
        assert_eq!(installation.licenses()[0]["letters"].as_array().unwrap().len(), 1);
    }

    fn a_letter_that_failed_for_now_is_sent_after_a_restart(database: TestDatabase) {
        let postmark = Postmark::start();
        postmark.refuse(503, 0);
        let installation = installation(database, &postmark);
        let server = installation.start();
        assert_eq!(server.deliver(sale("SALE-1").as_bytes()).json["status"], "minted-email-failed");
        server.kill();

        postmark.accept();
        let server = installation.start();

        // The first pause is ten seconds, more or less.
        wait_until("the second sending", || installation.licenses()[0]["letter"] == "accepted");
        let uids: Vec<_> = postmark.letters().iter().map(|letter| letter["Metadata"]["mail_uid"].clone()).collect();
        assert_eq!(uids.len(), 2);
        assert_eq!(uids[0], uids[1]);
        assert_eq!(installation.rows()[0]["error"], json!(null));
        drop(server);
    }

    fn a_letter_whose_answer_was_lost_is_found_and_not_sent_again(database: TestDatabase) {
        let postmark = Postmark::start();
        postmark.lose_answers();
        let installation = installation(database, &postmark);
        let server = installation.start();

        let answer = server.deliver(sale("SALE-1").as_bytes());

        assert_eq!(answer.json["status"], "minted-email-failed");
        wait_until("the answer", || installation.licenses()[0]["letter"] == "accepted");
        assert_eq!(postmark.letters().len(), 1);
        assert_eq!(installation.licenses()[0]["letters"][0]["message_id"], "0a129aee-e1cd-480d-b08d-4f48548ff48d");
        assert_eq!(server.deliver(sale("SALE-1").as_bytes()).json["status"], "ok");
    }

    fn another_provider_sends_what_the_first_one_cannot(database: TestDatabase) {
        let (postmark, relay) = (Postmark::start(), Relay::start());
        postmark.refuse(503, 0);
        let installation = installation(database, &postmark)
            .with("MINTMARK_MAIL__FALLBACK", "smtp")
            .with("MINTMARK_MAIL__SMTP__URL", &relay.url());
        let server = installation.start();

        let answer = server.deliver(sale("SALE-1").as_bytes());

        assert_eq!(answer.json["status"], "ok");
        let letter = &installation.licenses()[0]["letters"][0];
        assert_eq!((&letter["provider"], &letter["attempts"]), (&json!("smtp"), &json!(2)));
        let uid = postmark.letters()[0]["Metadata"]["mail_uid"].as_str().unwrap().to_owned();
        assert_eq!(letter["message_id"], format!("<{uid}@example.com>"));
        assert!(relay.received().contains(&format!("Message-ID: <{uid}@example.com>")));
    }
}
