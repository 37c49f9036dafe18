//! `POST /webhooks/{source}`: from HTTP to the two calls that matter, and their result as an answer.

use crate::edge::body::{self, BODY_DEADLINE, ReadBody};
use crate::edge::room::{Place, Room};
use crate::edge::trace::OnRecord;
use crate::edge::{answers, not_found::not_found, remote};
use actix_web::http::header::ContentLength;
use actix_web::web::{Data, Header, Path, Payload};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use jiff::Timestamp;
use mintmark_fulfillment::{
    Admitted, Arrival, ArrivedBody, Delivery, Fulfilled, Fulfillment, Mailing, Proof, Request,
    VERIFICATION_PENDING, crash_point,
};
use serde::Serialize;
use tokio::time::{Duration, Instant, timeout_at};

/// Stores give up after five seconds; what is not on disk by then has to be sent again.
const RECORDING_DEADLINE: Duration = Duration::from_millis(3_500);
/// What is on record is answered 200, finished or not.
const ANSWER_DEADLINE: Duration = Duration::from_millis(3_900);

/// Receives one delivery.
pub(crate) async fn receive(
    request: HttpRequest,
    source: Path<String>,
    size: Option<Header<ContentLength>>,
    payload: Payload,
    fulfillment: Data<Fulfillment>,
    room: Data<Room>,
) -> HttpResponse {
    let (arrived, now) = (Instant::now(), Timestamp::now());
    let size = size.and_then(|Header(ContentLength(size))| u64::try_from(size).ok());
    let headers = headers(&request);
    let visitor =
        Visitor { fulfillment: &fulfillment, source: &source, request: &request, headers: &headers, now };
    // Its place in the room is given back when the delivery is on record.
    let (admitted, body, place) = match visitor.admit(payload, size, &room).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    crash_point("after-body");
    let remote_address = remote::address(&request).map(|address| address.to_string());
    let arrival = Arrival { headers, remote_address, body };
    let recorded = timeout_at(arrived + RECORDING_DEADLINE, fulfillment.accept(admitted, arrival, now)).await;
    drop(place);
    match recorded {
        Ok(Ok(delivery)) => {
            let after = arrived.elapsed();
            fulfillment.note_recording(&delivery, after);
            tracing::debug!(delivery = delivery.id, source = delivery.recorded.source, ?after, "on record");
            request.extensions_mut().insert(OnRecord(delivery.id));
            crash_point("after-record");
            answer(&fulfillment, &delivery, now, arrived).await
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a delivery could not be recorded; the store is asked to send it again");
            answers::not_recorded("the delivery could not be stored")
        }
        Err(_) => {
            tracing::error!("a delivery could not be recorded in time; the store is asked to send it again");
            answers::not_recorded("the delivery could not be stored in time")
        }
    }
}

/// Who stands at the door with a request.
struct Visitor<'a> {
    fulfillment: &'a Fulfillment,
    source: &'a str,
    request: &'a HttpRequest,
    headers: &'a [(String, String)],
    now: Timestamp,
}

impl Visitor<'_> {
    /// Lets the store in, with the body it brought. A stranger's body is read only where the proof is in the body.
    async fn admit(
        &self,
        payload: Payload,
        size: Option<u64>,
        room: &Room,
    ) -> Result<(Admitted, ArrivedBody, Place), HttpResponse> {
        match self.fulfillment.proof(self.source) {
            Some(Proof::BeforeBody) => match self.authenticate(None) {
                Some(admitted) => {
                    let (body, place) = read(payload, size, room).await?;
                    Ok((admitted, body, place))
                }
                None => Err(not_found().await),
            },
            Some(Proof::OverBody) => {
                let (body, place) = read(payload, size, room).await?;
                // A signature over a part proves nothing.
                let whole = match &body {
                    ArrivedBody::Whole(bytes) => Some(bytes.as_slice()),
                    ArrivedBody::Beginning { .. } => None,
                };
                match self.authenticate(whole) {
                    Some(admitted) => Ok((admitted, body, place)),
                    None => Err(not_found().await),
                }
            }
            None => Err(not_found().await),
        }
    }

    fn authenticate(&self, body: Option<&[u8]>) -> Option<Admitted> {
        let query = Some(self.request.query_string()).filter(|query| !query.is_empty());
        self.fulfillment.authenticate(self.source, &Request { query, headers: self.headers, body }, self.now)
    }
}

/// A body that did not arrive is not on record: the store has to send it again.
async fn read(
    payload: Payload,
    size: Option<u64>,
    room: &Room,
) -> Result<(ArrivedBody, Place), HttpResponse> {
    let Some(mut place) = room.enter() else { return Err(no_room()) };
    let body = match body::read(payload, size, BODY_DEADLINE, &mut place).await {
        ReadBody::Whole(bytes) => ArrivedBody::Whole(bytes),
        ReadBody::TooLarge { head, declared_size } => too_large(head, declared_size),
        ReadBody::TooSlow => return Err(answers::not_recorded("the body did not arrive in time")),
        ReadBody::Broken => return Err(answers::not_recorded("the body broke off")),
        ReadBody::NoRoom => return Err(no_room()),
    };
    Ok((body, place))
}

