//! The thread that makes alerts heard and felt.
//!
//! It stands between the link and the window: what comes down is looked at here first and passed
//! on at once. So a tone starts when the frame comes, not when the next picture is drawn, however
//! slow the pictures are.

use super::sound::{Sound, ToSound, Volume};
use crate::clock::Clock;
use crate::devices::haptics::{Haptic, Rumble, ToDevices};
use crate::link::view::LinkState;
use crate::operator::FromVehicle;
use crate::session::live::FromOperator;
use crate::takeover::alert::Alert;
use crate::takeover::alert::crier::{Crier, Cry};
use crate::takeover::alert::settings::Alerts;
use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Nothing at all came for this long, not even news of the link: the run stands still.
const PAUSE: Duration = Duration::from_secs(1);

/// What an annunciator works with.
pub struct Ends {
    pub vehicle: Receiver<FromVehicle>,
    pub alerts: Alerts,
    pub clock: Clock,
    /// Where starts are reported.
    pub report: Sender<FromOperator>,
    pub haptics: Option<ToDevices>,
    pub volume: Volume,
}

/// Starts the thread; returns what it passes on. It ends with what comes in.
pub fn spawn(ends: Ends) -> Receiver<FromVehicle> {
    let (to_window, from_here) = channel();
    let thread = thread::Builder::new()
        .name("alerts".into())
        .spawn(move || announce(ends, &to_window));
    if let Err(why) = thread {
        say(&format!(
            "no sound and no rumble: no thread for them: {why}"
        ));
    }
    from_here
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "takeover: {line}");
}

fn announce(ends: Ends, to_window: &Sender<FromVehicle>) {
    // Where no alert sounds, no sound card is needed.
    let sounds = Alert::ALL
        .iter()
        .any(|alert| ends.alerts.of(*alert).sound.on);
    let opened = sounds.then(|| Sound::open(ends.clock, ends.report.clone(), ends.volume.clone()));
    let sound = match opened {
        Some(Ok(sound)) => Some(sound),
        Some(Err(why)) => {
            say(&why.to_string());
            None
        }
        None => None,
    };
    let clock = ends.clock;
    let now = || clock.now_ns() as f64 / 1e9;
    let mut crier = Crier::new(ends.alerts);
    loop {
        let wait = crier.due().map_or(PAUSE, |due| {
            Duration::from_secs_f64((due - now()).clamp(0.0, PAUSE.as_secs_f64()))
        });
        let cries = match ends.vehicle.recv_timeout(wait) {
            Ok(news) => {
                let cries = match &news {
                    FromVehicle::Frame(frame) => crier.frame(&frame.seen(), &frame.events, now()),
                    FromVehicle::Link(link) => crier.link(link.state == LinkState::Lost, now()),
                    _ => Vec::new(),
                };
                // A window that is closed draws nothing; what is heard and felt ends with the run.
                let _ = to_window.send(news);
                cries
            }
            Err(RecvTimeoutError::Timeout) if wait < PAUSE => crier.beat(now()),
            Err(RecvTimeoutError::Timeout) => crier.hush(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        for cry in cries {
            play(cry, clock, sound.as_ref(), ends.haptics.as_ref());
        }
    }
    for cry in crier.hush() {
        play(cry, clock, sound.as_ref(), ends.haptics.as_ref());
    }
    if sound.is_some() {
        // What was cut off fades before the card is closed.
        thread::sleep(Duration::from_millis(100));
    }
}

fn play(cry: Cry, clock: Clock, sound: Option<&Sound>, haptics: Option<&ToDevices>) {
    let to_sound = |command| {
        if let Some(sound) = sound {
            sound.send(command);
        }
    };
    let to_devices = |haptic| {
        if let Some(haptics) = haptics {
            // Without devices there is nothing to feel.
            let _ = haptics.send(haptic);
        }
    };
    match cry {
        Cry::Tone {
            tone,
            volume,
            told,
            first,
        } => {
            let alert = first.then(|| (told.request, told.alert.level(), clock.now_ns()));
            to_sound(ToSound::Start {
                tone,
                volume,
                alert,
            });
        }
        Cry::Silence => to_sound(ToSound::Stop),
        Cry::Rumble { pulse, told, first } => to_devices(Haptic::Rumble(Rumble {
            strong: pulse.strong as f32,
            weak: pulse.weak as f32,
            duration: pulse.duration as f32,
            alert: first.then(|| (told.request, told.alert.level())),
        })),
        Cry::Still => to_devices(Haptic::Quiet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Frame, RequestView};
    use crate::takeover::event::Authority;
    use crate::takeover::reason::Reason;
    use std::sync::Arc;

    /// A pad that can rumble, and no sound: `Alerts` without it need no sound card.
    #[test]
    fn an_escalated_request_is_felt_at_once_and_all_news_is_passed_on() {
        let mut alerts = Alerts::default();
        for alert in Alert::ALL {
            alerts.set_sound(alert, false);
        }
        let ((to_here, vehicle), (report, _reports), (haptics, felt)) =
            (channel(), channel(), channel());
        let out = spawn(Ends {
            vehicle,
            alerts,
            clock: Clock::start(),
            report,
            haptics: Some(haptics),
            volume: Volume::default(),
        });
        let request = RequestView {
            id: 4,
            reason: Reason::Lanes,
            raised: 0.0,
            deadline: 10.0,
            escalated: true,
        };
        let frame = |authority, request| {
            FromVehicle::Frame(Arc::new(Frame {
                authority,
                request,
                ..Frame::default()
            }))
        };
        let asks = frame(Authority::RequestPending, Some(request));
        to_here.send(asks).expect("listens");
        let wait = Duration::from_secs(5);
        match felt.recv_timeout(wait) {
            Ok(Haptic::Rumble(rumble)) => {
                assert_eq!(rumble.alert, Some((4, Alert::Escalated.level())));
            }
            other => panic!("{other:?}"),
        }
        let next = felt.recv_timeout(wait).expect("a pattern");
        assert!(matches!(next, Haptic::Rumble(rumble) if rumble.alert.is_none()));
        to_here
            .send(frame(Authority::Operator, None))
            .expect("listens");
        let ends = std::iter::from_fn(|| felt.recv_timeout(wait).ok());
        let last = ends.take_while(|haptic| *haptic != Haptic::Quiet).count();
        assert!(
            last < 5,
            "it stops with the takeover, not after {last} pulses"
        );
        drop(to_here);
        assert_eq!(out.iter().count(), 2);
    }
}
