//! Building meshes from faces, in world or body axes, with a colour for every vertex.
//!
//! Everything in the scene is made here from a few numbers: no model files, no textures. Colours
//! sit in the vertices, so that a vehicle or a kilometre of road is one mesh and one draw call.
//!
//! Nothing solid is translucent here, so a solid's fourth number says how it is lit: 1 by the sky,
//! 0 by lamps only (inside a tunnel), in between by both, and 2 if it shines by itself.

use super::axes;
use bevy::asset::RenderAssetUsages;
use bevy::color::{Color, ColorToComponents};
use bevy::math::{Quat, Vec3};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use std::f32::consts::TAU;

/// A colour as meshes carry it: linear red, green, blue, and how it is lit (of translucent things:
/// their opacity).
pub type Tint = [f32; 4];

/// The fourth number of what shines by itself.
pub const SHINES: f32 = 2.0;

/// A tint from the sRGB numbers that colour pickers show.
pub fn tint(red: f32, green: f32, blue: f32) -> Tint {
    Color::srgb(red, green, blue).to_linear().to_f32_array()
}

/// The same tint, darker (below 1) or lighter.
pub fn shaded(tint: Tint, by: f32) -> Tint {
    [tint[0] * by, tint[1] * by, tint[2] * by, tint[3]]
}

/// The same tint, shining by itself.
pub fn shining(tint: Tint) -> Tint {
    [tint[0], tint[1], tint[2], SHINES]
}

/// Part of the way from one tint to another.
pub fn blend(from: Tint, to: Tint, share: f32) -> Tint {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

/// A cross-section of a [`Shape::loft`]: a trapezium across the body at `x`.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub x: f32,
    /// Heights of the lower and upper edge, m.
    pub low: f32,
    pub high: f32,
    /// Half widths of the lower and upper edge, m.
    pub half_low: f32,
    pub half_high: f32,
    /// Colours of the skin from this section to the next.
    pub top: Tint,
    pub side: Tint,
}

/// A mesh in the making. Faces are counter-clockwise as seen from outside.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    positions: Vec<Vec3>,
    normals: Vec<Vec3>,
    tints: Vec<Tint>,
    indices: Vec<u32>,
}

impl Shape {
    /// Number of vertices so far; with [`Shape::shift`], to move what was added since.
    pub fn positions_len(&self) -> usize {
        self.positions.len()
    }

    /// Moves all vertices from number `first` on.
    pub fn shift(&mut self, first: usize, by: Vec3) {
        for p in &mut self.positions[first..] {
            *p += by;
        }
    }

    /// Turns all vertices from number `first` on about the origin, and moves them.
    pub fn place(&mut self, first: usize, turn: Quat, by: Vec3) {
        for p in &mut self.positions[first..] {
            *p = turn * *p + by;
        }
        for n in &mut self.normals[first..] {
            *n = turn * *n;
        }
    }

