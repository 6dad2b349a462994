//! From the world to the picture, without a graphics card: what marks on the screen need.

use super::layout::Lens;
use bevy::math::{Vec2, Vec3};
use bevy::transform::components::Transform;

/// Nearer than this nothing is projected, m: the cameras' near plane.
pub const NEAR: f32 = 0.15;

/// Where a point is seen from an eye: from -1 to 1 across and up the picture (beyond: outside of
/// it); nothing if it is behind. Bevy's axes. The pinhole: `x = X / (-Z tan(a/2) aspect)`.
pub fn project(eye: &Transform, lens: Lens, point: Vec3) -> Option<Vec2> {
    let p = eye.rotation.inverse() * (point - eye.translation);
    if p.z > -NEAR {
        return None;
    }
    Some(flat(lens, p))
}

/// A point in front of the camera, in the camera's axes.
fn flat(lens: Lens, p: Vec3) -> Vec2 {
    let half = (lens.upright / 2.0).tan();
    Vec2::new(p.x / (-p.z * half * lens.aspect), p.y / (-p.z * half))
}

/// A straight line as it is seen, cut at the near plane; nothing if all of it is behind.
pub fn line(eye: &Transform, lens: Lens, from: Vec3, to: Vec3) -> Option<[Vec2; 2]> {
    let inverse = eye.rotation.inverse();
    let [a, b] = [from, to].map(|p| inverse * (p - eye.translation));
    let cut = |a: Vec3, b: Vec3| {
        if a.z <= -NEAR {
            a
        } else {
            a.lerp(b, (a.z + NEAR) / (a.z - b.z))
        }
    };
    if a.z > -NEAR && b.z > -NEAR {
        return None;
    }
    Some([flat(lens, cut(a, b)), flat(lens, cut(b, a))])
}

/// The part of a seen line that is not below a height of the picture; nothing if all of it is.
pub fn above([a, b]: [Vec2; 2], height: f32) -> Option<[Vec2; 2]> {
    let cut = |a: Vec2, b: Vec2| {
        if a.y >= height {
            a
        } else {
            a.lerp(b, (height - a.y) / (b.y - a.y))
        }
    };
    (a.y.max(b.y) > height).then(|| [cut(a, b), cut(b, a)])
}

/// The smallest upright rectangle around a box in the world, by its corners; nothing if it is not
/// wholly in front of the eye, or outside of the picture.
pub fn bounds(eye: &Transform, lens: Lens, corners: &[Vec3]) -> Option<(Vec2, Vec2)> {
    let mut low = Vec2::INFINITY;
    let mut high = Vec2::NEG_INFINITY;
    for corner in corners {
        let at = project(eye, lens, *corner)?;
        low = low.min(at);
        high = high.max(at);
    }
    let seen = low.x < 1.0 && high.x > -1.0 && low.y < 1.0 && high.y > -1.0;
    seen.then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::camera::{CameraProjection, PerspectiveProjection};

    const LENS: Lens = Lens {
        upright: 0.9,
        aspect: 1.6,
    };

    fn eye() -> Transform {
        Transform::from_xyz(3.0, 2.0, -1.0).looking_at(Vec3::new(10.0, 0.0, 4.0), Vec3::Y)
    }

    #[test]
    fn it_agrees_with_the_matrix_that_draws_the_picture() {
        let matrix = PerspectiveProjection {
            fov: LENS.upright,
            aspect_ratio: LENS.aspect,
            near: NEAR,
            ..Default::default()
        }
        .get_clip_from_view();
        let view = eye().to_matrix().inverse();
        for point in [
            Vec3::new(10.0, 0.0, 4.0),
            Vec3::new(20.0, 3.0, 6.0),
            Vec3::new(8.0, 1.0, 9.0),
        ] {
            let clip = matrix * view * point.extend(1.0);
            let drawn = Vec2::new(clip.x, clip.y) / clip.w;
            let ours = project(&eye(), LENS, point).expect("in front");
            assert!(ours.distance(drawn) < 1e-4, "{ours} {drawn}");
        }
        assert_eq!(project(&eye(), LENS, Vec3::new(-5.0, 2.0, -6.0)), None);
    }

    #[test]
    fn a_rectangle_contains_all_corners_and_touches_some() {
        let corners: Vec<Vec3> = (0..8)
            .map(|i| {
                let at = |bit: i32| if i & bit == 0 { -1.0 } else { 1.0 };
                Vec3::new(14.0 + 2.0 * at(1), 0.8 + 0.8 * at(2), 5.0 + at(4))
            })
            .collect();
        let (low, high) = bounds(&eye(), LENS, &corners).expect("seen");
        for corner in &corners {
            let at = project(&eye(), LENS, *corner).expect("in front");
            assert!(at.cmpge(low - 1e-6).all() && at.cmple(high + 1e-6).all());
        }
        let one = project(&eye(), LENS, corners[0]).expect("in front");
        assert!((high - low).min_element() > 0.01 && one.is_finite());
        let behind: Vec<Vec3> = corners.iter().map(|p| *p - Vec3::X * 30.0).collect();
        assert_eq!(bounds(&eye(), LENS, &behind), None);
    }

    #[test]
    fn what_the_bonnet_hides_is_cut_off() {
        let (low, high) = (Vec2::new(0.0, -1.0), Vec2::new(0.4, 1.0));
        let cut = above([low, high], 0.0).expect("partly over it");
        assert!(cut[0].distance(Vec2::new(0.2, 0.0)) < 1e-6 && cut[1] == high);
        assert_eq!(above([high, low], 0.0).map(|l| l[0]), Some(high));
        assert_eq!(above([low, low], 0.0), None);
    }

    #[test]
    fn a_line_that_comes_from_behind_is_cut_where_the_picture_begins() {
        let eye = Transform::default();
        let [near, far] = line(
            &eye,
            LENS,
            Vec3::new(1.0, -1.0, 5.0),
            Vec3::new(1.0, -1.0, -9.0),
        )
        .expect("partly in front");
        assert!(near.x > far.x && near.y < far.y && near.is_finite());
        assert_eq!(line(&eye, LENS, Vec3::Z, Vec3::Z * 2.0), None);
    }
}
