//! What a record tells of one moment, for people and programs.

use super::reel::Reel;
use crate::frame::{BodyView, End, Frame};
use crate::link::view::LinkView;
use crate::perception::{Cause, Function};
use crate::road_user::RoadUser;
use crate::takeover::event::{Authority, TimedEvent};
use crate::takeover::reason::Reason;
use crate::takeover::source::Source;
use glam::Vec3;
use serde::Serialize;
use std::path::PathBuf;

/// The state at one tick.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    pub log: PathBuf,
    pub tick: u64,
    pub time_s: f64,
    /// Of the run up to and with this tick.
    pub state_hash: String,
    pub authority: Authority,
    pub source: String,
    pub ego: Ego,
    pub confidence: Confidence,
    /// The request that waits.
    pub request: Option<Request>,
    /// The automation offers to drive.
    pub offers: bool,
    /// For the link's sake, m/s.
    pub speed_cap: Option<f64>,
    /// Meteorological optical range, m, and rain rate, mm/h.
    pub visibility_m: f64,
    pub rain_mm_h: f64,
    /// What the referee measured.
    pub danger: Danger,
    /// The newest command that had arrived at the vehicle.
    pub command: Command,
    /// As the operator's end had measured it; null if nothing was on record by then.
    pub link: Option<LinkView>,
    /// What the operator had before them; null if nothing had come.
    pub seen: Option<Seen>,
    pub bodies: Vec<Body>,
    /// Of this tick.
    pub events: Vec<TimedEvent>,
    /// The run ended with this tick.
    pub ended: Option<End>,
}

/// The vehicle: centre of gravity, world axes (x, y on the ground, z up).
#[derive(Clone, Debug, Serialize)]
pub struct Ego {
    pub x_m: f32,
    pub y_m: f32,
    pub z_m: f32,
    /// From the x axis to the left, degrees.
    pub heading_deg: f64,
    /// Along the road, and left of the lane's centre, m.
    pub s_m: f64,
    pub offset_m: f64,
    pub speed_mps: f64,
    pub lateral_speed_mps: f64,
    pub acceleration_mps2: f64,
    pub speed_limit_mps: f64,
    /// Controls in force: steering wheel, rad, left positive; pedals, 0 to 1.
    pub wheel_rad: f64,
    pub accelerator: f64,
    pub brake: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Confidence {
    pub overall: f64,
    pub weakest: Function,
    pub cause: Cause,
    pub functions: Vec<FunctionConfidence>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FunctionConfidence {
    pub function: Function,
    /// As the vehicle reports it, 0 to 1.
    pub reported: f64,
    pub cause: Cause,
}

#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub id: u32,
    pub reason: Reason,
    pub raised_s: f64,
    /// When the minimal-risk manoeuvre begins.
    pub deadline_s: f64,
    pub escalated: bool,
}

/// Null where there is none below 10 s or 10 m.
#[derive(Clone, Debug, Serialize)]
pub struct Danger {
    pub ttc_s: Option<f64>,
    pub ttc_with: Option<String>,
    pub pet_s: Option<f64>,
    pub pet_with: Option<String>,
    pub gap_m: Option<f64>,
    pub gap_with: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Command {
    /// An operator with a working device is there.
    pub present: bool,
    pub device: crate::command::DeviceKind,
    pub wheel_rad: f32,
    pub accelerator: f32,
    pub brake: f32,
    pub take_over: bool,
    pub hand_back: bool,
    pub no_need: bool,
    /// Since it was sent, s.
    pub age_s: f64,
    /// From glass to glass when it was sent, s.
    pub glass_s: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// When the cameras took the picture on the screen, and how old it is by now, s.
    pub picture_captured_s: f64,
    pub picture_age_s: f64,
    /// Age of what the instruments show, s.
    pub data_age_s: f64,
    /// Width and height as a share of the full picture's.
    pub picture_scale: f32,
    /// 0 to 1.
    pub coarseness: f32,
    pub damage: f32,
}

/// A road user; the ego is the first.
#[derive(Clone, Debug, Serialize)]
pub struct Body {
    pub name: String,
    pub kind: RoadUser,
    pub x_m: f32,
    pub y_m: f32,
    pub z_m: f32,
    pub heading_deg: f64,
    pub vx_mps: f32,
    pub vy_mps: f32,
    pub speed_mps: f32,
    pub brake_lights: bool,
    pub hazard_lights: bool,
    /// 1 left, -1 right.
    pub indicator: i8,
}

fn heading(body: &BodyView) -> f64 {
    let ahead = body.rotation * Vec3::X;
    libm::atan2(f64::from(ahead.y), f64::from(ahead.x)).to_degrees()
}

/// Who moves the actuators, as it is written.
fn source(source: Source) -> String {
    match source {
        Source::Automation => "automation".into(),
        Source::Bridge => "bridge".into(),
        Source::Operator => "operator".into(),
        Source::Shared { weight } => format!("shared: {weight:.2} of the operator's steering"),
    }
}

impl Moment {
    /// # Errors
    /// If that part of the record is damaged; in words.
    pub fn of(reel: &mut Reel, tick: u64) -> Result<Self, String> {
        let frame = reel.frame(tick)?;
        let arrived = reel.command(tick)?;
        let seen = reel.seen(tick)?;
        let link = seen.as_ref().map(|s| s.link).filter(|l| l.time > 0.0);
        let seen = seen.map(|s| Seen {
            picture_captured_s: s.video.captured,
            picture_age_s: (frame.time - s.video.captured).max(0.0),
            data_age_s: (frame.time - s.data.time).max(0.0),
            picture_scale: s.video.scale,
            coarseness: s.video.coarseness,
            damage: s.video.damage,
        });
        let command = arrived.command;
        let command = Command {
            present: command.present,
            device: command.device,
            wheel_rad: command.wheel,
            accelerator: command.accelerator,
            brake: command.brake,
            take_over: command.take_over,
            hand_back: command.hand_back,
            no_need: command.no_need,
            age_s: arrived.age,
            glass_s: arrived.glass,
        };
        let log = reel.path().to_path_buf();
        Ok(Self {
            log,
            tick: frame.tick,
            time_s: frame.time,
            state_hash: format!("{:016x}", frame.hash),
            authority: frame.authority,
            source: source(frame.source),
            ego: Ego::of(&frame),
            confidence: Confidence::of(&frame),
            request: frame.request.map(|r| Request {
                id: r.id,
                reason: r.reason,
                raised_s: r.raised,
                deadline_s: r.deadline,
                escalated: r.escalated,
            }),
            offers: frame.offers,
            speed_cap: frame.speed_cap,
            visibility_m: frame.visibility,
            rain_mm_h: frame.rain,
            danger: Danger::of(&frame, reel.names()),
            command,
            link,
            seen,
            bodies: bodies(&frame, reel.names()),
            events: frame.events.clone(),
            ended: frame.ended,
        })
    }

