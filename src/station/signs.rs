//! Signs and traffic lights: the plates and housings that stand still.
//!
//! All face along -x of their own axes, towards who comes driving along x.

use super::ribbon::Bed;
use super::shape::{Shape, Tint, shining, tint};
use super::site::Site;
use crate::road::{Light, Link, Signal, SignalKind};
use bevy::math::{Quat, Vec3};
use std::f32::consts::{FRAC_PI_8, TAU};
use std::ops::Range;

/// Height of a sign's middle, m.
const SIGN_HEIGHT: f32 = 2.3;
/// Height of a light's middle lamp, m.
const LIGHT_HEIGHT: f32 = 2.75;
const LAMP_RADIUS: f32 = 0.135;
const LAMP_SPACING: f32 = 0.33;
/// Half of a second digit's way from the first, per height.
const DIGIT_ASPECT: f32 = 0.56;

/// Where a signal stands and where it looks: turns its axes (towards traffic along -x).
pub fn place(bed: &Bed, signal: &Signal) -> (Quat, Vec3) {
    let station = bed.station(signal.s);
    let yaw = station.yaw() as f32 + if signal.along { 0.0 } else { TAU / 2.0 };
    let foot = station.point((signal.t, 0.0));
    (Quat::from_rotation_z(yaw), foot)
}

/// Where a junction's light is repeated on the far side: who waits at the stop line could not see
/// the one beside them. None where there is no room for it.
pub fn repeated(site: &Site, bed: &Bed, signal: &Signal) -> Option<(Quat, Vec3)> {
    let (link, ahead) = if signal.along {
        (bed.road.after, 1.0)
    } else {
        (bed.road.before, -1.0)
    };
    let Some(Link::Junction(junction)) = link else {
        return None;
    };
    let end = if signal.along { bed.road.length() } else { 0.0 };
    let radius = site.network.junctions.get(junction as usize)?.radius;
    let station = bed.station(end + ahead * (2.0 * radius + 3.0));
    // From where it is on the near side outwards, to the first free place.
    let foot = (0..8)
        .map(|i| station.point((signal.t - ahead * 0.75 * f64::from(i), 0.0)))
        .find(|p| site.off_carriageways(*p, 0.6))?;
    Some((place(bed, signal).0, foot))
}

/// Draws the signs and the housings of lights of a stretch.
pub fn signs(shape: &mut Shape, site: &Site, bed: &Bed, along: Range<f64>) {
    for signal in &bed.road.signals {
        if !along.contains(&signal.s) {
            continue;
        }
        let (turn, foot) = place(bed, signal);
        let first = shape.positions_len();
        match &signal.kind {
            SignalKind::Light(_) => housing(shape),
            kind => sign(shape, kind),
        }
        shape.light(first, super::tunnels::skylight(bed.road, signal.s));
        shape.place(first, turn, foot);
        if matches!(signal.kind, SignalKind::Light(_))
            && let Some((turn, foot)) = repeated(site, bed, signal)
        {
            let first = shape.positions_len();
            housing(shape);
            shape.place(first, turn, foot);
        }
    }
}

fn post(shape: &mut Shape, height: f32) {
    let post = Vec3::new(0.04, 0.04, 0.0);
    let foot = Vec3::new(0.05, 0.0, -0.3);
    let grey = tint(0.55, 0.56, 0.57);
    shape.slab(foot - post, foot + post + Vec3::Z * (height + 0.3), grey);
}

