//! The worker's messages, which it hears between two steps.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::control::{Control, Wanted};
use super::run::run;
use super::{Settings, TrainingReply, TrainingRequest};
use crate::worker::report::post;
use crate::worker::serve::listen;

/// Starts taking requests.
pub fn start() {
    let mut newest: Option<Rc<Control>> = None;
    let listening = listen(
        |message| post(&TrainingReply::Died { message }, &[]),
        move |message| {
            if let Err(message) = take(&message, &mut newest) {
                post(&TrainingReply::Failed { message }, &[]);
            }
        },
    );
    if listening {
        post(&TrainingReply::Started, &[]);
    }
}

/// Does what a request says to the newest run, or begins another.
fn take(message: &JsValue, newest: &mut Option<Rc<Control>>) -> Result<(), String> {
    let text = message.as_string().unwrap_or_default();
    let request: TrainingRequest = serde_json::from_str(&text)
        .map_err(|error| format!("The worker got a request that it cannot read: {error}."))?;
    let want = |wanted| newest.iter().for_each(|control| control.want(wanted));
    match request {
        TrainingRequest::Pause => want(Wanted::Pause),
        TrainingRequest::Resume => want(Wanted::Steps),
        TrainingRequest::Start(settings) => {
            want(Wanted::End);
            let control = Rc::new(Control::new());
            *newest = Some(control.clone());
            spawn_local(train(settings, control));
        }
    }
    Ok(())
}

async fn train(settings: Settings, control: Rc<Control>) {
    if let Err(error) = run(&settings, &control).await {
        let message = format!("The run ended: {error:#}.");
        post(&TrainingReply::Failed { message }, &[]);
    }
}
