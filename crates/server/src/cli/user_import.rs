//! `valetkey user import`.
use super::failure::Failure;
use super::line_reader::{Line, LineReader};
use super::output::Output;
use super::place::{Opened, Place};
use super::progress::Progress;
use crate::ops::clock::{self, Zone};
use clap::Args;
use jose::Digest;
use protocol::accounts::import::{LONGEST_LINE, Newcomer, create_all};
use protocol::handoff::SOURCE;
use serde_json::json;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Read, Write, stderr};
use std::path::{Path, PathBuf};
use store::{Outcome, StoreError};

/// How many accounts are made at once. A server at work waits for one batch at most.
const BATCH: usize = 500;
/// How many refused lines are told where no file takes them.
const TOLD: u64 = 20;
/// After how many lines it is told how far it has come, where no bar is shown.
const STEP: u64 = 50_000;

/// People who come from elsewhere.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    place: Place,
    /// The people, one JSON object a line; - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Check every line, and make nobody.
    #[arg(long)]
    dry_run: bool,
    /// Write each line that was not taken into this file, as JSON: its number, whether the person is here already, and why.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

/// What has become of the lines.
#[derive(Debug, Default)]
struct Counts {
    lines: u64,
    imported: u64,
    duplicates: u64,
    refused: u64,
}

impl Counts {
    fn sentence(&self, dry_run: bool) -> String {
        let done = match dry_run {
            true => "could be imported",
            false => "imported",
        };
        format!(
            "{} lines: {} {done}, {} here already, {} refused.",
            self.lines, self.imported, self.duplicates, self.refused
        )
    }
}

impl Import {
    /// What is told of lines does not go where they are.
    fn keeps_the_people(&self) -> Result<(), Failure> {
        let there = |file: &Path| file.canonicalize().ok();
        match &self.errors {
            Some(errors) if there(errors).is_some_and(|it| there(&self.file) == Some(it)) => Err(
                Failure::usage("--errors names the file with the people: it would be overwritten"),
            ),
            _ => Ok(()),
        }
    }

    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        self.keeps_the_people()?;
        let (source, length) = open(&self.file)?;
        let at = match self.dry_run {
            true => self.place.look()?,
            false => self.place.open()?,
        };
        let progress = match length {
            Some(length) => Progress::of(length, "bytes"),
            None => Progress::counting("bytes"),
        };
        let mut run = Run {
            told: Told::new(self.errors.as_deref(), &progress)?,
            dry_run: self.dry_run.then(HashSet::new),
            counts: Counts::default(),
            batch: Vec::new(),
            at,
        };
        run.read_all(LineReader::new(source, LONGEST_LINE), &self.file)
            .await?;
        let counts = run.finish()?;
        drop(progress);
        let shown = json!({
            "lines": counts.lines,
            "imported": counts.imported,
            "duplicates": counts.duplicates,
            "refused": counts.refused,
            "dry_run": self.dry_run,
        });
        output.show(&shown, || counts.sentence(self.dry_run));
        match (counts.refused, self.errors) {
            (0, _) => Ok(()),
            (_, Some(file)) => Err(Failure::failed(format!(
                "not every line was taken: {} says which, and why",
                file.display()
            ))),
            (_, None) => Err(Failure::failed(
                "not every line was taken: with --errors FILE a file says which, and why",
            )),
        }
    }
}

/// The lines, and how many bytes they are, if that is known.
fn open(file: &Path) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let opened = File::open(file).and_then(|opened| {
        let found = opened.metadata()?;
        Ok((opened, found.is_file().then_some(found.len())))
    });
    let (opened, length) = opened.map_err(|error| not_read(file, &error))?;
    Ok((Box::new(opened), length))
}

fn not_read(file: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!(
        "cannot read the people from {}: {error}",
        file.display()
    ))
}

/// An import on its way.
struct Run<'a> {
    at: Opened,
    told: Told<'a>,
    /// By what those who could be imported would be found: nobody is there who was not made.
    dry_run: Option<HashSet<[u8; 32]>>,
    counts: Counts,
    /// Those who are imported next, with the numbers of their lines.
    batch: Vec<(u64, Newcomer)>,
}

