//! Rounds: every subject in turn and all of that again, so that a noisy machine disturbs all alike.

use crate::commits;
use crate::figures::Figures;
use crate::ground::Ground;
use crate::load::Orders;
use crate::subject::{Mail, Subject};
use std::time::Duration;

/// Where duplicates are measured too.
pub(crate) const MAIN_LOAD: usize = 64;

/// How a subject fared under one load.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) connections: usize,
    /// One entry for each round.
    pub(crate) rounds: Vec<Figures>,
}

/// All rows of a run, in the order of their measurement.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Row>);

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) rounds: u32,
    pub(crate) duration: Duration,
}

impl Rows {
    /// Measures all subjects, round by round.
    pub(crate) fn measure(
        &mut self,
        ground: &Ground,
        subjects: &[Subject],
        connections: usize,
        length: Length,
    ) -> anyhow::Result<()> {
        for round in 0..length.rounds {
            for subject in subjects {
                println!(
                    "    round {} of {}: {subject}, {connections} connections",
                    round + 1,
                    length.rounds
                );
                self.measure_one(ground, *subject, connections, length.duration)?;
            }
        }
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.0.iter()
    }

    /// The medians of a subject under one load.
    pub(crate) fn figures(&self, name: &str, connections: usize) -> Option<Figures> {
        let row = self.0.iter().find(|row| row.name == name && row.connections == connections)?;
        Some(Figures::median(&row.rounds))
    }

    pub(crate) fn add(&mut self, name: &str, connections: usize, figures: Figures) {
        match self.0.iter_mut().find(|row| row.name == name && row.connections == connections) {
            Some(row) => row.rounds.push(figures),
            None => self.0.push(Row { name: name.to_owned(), connections, rounds: vec![figures] }),
        }
    }

    fn measure_one(
        &mut self,
        ground: &Ground,
        subject: Subject,
        connections: usize,
        duration: Duration,
    ) -> anyhow::Result<()> {
        if let Subject::TwoCommits(database) = subject {
            let sample = commits::measure(ground, database, duration)?;
            self.add(&subject.to_string(), connections, Figures::new(&sample, None, None));
            return Ok(());
        }
        let running = subject.start(ground)?;
        let load = running.load(connections, duration);
        let before = running.usage();
        let (sample, orders) = load.run(Orders::new(1))?;
        let after = running.usage();
        self.add(&subject.to_string(), connections, Figures::new(&sample, before, after));
        if connections == MAIN_LOAD && matches!(subject, Subject::Mintmark(_, Mail::Provider)) {
            let (sample, _) = load.run(orders.told())?;
            let name = format!("{subject}-duplicates");
            self.add(&name, connections, Figures::new(&sample, after, running.usage()));
        }
        Ok(())
    }
}