fn sign(shape: &mut Shape, kind: &SignalKind) {
    post(shape, SIGN_HEIGHT + 0.4);
    let (red, white) = (tint(0.76, 0.06, 0.07), tint(0.95, 0.95, 0.94));
    let black = tint(0.04, 0.04, 0.05);
    match kind {
        SignalKind::Stop => {
            plate(shape, 8, FRAC_PI_8, 0.47, 0.0, white);
            plate(shape, 8, FRAC_PI_8, 0.43, 0.01, red);
            word(shape, "STOP", 0.24, 0.02, white);
        }
        SignalKind::Yield => {
            plate(shape, 3, -TAU / 4.0, 0.55, 0.0, red);
            plate(shape, 3, -TAU / 4.0, 0.32, 0.01, white);
        }
        SignalKind::Priority => {
            plate(shape, 4, 0.0, 0.47, 0.0, white);
            plate(shape, 4, 0.0, 0.42, 0.01, tint(0.05, 0.05, 0.05));
            plate(shape, 4, 0.0, 0.41, 0.02, white);
            plate(shape, 4, 0.0, 0.27, 0.03, tint(0.98, 0.74, 0.05));
        }
        SignalKind::Speed(limit) => {
            plate(shape, 28, 0.0, 0.40, 0.0, red);
            plate(shape, 28, 0.0, 0.30, 0.01, white);
            let number = format!("{:.0}", limit * 3.6);
            word(
                shape,
                &number,
                if number.len() > 2 { 0.22 } else { 0.30 },
                0.02,
                black,
            );
        }
        SignalKind::Light(_) => {}
    }
}

/// A regular polygon that faces -x, `out` m in front of its post; its back is grey.
fn plate(shape: &mut Shape, sides: u32, turned: f32, radius: f32, out: f32, colour: Tint) {
    let corner = |i: u32, x: f32| {
        let angle = turned + TAU * i as f32 / sides as f32;
        Vec3::new(x, radius * angle.cos(), SIGN_HEIGHT + radius * angle.sin())
    };
    // Seen from -x, +y is to the left: clockwise about x is counter-clockwise for the eye.
    let front: Vec<Vec3> = (0..sides).rev().map(|i| corner(i, -out)).collect();
    shape.polygon(&front, Vec3::NEG_X, colour);
    if out == 0.0 {
        let back: Vec<Vec3> = (0..sides).map(|i| corner(i, 0.005)).collect();
        shape.polygon(&back, Vec3::X, tint(0.5, 0.5, 0.5));
    }
}

/// Segments of letters: a top, b upper right, c lower right, d bottom, e lower left, f upper left,
/// g middle, t and u the upper and lower half of an upright in the middle.
fn segments(letter: char) -> &'static str {
    match letter {
        '0' | 'O' => "abcdef",
        '1' => "bc",
        '2' => "abged",
        '3' => "abgcd",
        '4' => "fgbc",
        '5' | 'S' => "afgcd",
        '6' => "afgedc",
        '7' => "abc",
        '8' => "abcdefg",
        '9' => "abcdfg",
        'T' => "atu",
        'P' => "abefg",
        _ => "g",
    }
}

/// Letters of this height in the middle of a plate.
fn word(shape: &mut Shape, letters: &str, height: f32, out: f32, colour: Tint) {
    let count = letters.chars().count() as f32;
    let (w, h, line) = (0.5 * DIGIT_ASPECT * height, height / 2.0, 0.085 * height);
    let pitch = 2.0 * w + 3.2 * line;
    for (i, letter) in letters.chars().enumerate() {
        // To the reader's right is -y.
        let middle = -(i as f32 - (count - 1.0) / 2.0) * pitch;
        for segment in segments(letter).chars() {
            let (y0, y1, z0, z1) = match segment {
                'a' => (-w, w, h, h),
                'b' => (-w, -w, 0.0, h),
                'c' => (-w, -w, -h, 0.0),
                'd' => (-w, w, -h, -h),
                'e' => (w, w, -h, 0.0),
                'f' => (w, w, 0.0, h),
                't' => (0.0, 0.0, 0.0, h),
                'u' => (0.0, 0.0, -h, 0.0),
                _ => (-w, w, 0.0, 0.0),
            };
            let at = |y: f32, z: f32| Vec3::new(-out, middle + y, SIGN_HEIGHT + z);
            let (y0, y1, z0, z1) = (y0 - line, y1 + line, z0 - line, z1 + line);
            shape.quad([at(y1, z0), at(y0, z0), at(y0, z1), at(y1, z1)], colour);
        }
    }
}

