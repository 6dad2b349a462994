//! Scripted manoeuvres: when each starts, what it sets going, when it is over.

use super::Traffic;
use super::motion::cubic;
use super::plan::{Do, Ego, Milestone, Phase, Side, Whom};
use super::user::{Control, Course, InPlane, Mode, OnLane, Shift, Status, User};
use crate::road::{LanePos, Network, RoadId, RoadPoint, wrap_angle};

/// Ticks fall on whole hundredths; their sums do not quite.
pub(super) const EPSILON: f64 = 1e-6;
/// Acceleration at which a cut-in still looks like driving, m/s2.
const CUT_IN_EASY: f64 = 2.5;
/// Longest cut-in, s.
const CUT_IN_LONGEST: f64 = 40.0;
/// How far beyond the carriageway who crosses it stops, m.
const BEYOND: f64 = 1.0;
/// After a trajectory who looks along a lane to within this drives on along it, rad ...
const ALONG: f64 = 0.8;
/// ... in its middle, if that is at most this far, m.
const STRAY: f64 = 2.0;

impl Traffic {
    /// Old speed scripts: the step in force.
    pub(super) fn follow_script(&mut self, i: usize, time: f64, events: &mut Vec<Milestone>) {
        loop {
            let user = &self.users[i];
            let Some(step) = user.script.get(user.script_next).copied() else {
                return;
            };
            if step.at > time + EPSILON {
                return;
            }
            self.take_control(i, None, events);
            let user = &mut self.users[i];
            user.script_next += 1;
            user.control = Control::Hold {
                to: step.speed,
                rate: step.rate,
            };
        }
    }

    /// Starts and ends actions.
    pub(super) fn run_tasks(
        &mut self,
        i: usize,
        network: &Network,
        ego: &Ego,
        time: f64,
        events: &mut Vec<Milestone>,
    ) {
        for k in 0..self.users[i].tasks.len() {
            match self.users[i].tasks[k].status {
                Status::Over(_) => {}
                Status::Running => {
                    if self.is_done(i, k, network, time, events) {
                        self.close(i, k, time, Phase::Ended, events);
                    }
                }
                Status::Waiting => {
                    if self.due(i, k, network, ego, time) && self.users[i].here() {
                        self.start(i, k, network, ego, time, events);
                    }
                }
            }
        }
        if !self.users[i].tasks.is_empty() {
            self.users[i].was = Some(self.place_of(i, network));
        }
    }

    fn report(&self, i: usize, k: usize, phase: Phase, events: &mut Vec<Milestone>) {
        events.push(Milestone {
            user: self.users[i].name.clone(),
            action: self.users[i].tasks[k].action.name.clone(),
            phase,
        });
    }

    /// An action is over.
    pub(super) fn close(
        &mut self,
        i: usize,
        k: usize,
        time: f64,
        phase: Phase,
        events: &mut Vec<Milestone>,
    ) {
        if self.users[i].tasks[k].status != Status::Running {
            return;
        }
        self.report(i, k, phase, events);
        let user = &mut self.users[i];
        user.tasks[k].status = Status::Over(time);
        if user.control_by == Some(k) {
            user.control_by = None;
            if matches!(user.control, Control::CutIn { .. }) {
                user.control = if user.drives {
                    Control::Own
                } else {
                    Control::Hold {
                        to: user.speed,
                        rate: 2.0,
                    }
                };
            }
        }
        if user.cutting_out == Some(k) {
            user.cutting_out = None;
        }
    }

    /// A new action takes the speed over: the one before breaks off.
    fn take_control(&mut self, i: usize, by: Option<usize>, events: &mut Vec<Milestone>) {
        if let Some(old) = self.users[i].control_by {
            self.close(i, old, self.now, Phase::Aborted, events);
        }
        self.users[i].control_by = by;
    }

    /// A new move across takes over from the one before.
    fn take_shift(&mut self, i: usize, events: &mut Vec<Milestone>) {
        let by = self.users[i]
            .on_lane()
            .and_then(|on| on.shift)
            .and_then(|s| s.by);
        if let Some(old) = by {
            self.close(i, old, self.now, Phase::Aborted, events);
        }
        if let Some(old) = self.users[i].cutting_out {
            self.close(i, old, self.now, Phase::Aborted, events);
        }
    }

