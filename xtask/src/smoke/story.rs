//! The story that the smoke test tells, from an empty folder to a restarted server.

use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answer::Answer;
use super::command_lines::only;
use super::rows::Row;
use super::sales::{FORGOTTEN, MAPPED, Sale};
use super::server::Server;
use super::shop::Shop;
use crate::process::wait_for;

/// Tells every sentence in its order and ends at the first that is not true.
pub(super) fn tell(shop: &Shop<'_>) -> anyhow::Result<()> {
    let server = told("a server on an empty folder starts", || Server::start(shop, "first.log"))?;
    let url = told("it prints its ping URL", || server.ping_url())?;
    told("a wrong secret is answered exactly like an unknown path", || strangers_learn_nothing(shop))?;
    let key = told("a sale is answered with a license key", || sale_is_answered(&url))?;
    told("the license is in the table", || license_is_kept(shop, &key))?;
    told("its audit row is processed and holds the body byte for byte", || delivery_is_kept(shop, &key))?;
    told("one letter to the buyer carries the same blob", || letter_is_written(shop, &MAPPED))?;
    told("the same sale again stays one license and becomes two audit rows", || {
        twin_is_found(shop, &url, &key)
    })?;
    let id = told("a forgotten product is on record and mints nothing", || forgotten_is_logged(shop, &url))?;
    told("mintmark-replay mints it once products.yaml names it", || replay_repairs(shop, &id))?;
    told("a second replay changes nothing", || second_replay_is_idle(shop, &id))?;
    told("SIGTERM ends the server with exit code 0", || server.stop())?;
    let server = told("it starts again on the same folder", || Server::start(shop, "second.log"))?;
    told("the buyer of the replayed sale has a letter too", || letter_is_written(shop, &FORGOTTEN))?;
    told("the old sale is answered with the old key and makes nothing new", || {
        old_sale_is_known(shop, &url, &key)
    })?;
    told("a refund revokes its license, and the sale told again does not bring it back", || {
        refund_revokes(shop, &url)
    })?;
    told("its log holds no secret, no key and no address", || log_is_discreet(&server, &url, &key))?;
    told("SIGTERM ends it again with exit code 0", || server.stop())
}

fn told<T>(sentence: &str, act: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let result = act();
    println!("    {:<8}{sentence}", if result.is_ok() { "ok" } else { "FAILED" });
    result.with_context(|| format!("it is not true that {sentence}"))
}

fn strangers_learn_nothing(shop: &Shop<'_>) -> anyhow::Result<()> {
    let body = MAPPED.body()?;
    let unknown = Answer::to_form(&shop.url("/no/such/path"), &body)?;
    let path = "/webhooks/gumroad?secret=not-the-secret-of-this-shop";
    let refused = Answer::to_form(&shop.url(path), &body)?;
    ensure!(unknown.status == 404, "an unknown path is answered with {}", unknown.status);
    ensure!(refused == unknown, "a stranger can tell {refused:?} from {unknown:?}");
    ensure!(shop.deliveries()?.is_empty(), "a refused request is on record");
    Ok(())
}

fn sale_is_answered(url: &str) -> anyhow::Result<String> {
    let answer = post(url, &MAPPED)?;
    answer.expect("status", "ok")?;
    answer.expect_start("license_key", "DT1-CORE-")?;
    answer.text("delivery_id")?;
    answer.text("license_key")
}

fn license_is_kept(shop: &Shop<'_>, key: &str) -> anyhow::Result<()> {
    let license = only(shop.licenses()?, "license")?;
    license.expect("key", key)?;
    license.expect_start("blob", "DTLIC2:")?;
    license.expect("source", "gumroad")?;
    license.expect("source_order_id", MAPPED.sale_id)?;
    license.expect("email", MAPPED.email)?;
    license.expect("tier", "core")?;
    license.expect("status", "active")
}

fn delivery_is_kept(shop: &Shop<'_>, key: &str) -> anyhow::Result<()> {
    let listed = only(shop.deliveries()?, "audit row")?;
    listed.expect("processed", true)?;
    listed.expect("error", Value::Null)?;
    listed.expect("outcome", "minted")?;
    listed.expect("license_key", key)?;
    let shown = shop.delivery(&listed.text("id")?)?;
    shown.inner("order")?.expect("sale_id", MAPPED.sale_id)?;
    let body = STANDARD.decode(shown.text("body")?).context("the body is not base64")?;
    ensure!(body == MAPPED.body()?, "the body on record is not the body that was sent");
    Ok(())
}

