//! From readings to tracks.

use super::atmosphere::CONTRAST_LIMIT;
use super::report::{Class, Track};
use super::{EgoTruth, Eyesight, FaultKind, GHOSTS_FROM, Near, Perception, World};
use crate::road::{Path, wrap_angle};

/// Tracks less likely than this are dropped.
const FORGET: f64 = 0.15;
/// Weight of a new reading in a track, -.
const TRACK_GAIN: f64 = 0.35;
/// Sharpness of the detection limit: standard spread in ln(contrast), -.
const CONTRAST_SPREAD: f64 = 0.25;
/// Farther to the side than this, a track's gap and offset are not along our lane, m.
const BESIDE: f64 = 25.0;
/// A radar drops what moves slower than this over ground, m/s.
const RADAR_MIN_SPEED: f64 = 1.5;

impl Perception {
    /// One reading of one thing.
    #[expect(clippy::too_many_arguments, reason = "what a reading depends on")]
    pub(super) fn sense_one(
        &mut self,
        path: &Path,
        ego: &EgoTruth,
        near: &Near,
        sight: &Eyesight,
        blind: bool,
        contrast: impl Fn(f64) -> f64,
        dt: f64,
    ) {
        // Drawn for everything in range, seen or not, so that what one thing's visibility does
        // to the stream is nothing.
        let (n_along, n_across, n_speed) = (self.normal(), self.normal(), self.normal());
        let chance = rand::RngExt::random::<f64>(&mut self.rng);
        let truth = &near.truth;
        let (dx, dy) = (truth.x - ego.x, truth.y - ego.y);
        let bearing = wrap_angle(libm::atan2(dy, dx) - ego.yaw);
        let ahead = bearing.abs().to_degrees() <= self.settings.field_of_view_deg / 2.0;
        let distance = near.distance;

        // Small things are made out at a shorter distance.
        let small = match near.class {
            Class::Vehicle => 1.0,
            Class::TwoWheeler => 0.8,
            Class::Pedestrian | Class::Animal => 0.7,
            Class::Obstacle => 0.6,
        };
        let optical = (if ahead { sight.camera } else { 0.0 }).max(sight.lidar) * small;
        let c = contrast(dx * libm::cos(ego.yaw) + dy * libm::sin(ego.yaw));
        let p_optical = detection_probability(distance, optical, c);
        let speed = libm::hypot(truth.vx, truth.vy);
        let radar = ahead
            && speed > RADAR_MIN_SPEED
            && matches!(near.class, Class::Vehicle | Class::TwoWheeler)
            && distance < sight.radar;
        let p = if radar { p_optical.max(0.9) } else { p_optical };
        let seen = !blind && chance < p;

        let spread = self.settings.range_noise + 0.01 * distance;
        let (sin, cos) = (libm::sin(ego.yaw + bearing), libm::cos(ego.yaw + bearing));
        let (along, across) = (spread * n_along, 0.1 * n_across);
        let measured = Track {
            id: truth.id,
            class: near.class,
            x: truth.x + along * cos - across * sin,
            y: truth.y + along * sin + across * cos,
            vx: truth.vx + self.settings.speed_noise * n_speed * cos,
            vy: truth.vy + self.settings.speed_noise * n_speed * sin,
            yaw: truth.yaw,
            length: truth.size[0],
            width: truth.size[1],
            existence: TRACK_GAIN,
            ..Default::default()
        };
        self.update(path, ego, truth.id, seen.then_some(measured), dt);
    }

    /// Moves a track on and takes a reading in, if there is one.
    fn update(&mut self, path: &Path, ego: &EgoTruth, id: u32, measured: Option<Track>, dt: f64) {
        let place = match self.report.tracks.binary_search_by_key(&id, |t| t.id) {
            Ok(i) => i,
            Err(i) => {
                if let Some(new) = measured {
                    self.report.tracks.insert(i, new);
                    self.along_lane(path, ego, i);
                }
                return;
            }
        };
        let track = &mut self.report.tracks[place];
        track.x += track.vx * dt;
        track.y += track.vy * dt;
        match measured {
            Some(m) => {
                for (old, new) in [
                    (&mut track.x, m.x),
                    (&mut track.y, m.y),
                    (&mut track.vx, m.vx),
                    (&mut track.vy, m.vy),
                ] {
                    *old += TRACK_GAIN * (new - *old);
                }
                track.yaw = m.yaw;
                track.existence += TRACK_GAIN * (1.0 - track.existence);
            }
            None => track.existence *= 1.0 - TRACK_GAIN / 2.0,
        }
        self.along_lane(path, ego, place);
    }

