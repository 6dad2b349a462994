//! The one place where world axes become Bevy's.
//!
//! The project's axes are ISO 8855: x and y on the ground, z up. Bevy's: y up, -z into the picture.
//! The change is a quarter turn about x, so handedness, distances and angles stay what they are.

use bevy::math::{Quat, Vec3};

/// A point or a direction.
pub fn point(p: Vec3) -> Vec3 {
    Vec3::new(p.x, p.z, -p.y)
}

/// A rotation: turns what it turned before, in the new axes.
pub fn turn(q: Quat) -> Quat {
    Quat::from_xyzw(q.x, q.z, -q.y, q.w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_stays_left_goes_out_of_the_picture_and_up_is_up() {
        assert_eq!(point(Vec3::X), Vec3::X);
        assert_eq!(point(Vec3::Y), Vec3::NEG_Z);
        assert_eq!(point(Vec3::Z), Vec3::Y);
    }

    #[test]
    fn turning_and_changing_axes_can_be_done_in_either_order() {
        let q =
            Quat::from_rotation_z(0.7) * Quat::from_rotation_y(-0.3) * Quat::from_rotation_x(0.2);
        for p in [Vec3::X, Vec3::Y, Vec3::Z, Vec3::new(3.0, -2.0, 0.5)] {
            let (a, b) = (point(q * p), turn(q) * point(p));
            assert!(a.distance(b) < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn a_left_turn_in_the_world_is_a_left_turn_in_the_picture() {
        let left = turn(Quat::from_rotation_z(0.5));
        assert!(left.angle_between(Quat::from_rotation_y(0.5)) < 1e-5);
    }
}