    /// Says of all vertices from number `first` on how they are lit, unless they shine.
    pub fn light(&mut self, first: usize, share: f32) {
        for tint in &mut self.tints[first..] {
            if tint[3] <= 1.0 {
                tint[3] = share;
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The corners of the box around it all.
    pub fn bounds(&self) -> (Vec3, Vec3) {
        let all = self.positions.iter();
        all.fold((Vec3::MAX, Vec3::MIN), |(low, high), p| {
            (low.min(*p), high.max(*p))
        })
    }

    /// Turns the fourth number into brightness, for materials that cannot read it: how bright lamps
    /// and what shines by itself are against what the sky lights.
    pub fn bake(&mut self, lamps: f32, shining: f32) {
        for tint in &mut self.tints {
            let share = tint[3];
            let by = if share <= 1.0 {
                share + (1.0 - share) * lamps
            } else {
                shining
            };
            *tint = shaded(*tint, by);
            tint[3] = 1.0;
        }
    }

    /// Vertices so far, in the axes they were given in.
    #[cfg(test)]
    pub fn positions(&self) -> &[Vec3] {
        &self.positions
    }

    /// Tints so far.
    #[cfg(test)]
    pub fn tints(&self) -> &[Tint] {
        &self.tints
    }

    /// Triangles so far, as indices of vertices.
    #[cfg(test)]
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Adds a vertex and returns its index.
    pub fn vertex(&mut self, position: Vec3, normal: Vec3, tint: Tint) -> u32 {
        self.positions.push(position);
        self.normals.push(normal);
        self.tints.push(tint);
        self.positions.len() as u32 - 1
    }

    pub fn triangle(&mut self, corners: [u32; 3]) {
        self.indices.extend(corners);
    }

    /// A flat four-sided face. Two corners may coincide.
    pub fn quad(&mut self, corners: [Vec3; 4], tint: Tint) {
        let [a, b, c, d] = corners;
        let normal = (c - a).cross(d - b).normalize_or_zero();
        let [a, b, c, d] = corners.map(|p| self.vertex(p, normal, tint));
        self.triangle([a, b, c]);
        self.triangle([a, c, d]);
    }

    /// A flat convex face.
    pub fn polygon(&mut self, corners: &[Vec3], normal: Vec3, tint: Tint) {
        let first = self.positions.len() as u32;
        for p in corners {
            self.vertex(*p, normal, tint);
        }
        for i in 1..(corners.len() as u32).saturating_sub(1) {
            self.triangle([first, first + i, first + i + 1]);
        }
    }

    /// A skin over sections given from rear to front, closed at both ends.
    pub fn loft(&mut self, sections: &[Section]) {
        let ring = |s: &Section| {
            [
                Vec3::new(s.x, -s.half_low, s.low),
                Vec3::new(s.x, s.half_low, s.low),
                Vec3::new(s.x, s.half_high, s.high),
                Vec3::new(s.x, -s.half_high, s.high),
            ]
        };
        for pair in sections.windows(2) {
            let ([a0, b0, c0, d0], [a1, b1, c1, d1]) = (ring(&pair[0]), ring(&pair[1]));
            let Section { top, side, .. } = pair[0];
            self.quad([d0, d1, c1, c0], top);
            self.quad([b1, b0, c0, c1], side);
            self.quad([a0, a1, d1, d0], side);
            self.quad([b0, b1, a1, a0], shaded(side, 0.3));
        }
        if let (Some(rear), Some(front)) = (sections.first(), sections.last()) {
            let [a, b, c, d] = ring(rear);
            self.quad([b, a, d, c], rear.side);
            self.quad(ring(front), front.side);
        }
    }

    /// A box with edges along the axes.
    pub fn slab(&mut self, min: Vec3, max: Vec3, tint: Tint) {
        let middle = (min.y + max.y) / 2.0;
        let first = self.positions.len();
        let half = (max.y - min.y) / 2.0;
        let section = |x| Section {
            x,
            low: min.z,
            high: max.z,
            half_low: half,
            half_high: half,
            top: tint,
            side: tint,
        };
        self.loft(&[section(min.x), section(max.x)]);
        self.shift(first, Vec3::Y * middle);
    }

    /// The same box on either side of the middle plane; `min.y` and `max.y` as on the left.
    pub fn slab_pair(&mut self, min: Vec3, max: Vec3, tint: Tint) {
        self.slab(min, max, tint);
        let (right_min, right_max) = (
            Vec3::new(min.x, -max.y, min.z),
            Vec3::new(max.x, -min.y, max.z),
        );
        self.slab(right_min, right_max, tint);
    }

    /// A wheel with its axle along y.
    pub fn wheel(&mut self, centre: Vec3, radius: f32, width: f32) {
        const SIDES: usize = 14;
        let tyre = tint(0.07, 0.07, 0.08);
        let rim = tint(0.55, 0.57, 0.60);
        let on_rim = |i: usize, r: f32, y: f32| {
            let angle = TAU * i as f32 / SIDES as f32;
            centre + Vec3::new(r * angle.cos(), y, r * angle.sin())
        };
        let half = width / 2.0;
        for i in 0..SIDES {
            let (r, j) = (radius, i + 1);
            self.quad(
                [
                    on_rim(i, r, -half),
                    on_rim(i, r, half),
                    on_rim(j, r, half),
                    on_rim(j, r, -half),
                ],
                tyre,
            );
        }
        for (r, out, colour) in [(radius, half, tyre), (radius * 0.6, half + 0.01, rim)] {
            let right: Vec<Vec3> = (0..SIDES).map(|i| on_rim(i, r, -out)).collect();
            let left: Vec<Vec3> = (0..SIDES).rev().map(|i| on_rim(i, r, out)).collect();
            self.polygon(&right, Vec3::NEG_Y, colour);
            self.polygon(&left, Vec3::Y, colour);
        }
    }

    /// A part of an upright cone between two heights, each with its radius; closed above.
    pub fn frustum(&mut self, foot: Vec3, low: (f32, f32), high: (f32, f32), tint: Tint) {
        const SIDES: u32 = 10;
        let ring = |(z, radius): (f32, f32)| {
            move |i: u32| {
                let angle = TAU * i as f32 / SIDES as f32;
                foot + Vec3::new(radius * angle.cos(), radius * angle.sin(), z)
            }
        };
        let (lower, upper) = (ring(low), ring(high));
        for i in 0..SIDES {
            self.quad([lower(i), lower(i + 1), upper(i + 1), upper(i)], tint);
        }
        let top: Vec<Vec3> = (0..SIDES).map(upper).collect();
        self.polygon(&top, Vec3::Z, tint);
    }

    /// A bar of square section from one point to another.
    pub fn bar(&mut self, from: Vec3, to: Vec3, thickness: f32, tint: Tint) {
        let length = from.distance(to);
        let Some(ahead) = (to - from).try_normalize() else {
            return;
        };
        let first = self.positions.len();
        let half = thickness / 2.0;
        self.slab(
            Vec3::new(0.0, -half, -half),
            Vec3::new(length, half, half),
            tint,
        );
        self.place(first, Quat::from_rotation_arc(Vec3::X, ahead), from);
    }

    /// A ball of a few faces, stretched to its half axes.
    pub fn ball(&mut self, centre: Vec3, half: Vec3, tint: Tint) {
        const AROUND: u32 = 10;
        const UP: u32 = 6;
        let at = |i: u32, j: u32| {
            let (a, b) = (
                TAU * i as f32 / AROUND as f32,
                TAU / 2.0 * (j as f32 / UP as f32 - 0.5),
            );
            Vec3::new(a.cos() * b.cos(), a.sin() * b.cos(), b.sin())
        };
        for j in 0..UP {
            for i in 0..AROUND {
                let corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
                let [a, b, c, d] =
                    corners.map(|p| self.vertex(centre + p * half, (p / half).normalize(), tint));
                self.triangle([a, b, c]);
                self.triangle([a, c, d]);
            }
        }
    }

    /// A ring of round section around the x axis, for a steering wheel.
    pub fn ring(&mut self, radius: f32, thickness: f32, tint: Tint) {
        const AROUND: u32 = 40;
        const ACROSS: u32 = 8;
        let first = self.positions.len() as u32;
        for i in 0..AROUND {
            let angle = TAU * i as f32 / AROUND as f32;
            let out = Vec3::new(0.0, angle.sin(), angle.cos());
            for j in 0..ACROSS {
                let round = TAU * j as f32 / ACROSS as f32;
                let normal = out * round.cos() + Vec3::X * round.sin();
                self.vertex(out * radius + normal * thickness, normal, tint);
            }
        }
        let at = |i: u32, j: u32| first + (i % AROUND) * ACROSS + j % ACROSS;
        for i in 0..AROUND {
            for j in 0..ACROSS {
                self.triangle([at(i, j), at(i, j + 1), at(i + 1, j + 1)]);
                self.triangle([at(i, j), at(i + 1, j + 1), at(i + 1, j)]);
            }
        }
    }

    /// The mesh, in Bevy's axes.
    pub fn mesh(&self) -> Mesh {
        let turned = |v: &[Vec3]| v.iter().map(|p| axes::point(*p)).collect::<Vec<_>>();
        Mesh::new(
            PrimitiveTopology::TriangleList,
            RenderAssetUsages::default(),
        )
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, turned(&self.positions))
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, turned(&self.normals))
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.tints.clone())
        .with_inserted_indices(Indices::U32(self.indices.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every face's winding agrees with its normals, and both point away from `centre`.
    fn assert_outward(shape: &Shape, centre: Vec3) {
        for t in shape.indices.chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| shape.positions[t[i] as usize]);
            let winding = (b - a).cross(c - a);
            if winding.length() < 1e-6 {
                continue;
            }
            assert!(winding.dot(shape.normals[t[0] as usize]) > 0.0);
            assert!(winding.dot((a + b + c) / 3.0 - centre) > 0.0, "{a} {b} {c}");
        }
    }

    #[test]
    fn a_slab_has_six_faces_that_look_outward() {
        let mut shape = Shape::default();
        shape.slab(Vec3::new(1.0, 2.0, 3.0), Vec3::new(2.0, 4.0, 6.0), [1.0; 4]);
        assert_eq!(shape.indices.len(), 6 * 6);
        assert_outward(&shape, Vec3::new(1.5, 3.0, 4.5));
        let (mut low, mut high) = (Vec3::MAX, Vec3::MIN);
        for p in shape.positions() {
            low = low.min(*p);
            high = high.max(*p);
        }
        assert_eq!(low, Vec3::new(1.0, 2.0, 3.0));
        assert_eq!(high, Vec3::new(2.0, 4.0, 6.0));
    }

    #[test]
    fn a_wheel_looks_outward() {
        let mut shape = Shape::default();
        let centre = Vec3::new(1.0, 0.8, 0.3);
        shape.wheel(centre, 0.3, 0.2);
        assert_outward(&shape, centre);
    }

    #[test]
    fn a_ring_has_its_radius_and_lies_across_x() {
        let mut shape = Shape::default();
        shape.ring(0.2, 0.02, [1.0; 4]);
        for (p, n) in shape.positions.iter().zip(&shape.normals) {
            let r = p.y.hypot(p.z);
            assert!((0.179..=0.221).contains(&r) && p.x.abs() <= 0.0201);
            assert!((n.length() - 1.0).abs() < 1e-5);
        }
        let t = &shape.indices[..3];
        let [a, b, c] = [0, 1, 2].map(|i| shape.positions[t[i] as usize]);
        assert!((b - a).cross(c - a).dot(shape.normals[t[0] as usize]) > 0.0);
    }
}
