//! Putting a run together: scenario, operator, record.

use super::live_devices::Devices;
use super::run::{IfRecordFails, StudyArgs};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use takeover::clock::{Pauses, realtime_ns};
use takeover::operator::human::{FromOperator, Human};
use takeover::operator::model::Model;
use takeover::operator::script::{Script, Scripted};
use takeover::operator::{Nobody, Operator, Screen, Watched};
use takeover::record::{FORMAT, RecordError, Recorder, RunInfo};
use takeover::scenario::Scenario;
use takeover::session::choice::{Choice, Who};
use takeover::session::report::Report;
use takeover::session::{Paced, Session, Stop};
use takeover::sim::TICK_HZ;
use takeover::takeover::alert::settings::Alerts;

/// What a run needs, checked and opened.
pub(super) struct Launch {
    pub choice: Choice,
    pub scenario: Arc<Scenario>,
    script: Option<Script>,
    /// At the speed of the wall clock.
    real_time: bool,
    /// In a window.
    pub watched: bool,
    /// What a study notes in the log.
    pub study: StudyArgs,
}

/// Where a log goes.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Into this folder, under a name made for it.
    Folder(PathBuf),
    File(PathBuf),
}

impl Launch {
    /// `alerts`: instead of the scenario's.
    pub fn new(
        choice: Choice,
        alerts: Option<&str>,
        real_time: bool,
        watched: bool,
    ) -> anyhow::Result<Self> {
        let mut scenario = Scenario::load(&choice.scenario)?;
        if let Some(vehicle) = &choice.vehicle {
            scenario = scenario.with_vehicle(vehicle).map_err(anyhow::Error::msg)?;
        }
        if let Some(text) = &choice.link {
            let link = super::link::find(text)?;
            scenario
                .change_link(link)
                .map_err(|why| anyhow::anyhow!("link {text}: {why}"))?;
        }
        if let Some(text) = alerts {
            scenario.alerts = Alerts::load(text).context("--alerts")?;
        }
        let script = match &choice.operator {
            Who::Script(file) => Some(Script::load(file)?),
            _ => None,
        };
        Ok(Self {
            choice,
            scenario: Arc::new(scenario),
            script,
            real_time,
            watched,
            study: StudyArgs::default(),
        })
    }

    /// A person goes on with a run in the station's window.
    #[cfg(feature = "station")]
    pub fn by_hand(choice: Choice, scenario: Arc<Scenario>) -> Self {
        Self {
            choice,
            scenario,
            script: None,
            real_time: true,
            watched: true,
            study: StudyArgs::default(),
        }
    }

    pub fn recorder(&self, place: &Place) -> anyhow::Result<Recorder> {
        let tier = if cfg!(feature = "station") {
            "station"
        } else {
            "sim"
        };
        let started_ns = realtime_ns(std::time::SystemTime::now());
        let info = RunInfo {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            platform: format!("{} {} {tier}", std::env::consts::ARCH, std::env::consts::OS),
            scenario: self.choice.scenario.display().to_string(),
            seed: self.choice.seed,
            operator: self.choice.operator.to_string(),
            pace: if self.real_time { "realtime" } else { "fast" }.into(),
            started_ns,
            tick_hz: TICK_HZ,
            link: self.choice.link.clone(),
            fork: None,
            participant: self.study.participant.clone(),
            conditions: self.study.conditions.iter().cloned().collect(),
        };
        let script = self.script.as_ref().map(|s| s.text.as_str());
        let create = |path: &Path| Recorder::create(path, &info, &self.scenario, script);
        let folder = match place {
            Place::File(path) => return Ok(create(path)?),
            Place::Folder(folder) => folder,
        };
        // Runs that start in the same millisecond differ by a number. Only creating the file tells
        // whether a name is free: asking first would leave time for another run to take it.
        let scenario = self.choice.scenario.file_stem().unwrap_or_default();
        let (scenario, seed) = (scenario.to_string_lossy(), self.choice.seed);
        let mut name = format!("{scenario}-seed{seed}-{}", started_ns / 1_000_000);
        for n in 1.. {
            match create(&folder.join(format!("{name}.mcap"))) {
                Err(RecordError::Exists { .. }) if n < 1000 => {}
                other => return Ok(other?),
            }
            name = format!("{scenario}-seed{seed}-{}-{n}", started_ns / 1_000_000);
        }
        unreachable!("the loop ends by returning")
    }

    /// A human reads `screen` and answers through `from_devices`; for the others a window is only
    /// there to be watched.
    pub fn operator(
        &self,
        from_devices: Receiver<FromOperator>,
        screen: Screen,
        devices: &Devices,
        pauses: Pauses,
    ) -> Box<dyn Operator> {
        let operator: Box<dyn Operator> = match (&self.choice.operator, &self.script) {
            (Who::Human, _) => {
                let human = Human::new(from_devices, screen).with_pauses(pauses);
                return Box::new(devices.give_to(human));
            }
            (Who::Script(_), Some(script)) => Box::new(Scripted::new(script.clone())),
            (Who::Model, _) => Box::new(Model::new(self.scenario.clone(), self.choice.seed)),
            (Who::Nobody | Who::Script(_), _) => Box::new(Nobody),
        };
        if self.watched {
            Box::new(Watched::new(operator, screen, from_devices, pauses))
        } else {
            operator
        }
    }

    pub fn report(&self, mut session: Session, paced: Paced, stop: &Stop) -> Report {
        // A run that was broken off ends at once.
        let judged = session.judge(stop);
        let (account, recorder) = session.finish();
        Report::new(
            self.choice.scenario.display().to_string(),
            self.choice.seed,
            self.choice.operator.to_string(),
            account,
            recorder,
            paced,
            judged,
        )
    }
}

/// Notices, once, that the record broke off while the run goes on.
pub(super) struct RecordWatch {
    then: IfRecordFails,
    told: bool,
}

impl RecordWatch {
    pub fn new(then: IfRecordFails) -> Self {
        Self { then, told: false }
    }

    /// A line for the terminal, once; a run that is to end is stopped.
    pub fn news(&mut self, session: &Session, stop: &Stop) -> Option<String> {
        if self.told {
            return None;
        }
        let error = session.recorder().and_then(Recorder::failure)?;
        self.told = true;
        let then = match self.then {
            IfRecordFails::GoOn => "the run goes on without it",
            IfRecordFails::Stop => {
                stop.0.store(true, std::sync::atomic::Ordering::Relaxed);
                "the run ends here (--if-record-fails stop)"
            }
        };
        Some(format!("takeover: {error}; {then}"))
    }
}
