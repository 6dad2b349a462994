//! The vehicle ahead: whose rear bumper comes next on the way that the vehicle is on.
//!
//! The way is the circle that speed and yaw rate describe at that instant, as adaptive cruise controls choose
//! their targets (ISO 15622). Ahead is who overlaps a corridor of the vehicle's own width around it; oncoming
//! traffic and what is farther than 150 m is not.

/// m.
const REACH: f64 = 150.0;
/// Slower than this a yaw rate says nothing of the way ahead, m/s.
const SLOW: f64 = 1.0;
/// Tighter than this is turning on the spot, 1/m.
const TIGHTEST: f64 = 0.2;

/// Length, width, and from the centre of gravity forward to the middle, m.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    pub length: f64,
    pub width: f64,
    pub forward: f64,
}

/// A body on the plane: centre of gravity, m; heading, rad; velocity, m/s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Body {
    pub x: f64,
    pub y: f64,
    pub yaw: f64,
    pub vx: f64,
    pub vy: f64,
    pub shape: Shape,
}

/// The vehicle ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// Its place among the bodies.
    pub body: usize,
    /// From bumper to bumper along the way, m; 0 if they touch.
    pub gap: f64,
    /// Its speed along the way, m/s.
    pub speed: f64,
}

impl Ahead {
    /// Looks for it: the first body is the one that looks, turning at `yaw_rate` rad/s.
    pub fn find(bodies: &[Body], yaw_rate: f64) -> Option<Self> {
        let (ego, others) = bodies.split_first()?;
        let (sin, cos) = (libm::sin(ego.yaw), libm::cos(ego.yaw));
        let speed = ego.vx * cos + ego.vy * sin;
        let curvature = if speed > SLOW {
            (yaw_rate / speed).clamp(-TIGHTEST, TIGHTEST)
        } else {
            0.0
        };
        let mut nearest: Option<Self> = None;
        for (i, other) in others.iter().enumerate() {
            let (dx, dy) = (other.x - ego.x, other.y - ego.y);
            if dx.abs() > REACH || dy.abs() > REACH {
                continue;
            }
            // The other's middle, seen from the vehicle's centre of gravity.
            let (osin, ocos) = (libm::sin(other.yaw), libm::cos(other.yaw));
            let (dx, dy) = (
                dx + other.shape.forward * ocos,
                dy + other.shape.forward * osin,
            );
            let (ahead, left) = (dx * cos + dy * sin, dy * cos - dx * sin);
            if ahead <= 0.0 || ahead > REACH {
                continue;
            }
            let (along, aside, turned) = on_the_way(ahead, left, curvature);
            // Its extent along and across the way where it is.
            let turn = other.yaw - ego.yaw - turned;
            let (tsin, tcos) = (libm::sin(turn), libm::cos(turn));
            let half_along =
                (other.shape.length * tcos.abs() + other.shape.width * tsin.abs()) / 2.0;
            let half_aside =
                (other.shape.length * tsin.abs() + other.shape.width * tcos.abs()) / 2.0;
            if aside.abs() > half_aside + ego.shape.width / 2.0 {
                continue;
            }
            let way = ego.yaw + turned;
            let its = other.vx * libm::cos(way) + other.vy * libm::sin(way);
            // Who comes towards one is not followed.
            if its < -SLOW {
                continue;
            }
            let nose = ego.shape.forward + ego.shape.length / 2.0;
            let gap = (along - half_along - nose).max(0.0);
            if nearest.is_none_or(|n| gap < n.gap) {
                nearest = Some(Self {
                    body: i + 1,
                    gap,
                    speed: its,
                });
            }
        }
        nearest
    }
}

/// A place (m ahead, m left) as a distance along a circle through the origin, a distance left of it, and how far
/// the circle has turned there, rad.
fn on_the_way(ahead: f64, left: f64, curvature: f64) -> (f64, f64, f64) {
    if curvature.abs() < 1e-6 {
        return (ahead, left, 0.0);
    }
    let radius = 1.0 / curvature;
    // From the circle's centre, which lies `radius` to the left.
    let (cx, cy) = (ahead, left - radius);
    let side = radius.signum();
    let turned = libm::atan2(cx, -cy * side);
    let aside = side * (radius.abs() - libm::hypot(cx, cy));
    (radius.abs() * turned, aside, side * turned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAR: Shape = Shape {
        length: 4.0,
        width: 2.0,
        forward: 0.0,
    };

    fn car(x: f64, y: f64, speed: f64) -> Body {
        Body {
            x,
            y,
            vx: speed,
            shape: CAR,
            ..Body::default()
        }
    }

    #[test]
    fn the_nearest_in_the_way_is_ahead_bumper_to_bumper() {
        let bodies = [
            car(0.0, 0.0, 20.0),
            car(60.0, 0.5, 15.0),
            car(34.0, 1.9, 18.0),
            car(20.0, 2.1, 30.0),
            car(-10.0, 0.0, 25.0),
        ];
        let found = Ahead::find(&bodies, 0.0);
        assert_eq!(
            found,
            Some(Ahead {
                body: 2,
                gap: 30.0,
                speed: 18.0
            })
        );
        assert_eq!(Ahead::find(&bodies[..1], 0.0), None);
        assert_eq!(Ahead::find(&[], 0.0), None);
    }

    #[test]
    fn oncoming_traffic_is_not_followed_and_a_standing_one_is() {
        let oncoming = [car(0.0, 0.0, 20.0), car(50.0, 0.0, -20.0)];
        assert_eq!(Ahead::find(&oncoming, 0.0), None);
        let standing = [car(0.0, 0.0, 20.0), car(50.0, 0.0, 0.0)];
        assert_eq!(Ahead::find(&standing, 0.0).map(|a| a.gap), Some(46.0));
    }

    #[test]
    fn in_a_bend_the_way_is_the_bend() {
        // Radius 100 m to the left: a quarter turn ends at (100, 100), heading along y.
        let quarter = Body {
            x: 100.0,
            y: 100.0,
            yaw: std::f64::consts::FRAC_PI_2,
            vy: 10.0,
            shape: CAR,
            ..Body::default()
        };
        let straight_on = car(80.0, 0.0, 10.0);
        let found = Ahead::find(&[car(0.0, 0.0, 20.0), straight_on, quarter], 0.2);
        let found = found.expect("the one in the bend");
        assert_eq!(found.body, 2);
        let way = 100.0 * std::f64::consts::FRAC_PI_2;
        // Too far along the arc is beyond reach only as the crow flies.
        assert!((found.gap - (way - 4.0)).abs() < 1e-9, "{}", found.gap);
        assert!((found.speed - 10.0).abs() < 1e-9);
        // To the right it is the mirror image.
        let mirrored = Body {
            y: -100.0,
            yaw: -std::f64::consts::FRAC_PI_2,
            vy: -10.0,
            ..quarter
        };
        let other = Ahead::find(&[car(0.0, 0.0, 20.0), mirrored], -0.2).expect("there");
        assert!((other.gap - found.gap).abs() < 1e-9);
    }
}
