//! `GET /licenses/revocations`: the revocation list, for every app and every cache.

use crate::edge::answers;
use actix_web::http::header::{
    CacheControl, CacheDirective, ETag, EntityTag, Header as _, IfModifiedSince, IfNoneMatch, LastModified,
};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use mintmark_fulfillment::{Fulfillment, RevocationList};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a cache may keep it, in seconds: what a refund takes to reach an app at most, beside the app's own pause.
const MAX_AGE: u32 = 300;
/// How much of the signature's end tells one text from another, in characters.
const TAG: usize = 16;

/// Answers from memory: no request for it reaches the database.
pub(crate) async fn publish(request: HttpRequest, fulfillment: Data<Fulfillment>) -> HttpResponse {
    let Some(list) = fulfillment.revocation_list() else {
        let reason = "there is no revocation list yet";
        return answers::come_again(StatusCode::SERVICE_UNAVAILABLE, "unavailable", reason, 5);
    };
    let made_at = UNIX_EPOCH + Duration::from_secs(u64::try_from(list.made_at.as_second()).unwrap_or(0));
    let tag = tag(&list);
    let status = if is_known(&request, &tag, made_at) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header(CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(MAX_AGE)]))
        .insert_header(LastModified(made_at.into()))
        .insert_header(ETag(tag));
    if status == StatusCode::NOT_MODIFIED {
        return answer.finish();
    }
    answer.insert_header((header::CONTENT_TYPE, "text/plain")).body(Bytes::from_owner(Text(list)))
}

/// The text of the list, of which all answers that are being sent share one copy: it may have four megabytes.
struct Text(Arc<RevocationList>);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.text.as_bytes()
    }
}

/// Two lists of one serial, of which one was lost with a database, have different tags.
fn tag(list: &RevocationList) -> EntityTag {
    let end = list.text.get(list.text.len().saturating_sub(TAG)..).unwrap_or_default();
    EntityTag::new_strong(format!("{}-{end}", list.serial))
}

/// Whether the client says that it has this list. A tag is believed before a time.
fn is_known(request: &HttpRequest, tag: &EntityTag, made_at: SystemTime) -> bool {
    if request.headers().contains_key(header::IF_NONE_MATCH) {
        return match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
            Err(_) => false,
        };
    }
    IfModifiedSince::parse(request).is_ok_and(|IfModifiedSince(since)| SystemTime::from(since) >= made_at)
}