    fn start(
        &mut self,
        i: usize,
        k: usize,
        network: &Network,
        ego: &Ego,
        time: f64,
        events: &mut Vec<Milestone>,
    ) {
        let what = self.users[i].tasks[k].action.what.clone();
        self.users[i].tasks[k].status = Status::Running;
        self.report(i, k, Phase::Started, events);
        let lane_id = |user: &User| user.on_lane().map(|on| network.lane(on.lane).lane);
        let done = match what {
            Do::Speed { to, rate } => {
                self.take_control(i, Some(k), events);
                self.users[i].control = Control::Hold { to, rate };
                self.users[i].on_lane().is_some()
            }
            Do::Profile(points) => {
                self.take_control(i, Some(k), events);
                self.users[i].control = Control::Profile {
                    points,
                    since: time,
                    first: self.users[i].speed,
                };
                self.users[i].on_lane().is_some()
            }
            Do::Brake { decel } => {
                self.take_control(i, Some(k), events);
                self.users[i].control = Control::Hold {
                    to: 0.0,
                    rate: decel,
                };
                self.users[i].on_lane().is_some()
            }
            Do::Drive => {
                self.take_control(i, None, events);
                self.users[i].control = Control::Own;
                self.close(i, k, time, Phase::Ended, events);
                true
            }
            Do::ChangeTo { lane, over } => match lane_id(&self.users[i]) {
                Some(own) if own == lane => {
                    self.close(i, k, time, Phase::Ended, events);
                    true
                }
                // Towards the reference line is to the left.
                Some(own) => {
                    let side = if lane.abs() < own.abs() { 1 } else { -1 };
                    self.shift_lanes(i, k, side, over, events)
                }
                None => false,
            },
            Do::ChangeLane { side, over } => {
                self.shift_lanes(i, k, side.sign() as i8, over, events)
            }
            Do::CutIn {
                whom,
                gap,
                relative_speed,
                over,
            } => self.start_cut_in(i, k, (whom, gap, relative_speed, over), ego, time, events),
            Do::CutOut { .. } => {
                self.take_shift(i, events);
                self.users[i].cutting_out = Some(k);
                self.users[i].on_lane().is_some()
            }
            Do::Offset { to, over } => {
                self.take_shift(i, events);
                match self.users[i].on_lane_mut() {
                    Some(on) if on.shift.is_none_or(|s| s.change == 0) => {
                        on.rest = to;
                        on.shift = Some(Shift {
                            from: on.offset,
                            to,
                            done: 0.0,
                            over,
                            by: Some(k),
                            change: 0,
                        });
                        true
                    }
                    _ => false,
                }
            }
            Do::Trajectory(points) => self.start_course(i, k, network, points, true, time, events),
            Do::TrajectoryOnRoad { road, points } => {
                let points = points
                    .into_iter()
                    .map(|(at, s, t)| {
                        let p = network.pose(RoadPoint { road, s, t });
                        (at, p.x, p.y)
                    })
                    .collect();
                self.start_course(i, k, network, points, true, time, events)
            }
            Do::Walk { path, speed } => self.start_walk(i, k, network, path, speed, time, events),
            Do::WalkOnRoad { road, path, speed } => {
                let path = on_road(network, road, &path);
                self.start_walk(i, k, network, path, speed, time, events)
            }
            Do::Cross { speed } => {
                let here = self.place_of(i, network);
                let road = network.road(here.road);
                let (left, right) = road.carriageway(here.s.clamp(0.0, road.length()));
                let to = if here.t > (left + right) / 2.0 {
                    right - BEYOND
                } else {
                    left + BEYOND
                };
                let path = on_road(network, here.road, &[(here.s, to)]);
                self.start_walk(i, k, network, path, speed, time, events)
            }
            Do::Hazards(on) => {
                self.users[i].hazards = on;
                self.close(i, k, time, Phase::Ended, events);
                true
            }
            Do::Vanish => {
                self.close(i, k, time, Phase::Ended, events);
                for other in 0..self.users[i].tasks.len() {
                    self.close(i, other, time, Phase::Aborted, events);
                }
                self.vanish(i);
                true
            }
        };
        if !done {
            self.close(i, k, time, Phase::Aborted, events);
        }
    }

    fn shift_lanes(
        &mut self,
        i: usize,
        k: usize,
        side: i8,
        over: f64,
        events: &mut Vec<Milestone>,
    ) -> bool {
        self.take_shift(i, events);
        self.begin_change(i, side, over, Some(k))
    }

