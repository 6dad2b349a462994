//! The devices of a person in a run: reading them, sending to them, and saying what is amiss.

use super::say;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use takeover::clock::Clock;
use takeover::devices::RawEvent;
use takeover::devices::haptics::{InCommand, ToDevices};
use takeover::devices::profile::Library;
use takeover::operator::human::{FromOperator, Human};

/// Where events of devices go.
#[cfg_attr(
    not(feature = "gamepad"),
    expect(dead_code, reason = "without the feature nothing reads devices")
)]
pub struct Ends {
    pub clock: Clock,
    pub to_session: Sender<FromOperator>,
    /// None without a window: then a pad is all that a person has.
    pub to_window: Option<Sender<RawEvent>>,
}

/// The profiles that hold, `named` first. What is left out is told if somebody needs them.
pub fn library(named: Option<&Path>, tell: bool) -> anyhow::Result<Arc<Library>> {
    let (library, left_out) = Library::load(named)?;
    if tell {
        for error in left_out {
            say(format_args!("takeover: {error}; this profile is left out"));
        }
    }
    Ok(Arc::new(library))
}

/// Running devices. Dropping them stops them and leaves them without force.
pub struct Devices {
    library: Arc<Library>,
    in_command: InCommand,
    #[cfg(all(feature = "gamepad", target_os = "linux"))]
    effects: Option<takeover::devices::effects::EffectThread>,
    #[cfg(feature = "gamepad")]
    _reader: Option<takeover::devices::gamepad::GamepadThread>,
    /// Why none can be read.
    #[cfg(feature = "gamepad")]
    #[cfg_attr(
        not(feature = "station"),
        expect(dead_code, reason = "a page tells it")
    )]
    unreadable: Option<String>,
}

impl Devices {
    /// Starts reading devices and sending to them, if there are `ends`. What cannot be is told in
    /// one line each, and does not stop a run.
    pub fn start(library: Arc<Library>, ends: Option<Ends>) -> Self {
        let in_command = InCommand::default();
        #[cfg(feature = "gamepad")]
        {
            use takeover::devices::gamepad;
            #[cfg(target_os = "linux")]
            let (effects, hands) = start_effects(ends.as_ref(), &in_command);
            let reader = ends.map(|ends| {
                let given = gamepad::Given {
                    clock: ends.clock,
                    library: Arc::clone(&library),
                    #[cfg(target_os = "linux")]
                    hands,
                };
                start_reader(given, ends)
            });
            let (reader, unreadable) = match reader {
                Some(Ok(reader)) => (Some(reader), None),
                Some(Err(why)) => (None, Some(why)),
                None => (None, None),
            };
            Self {
                library,
                in_command,
                #[cfg(target_os = "linux")]
                effects,
                _reader: reader,
                unreadable,
            }
        }
        #[cfg(not(feature = "gamepad"))]
        {
            drop(ends);
            Self {
                library,
                in_command,
            }
        }
    }

    /// Why no devices can be read, if they cannot.
    #[cfg(feature = "station")]
    pub fn unreadable(&self) -> Option<&str> {
        self.unreadable.as_deref()
    }

    /// The way to the devices, if anything can be sent to them.
    pub fn to_devices(&self) -> Option<ToDevices> {
        #[cfg(all(feature = "gamepad", target_os = "linux"))]
        return self.effects.as_ref().and_then(|e| e.to_devices());
        #[cfg(not(all(feature = "gamepad", target_os = "linux")))]
        None
    }

    /// A person at these devices.
    pub fn give_to(&self, human: Human) -> Human {
        human.with_devices(
            Arc::clone(&self.library),
            self.in_command.clone(),
            self.to_devices(),
        )
    }
}

#[cfg(all(feature = "gamepad", target_os = "linux"))]
fn start_effects(
    ends: Option<&Ends>,
    in_command: &InCommand,
) -> (
    Option<takeover::devices::effects::EffectThread>,
    takeover::devices::effects::Hands,
) {
    use takeover::devices::effects;
    use takeover::devices::haptics::Felt;
    use takeover::takeover::alert::{Channel, Presented};
    let hands = effects::Hands::default();
    let Some(ends) = ends else {
        return (None, hands);
    };
    let to_session = ends.to_session.clone();
    let told = move |felt| match felt {
        Felt::Started {
            request,
            level,
            before_ns,
            after_ns,
        } => {
            let _ = to_session.send(FromOperator::Presented(Presented {
                request,
                channel: Channel::Haptic,
                level,
                submitted: before_ns as f64 / 1e9,
                presented: after_ns as f64 / 1e9,
                // How long the motor takes to be felt is the device's secret.
                uncertainty: None,
            }));
        }
        Felt::Cannot { device, name, why } => say(format_args!(
            "device {device} ({name}) is not felt: {why}; all else works"
        )),
    };
    let started = effects::spawn(ends.clock, hands.clone(), in_command.clone(), told);
    let effects = started.map_err(|e| {
        say(format_args!(
            "takeover: nothing can be sent to devices: no thread for it: {e}; all else works"
        ));
    });
    (effects.ok(), hands)
}

#[cfg(feature = "gamepad")]
fn start_reader(
    given: takeover::devices::gamepad::Given,
    ends: Ends,
) -> Result<takeover::devices::gamepad::GamepadThread, String> {
    use takeover::command::Change;
    use takeover::devices::gamepad::{self, Found};
    let Ends {
        to_session,
        to_window,
        ..
    } = ends;
    let needed = to_window.is_none();
    let found = |found: &Found| {
        say(format_args!(
            "device {}: {}, {}, profile {}",
            found.device,
            found.name,
            found.profile.profile.kind.label(),
            found.profile.origin
        ));
    };
    let sink = move |event: RawEvent| {
        if event.change == Change::Disconnected {
            say(format_args!(
                "device {} was pulled out; plug it in again to go on",
                event.device
            ));
        }
        if let Some(to_window) = &to_window {
            // The window may be closed already.
            let _ = to_window.send(event.clone());
        }
        let _ = to_session.send(FromOperator::Raw(event));
    };
    match gamepad::spawn(given, found, sink) {
        Ok(thread) => {
            if needed {
                say("devices are watched; one can be plugged in at any time");
            }
            Ok(thread)
        }
        Err(error) => {
            let instead = if needed {
                "nobody can answer"
            } else {
                "the keyboard works"
            };
            say(format_args!("takeover: {error}; {instead}"));
            Err(error.to_string())
        }
    }
}