/// Waits, because a letter that another process queued is sent when the server's worker finds it.
fn letter_is_written(shop: &Shop<'_>, sale: &Sale) -> anyhow::Result<()> {
    let licenses = shop.licenses()?.into_iter().filter(|row| row.expect("email", sale.email).is_ok());
    let blob = only(licenses.collect(), "license of this buyer")?.text("blob")?;
    let letters = wait_for("a letter", Duration::from_secs(30), || {
        let mut letters = shop.letters()?;
        letters.retain(|letter| letter.to.contains(sale.email));
        Ok((!letters.is_empty()).then_some(letters))
    })?;
    ensure!(letters.len() == 1, "{} letters to one buyer", letters.len());
    ensure!(letters[0].carries(&blob), "the letter does not carry the blob of the license");
    Ok(())
}

fn twin_is_found(shop: &Shop<'_>, url: &str, key: &str) -> anyhow::Result<()> {
    ensure_same_key(&sale_is_answered(url)?, key)?;
    only(shop.licenses()?, "license")?;
    let rows = shop.deliveries_of(&MAPPED)?.len();
    ensure!(rows == 2, "{rows} audit rows for two deliveries");
    letter_is_written(shop, &MAPPED)
}

fn forgotten_is_logged(shop: &Shop<'_>, url: &str) -> anyhow::Result<String> {
    let reason = "no entry in config/products.yaml";
    let answer = post(url, &FORGOTTEN)?;
    answer.expect("status", "logged-no-mint")?;
    answer.expect_start("reason", reason)?;
    let row = only(shop.deliveries_of(&FORGOTTEN)?, "audit row")?;
    row.expect("processed", false)?;
    ensure!(row.text("error")?.contains(reason), "the audit row does not say why: {row:?}");
    only(shop.licenses()?, "license")?;
    row.text("id")
}

fn replay_repairs(shop: &Shop<'_>, id: &str) -> anyhow::Result<()> {
    shop.sell(&[&MAPPED, &FORGOTTEN])?;
    shop.replay(id)?;
    let row = only(shop.deliveries_of(&FORGOTTEN)?, "audit row")?;
    row.expect("processed", true)?;
    row.expect("error", Value::Null)?;
    row.expect_start("license_key", "DT1-CORE-")?;
    let licenses = shop.licenses()?.len();
    ensure!(licenses == 2, "{licenses} licenses for two orders");
    Ok(())
}

/// The state of the letter is left out: the server may send it in this very moment.
fn second_replay_is_idle(shop: &Shop<'_>, id: &str) -> anyhow::Result<()> {
    let licenses = || shop.licenses().map(|rows| rows.into_iter().map(|row| row.without("letter")).collect());
    let before: Vec<Row> = licenses()?;
    shop.replay(id)?;
    let after: Vec<Row> = licenses()?;
    ensure!(before == after, "the licenses were {before:?} and are {after:?}");
    Ok(())
}

fn old_sale_is_known(shop: &Shop<'_>, url: &str, key: &str) -> anyhow::Result<()> {
    ensure_same_key(&sale_is_answered(url)?, key)?;
    let made = (shop.licenses()?.len(), shop.letters()?.len());
    ensure!(made == (2, 2), "two orders made {} licenses and {} letters", made.0, made.1);
    Ok(())
}

fn refund_revokes(shop: &Shop<'_>, url: &str) -> anyhow::Result<()> {
    let answer = json(&Answer::to_form(url, &MAPPED.refund()?)?)?;
    answer.expect("outcome", "revoked")?;
    let stale = post(url, &MAPPED)?;
    stale.expect("status", "logged-no-mint")?;
    stale.expect("reason", "refunded")?;
    let licenses = shop.licenses()?.into_iter().filter(|row| row.expect("email", MAPPED.email).is_ok());
    only(licenses.collect(), "license of this buyer")?.expect("status", "revoked")
}

/// The second run printed no ping URL, so nothing that it printed may hold the secret.
fn log_is_discreet(server: &Server, url: &str, key: &str) -> anyhow::Result<()> {
    let log = server.log()?;
    let (_, secret) = url.split_once("secret=").context("the ping URL has no secret")?;
    let secrets = [("the secret", secret), ("a license key", key), ("an address", MAPPED.email)];
    let leaked = secrets.iter().find(|(_, secret)| log.contains(secret));
    ensure!(leaked.is_none(), "the log holds {}", leaked.map_or("nothing", |(name, _)| name));
    Ok(())
}

fn post(url: &str, sale: &Sale) -> anyhow::Result<Row> {
    json(&Answer::to_form(url, &sale.body()?)?)
}

fn json(answer: &Answer) -> anyhow::Result<Row> {
    ensure!(answer.status == 200, "answered with {}", answer.status);
    answer.json().map(Row::from)
}

fn ensure_same_key(found: &str, expected: &str) -> anyhow::Result<()> {
    ensure!(found == expected, "the key was {expected} and is {found}");
    Ok(())
}