fn no_room() -> HttpResponse {
    tracing::warn!("too many deliveries at once; a store is asked to send its own again");
    answers::not_recorded("too many deliveries at once")
}

/// Header values are bytes; what is not text is kept as text that shows where it was not.
fn headers(request: &HttpRequest) -> Vec<(String, String)> {
    let headers = request.headers().iter();
    headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// Without a declared size at least more than the limit has come.
fn too_large(head: Vec<u8>, declared_size: Option<u64>) -> ArrivedBody {
    let read = u64::try_from(body::BODY_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    ArrivedBody::Beginning { bytes: head, size: declared_size.unwrap_or(read) }
}

/// Whatever happens from here on, the delivery is safe: the answer is 200.
async fn answer(
    fulfillment: &Fulfillment,
    delivery: &Delivery,
    now: Timestamp,
    arrived: Instant,
) -> HttpResponse {
    let deadline = arrived + ANSWER_DEADLINE;
    let fulfilled = match timeout_at(deadline, fulfillment.fulfill(delivery, now)).await {
        Ok(Ok(fulfilled)) => fulfilled,
        Ok(Err(error)) => {
            tracing::error!(delivery = delivery.id, %error, "recorded, but not fulfilled; it is tried again");
            unfinished()
        }
        Err(_) => unfinished(),
    };
    crash_point("after-issue");
    let deadline = deadline.min(Instant::now() + fulfillment.settings().mail.wait);
    let fulfilled = wait_for_the_store(fulfillment, delivery.id, fulfilled, deadline).await;
    let fulfilled = wait_for_letter(fulfillment, fulfilled, deadline).await;
    crash_point("before-answer");
    answers::ok(&Answer::new(delivery.id, fulfilled))
}

fn unfinished() -> Fulfilled {
    Fulfilled::NotMinted { reason: "recorded, not finished yet; it is retried by itself".to_owned() }
}

/// Waits a moment for the store's own word, where nothing may follow without it.
async fn wait_for_the_store(
    fulfillment: &Fulfillment,
    delivery: i64,
    fulfilled: Fulfilled,
    deadline: Instant,
) -> Fulfilled {
    let is_pending = matches!(&fulfilled, Fulfilled::NotMinted { reason } if reason == VERIFICATION_PENDING);
    let Some(answer) = is_pending.then(|| fulfillment.verified(delivery)).flatten() else { return fulfilled };
    match timeout_at(deadline, answer).await {
        Ok(Ok(verified)) => verified,
        Ok(Err(_)) | Err(_) => fulfilled,
    }
}

/// Waits a moment for the first sending of a letter that this delivery has caused.
async fn wait_for_letter(fulfillment: &Fulfillment, fulfilled: Fulfilled, deadline: Instant) -> Fulfilled {
    let Fulfilled::Licensed { license_key, mailing: Mailing::Queued, new_letter: Some(letter) } = fulfilled
    else {
        return fulfilled;
    };
    let mailing = match fulfillment.outbox().and_then(|outbox| outbox.send_now(letter)) {
        Some(result) => match timeout_at(deadline, result).await {
            Ok(Ok(letter)) => Mailing::of(Some(&letter)),
            Ok(Err(_)) | Err(_) => Mailing::Queued,
        },
        None => Mailing::Queued,
    };
    Fulfilled::Licensed { license_key, mailing, new_letter: Some(letter) }
}

/// The answer to a store, field by field as the contract has it.
#[derive(Debug, Serialize)]
struct Answer {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    delivery_id: i64,
}

impl Answer {
    fn new(delivery_id: i64, fulfilled: Fulfilled) -> Self {
        let plain = Self { status: "ok", license_key: None, outcome: None, reason: None, delivery_id };
        match fulfilled {
            Fulfilled::Changed { outcome, license_key } => {
                Self { outcome: Some(outcome.as_str()), license_key, ..plain }
            }
            Fulfilled::Noted => Self { outcome: Some("noted"), ..plain },
            Fulfilled::NotMinted { reason } => {
                Self { status: "logged-no-mint", reason: Some(reason), ..plain }
            }
            Fulfilled::Licensed { license_key, mailing, .. } => {
                let (status, reason) = match mailing {
                    Mailing::Accepted => ("ok", None),
                    Mailing::Queued => ("minted-email-queued", None),
                    Mailing::Failed { reason } => ("minted-email-failed", Some(reason)),
                };
                Self { status, license_key: Some(license_key), reason, ..plain }
            }
        }
    }
}
