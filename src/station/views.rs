//! From where the world is seen. Key C goes from view to view, digits choose one.

use super::notes::{Notice, notice};
use super::words::t;
use bevy::prelude::*;

/// From where the world is seen.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Resource, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub enum View {
    /// From the driver's seat, on one screen.
    #[default]
    Driver,
    /// From the driver's seat, on three screens side by side.
    Panorama,
    /// Backwards, as in a mirror.
    Rear,
    /// From behind the vehicle.
    Chase,
    /// From above, heading up.
    Birdseye,
    /// The plan of the road with what the vehicle believes to be on it, heading up.
    Map,
}

impl View {
    pub const ALL: [Self; 6] = [
        Self::Driver,
        Self::Panorama,
        Self::Rear,
        Self::Chase,
        Self::Birdseye,
        Self::Map,
    ];

    fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// Seen from the seat: the interior and what is on the windscreen, and mirrors.
    pub fn from_seat(self) -> bool {
        matches!(self, Self::Driver | Self::Panorama)
    }

    /// Made of the vehicle's camera pictures, not of data.
    pub fn is_video(self) -> bool {
        self != Self::Map
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Driver => t("view.driver"),
            Self::Panorama => t("view.panorama"),
            Self::Rear => t("view.rear"),
            Self::Chase => t("view.chase"),
            Self::Birdseye => t("view.birdseye"),
            Self::Map => t("view.map"),
        }
    }
}

impl View {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::Panorama => "panorama",
            Self::Rear => "rear",
            Self::Chase => "chase",
            Self::Birdseye => "birdseye",
            Self::Map => "map",
        }
    }
}

impl TryFrom<String> for View {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<View> for String {
    fn from(view: View) -> Self {
        view.name().into()
    }
}

impl std::str::FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "driver" => Self::Driver,
            "panorama" => Self::Panorama,
            "rear" => Self::Rear,
            "chase" => Self::Chase,
            "birdseye" => Self::Birdseye,
            "map" => Self::Map,
            _ => return Err("expected driver, panorama, rear, chase, birdseye or map".into()),
        })
    }
}

/// Asks for another view; whoever has a button for it sends this.
#[derive(Clone, Copy, Debug, Message, PartialEq, Eq)]
pub enum ViewRequest {
    Next,
    Show(View),
}

impl ViewRequest {
    fn after(self, view: View) -> View {
        match self {
            Self::Next => view.next(),
            Self::Show(wanted) => wanted,
        }
    }
}

/// By view.
const KEYS: [KeyCode; 6] = [
    KeyCode::Digit1,
    KeyCode::Digit2,
    KeyCode::Digit3,
    KeyCode::Digit4,
    KeyCode::Digit5,
    KeyCode::Digit6,
];

pub fn plugin(app: &mut App) {
    app.init_resource::<View>()
        .add_message::<ViewRequest>()
        .add_systems(Update, (ask, change).chain().in_set(super::Stage::Feed));
}

fn ask(keys: Res<ButtonInput<KeyCode>>, mut requests: MessageWriter<ViewRequest>) {
    if keys.just_pressed(KeyCode::KeyC) {
        requests.write(ViewRequest::Next);
    }
    for (key, view) in KEYS.iter().zip(View::ALL) {
        if keys.just_pressed(*key) {
            requests.write(ViewRequest::Show(view));
        }
    }
}

fn change(
    mut commands: Commands,
    mut requests: MessageReader<ViewRequest>,
    mut view: ResMut<View>,
    said: Query<Entity, With<Notice>>,
) {
    for request in requests.read() {
        *view = request.after(*view);
        for old in &said {
            commands.entity(old).despawn();
        }
        notice(&mut commands, view.word(), 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_goes_through_all_views_and_comes_back() {
        let mut seen = vec![View::default()];
        for _ in 1..View::ALL.len() {
            seen.push(ViewRequest::Next.after(seen[seen.len() - 1]));
        }
        assert_eq!(seen, View::ALL);
        assert_eq!(ViewRequest::Next.after(View::Map), View::Driver);
        assert_eq!(ViewRequest::Show(View::Chase).after(View::Map), View::Chase);
    }

    #[test]
    fn keys_and_messages_change_the_view() {
        let mut app = App::new();
        app.init_resource::<ButtonInput<KeyCode>>()
            .init_resource::<View>()
            .add_message::<ViewRequest>()
            .add_systems(Update, (ask, change).chain());
        let press = |app: &mut App, key| {
            let mut keys = app.world_mut().resource_mut::<ButtonInput<KeyCode>>();
            keys.clear();
            keys.press(key);
            keys.release(key);
            app.update();
            app.world_mut()
                .resource_mut::<ButtonInput<KeyCode>>()
                .clear();
            *app.world().resource::<View>()
        };
        assert_eq!(press(&mut app, KeyCode::Digit5), View::Birdseye);
        assert_eq!(press(&mut app, KeyCode::KeyC), View::Map);
        assert_eq!(press(&mut app, KeyCode::KeyC), View::Driver);
        app.world_mut().write_message(ViewRequest::Show(View::Rear));
        app.update();
        assert_eq!(*app.world().resource::<View>(), View::Rear);
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for (name, view) in [
            ("driver", View::Driver),
            ("panorama", View::Panorama),
            ("rear", View::Rear),
            ("chase", View::Chase),
            ("birdseye", View::Birdseye),
            ("map", View::Map),
        ] {
            assert_eq!(name.parse(), Ok(view));
        }
        assert!("Map".parse::<View>().is_err());
    }
}