    fn start_cut_in(
        &mut self,
        i: usize,
        k: usize,
        (whom, gap, relative_speed, over): (Whom, f64, f64, f64),
        ego: &Ego,
        time: f64,
        events: &mut Vec<Milestone>,
    ) -> bool {
        let Some((now, speed, _)) = self.gap_to(i, whom, ego) else {
            return false;
        };
        if self.side_of(i, whom).is_none() {
            return false;
        }
        self.take_shift(i, events);
        self.take_control(i, Some(k), events);
        // As long as it takes to get there gently.
        let rate = self.users[i].speed - speed;
        let mut length = over;
        while length < CUT_IN_LONGEST {
            let (a, b) = cubic(gap - now, rate, relative_speed, length);
            if a.abs().max(b.abs()) <= CUT_IN_EASY {
                break;
            }
            length += 0.25;
        }
        self.users[i].control = Control::CutIn {
            whom,
            gap,
            relative_speed,
            end: time + length,
            over,
        };
        true
    }

    /// The lane of somebody is beside this user's: on which side.
    fn side_of(&self, i: usize, whom: Whom) -> Option<i8> {
        let lane = match whom {
            Whom::Ego => self.ego_lane?.0.lane,
            Whom::User(k) => self.users.get(k)?.on_lane()?.lane,
        };
        let own = self.users[i].on_lane()?;
        // They may be on another section or road: carry both to the same one.
        let mut at = lane;
        for _ in 0..8 {
            let track = self.tracks.get(own.lane);
            if track.left == Some(at) {
                return Some(1);
            }
            if track.right == Some(at) {
                return Some(-1);
            }
            at = self.tracks.follow(at, None, 0)?;
        }
        None
    }

    fn start_walk(
        &mut self,
        i: usize,
        k: usize,
        network: &Network,
        path: Vec<(f64, f64)>,
        speed: f64,
        time: f64,
        events: &mut Vec<Milestone>,
    ) -> bool {
        let pose = self.users[i].pose;
        let mut at = (pose.x, pose.y);
        let mut t = 0.0;
        let mut knots = Vec::with_capacity(path.len());
        for (x, y) in path {
            t += libm::hypot(x - at.0, y - at.1) / speed;
            at = (x, y);
            knots.push((t, x, y));
        }
        self.start_course(i, k, network, knots, false, time, events)
    }

    fn start_course(
        &mut self,
        i: usize,
        k: usize,
        network: &Network,
        points: Vec<(f64, f64, f64)>,
        smooth: bool,
        time: f64,
        events: &mut Vec<Milestone>,
    ) -> bool {
        if matches!(self.users[i].mode, Mode::Struck(_) | Mode::Gone) {
            return false;
        }
        self.take_control(i, Some(k), events);
        self.take_shift(i, events);
        let place = self.place_of(i, network);
        let user = &mut self.users[i];
        let mut knots = vec![(0.0, user.pose.x, user.pose.y)];
        knots.extend(points);
        user.mode = Mode::Plane(InPlane {
            place,
            course: Some(Course {
                start: [user.velocity[0], user.velocity[1]],
                knots,
                smooth,
                since: time,
                by: k,
            }),
        });
        true
    }

    fn is_done(
        &mut self,
        i: usize,
        k: usize,
        network: &Network,
        time: f64,
        events: &mut Vec<Milestone>,
    ) -> bool {
        let user = &self.users[i];
        match &user.tasks[k].action.what {
            Do::Speed { to, .. } => (user.speed - to).abs() < 1e-6,
            Do::Brake { .. } => user.speed < 1e-6,
            Do::Profile(points) => match &user.control {
                Control::Profile { since, .. } => {
                    time >= since + points.last().map_or(0.0, |p| p.0) - EPSILON
                }
                _ => true,
            },
            Do::ChangeTo { lane, over } => {
                let over = *over;
                let lane = *lane;
                if shifting(user, k) {
                    return false;
                }
                // One lane further, until it is the right one.
                let own = self.lane_id(i);
                if own == Some(lane) || own.is_none() {
                    return true;
                }
                let side = if lane.abs() < own.unwrap_or(lane).abs() {
                    1
                } else {
                    -1
                };
                !self.begin_change(i, side, over, Some(k))
            }
            Do::ChangeLane { .. } | Do::Offset { .. } => !shifting(user, k),
            Do::CutIn { .. } => self.cut_in_done(i, k, time, events),
            Do::CutOut { side, gap, over } => {
                let (side, gap, over) = (*side, *gap, *over);
                self.cut_out_done(i, k, (side, gap, over))
            }
            Do::Trajectory(_)
            | Do::TrajectoryOnRoad { .. }
            | Do::Walk { .. }
            | Do::WalkOnRoad { .. }
            | Do::Cross { .. } => self.course_done(i, k, network, time),
            Do::Drive | Do::Hazards(_) | Do::Vanish => true,
        }
    }

