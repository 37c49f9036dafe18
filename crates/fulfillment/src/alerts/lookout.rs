//! The lookout: looks from time to time, beside a server, and tells.

use super::channel::{Channel, Telling};
use super::conditions::OBSERVED;
use super::due::Due;
use crate::outbox::Clock;
use crate::{Error, Fulfillment};
use jiff::{SignedDuration, Timestamp};
use mintmark_mail::Channels;
use mintmark_storage::{Concern, Duty, Lead};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it shows that it is there: a leader that is silent for a minute is taken for dead.
const BEAT: Duration = Duration::from_secs(20);
/// How many beats are between two looks.
const BEATS: u32 = 3;
/// Before the first look: what a start mends by itself is mended by then.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The running lookout; dropping it stops it.
#[derive(Debug)]
pub struct Lookout {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fulfillment {
    /// Looks every minute what needs a person, and tells it in the ways that the settings name. Of several servers on
    /// one database one does it.
    ///
    /// # Errors
    /// The mail settings do not work, or no thread is to be had.
    pub fn start_lookout(self: &Arc<Self>, clock: Clock) -> Result<Lookout, Error> {
        let channels = self.alert_channels()?;
        let (stop, stopped) = channel::<()>();
        let fulfillment = Arc::downgrade(self);
        let work = move || {
            let (mut lead, mut beats, mut pause) = (None, 0, FIRST_PAUSE);
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = BEAT;
                let is_time = beats == 0;
                beats = (beats + 1) % BEATS;
                if beat(&fulfillment, &mut lead, &channels, is_time.then(|| clock())).is_none() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("lookout".to_owned()).spawn(work);
        Ok(Lookout { stop: Some(stop), thread: Some(thread.map_err(Error::Thread)?) })
    }

    /// Looks once, and tells what is to be told, by these ways of sending and the others that the settings name.
    ///
    /// # Errors
    /// The database fails.
    pub fn look_out_with(&self, mail: Channels, now: Timestamp) -> Result<(), Error> {
        let mut channels = vec![Channel::Log];
        let settings = &self.settings.alerts;
        channels.extend(settings.to.clone().map(|to| Channel::Mail { to, channels: mail }));
        channels.extend(settings.webhook.clone().map(Channel::Webhook));
        self.look_out(&channels, now)
    }

    fn look_out(&self, channels: &[Channel], now: Timestamp) -> Result<(), Error> {
        let conditions = self.conditions(now)?;
        self.records.store.note_conditions(OBSERVED.to_vec(), conditions, now).wait()?;
        for channel in channels {
            self.tell_operator(channel, now)?;
        }
        Ok(())
    }

    /// Whether or not it is taken, the next digest has to wait: a provider that is out of order is not pressed.
    fn tell_operator(&self, channel: &Channel, now: Timestamp) -> Result<(), Error> {
        let (store, name) = (&self.records.store, channel.name());
        let due = Due::of(&store.alerts()?, name, now);
        let every = SignedDuration::try_from(self.settings.alerts.every).unwrap_or(SignedDuration::MAX);
        let is_early = store.last_digest(name)?.is_some_and(|last| (now.duration_since(last)).abs() < every);
        if due.is_empty() || is_early {
            return Ok(());
        }
        let host = self.settings.http.public_url.clone();
        let told = channel.tell(&Telling { due: &due, is_test: false, host, now });
        store.note_digest(name.to_owned(), now).wait()?;
        match told {
            Ok(()) => {
                let condition = |alert: mintmark_storage::Alert| -> Concern { alert.condition };
                let alerts = due.alerts.into_iter().map(condition).collect();
                let over = due.over.into_iter().map(condition).collect();
                store.note_told(name.to_owned(), alerts, over, now).wait()?;
            }
            Err(error) => {
                tracing::error!(channel = name, error, "the operator could not be told; it is tried again");
            }
        }
        Ok(())
    }

    /// The ways of telling that the settings name. They connect to nothing before the first digest.
    pub(super) fn alert_channels(&self) -> Result<Vec<Channel>, Error> {
        let settings = &self.settings.alerts;
        let mut channels = vec![Channel::Log];
        if let Some(to) = settings.to.clone() {
            let mail = mintmark_mail::channels(&self.settings.mail, &self.letters_folder())?;
            channels.push(Channel::Mail { to, channels: mail });
        }
        channels.extend(settings.webhook.clone().map(Channel::Webhook));
        Ok(channels)
    }
}

/// Does nothing while another server has the lead; `None` once the installation is gone.
fn beat(
    fulfillment: &Weak<Fulfillment>,
    lead: &mut Option<Lead>,
    channels: &[Channel],
    now: Option<Timestamp>,
) -> Option<()> {
    let fulfillment = fulfillment.upgrade()?;
    if !lead.as_mut().is_some_and(Lead::is_held) {
        *lead = fulfillment.records.store.lead(Duty::Alert).unwrap_or_else(|error| {
            tracing::warn!(%error, "the lookout could not ask who has the lead");
            None
        });
    }
    if let (Some(_), Some(now)) = (lead, now)
        && let Err(error) = fulfillment.look_out(channels, now)
    {
        tracing::warn!(%error, "what needs a person could not be looked up; it will be");
    }
    Some(())
}

impl Drop for Lookout {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the lookout ended with a panic");
        }
    }
}