    /// For a person: what matters of it.
    pub fn lines(&self) -> Vec<String> {
        let ego = &self.ego;
        let mut lines = vec![
            format!(
                "{:.2} s (tick {}) of {}",
                self.time_s,
                self.tick,
                self.log.display()
            ),
            format!(
                "who drives     {}; the controls come from: {}",
                spoken(&self.authority),
                self.source
            ),
            format!(
                "ego            {:.1} km/h (limit {:.0}), {:+.2} m/s2; at ({:.2}, {:.2}, {:.2}) m, heading {:.1} deg",
                ego.speed_mps * 3.6,
                ego.speed_limit_mps * 3.6,
                ego.acceleration_mps2,
                ego.x_m,
                ego.y_m,
                ego.z_m,
                ego.heading_deg
            ),
            format!(
                "on the road    s {:.1} m, {:.2} m left of the lane's centre",
                ego.s_m, ego.offset_m
            ),
            format!(
                "in force       wheel {:+.1} deg, accelerator {:.0} %, brake {:.0} %",
                ego.wheel_rad.to_degrees(),
                ego.accelerator * 100.0,
                ego.brake * 100.0
            ),
            format!("command        {}", self.command.line()),
            format!(
                "confidence     {:.0} %; weakest: {}{}",
                self.confidence.overall * 100.0,
                spoken(&self.confidence.weakest),
                because(self.confidence.cause)
            ),
        ];
        for f in &self.confidence.functions {
            lines.push(format!(
                "  {:<13}{:3.0} %{}",
                spoken(&f.function),
                f.reported * 100.0,
                because(f.cause)
            ));
        }
        let pending = self.authority == Authority::RequestPending;
        lines.push(match &self.request {
            None if pending => "request        waits; this log does not tell which".into(),
            None => "request        none".into(),
            Some(r) => format!(
                "request        number {} since {:.2} s: {}{}; minimal-risk manoeuvre at {:.2} s",
                r.id,
                r.raised_s,
                spoken(&r.reason),
                if r.escalated { ", escalated" } else { "" },
                r.deadline_s
            ),
        });
        lines.push(format!("danger         {}", self.danger.line()));
        lines.push(match &self.link {
            None => "link           nothing measured yet".into(),
            Some(l) => format!(
                "link           {}: {:.0} ms down, {}, {:.1} % lost",
                spoken(&l.state),
                l.delay * 1e3,
                match l.round_trip {
                    Some(s) => format!("{:.0} ms there and back", s * 1e3),
                    None => "no round trip yet".into(),
                },
                l.loss * 100.0
            ),
        });
        lines.push(match &self.seen {
            None => "operator sees  nothing yet".into(),
            Some(s) => format!(
                "operator sees  a picture {:.2} s old, instruments {:.2} s old",
                s.picture_age_s, s.data_age_s
            ),
        });
        lines.push(format!("road users     {}", self.bodies.len()));
        for b in &self.bodies {
            let lamps = [
                (b.brake_lights, "braking"),
                (b.hazard_lights, "hazard lamps"),
            ];
            let mut lamps: Vec<&str> = lamps.iter().filter(|l| l.0).map(|l| l.1).collect();
            match b.indicator {
                1 => lamps.push("indicates left"),
                -1 => lamps.push("indicates right"),
                _ => {}
            }
            lines.push(format!(
                "  {:<17} ({:.1}, {:.1}) m, {:.1} km/h {}",
                b.name,
                b.x_m,
                b.y_m,
                b.speed_mps * 3.6,
                lamps.join(", ")
            ));
            if let Some(line) = lines.last_mut() {
                line.truncate(line.trim_end().len());
            }
        }
        for event in &self.events {
            lines.push(format!("event          {}", event.event.describe()));
        }
        if let Some(end) = self.ended {
            lines.push(format!("the run ended  {}", end.label()));
        }
        lines
    }
}

/// A unit variant as a person reads it.
fn spoken(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    }
}

fn because(cause: Cause) -> String {
    match cause {
        Cause::None => String::new(),
        cause => format!(", {}", spoken(&cause)),
    }
}

impl Ego {
    fn of(frame: &Frame) -> Self {
        let body = frame.bodies.first();
        let at = body.map_or(Vec3::ZERO, |b| b.position);
        let ego = &frame.ego;
        Self {
            x_m: at.x,
            y_m: at.y,
            z_m: at.z,
            heading_deg: body.map_or(0.0, heading),
            s_m: ego.s,
            offset_m: ego.offset,
            speed_mps: ego.speed,
            lateral_speed_mps: ego.lateral_speed,
            acceleration_mps2: ego.acceleration,
            speed_limit_mps: ego.speed_limit,
            wheel_rad: ego.wheel,
            accelerator: ego.accelerator,
            brake: ego.brake,
        }
    }
}

impl Confidence {
    fn of(frame: &Frame) -> Self {
        let confidence = &frame.confidence;
        let functions = Function::ALL.map(|function| {
            let trust = confidence.functions[function as usize];
            FunctionConfidence {
                function,
                reported: trust.reported,
                cause: trust.cause,
            }
        });
        Self {
            overall: confidence.overall,
            weakest: confidence.weakest,
            cause: confidence.cause,
            functions: functions.into(),
        }
    }
}

/// The name of a place in the frames' bodies.
fn name(place: usize, names: &[String]) -> String {
    match place.checked_sub(1) {
        None => "ego".into(),
        Some(i) => names.get(i).cloned().unwrap_or_else(|| format!("{place}")),
    }
}

fn bodies(frame: &Frame, names: &[String]) -> Vec<Body> {
    let body = |(i, b): (usize, &BodyView)| Body {
        name: name(i, names),
        kind: b.kind,
        x_m: b.position.x,
        y_m: b.position.y,
        z_m: b.position.z,
        heading_deg: heading(b),
        vx_mps: b.velocity.x,
        vy_mps: b.velocity.y,
        speed_mps: b.velocity.length(),
        brake_lights: b.brake_lights,
        hazard_lights: b.hazard_lights,
        indicator: b.indicator,
    };
    frame.bodies.iter().enumerate().map(body).collect()
}

impl Danger {
    fn of(frame: &Frame, names: &[String]) -> Self {
        let judged = &frame.judged;
        let with = |place: Option<u32>| place.map(|place| name(place as usize, names));
        Self {
            ttc_s: judged.ttc,
            ttc_with: with(judged.ttc_with),
            pet_s: judged.pet,
            pet_with: with(judged.pet_with),
            gap_m: judged.gap,
            gap_with: with(judged.gap_with),
        }
    }

    fn line(&self) -> String {
        let part = |what: &str, value: Option<f64>, unit: &str, with: &Option<String>| {
            let with = with.as_deref().unwrap_or("?");
            value.map(|v| format!("{what} {v:.2} {unit} ({with})"))
        };
        let parts = [
            part("time to collision", self.ttc_s, "s", &self.ttc_with),
            part("between paths", self.pet_s, "s", &self.pet_with),
            part("distance", self.gap_m, "m", &self.gap_with),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "nobody within 10 s or 10 m".into()
        } else {
            parts.join(", ")
        }
    }
}

impl Command {
    fn line(&self) -> String {
        if !self.present {
            return "no operator with a working device".into();
        }
        let buttons = [
            (self.take_over, ", take over"),
            (self.hand_back, ", hand back"),
            (self.no_need, ", no need"),
        ];
        let buttons: String = buttons.iter().filter(|b| b.0).map(|b| b.1).collect();
        format!(
            "wheel {:+.1} deg, accelerator {:.0} %, brake {:.0} %{buttons}; by {}, {:.2} s old",
            f64::from(self.wheel_rad).to_degrees(),
            self.accelerator * 100.0,
            self.brake * 100.0,
            spoken(&self.device),
            self.age_s
        )
    }
}