    fn lane_id(&self, i: usize) -> Option<i32> {
        let on = self.users[i].on_lane()?;
        Some(self.ids[on.lane.0 as usize])
    }

    fn cut_in_done(&mut self, i: usize, k: usize, time: f64, events: &mut Vec<Milestone>) -> bool {
        let Control::CutIn {
            whom, end, over, ..
        } = self.users[i].control
        else {
            return true;
        };
        let started = self.users[i]
            .on_lane()
            .and_then(|on| on.shift)
            .is_some_and(|s| s.by == Some(k));
        let left = end - time;
        if !started && left <= over + EPSILON && left > 0.0 {
            match self.side_of(i, whom) {
                Some(side) if self.begin_change(i, side, left.max(0.5), Some(k)) => {}
                // They have left that lane, or there is none any more.
                _ => {
                    self.close(i, k, time, Phase::Aborted, events);
                    return false;
                }
            }
        }
        left <= EPSILON && !shifting(&self.users[i], k)
    }

    fn cut_out_done(
        &mut self,
        i: usize,
        k: usize,
        (side, gap, over): (Side, Option<f64>, f64),
    ) -> bool {
        let Some(on) = self.users[i].on_lane() else {
            return true;
        };
        if let Some(shift) = on.shift
            && shift.by == Some(k)
        {
            return shift.done >= shift.over;
        }
        let near = gap.is_none_or(|gap| {
            let viewer = self.users[i].viewer(i, on);
            let found = self
                .occupancy
                .ahead(&self.tracks, &viewer, gap + 50.0, |l| {
                    self.next_lane(&self.users[i], l)
                });
            found.is_some_and(|f| f.gap <= gap)
        });
        near && !self.begin_change(i, side.sign() as i8, over, Some(k))
    }

    fn course_done(&mut self, i: usize, k: usize, network: &Network, time: f64) -> bool {
        let user = &mut self.users[i];
        let Mode::Plane(plane) = &mut user.mode else {
            return true;
        };
        let Some(course) = &plane.course else {
            return true;
        };
        if course.by != k {
            return true;
        }
        if time < course.end() - EPSILON {
            return false;
        }
        plane.course = None;
        let (place, speed) = (plane.place, user.speed);
        if user.shape.kind.drives() {
            self.rejoin(i, network, place, speed);
        } else {
            user.speed = 0.0;
        }
        true
    }

    /// From the plane back to the lane it is on, if it looks along it.
    fn rejoin(&mut self, i: usize, network: &Network, place: RoadPoint, speed: f64) {
        let yaw = self.users[i].pose.yaw;
        let along = network.snap(place).filter(|(at, _)| {
            let spot = self.tracks.get(at.lane).at(at.d);
            wrap_angle(yaw - libm::atan2(spot.dp[1], spot.dp[0])).abs() < ALONG
        });
        let Some((LanePos { lane, d }, offset)) = along else {
            self.users[i].speed = 0.0;
            return;
        };
        let next = self.next_lane_from(&self.users[i], lane);
        // Near the centre it goes on in the middle; far from it (a shoulder) it stays off it.
        let across = offset.abs() < STRAY;
        let user = &mut self.users[i];
        let rest = if across { 0.0 } else { offset };
        user.mode = Mode::Lane(OnLane {
            lane,
            d,
            offset,
            drift: 0.0,
            rest,
            from: None,
            next,
            shift: across.then_some(Shift {
                from: offset,
                to: 0.0,
                done: 0.0,
                over: 3.0,
                by: None,
                change: 0,
            }),
        });
        user.control = if user.drives {
            Control::Own
        } else {
            Control::Hold {
                to: speed,
                rate: 2.0,
            }
        };
    }
}

fn shifting(user: &User, k: usize) -> bool {
    user.on_lane()
        .and_then(|on| on.shift)
        .is_some_and(|s| s.by == Some(k) && s.done < s.over - EPSILON)
}

fn on_road(network: &Network, road: RoadId, path: &[(f64, f64)]) -> Vec<(f64, f64)> {
    path.iter()
        .map(|(s, t)| {
            let p = network.pose(RoadPoint { road, s: *s, t: *t });
            (p.x, p.y)
        })
        .collect()
}
