//! What the page does without a browser: its state machine, its address, its messages, its inference.

mod address;
mod classifier;
mod defaults;
mod faults;
mod film;
mod history;
mod inference;
mod morph;
mod own_bundle;
mod protocol;
mod requests;
mod sheet;
mod snippet;
mod walk;

use model_core::pixels::IMAGE_PIXELS;
use web::page::state::Page;
use web::page::task::Step;
use web::page::wanted::Wanted;
use web::protocol::{Backend, Reply, Request, Running};

fn wanted() -> Wanted {
    Wanted::from_query("?gan=cgan&emotion=sad&seed=40")
}

/// A page whose worker has started.
fn started() -> Page {
    let mut page = Page::new(wanted());
    page.receive(Reply::Started, &[]);
    page
}

fn send(page: &mut Page) -> Request {
    match page.next_step() {
        Step::Send(request, task) => {
            page.sent(task);
            request
        }
        step => panic!("expected a request, got {step:?}"),
    }
}

fn faces(request: Request, backend: Backend) -> (Reply, Vec<u8>) {
    let pixels = vec![request.emotion.index() as u8; request.count * IMAGE_PIXELS];
    let milliseconds = 20.0;
    (
        Reply::Faces {
            request,
            backend,
            milliseconds,
        },
        pixels,
    )
}

fn deliver(page: &mut Page, request: Request) {
    let (reply, pixels) = faces(request, Backend::Cpu);
    page.receive(reply, &pixels);
}

fn running(backend: Backend) -> Reply {
    let detail = "SwiftShader".into();
    Reply::Running(Running { backend, detail })
}

fn seeds(request: &Request) -> Vec<u64> {
    request.parameters.iter().map(|face| face.seed).collect()
}

/// Delivers requests until nothing more is asked for.
fn finish(page: &mut Page) -> usize {
    let mut requests = 0;
    while let Step::Send(request, task) = page.next_step() {
        page.sent(task);
        deliver(page, request);
        requests += 1;
        assert!(requests < 100, "the page never has enough");
    }
    requests
}
