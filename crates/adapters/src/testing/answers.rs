//! What the stand-in answers.

use super::http::{Answer, Request};
use super::shelf::{Shelf, contains, days, is_between, place};
use super::{TOKEN, lock};
use crate::fields::form;
use jiff::civil::Date;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;

const PAGE: usize = 10;

/// Path and parameters of a question, unescaped.
struct Question {
    method: String,
    path: String,
    parameters: HashMap<String, String>,
}

/// The answer, or nothing where the stand-in hangs up.
pub(super) fn answer(shelf: &Mutex<Shelf>, request: &Request) -> Option<Answer> {
    let slow = lock(shelf).faults.slow;
    std::thread::sleep(slow);
    let mut shelf = lock(shelf);
    shelf.asked.push(format!("{} {}", request.method, request.target));
    shelf.questions += 1;
    let (count, faults) = (shelf.questions, shelf.faults.clone());
    let is_due = |every: usize| count.is_multiple_of(every);
    if faults.hang_up_every.is_some_and(is_due) {
        return None;
    }
    if let Some((_, seconds)) = faults.throttle_every.filter(|(every, _)| is_due(*every)) {
        return Some(Answer { status: 429, retry_after: Some(seconds), body: String::new() });
    }
    if faults.fail_every.is_some_and(is_due) {
        return Some(say(503, &json!({})));
    }
    let knows = request.authorization.as_deref() == Some(&format!("Bearer {TOKEN}"));
    Some(match (knows && !faults.no_token, faults.no_scope) {
        (false, _) => Answer { status: 401, retry_after: None, body: String::new() },
        (true, true) => Answer { status: 403, retry_after: None, body: String::new() },
        (true, false) => respond(&mut shelf, &Question::of(request)),
    })
}

fn respond(shelf: &mut Shelf, question: &Question) -> Answer {
    let Some(path) = question.path.strip_prefix("/v2/") else { return say(404, &json!({})) };
    match (question.method.as_str(), path.split_once('/')) {
        ("GET", None) if path == "sales" => list(shelf, question),
        ("GET", Some(("sales", id))) => one("sale", shelf.sale(id)),
        ("GET", Some(("subscribers", id))) => one("subscriber", shelf.subscriber(id)),
        ("GET", None) if path == "resource_subscriptions" => registrations(shelf, question),
        ("PUT", None) if path == "resource_subscriptions" => register(shelf, question),
        ("DELETE", Some(("resource_subscriptions", id))) if shelf.unregister(id) => say(
            200,
            &json!({"success": true, "message": "The resource_subscription was deleted successfully."}),
        ),
        ("DELETE", Some(("resource_subscriptions", _))) => one("resource_subscription", None),
        _ => say(404, &json!({})),
    }
}

fn list(shelf: &mut Shelf, question: &Question) -> Answer {
    let date = |name: &str| question.get(name).map(str::parse::<Date>).transpose();
    let (Ok(after), Ok(before)) = (date("after"), date("before")) else {
        return say(400, &json!({"status": 400, "error": "Invalid date format provided in field 'after'."}));
    };
    let order = question.get("order_id");
    let is_heavy = shelf.faults.heavy_day.is_some_and(|day| contains(after, before, day));
    let is_long = shelf.faults.longest_list.is_some_and(|longest| days(after, before) > longest);
    if order.is_none() && (is_heavy || is_long) {
        return say(400, &json!({"status": 400, "error": "Query timed out. Try narrowing your date range."}));
    }
    let sales = shelf.listed(|sale| {
        is_between(sale, after, before)
            && order.is_none_or(|order| sale["order_id"].as_u64() == order.parse().ok())
    });
    page(shelf, &sales, question)
}

/// One page, with the faults of pages.
fn page(shelf: &mut Shelf, sales: &[Value], question: &Question) -> Answer {
    let named = question.get("page_key").map(|key| {
        let is_beyond = |sale: &Value| key_of(sale) == key;
        sales.iter().position(is_beyond).map_or(sales.len(), |place| place + 1)
    });
    let number = question.get("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    let mut start = named.unwrap_or((number - 1) * PAGE).min(sales.len());
    if named.is_some() {
        shelf.further_pages += 1;
        let further = shelf.further_pages;
        if shelf.faults.repeat_every.is_some_and(|every| further.is_multiple_of(every)) {
            start = start.saturating_sub(PAGE);
        }
        start = start.saturating_sub(shelf.faults.overlap);
    }
    let end = (start + PAGE).min(sales.len());
    let mut shown = sales[start..end].to_vec();
    let mut answer = json!({"success": true});
    if let Some(last) = shown.last().filter(|_| end < sales.len()).map(key_of) {
        shelf.unfinished_pages += 1;
        let count = shelf.unfinished_pages;
        if shelf.faults.forget_next_every.is_none_or(|every| !count.is_multiple_of(every)) {
            answer["next_page_key"] = json!(last);
            answer["next_page_url"] = json!(format!("/v2/sales?page_key={last}"));
        }
    }
    if shelf.faults.shuffled {
        shown.sort_by_key(|sale| sale["order_id"].as_u64().unwrap_or_default() * 7919 % 101);
    }
    answer["sales"] = Value::Array(shown);
    say(200, &answer)
}

fn registrations(shelf: &Shelf, question: &Question) -> Answer {
    let Some(event) = question.get("resource_name") else {
        return say(200, &json!({"success": false, "message": "Valid resource_name parameter required"}));
    };
    let of_event = shelf.registered.iter().filter(|(_, name, _)| name == event);
    let list: Vec<Value> =
        of_event.map(|(id, event, url)| json!({"id": id, "resource_name": event, "post_url": url})).collect();
    say(200, &json!({"success": true, "resource_subscriptions": list}))
}

fn register(shelf: &mut Shelf, question: &Question) -> Answer {
    let (Some(event), Some(url)) = (question.get("resource_name"), question.get("post_url")) else {
        return say(200, &json!({"success": false, "message": "Unable to subscribe to ''."}));
    };
    if !url.starts_with("http") {
        let message = format!("Invalid post URL '{url}'");
        return say(200, &json!({"success": false, "message": message}));
    }
    let id = shelf.register(event, url);
    let created = json!({"id": id, "resource_name": event, "post_url": url});
    say(200, &json!({"success": true, "resource_subscription": created}))
}

fn one(name: &str, found: Option<&Value>) -> Answer {
    match found {
        Some(found) => say(200, &json!({"success": true, name: found})),
        None => say(200, &json!({"success": false, "message": format!("The {name} was not found.")})),
    }
}

fn key_of(sale: &Value) -> String {
    let (moment, number) = place(sale);
    format!("{moment}-{number}")
}

fn say(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string() }
}

impl Question {
    fn of(request: &Request) -> Self {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let text = |bytes: &[u8]| String::from_utf8_lossy(&form::decode(bytes)).into_owned();
        let pairs = form::pairs(query.as_bytes()).chain(form::pairs(request.body.as_bytes()));
        let parameters = pairs.map(|(name, value)| (text(name), text(value))).collect();
        let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
        Self { method: request.method.clone(), path, parameters }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}