fn housing(shape: &mut Shape) {
    let black = tint(0.07, 0.075, 0.08);
    post(shape, LIGHT_HEIGHT + 0.4);
    let half = Vec3::new(0.09, 0.19, 1.62 * LAMP_SPACING);
    let middle = Vec3::new(-0.06, 0.0, LIGHT_HEIGHT);
    shape.slab(middle - half, middle + half, black);
    // A white rim, as lights have where they must stand out.
    let rim = Vec3::new(0.02, 0.25, 1.62 * LAMP_SPACING + 0.07);
    let behind = middle + Vec3::X * 0.06;
    shape.slab(behind - rim, behind + rim, tint(0.88, 0.88, 0.87));
    for i in [-1.0, 0.0, 1.0] {
        let lamp = middle + Vec3::new(-0.09, 0.0, LAMP_SPACING * i + LAMP_RADIUS + 0.01);
        let hood = Vec3::new(0.0, 0.15, 0.012);
        shape.slab(lamp - hood - Vec3::X * 0.16, lamp + hood, black);
    }
}

/// The three lamps of a light as they look when it shows this, or when a flashing one is off
/// ([`Light::Dark`]), in the axes of its post.
pub fn lamps(light: Light) -> Shape {
    let mut shape = Shape::default();
    let lit = |on: bool, colour: [f32; 3]| {
        let [r, g, b] = colour;
        if on {
            shining(tint(r, g, b))
        } else {
            tint(0.22 * r, 0.22 * g, 0.22 * b)
        }
    };
    let (red, amber, green) = match light {
        Light::Red => (true, false, false),
        Light::RedAmber => (true, true, false),
        Light::Green => (false, false, true),
        Light::Amber | Light::Flashing => (false, true, false),
        Light::Dark => (false, false, false),
    };
    for (i, tint) in [
        (1.0, lit(red, [1.0, 0.10, 0.06])),
        (0.0, lit(amber, [1.0, 0.68, 0.05])),
        (-1.0, lit(green, [0.08, 0.95, 0.55])),
    ] {
        let centre = Vec3::new(-0.155, 0.0, LIGHT_HEIGHT + i * LAMP_SPACING);
        let disc: Vec<Vec3> = (0..16)
            .rev()
            .map(|k| {
                let angle = TAU * k as f32 / 16.0;
                centre + Vec3::new(0.0, angle.cos(), angle.sin()) * LAMP_RADIUS
            })
            .collect();
        shape.polygon(&disc, Vec3::NEG_X, tint);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_face_who_comes_driving() {
        for kind in [
            SignalKind::Stop,
            SignalKind::Yield,
            SignalKind::Priority,
            SignalKind::Speed(27.8),
        ] {
            let mut shape = Shape::default();
            sign(&mut shape, &kind);
            let mut faces = 0;
            for t in shape.indices().chunks(3) {
                let [a, b, c] = [0, 1, 2].map(|i| shape.positions()[t[i] as usize]);
                let front = [a, b, c].iter().all(|p| p.x < -0.005);
                if front {
                    assert!((b - a).cross(c - a).x < 0.0, "{kind:?}");
                    faces += 1;
                }
            }
            assert!(faces > 0, "{kind:?}");
        }
    }

    #[test]
    fn a_light_shows_as_many_lamps_as_it_says() {
        for (light, count) in [
            (Light::Red, 1),
            (Light::RedAmber, 2),
            (Light::Green, 1),
            (Light::Dark, 0),
        ] {
            let lit = lamps(light).tints().iter().filter(|t| t[3] > 1.0).count();
            assert_eq!(lit, 16 * count, "{light:?}");
        }
    }
}
