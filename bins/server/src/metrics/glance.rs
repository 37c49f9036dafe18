//! A look into the database and at the disk: seldom, and never waited for long.

use mintmark_fulfillment::{Backlog, Error, Fulfillment};
use rustix::fs::statvfs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Whoever asks more often is told what was seen before.
const PAUSE: Duration = Duration::from_secs(5);
/// A database that takes longer hangs, and whoever asks is told what was seen before.
const PATIENCE: Duration = Duration::from_secs(1);

/// Looks on behalf of all who ask. A look has a thread of its own, and there is one at a time: a database that hangs
/// costs one thread, and the page is told all the same.
#[derive(Debug)]
pub(super) struct Glance {
    fulfillment: Arc<Fulfillment>,
    state: Arc<Mutex<State>>,
}

/// What there is to tell.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    /// Whether the database answered the last question, in time.
    pub(super) is_database_up: bool,
    /// What was seen last, however long ago; `None` before the first answer.
    pub(super) backlog: Option<Backlog>,
    /// Bytes free where the data is.
    pub(super) disk_free: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    view: View,
    looked: Option<Instant>,
    is_looking: bool,
}

impl Glance {
    pub(super) fn new(fulfillment: Arc<Fulfillment>) -> Self {
        Self { fulfillment, state: Arc::default() }
    }

    /// What is seen now, or was seen lately.
    pub(super) async fn take(&self) -> View {
        if let Some(seen) = self.look()
            && timeout(PATIENCE, seen).await.is_err()
        {
            lock(&self.state).view.is_database_up = false;
        }
        lock(&self.state).view.clone()
    }

    /// Begins a look, if it is time and no other one hangs.
    fn look(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = lock(&self.state);
        if state.is_looking || state.looked.is_some_and(|looked| looked.elapsed() < PAUSE) {
            return None;
        }
        let (fulfillment, shared) = (Arc::clone(&self.fulfillment), Arc::clone(&self.state));
        let (done, seen) = oneshot::channel::<()>();
        let look = move || {
            let disk_free = disk_free(&fulfillment);
            let backlog = fulfillment.backlog();
            lock(&shared).saw(disk_free, backlog);
            drop(done);
        };
        state.looked = Some(Instant::now());
        state.is_looking = thread::Builder::new().name("metrics-glance".to_owned()).spawn(look).is_ok();
        Some(seen)
    }
}

impl State {
    fn saw(&mut self, disk_free: Option<u64>, backlog: Result<Backlog, Error>) {
        self.is_looking = false;
        self.view.disk_free = disk_free;
        self.view.is_database_up = backlog.is_ok();
        match backlog {
            Ok(backlog) => self.view.backlog = Some(backlog),
            Err(error) => tracing::debug!(%error, "the database could not be asked for metrics"),
        }
    }
}

/// Of the data folder's disk, or of the one with the database's file if less is left there.
fn disk_free(fulfillment: &Fulfillment) -> Option<u64> {
    let settings = fulfillment.settings();
    let folders: [Option<PathBuf>; 2] = [Some(settings.data_dir.clone()), settings.database_folder()];
    let volumes = folders.into_iter().flatten().filter_map(|folder| statvfs(folder).ok());
    volumes.map(|volume| volume.f_bavail.saturating_mul(volume.f_frsize)).min()
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
