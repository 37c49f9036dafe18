//! Reading a body by hand: within a size, within a time, and never cut short unnoticed.

use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use super::room::Place;

/// The largest body, in bytes, that is read whole.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;
/// How long the whole body may take: actix-web itself waits for a slow body without end.
pub(crate) const BODY_DEADLINE: Duration = Duration::from_secs(3);
/// What is kept of a body that is too large, in bytes.
const KEPT_OF_TOO_LARGE: usize = 4 * 1024;

/// How reading a body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadBody {
    /// The body to its last byte.
    Whole(Vec<u8>),
    /// More than [`BODY_LIMIT`]; the rest is left unread.
    TooLarge {
        /// The first 4 KiB.
        head: Vec<u8>,
        /// The size by the client's own word, none if it sent chunks.
        declared_size: Option<u64>,
    },
    /// It did not end in time.
    TooSlow,
    /// The client went away in the middle, or its chunks made no sense.
    Broken,
    /// The bodies at hand take all the memory that they may.
    NoRoom,
}

/// Reads `payload`, whose `Content-Length` says `declared_size`, to its end or to one of the limits, and takes room for
/// it in `place`.
///
/// A declared size over the limit is taken at its word as soon as there is enough to keep.
pub(crate) async fn read<P>(
    payload: P,
    declared_size: Option<u64>,
    deadline: Duration,
    place: &mut Place,
) -> ReadBody
where
    P: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    timeout(deadline, read_on(payload, declared_size, place)).await.unwrap_or(ReadBody::TooSlow)
}

async fn read_on<P>(mut payload: P, declared_size: Option<u64>, place: &mut Place) -> ReadBody
where
    P: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let limit = most_to_read(declared_size);
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else { return ReadBody::Broken };
        if !make_room(&mut body, chunk.len(), place) {
            return ReadBody::NoRoom;
        }
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            body.truncate(KEPT_OF_TOO_LARGE);
            body.shrink_to_fit();
            return ReadBody::TooLarge { head: body, declared_size };
        }
    }
    ReadBody::Whole(body)
}

/// Makes room for `more` bytes, taken in `place` by what is really allocated: a vector left to itself takes twice as
/// much as it holds.
fn make_room(body: &mut Vec<u8>, more: usize, place: &mut Place) -> bool {
    let needed = body.len().saturating_add(more);
    if needed <= body.capacity() {
        return true;
    }
    // Half as much again, so that a body in many pieces is not copied at each of them.
    let wanted = needed.max(body.capacity() + body.capacity() / 2);
    let has_room = place.grow(wanted - body.capacity());
    if has_room {
        body.reserve_exact(wanted - body.len());
    }
    has_room
}

fn most_to_read(declared_size: Option<u64>) -> usize {
    match declared_size.map(usize::try_from) {
        Some(Ok(0..=BODY_LIMIT)) | None => BODY_LIMIT,
        Some(_) => KEPT_OF_TOO_LARGE,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::super::room::{ROOM, Room};
    use super::*;

    async fn arrive(
        payload: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
        declared_size: Option<u64>,
    ) -> ReadBody {
        let mut place = Room::new(ROOM).enter().unwrap();
        read(payload, declared_size, Duration::from_millis(50), &mut place).await
    }

    fn chunks(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        stream::iter(sizes.iter().map(|size| Ok(Bytes::from(vec![b'a'; *size]))).collect::<Vec<_>>())
    }

    fn too_large(declared_size: Option<u64>) -> ReadBody {
        ReadBody::TooLarge { head: vec![b'a'; KEPT_OF_TOO_LARGE], declared_size }
    }

    #[actix_web::test]
    async fn a_body_of_exactly_the_limit_is_whole() {
        for size in [0, 1, BODY_LIMIT - 1, BODY_LIMIT] {
            let body = arrive(chunks(&[size / 2, size - size / 2]), None).await;
            assert_eq!(body, ReadBody::Whole(vec![b'a'; size]));
        }
    }

    #[actix_web::test]
    async fn one_byte_over_the_limit_is_too_large_and_its_head_is_kept() {
        assert_eq!(arrive(chunks(&[BODY_LIMIT, 1]), None).await, too_large(None));
    }

    #[actix_web::test]
    async fn a_size_declared_too_large_is_not_waited_for() {
        for size in [262_145, u64::MAX] {
            let rest = stream::pending();
            let payload = chunks(&[1024, 3073]).chain(rest);
            assert_eq!(arrive(payload, Some(size)).await, too_large(Some(size)));
        }
    }

    #[actix_web::test]
    async fn a_body_that_stalls_is_too_slow() {
        let payload = chunks(&[10]).chain(stream::pending());
        assert_eq!(arrive(payload, Some(20)).await, ReadBody::TooSlow);
    }

    #[actix_web::test]
    async fn a_body_that_ends_early_is_broken() {
        let end = stream::iter([Err(PayloadError::Incomplete(None))]);
        assert_eq!(arrive(chunks(&[10]).chain(end), Some(20)).await, ReadBody::Broken);
    }

    #[actix_web::test]
    async fn a_body_that_finds_no_room_is_refused_and_leaves_room_behind() {
        let room = Room::new(64 * 1024);
        let mut first = room.enter().unwrap();
        let held = read(chunks(&[40_000]), None, BODY_DEADLINE, &mut first).await;
        assert_eq!(held, ReadBody::Whole(vec![b'a'; 40_000]));
        let mut second = room.enter().unwrap();
        assert_eq!(read(chunks(&[10_000, 10_000]), None, BODY_DEADLINE, &mut second).await, ReadBody::NoRoom);
        drop((first, second));
        let mut third = room.enter().unwrap();
        assert_eq!(
            read(chunks(&[50_000]), None, BODY_DEADLINE, &mut third).await,
            ReadBody::Whole(vec![b'a'; 50_000])
        );
    }
}
