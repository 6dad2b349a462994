//! What the traffic lights show, from every frame.

use super::axes;
use super::feed::Picture;
use super::runs::Begin;
use super::scene::Setting;
use super::signs;
use super::site::Site;
use super::skins::{Skin, Skins};
use crate::frame::Frame;
use crate::road::{Light, Programme};
use bevy::light::NotShadowCaster;
use bevy::prelude::*;

/// A light that is out of order flashes at this rate, Hz.
const FLASHES: f64 = 1.0;
const SHOWN: [Light; 5] = [
    Light::Red,
    Light::RedAmber,
    Light::Green,
    Light::Amber,
    Light::Dark,
];

/// A light's index among [`crate::road::Network::lights`].
#[derive(Component)]
struct Lamps(usize);

/// One mesh for each thing that lights show, and what each light would do by itself.
#[derive(Resource)]
struct Faces {
    meshes: [Handle<Mesh>; 5],
    programmes: Vec<Programme>,
}

pub fn plugin(app: &mut App) {
    app.add_systems(Begin, spawn)
        .add_systems(Update, show.in_set(super::Stage::Draw));
}

fn spawn(
    mut commands: Commands,
    setting: Res<Setting>,
    skins: Res<Skins>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let network = &setting.0.network;
    let faces = SHOWN.map(|light| meshes.add(skins.mesh(&signs::lamps(light))));
    let site = Site::new(network, &setting.0.weather);
    for (i, (road, signal, _)) in network.lights().enumerate() {
        let bed = site.bed(road);
        let places = [
            Some(signs::place(&bed, signal)),
            signs::repeated(&site, &bed, signal),
        ];
        for (turn, foot) in places.into_iter().flatten() {
            let place = Transform {
                translation: axes::point(foot),
                rotation: axes::turn(turn),
                scale: Vec3::ONE,
            };
            let lamps = (Lamps(i), Mesh3d(faces[4].clone()), place, NotShadowCaster);
            skins.dress(&mut commands.spawn(lamps), Skin::Ground);
        }
    }
    let programmes = network.lights().map(|l| l.2.clone()).collect();
    commands.insert_resource(Faces {
        meshes: faces,
        programmes,
    });
}

/// What a light shows at the time of a frame: what the frame says, or else its programme.
fn shown(frame: &Frame, index: usize, programme: Option<&Programme>) -> Light {
    let said = frame.lights.get(index).copied();
    let light = said.or_else(|| programme.map(|p| p.light(frame.time)));
    match light.unwrap_or(Light::Dark) {
        Light::Flashing if (frame.time * FLASHES).fract() < 0.5 => Light::Amber,
        Light::Flashing => Light::Dark,
        light => light,
    }
}

fn show(picture: Res<Picture>, faces: Res<Faces>, mut lamps: Query<(&Lamps, &mut Mesh3d)>) {
    let Some(frame) = &picture.scene else { return };
    for (light, mut mesh) in &mut lamps {
        let now = shown(frame, light.0, faces.programmes.get(light.0));
        let Some(i) = SHOWN.iter().position(|l| *l == now) else {
            continue;
        };
        if mesh.0 != faces.meshes[i] {
            mesh.0 = faces.meshes[i].clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_counts_and_the_programme_fills_in() {
        let programme = Programme {
            phases: vec![(Light::Green, 10.0), (Light::Red, 10.0)],
            offset: 0.0,
            failure: None,
        };
        let mut frame = Frame {
            time: 12.0,
            ..Frame::default()
        };
        assert_eq!(shown(&frame, 0, Some(&programme)), Light::Red);
        frame.lights = vec![Light::Flashing];
        assert_eq!(shown(&frame, 0, Some(&programme)), Light::Amber);
        frame.time = 12.7;
        assert_eq!(shown(&frame, 0, Some(&programme)), Light::Dark);
        assert_eq!(shown(&frame, 1, None), Light::Dark);
    }
}
