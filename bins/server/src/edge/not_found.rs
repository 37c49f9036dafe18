//! The one 404, the same to the byte for whatever is not there or not allowed.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;

/// Answers 404 to an unknown path, an unknown source, a wrong secret and a wrong method alike.
///
/// A handler calls it before it touches the body; [`super::unread`] sees to what the client still sends.
/// One header is all the page may have: actix-web sends two in a new random order with each answer, so that
/// no two pages would be the same bytes. The page is not empty because an empty one is complete, and its
/// socket shut, before a client that is still sending had a moment to read it.
pub(crate) async fn not_found() -> HttpResponse {
    HttpResponse::NotFound()
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(r#"{"status":"not-found"}"#)
}
