//! What an app remembers from one run to the next.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::{Error, License, LicenseId, RevocationList};

/// High-water marks: the latest time, the highest serial of a revocation list, and of each license the highest `seq` that
/// the app has seen. None of them ever goes down.
///
/// A plain value. The app stores its one line of text where it likes, and takes the next one from
/// [`Standing::marks`](crate::Standing::marks). It is no secret and carries no signature: whoever deletes it starts from
/// nothing, as on a new machine, and still has only what was signed.
///
/// ```
/// use mintmark_licensing::Marks;
///
/// let marks = Marks::default();
/// assert_eq!(marks.to_string(), "DTMARK1 clock=0 list=0 seq=");
///
/// let line = "DTMARK1 clock=1767225600 list=7 seq=d779aaeb-58f7-843b-ab06-da8a4f603948:3";
/// let marks: Marks = line.parse()?;
/// assert_eq!((marks.clock(), marks.list_serial()), (1_767_225_600, 7));
/// assert_eq!(marks.seq("d779aaeb-58f7-843b-ab06-da8a4f603948".parse()?), 3);
/// assert_eq!(marks.to_string(), line);
/// # Ok::<(), mintmark_licensing::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    clock: i64,
    list_serial: u64,
    seqs: BTreeMap<LicenseId, u64>,
}

impl Marks {
    /// The latest time that was seen, in Unix seconds; 0 if none was.
    pub fn clock(&self) -> i64 {
        self.clock
    }

    /// The highest serial of a revocation list; 0 if none was seen.
    pub fn list_serial(&self) -> u64 {
        self.list_serial
    }

    /// The highest `seq` of this license; 0 if it was never seen.
    pub fn seq(&self, license: LicenseId) -> u64 {
        self.seqs.get(&license).copied().unwrap_or(0)
    }

    /// The same marks, with the time forgotten: the way out for somebody whose clock once stood in a far future.
    ///
    /// ```
    /// use mintmark_licensing::Marks;
    ///
    /// let marks: Marks = "DTMARK1 clock=4102444800 list=7 seq=".parse()?;
    /// assert_eq!(marks.without_clock().to_string(), "DTMARK1 clock=0 list=7 seq=");
    /// # Ok::<(), mintmark_licensing::Error>(())
    /// ```
    #[must_use]
    pub fn without_clock(self) -> Self {
        Self { clock: 0, ..self }
    }

    /// The marks after this was seen too. Pure, and never lower than before.
    pub(crate) fn advance(&self, now: i64, license: &License, list: Option<&RevocationList>) -> Self {
        let mut seqs = self.seqs.clone();
        seqs.insert(license.id(), self.seq(license.id()).max(license.seq()));
        let serial = list.map_or(0, RevocationList::serial);
        Self { clock: self.clock.max(now), list_serial: self.list_serial.max(serial), seqs }
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DTMARK1 clock={} list={} seq=", self.clock, self.list_serial)?;
        for (index, (license, seq)) in self.seqs.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(formatter, "{comma}{license}:{seq}")?;
        }
        Ok(())
    }
}

impl FromStr for Marks {
    type Err = Error;

    /// Reads the line that [`Display`](fmt::Display) wrote, and no other: not even with a line end after it.
    ///
    /// # Errors
    /// [`Error::InvalidMarks`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        let marks = read(text).ok_or(Error::InvalidMarks)?;
        // There is one spelling of each value, so signs, zeros in front and another order are no way around it.
        if marks.to_string() == text { Ok(marks) } else { Err(Error::InvalidMarks) }
    }
}

fn read(text: &str) -> Option<Marks> {
    let (clock, rest) = text.strip_prefix("DTMARK1 clock=")?.split_once(" list=")?;
    let (list_serial, seqs) = rest.split_once(" seq=")?;
    Some(Marks {
        clock: clock.parse().ok().filter(|&clock| clock >= 0)?,
        list_serial: list_serial.parse().ok()?,
        seqs: seqs.split_terminator(',').map(read_seq).collect::<Option<_>>()?,
    })
}

fn read_seq(entry: &str) -> Option<(LicenseId, u64)> {
    let (license, seq) = entry.split_once(':')?;
    Some((license.parse().ok()?, seq.parse().ok().filter(|&seq| seq >= 1)?))
}