    /// Gap, offset and speed of a track along our lane.
    fn along_lane(&mut self, path: &Path, ego: &EgoTruth, i: usize) {
        let track = &mut self.report.tracks[i];
        let half = |direction: f64| {
            // Half of its length seen from a direction.
            let turn = wrap_angle(track.yaw - direction);
            (libm::cos(turn).abs() * track.length + libm::sin(turn).abs() * track.width) / 2.0
        };
        match path.project(track.x, track.y, BESIDE) {
            Some((d, offset)) => {
                let there = path.at(d).yaw;
                track.gap = d - ego.located.d - ego.nose - half(there);
                track.offset = offset;
                track.speed = track.vx * libm::cos(there) + track.vy * libm::sin(there);
            }
            None => {
                let (dx, dy) = (track.x - ego.x, track.y - ego.y);
                let (sin, cos) = (libm::sin(ego.yaw), libm::cos(ego.yaw));
                track.gap = dx * cos + dy * sin - ego.nose - half(ego.yaw);
                let left = dy * cos - dx * sin;
                track.offset = left.signum() * left.abs().max(BESIDE);
                track.speed = track.vx * cos + track.vy * sin;
            }
        }
    }

    /// Tracks of things that are not there.
    pub(super) fn sense_ghosts(&mut self, world: &World, path: &Path, ego: &EgoTruth, time: f64) {
        for (i, fault) in world.faults.iter().enumerate() {
            let FaultKind::Ghost {
                ahead,
                speed,
                existence,
            } = fault.what
            else {
                continue;
            };
            let id = GHOSTS_FROM + i as u32;
            if !fault.active(time) {
                self.report.tracks.retain(|t| t.id != id);
                self.ghost_places[i] = None;
                continue;
            }
            // It appears on our lane and then keeps to the world.
            let (x, y, yaw, since) = *self.ghost_places[i].get_or_insert_with(|| {
                let p = path.at(ego.located.d + ego.nose + ahead);
                (p.x, p.y, p.yaw, time)
            });
            let gone = speed * (time - since);
            let wobble = 0.08 * self.normal();
            let ghost = Track {
                id,
                class: Class::Vehicle,
                x: x + gone * libm::cos(yaw),
                y: y + gone * libm::sin(yaw),
                vx: speed * libm::cos(yaw),
                vy: speed * libm::sin(yaw),
                yaw,
                length: 4.0,
                width: 1.8,
                existence: (existence + wobble).clamp(0.0, 1.0),
                ..Default::default()
            };
            let place = match self.report.tracks.binary_search_by_key(&id, |t| t.id) {
                Ok(i) => {
                    self.report.tracks[i] = ghost;
                    i
                }
                Err(i) => {
                    self.report.tracks.insert(i, ghost);
                    i
                }
            };
            self.along_lane(path, ego, place);
        }
    }

    /// Drops what is no longer believed in, and moves on what is out of sight.
    pub(super) fn forget(&mut self, path: &Path, ego: &EgoTruth, dt: f64) {
        let mut i = 0;
        while i < self.report.tracks.len() {
            let id = self.report.tracks[i].id;
            let looked_at = self.near.iter().any(|n| n.truth.id == id) || id >= GHOSTS_FROM;
            if !looked_at {
                self.update(path, ego, id, None, dt);
            }
            i += 1;
        }
        self.report.tracks.retain(|t| t.existence > FORGET);
    }
}

/// Probability that one reading of camera or lidar detects an object: one half at the end of their
/// reach (m) in clear air, and one half at the limit of contrast.
pub(super) fn detection_probability(distance: f64, reach: f64, contrast: f64) -> f64 {
    let clear = 12.0 * (1.0 - distance / reach.max(1e-3));
    let fog = (libm::log(contrast.max(1e-300)) - libm::log(CONTRAST_LIMIT)) / CONTRAST_SPREAD;
    1.0 / (1.0 + libm::exp(-clear.min(fog)))
}
