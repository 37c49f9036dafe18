//! The promises, asserted one by one; the letters are those of `docs/RELIABILITY.md`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use xtask::process::wait_for;

use super::rows::{self, Delivery, Letter, License, Rows};
use super::{Ending, Summary, Telling};
use crate::command_lines;
use crate::installation::Installation;
use crate::sink::{self, Sink};

/// E: after the faults have ended, nothing is unfinished for longer.
const FINISHED_WITHIN: Duration = Duration::from_secs(90);

/// Asks until every delivery and every letter has come to its end.
pub(super) fn await_the_end(installation: &Installation<'_>) -> anyhow::Result<()> {
    let mut witness = installation.witness()?;
    let mut left = (0, 0);
    let waited = wait_for("E: the end of all that was begun", FINISHED_WITHIN, || {
        left = rows::unfinished(&mut witness)?;
        Ok((left == (0, 0)).then_some(()))
    });
    waited.with_context(|| format!("{} deliveries and {} letters are unfinished", left.0, left.1))
}

/// Everything but the wait and the logs.
pub(super) fn check(
    tellings: &[Telling],
    installation: &Installation<'_>,
    sink: &Sink,
    ambiguous: usize,
) -> anyhow::Result<Summary> {
    let mut witness = installation.witness()?;
    rows::check_integrity(&mut witness).context("F")?;
    command_lines::verify(installation).context("H")?;
    let rows = Rows::read(&mut witness)?;
    let mut summary = count(tellings)?;
    everything_acknowledged_is_on_record(tellings, &rows).context("A")?;
    each_order_has_one_license(tellings, &rows).context("B")?;
    no_license_comes_from_nowhere(&rows).context("C")?;
    summary.extra_letters = each_license_has_its_letter(&rows, &sink.letters()).context("D")?;
    let extra = summary.extra_letters;
    ensure!(extra <= ambiguous, "D: {extra} extra letters after {ambiguous} ambiguous faults");
    summary.deliveries = rows.deliveries.len();
    summary.licenses = rows.licenses.len();
    Ok(summary)
}

/// A store understands two answers, and nothing but these may ever reach it.
fn count(tellings: &[Telling]) -> anyhow::Result<Summary> {
    let mut summary = Summary { told: tellings.len(), ..Summary::default() };
    for telling in tellings {
        match &telling.ending {
            Ending::Open | Ending::Unanswered => summary.unanswered += 1,
            Ending::Answered(answer, took) => {
                match answer.status {
                    200 => summary.acknowledged += 1,
                    503 => summary.refused += 1,
                    other => anyhow::bail!("a store was answered {other}: {}", answer.body),
                }
                summary.slowest = summary.slowest.max(*took);
            }
        }
    }
    Ok(summary)
}

/// Byte for byte. A number that was lost may have been given away again, so other bytes are a loss as well.
fn everything_acknowledged_is_on_record(tellings: &[Telling], rows: &Rows) -> anyhow::Result<()> {
    let mut lost = Vec::new();
    for (telling, answer) in acknowledged(tellings) {
        let id = answer["delivery_id"].as_i64().context("an answer has no delivery_id")?;
        let delivery = rows.deliveries.get(&id);
        if delivery.is_none_or(|delivery| delivery.body != telling.body.as_bytes()) {
            lost.push(id);
        }
    }
    let all = acknowledged(tellings).count();
    let first = lost.first();
    ensure!(
        lost.is_empty(),
        "{} of {all} acknowledged deliveries are lost, the first is {first:?}",
        lost.len()
    );
    Ok(())
}

/// An order that was refunded has none that runs: it was revoked, or was never minted.
fn each_order_has_one_license(tellings: &[Telling], rows: &Rows) -> anyhow::Result<()> {
    let mut licenses: HashMap<&str, Vec<&License>> = HashMap::new();
    for license in &rows.licenses {
        licenses.entry(&license.order_id).or_default().push(license);
    }
    let told_refunds = tellings.iter().filter(|telling| telling.is_refund);
    let perhaps_refunded: HashSet<&str> = told_refunds.map(|telling| telling.order.as_str()).collect();
    let refunds = acknowledged(tellings).filter(|(telling, _)| telling.is_refund);
    let refunded: HashSet<&str> = refunds.map(|(telling, _)| telling.order.as_str()).collect();
    for (telling, answer) in acknowledged(tellings) {
        let order = telling.order.as_str();
        let of_order = licenses.get(order).map(Vec::as_slice).unwrap_or_default();
        let license = match of_order {
            [license] => license,
            [] if perhaps_refunded.contains(order) => continue,
            _ => anyhow::bail!("the order {order} has {} licenses", of_order.len()),
        };
        if let Some(key) = answer["license_key"].as_str() {
            ensure!(key == license.key, "the order {order} was answered with another key than it has");
        }
        ensure!(
            !refunded.contains(order) || !license.runs(),
            "the order {order} was refunded, and its license runs"
        );
        ensure!(perhaps_refunded.contains(order) || license.runs(), "the license of {order} does not run");
    }
    Ok(())
}

/// A license is made of a delivery that tells of its order.
fn no_license_comes_from_nowhere(rows: &Rows) -> anyhow::Result<()> {
    let told: HashSet<(i64, &str)> =
        rows.deliveries.values().map(|delivery| (delivery.license, order(delivery))).collect();
    for license in &rows.licenses {
        let order = license.order_id.replace('=', "%3D");
        ensure!(
            told.contains(&(license.number, order.as_str())),
            "no delivery tells of the license of {}",
            license.order_id
        );
    }
    Ok(())
}

/// As it is written in the form.
fn order(delivery: &Delivery) -> &str {
    let body = std::str::from_utf8(&delivery.body).unwrap_or_default();
    let field = body.split('&').find_map(|field| field.strip_prefix("sale_id="));
    field.unwrap_or_default()
}

/// Answers how many letters were accepted beyond the one for each license.
fn each_license_has_its_letter(rows: &Rows, accepted: &[sink::Letter]) -> anyhow::Result<usize> {
    let licenses: HashMap<&str, i64> =
        rows.letters.iter().map(|letter| (letter.mail_uid.as_str(), letter.license)).collect();
    let keys: HashMap<i64, &str> =
        rows.licenses.iter().map(|license| (license.number, license.key.as_str())).collect();
    let mut served = HashSet::new();
    for letter in accepted {
        let license =
            licenses.get(letter.mail_uid.as_str()).context("a letter was sent that nobody wrote")?;
        let key = keys.get(license).context("a letter was sent for no license")?;
        ensure!(letter.text.contains(key), "a letter was sent without its license key");
        served.insert(*license);
    }
    let running: HashSet<i64> =
        rows.licenses.iter().filter(|license| license.runs()).map(|license| license.number).collect();
    // What was refunded before its letter left is not mailed any more.
    let is_withheld = |letter: &&Letter| letter.state == "held" && !running.contains(&letter.license);
    let unsent = rows.letters.iter().find(|letter| letter.state != "accepted" && !is_withheld(letter));
    ensure!(unsent.is_none(), "a letter ended as {:?}", unsent.map(|letter| &letter.state));
    let silent = running.difference(&served).count();
    ensure!(silent == 0, "{silent} buyers of {} were sent no letter", running.len());
    Ok(accepted.len() - served.len())
}

fn acknowledged(tellings: &[Telling]) -> impl Iterator<Item = (&Telling, &Value)> {
    tellings.iter().filter_map(|telling| Some((telling, telling.acknowledgment()?)))
}
