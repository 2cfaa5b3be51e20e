//! The steps of a run, as its page shows them.
use super::link;
use crate::portal::offer::offer;
use crate::portal::playing::{Answered, Run};
use crate::state::App;
use pages::developers::{Offer, OwnApp, Program, app_request};
use pages::portal::{PlayAnswer, PlayStep, StepState};

/// The steps that this app can make. The first that was not answered well and can be made comes next.
pub(super) fn steps(app: &App, own: &OwnApp, run: &Run) -> Vec<PlayStep> {
    let offer = offer(&app.config);
    let mut is_lit = false;
    let mut all = Vec::new();
    for program in Program::ALL {
        let Some(curl) = curl(&offer, own, program, app, run) else {
            continue;
        };
        let answer = run.answer(program);
        let done = answer.is_some_and(Answered::is_good);
        let state = match (done, run.may(program)) {
            (true, _) => StepState::Done,
            (false, false) => StepState::Waits,
            (false, true) if is_lit => StepState::Open,
            (false, true) => StepState::Next,
        };
        is_lit |= state == StepState::Next;
        all.push(PlayStep {
            program,
            state,
            curl,
            answer: answer.map(shown),
        });
    }
    all
}

fn curl(offer: &Offer, own: &OwnApp, program: Program, app: &App, run: &Run) -> Option<String> {
    match program {
        Program::Link => {
            app_request(offer, own, Program::Exchange)?;
            Some(link(app, own, run))
        }
        Program::Exchange
        | Program::TokenInfo
        | Program::Refresh
        | Program::Revoke
        | Program::DeviceCodes
        | Program::DevicePoll
        | Program::ClientCredentials => Some(app_request(offer, own, program)?.curl),
    }
}

fn shown(answer: &Answered) -> PlayAnswer {
    let masked = answer.masked();
    PlayAnswer {
        status: answer.status.to_string(),
        whole: masked.as_ref().map(|_| answer.pretty()),
        masked: masked.unwrap_or_else(|| answer.pretty()),
    }
}
