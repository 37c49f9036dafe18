//! Ctrl-C: the first one asks a long command to stop, the second one ends it.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What shells make of a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;
/// How soon somebody who waits notices.
const GLANCE: Duration = Duration::from_millis(50);

/// Whether somebody has asked the program to stop.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for Ctrl-C and SIGTERM from now on.
    ///
    /// # Errors
    /// The system takes no handler.
    pub fn listen() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Whoever asks twice does not want to wait. This one has to be there before the one that sets the flag.
            flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    /// Whether it has come.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits for so long, or until it comes.
    pub fn wait(&self, pause: Duration) {
        let begun = Instant::now();
        while !self.is_asked() && begun.elapsed() < pause {
            std::thread::sleep(GLANCE.min(pause));
        }
    }
}
