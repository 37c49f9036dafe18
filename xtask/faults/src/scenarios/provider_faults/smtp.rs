//! What an SMTP server can do to a letter, step by step.

use super::case::{Case, Fate, Provider};
use crate::doubles::smtp::Reply::{self, HangUp, Say, Silence};
use crate::doubles::smtp::Script;

/// Over SMTP nobody can be asked what became of a letter: the same Message-ID goes out again, not before this.
const NOT_IN_HASTE: Fate = Fate::unknown((570, 900), 0);

pub(super) fn cases() -> Vec<Case> {
    let well = Script::default();
    let quick = [
        case("smtp accepts", well, Fate::ACCEPTED),
        case("421 at the greeting", Script { greeting: Say("421 4.3.2 closing"), ..well }, Fate::TRANSIENT),
        case("454 at AUTH", Script { login: Say("454 4.7.0 later"), ..well }, Fate::TRANSIENT),
        case("535 at AUTH", Script { login: Say("535 5.7.8 no"), ..well }, Fate::CONFIGURATION),
        case("421 at MAIL", Script { sender: Say("421 4.3.2 closing"), ..well }, Fate::TRANSIENT),
        case("450 at MAIL", Script { sender: Say("450 4.1.8 later"), ..well }, Fate::TRANSIENT),
        case("530 at MAIL", Script { sender: Say("530 5.7.0 log in"), ..well }, Fate::CONFIGURATION),
        case("550 5.7.1 at MAIL", Script { sender: Say("550 5.7.1 no"), ..well }, Fate::CONFIGURATION),
        case("421 at RCPT", at_recipient("421 4.3.2 closing"), Fate::TRANSIENT),
        case("450 at RCPT", at_recipient("450 4.2.0 greylisted"), Fate::TRANSIENT),
        case("550 5.1.1 at RCPT", at_recipient("550 5.1.1 nobody"), Fate::given_up("recipient")),
        case("553 at RCPT", at_recipient("553 5.1.3 syntax"), Fate::given_up("recipient")),
        case("450 at DATA", Script { data: Say("450 4.3.0 later"), ..well }, Fate::TRANSIENT),
        case("452 at the final dot", at_the_dot(Say("452 4.3.1 full")), Fate::TRANSIENT),
        case("552 5.3.4 at the final dot", at_the_dot(Say("552 5.3.4 large")), Fate::given_up("content")),
        case("554 5.6.0 at the final dot", at_the_dot(Say("554 5.6.0 form")), Fate::given_up("content")),
        case("554 5.7.1 at the final dot", at_the_dot(Say("554 5.7.1 spam")), Fate::given_up("policy")),
        case("hung up at RCPT", Script { recipient: HangUp, ..well }, Fate::TRANSIENT),
        case("hung up at the final dot", at_the_dot(HangUp), NOT_IN_HASTE),
        case("silent at the greeting", Script { greeting: Silence, ..well }, Fate::TRANSIENT),
        case("silent at the final dot", at_the_dot(Silence), NOT_IN_HASTE),
    ];
    quick.into_iter().collect()
}

fn case(name: &'static str, script: Script, fate: Fate) -> Case {
    Case { name, provider: Provider::Smtp(script), fate, takes_long: false }
}

fn at_recipient(words: &'static str) -> Script {
    Script { recipient: Say(words), ..Script::default() }
}

fn at_the_dot(reply: Reply) -> Script {
    Script { message: reply, ..Script::default() }
}
