//! The mail provider, and the one beside it.

use super::{Finding, Group};
use crate::Settings;
use mintmark_mail::{
    Address, Channels, Content, Examination, FailureClass, Letter, Mailer, Provider, Receipt, SendError,
};
use uuid::Uuid;

/// What the test letter is called.
pub const TEST_SUBJECT: &str = "Test letter of Mintmark";

const TEXT: &str = "This is a test letter of `mintmark-admin doctor`.\n\nIt came the way that licenses go. If it lies \
                    among the unwanted mail, so will they: look at SPF, DKIM and DMARC of the sender's domain.\n";
const HTML: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test letter of Mintmark</title>\
                    </head><body><p>This is a test letter of <code>mintmark-admin doctor</code>.</p><p>It came the way \
                    that licenses go. If it lies among the unwanted mail, so will they: look at SPF, DKIM and DMARC of \
                    the sender's domain.</p></body></html>\n";

/// Whether the providers would take letters; a test letter goes to `send`.
pub(super) fn check(settings: &Settings, send: Option<&Address>) -> Vec<Finding> {
    if settings.mail.provider == Provider::Folder {
        let words = "no mail provider is configured: letters become files, and no buyer gets one";
        let remedy = "set POSTMARK_TOKEN or mail.smtp.url, and mail.from";
        return vec![Group::Mail.warn("provider", words, remedy)];
    }
    let Channels { first, fallback } = match mintmark_mail::channels(&settings.mail, &settings.data_dir) {
        Ok(channels) => channels,
        // The check of the configuration has said it.
        Err(error) => return vec![Group::Mail.skip("provider", error.to_string())],
    };
    let mut findings = of("provider", first.as_ref());
    findings.extend(send.map(|to| test("test letter", first.as_ref(), to)));
    if let Some(fallback) = fallback {
        findings.extend(of("fallback", fallback.as_ref()));
        findings.extend(send.map(|to| test("second test", fallback.as_ref(), to)));
    }
    findings.extend(unreported(settings));
    findings
}

/// Without its reports a letter that came back looks like one that arrived.
fn unreported(settings: &Settings) -> Option<Finding> {
    let is_used =
        settings.mail.provider == Provider::Postmark || settings.mail.fallback == Some(Provider::Postmark);
    (is_used && settings.secrets_of("postmark").is_empty()).then(|| {
        let words = "Postmark is not asked to report bounces: a letter that comes back is not noticed";
        Group::Mail.warn(
            "reports",
            words,
            "set POSTMARK_WEBHOOK_SECRET, and the webhook at Postmark: see \"Mail\" in docs/OPERATING.md",
        )
    })
}

fn of(role: &str, mailer: &dyn Mailer) -> Vec<Finding> {
    match mailer.examine() {
        Ok(Examination { words, doubts }) => {
            let doubts = doubts.into_iter().map(|doubt| Group::Mail.fail(role, doubt.reason, doubt.remedy));
            [Group::Mail.pass(role, words)].into_iter().chain(doubts).collect()
        }
        Err(error) => vec![failed(role, mailer, &error)],
    }
}

fn test(check: &str, mailer: &dyn Mailer, to: &Address) -> Finding {
    match mailer.send(&letter(to)) {
        Ok(Receipt::Accepted { message_id }) => {
            let id = message_id.map(|id| format!(" as {id}")).unwrap_or_default();
            Group::Mail.pass(check, format!("{} accepted it{id}; look whether it arrives", mailer.provider()))
        }
        Ok(Receipt::Logged) => Group::Mail.skip(check, "it was written into the letters folder"),
        Err(error) => failed(check, mailer, &error),
    }
}

fn failed(check: &str, mailer: &dyn Mailer, error: &SendError) -> Finding {
    let words = error.message.clone();
    match (error.class, mailer.provider()) {
        (FailureClass::Configuration, "postmark") => {
            let remedy =
                "set POSTMARK_TOKEN to the server's token, and confirm the sender of mail.from at Postmark";
            Group::Mail.fail(check, words, remedy)
        }
        (FailureClass::Configuration, _) => {
            Group::Mail.fail(check, words, "set user, password and port in mail.smtp.url, and mail.from")
        }
        (FailureClass::Transient | FailureClass::Throttle | FailureClass::Unknown, _) => {
            Group::Mail.fail(check, words, "run the doctor again; letters wait meanwhile, for three days")
        }
        (FailureClass::Recipient | FailureClass::Content | FailureClass::Policy, _) => {
            Group::Mail.fail(check, words, "try another address with --send")
        }
    }
}

fn letter(to: &Address) -> Letter {
    Letter {
        uid: Uuid::new_v4().to_string(),
        // No letter of the outbox has it.
        id: 0,
        to: to.clone(),
        content: Content {
            subject: TEST_SUBJECT.to_owned(),
            text: TEXT.to_owned(),
            html: HTML.to_owned(),
            attachments: Vec::new(),
        },
    }
}
