//! `takeover label LOG --rater NAME`: asks about each takeover. Works on a terminal and on pipes.

use super::label::{Subject, cause_lines, needed, said};
use super::{Done, say};
use std::io::{BufRead, Write};
use takeover::replay::labels::{Label, LabelError, QUALITY, Target};
use takeover::replay::taxonomy::Taxonomy;
use takeover::session::tally::describe_takeover;
use takeover::takeover::timeline::Takeover;

/// Events from so long before a takeover to so long after it are shown, s.
const BEFORE: f64 = 5.0;
const AFTER: f64 = 10.0;

#[derive(Clone, Copy)]
enum Question {
    Needed,
    Cause,
    Quality,
    Note,
}

/// What came of a question.
enum Answer {
    /// Nothing said: on to the next.
    Skipped,
    Said,
    /// `q`, or the end of the input.
    Ended,
}

/// The rater sees what happened and what they said themselves, nothing that others said and no verdict
/// of the referee's: both would lead them.
pub fn dialogue(subject: &mut Subject, rater: &str) -> anyhow::Result<Done> {
    let takeovers = subject.account.takeovers.clone();
    if takeovers.is_empty() {
        say(
            "no takeover was requested or made: label an event, a span or the run (`takeover label --help`)",
        );
        return Ok(Done::Fine);
    }
    say("Enter skips a question, q ends; each answer is written at once.");
    let mut input = std::io::stdin().lock();
    let mut written = 0;
    'all: for (i, takeover) in takeovers.iter().enumerate() {
        let number = i as u32 + 1;
        say(format_args!("\ntakeover {number} of {}", takeovers.len()));
        show(subject, takeover);
        let target = Target::Takeover { number };
        let before = subject.labels.of(rater);
        if let Some(own) = before.iter().find(|r| r.label.target == target) {
            say(format_args!("you have said: {}", said(&own.label)));
        }
        for question in [
            Question::Needed,
            Question::Cause,
            Question::Quality,
            Question::Note,
        ] {
            match ask(subject, rater, target, question, &mut input)? {
                Answer::Skipped => {}
                Answer::Said => written += 1,
                Answer::Ended => break 'all,
            }
        }
    }
    say(format_args!("{written} answers written"));
    Ok(Done::Fine)
}

/// What happened, and what happened around it.
fn show(subject: &Subject, takeover: &Takeover) {
    for line in describe_takeover(takeover) {
        say(format_args!("  {line}"));
    }
    let times = || takeover.parts().into_iter().filter_map(|(_, time, _)| time);
    let (Some(first), Some(last)) = (times().reduce(f64::min), times().reduce(f64::max)) else {
        return;
    };
    for (i, event) in subject.account.events.iter().enumerate() {
        if (first - BEFORE..=last + AFTER).contains(&event.time) {
            let (number, what) = (i + 1, event.event.describe());
            say(format_args!(
                "  event {number:>3} {:>9.2} s  {what}",
                event.time
            ));
        }
    }
}

fn ask(
    subject: &mut Subject,
    rater: &str,
    target: Target,
    question: Question,
    input: &mut impl BufRead,
) -> anyhow::Result<Answer> {
    loop {
        prompt(question);
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(Answer::Ended);
        }
        let line = String::from_utf8_lossy(&line);
        let text = match line.trim() {
            "" => return Ok(Answer::Skipped),
            "q" => return Ok(Answer::Ended),
            "?" => {
                help(question, subject.labels.taxonomy());
                continue;
            }
            text => text,
        };
        let mut label = Label::about(target);
        let wrong = match question {
            Question::Needed => needed(text).map(|n| label.needed = Some(n)),
            Question::Quality => text
                .parse()
                .map(|q| label.quality = Some(q))
                .map_err(|_| format!("expected 1 to 10, got `{text}`")),
            Question::Cause => {
                label.cause = Some(text.into());
                Ok(())
            }
            Question::Note => {
                label.note = Some(text.into());
                Ok(())
            }
        };
        if let Err(why) = wrong {
            say(why);
            continue;
        }
        match subject.labels.add(rater, &label) {
            Ok(id) => {
                subject.report(&id)?;
                return Ok(Answer::Said);
            }
            Err(why @ LabelError::Wrong { .. }) => say(why),
            Err(why) => return Err(why.into()),
        }
    }
}

fn prompt(question: Question) {
    let text = match question {
        Question::Needed => "needed? yes, no, unsure: ",
        Question::Cause => "cause? a code, ? for a list: ",
        Question::Quality => "quality? 1 (perfect) to 10 (uncontrollable), ? for the scale: ",
        Question::Note => "note? ",
    };
    let mut out = std::io::stderr();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn help(question: Question, taxonomy: &Taxonomy) {
    match question {
        Question::Needed => {
            say(
                "needed: without a person it would have come to a collision, or to a stop where none should be",
            );
        }
        Question::Cause => cause_lines(taxonomy).into_iter().for_each(say),
        Question::Quality => {
            for (least, meaning) in QUALITY {
                say(format_args!("  from {least:>2}: {meaning}"));
            }
        }
        Question::Note => say("anything, in words, on one line"),
    }
}