impl Run<'_> {
    async fn read_all(
        &mut self,
        mut lines: LineReader<BufReader<Box<dyn Read>>>,
        file: &Path,
    ) -> Result<(), Failure> {
        while let Some(line) = lines.next().map_err(|error| not_read(file, &error))? {
            self.counts.lines += 1;
            self.take(line)?;
            if self.batch.len() == BATCH {
                self.settle().await?;
            }
            self.told.reached(&self.counts, lines.position());
        }
        self.settle().await
    }

    /// Reads one line into the batch.
    fn take(&mut self, line: Line<'_>) -> Result<(), Failure> {
        let number = self.counts.lines;
        let text = match line {
            Line::Text(text) if text.iter().all(u8::is_ascii_whitespace) => return Ok(()),
            Line::Text(text) => text,
            Line::TooLong => {
                self.counts.refused += 1;
                let why = format!("the line is longer than {LONGEST_LINE} bytes");
                return self.told.not_taken(number, false, &why);
            }
        };
        let policy = &self.at.config.policy;
        match Newcomer::read(text, policy, clock::now(), &self.at.mint) {
            Ok(mut newcomer) => {
                let zone = &mut newcomer.preferences.zone;
                *zone = zone.take().filter(|zone| Zone::named(zone).is_some());
                self.batch.push((number, newcomer));
                Ok(())
            }
            Err(fault) => {
                self.counts.refused += 1;
                self.told.not_taken(number, false, &fault.to_string())
            }
        }
    }

    /// Makes those of the batch who are not here yet.
    async fn settle(&mut self) -> Result<(), Failure> {
        let mut new = Vec::new();
        let mut keys = HashSet::new();
        for (number, newcomer) in std::mem::take(&mut self.batch) {
            let key = *Digest::of(newcomer.person.key().as_bytes()).as_bytes();
            let seen = match &mut self.dry_run {
                Some(all) => !all.insert(key),
                None => !keys.insert(key),
            };
            match seen || self.is_here(&newcomer).await? {
                true => self.duplicate(number)?,
                false => new.push((number, newcomer)),
            }
        }
        let count = new.len() as u64;
        if self.dry_run.is_some() || new.is_empty() {
            self.counts.imported += count;
            return self.told.flush();
        }
        let all = new.iter().map(|(_, newcomer)| newcomer.clone()).collect();
        match self.at.settle(create_all(all)).await? {
            Outcome::Committed => self.counts.imported += count,
            Outcome::Conflict => self.settle_each(new).await?,
        }
        self.told.flush()
    }

    /// Somebody of the batch has come another way at this moment: whoever has not is made.
    async fn settle_each(&mut self, new: Vec<(u64, Newcomer)>) -> Result<(), Failure> {
        for (number, newcomer) in new {
            match self.at.settle(create_all(vec![newcomer])).await? {
                Outcome::Committed => self.counts.imported += 1,
                Outcome::Conflict => self.duplicate(number)?,
            }
        }
        Ok(())
    }

    async fn is_here(&self, newcomer: &Newcomer) -> Result<bool, StoreError> {
        let person = &newcomer.person;
        let found = match &person.external_id {
            Some(id) => self.at.store.person_by_identity(SOURCE, id).await?,
            None => self.at.store.person_by_email(&person.email).await?,
        };
        Ok(found.is_some())
    }

    fn duplicate(&mut self, number: u64) -> Result<(), Failure> {
        self.counts.duplicates += 1;
        let why = "somebody here, or on a line before, has this address or external_id: nothing was changed";
        self.told.not_taken(number, true, why)
    }

    fn finish(mut self) -> Result<Counts, Failure> {
        self.told.flush()?;
        Ok(self.counts)
    }
}

/// Where it is told how far the import has come, and which lines were not taken.
struct Told<'a> {
    progress: &'a Progress,
    /// Whether there is a bar.
    is_drawn: bool,
    errors: Option<(BufWriter<File>, &'a Path)>,
    /// How many refused lines were told.
    refused: u64,
}

impl<'a> Told<'a> {
    fn new(errors: Option<&'a Path>, progress: &'a Progress) -> Result<Self, Failure> {
        let made = errors.map(|path| match File::create(path) {
            Ok(file) => Ok((BufWriter::new(file), path)),
            Err(error) => Err(not_written(path, &error)),
        });
        Ok(Told {
            progress,
            is_drawn: stderr().is_terminal(),
            errors: made.transpose()?,
            refused: 0,
        })
    }

    fn not_taken(&mut self, line: u64, is_here: bool, why: &str) -> Result<(), Failure> {
        if let Some((file, path)) = &mut self.errors {
            let told = json!({ "line": line, "duplicate": is_here, "reason": why });
            return writeln!(file, "{told}").map_err(|error| not_written(path, &error));
        }
        // Who is here already is counted: after an import was cut off these are many.
        if is_here {
            return Ok(());
        }
        self.refused += 1;
        match self.refused {
            0..=TOLD => self.progress.line(&format!("line {line}: {why}")),
            more if more == TOLD + 1 => self.progress.line("… and more lines are refused"),
            _ => {}
        }
        Ok(())
    }

    fn reached(&self, counts: &Counts, position: u64) {
        self.progress.at(position);
        if !self.is_drawn && counts.lines.is_multiple_of(STEP) {
            let (lines, imported) = (counts.lines, counts.imported);
            eprintln!("{lines} lines read, {imported} people imported");
        }
    }

    /// What was told of a batch is on disk when the next one begins.
    fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.errors {
            Some((file, path)) => file.flush().map_err(|error| not_written(path, &error)),
            None => Ok(()),
        }
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot write {}: {error}", path.display()))
}
