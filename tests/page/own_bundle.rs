//! The visitor's own network.

use model_core::bundle::{Describes, Manifest};
use model_core::config::GanKind;
use web::page::face_key::Network;
use web::page::own_bundle::OwnFiles;
use web::page::state::Page;
use web::page::task::{Step, Task};
use web::protocol::{Backend, Reply};

use crate::{running, send, started};

fn own_files(tag: u8) -> OwnFiles {
    OwnFiles {
        manifest: [tag].into(),
        weights: [tag].into(),
    }
}

fn own_manifest() -> Box<Manifest> {
    let json = include_bytes!("../../web/assets/models/cgan/manifest.json");
    Box::new(Manifest::parse(json).expect("the shipped manifest is valid"))
}

fn open(page: &mut Page) -> OwnFiles {
    match page.next_step() {
        Step::Open(files) => {
            page.sent(Task::Open(files.clone()));
            files
        }
        step => panic!("expected a bundle to open, got {step:?}"),
    }
}

#[test]
fn a_bundle_of_ones_own_is_opened_used_and_opened_again_by_the_next_worker() {
    let mut page = started();
    page.bring(own_files(1));
    assert_eq!(open(&mut page), own_files(1));
    let manifest = own_manifest();
    page.receive(Reply::Opened { manifest }, &[]);
    assert_eq!(page.network(), Network::Own(0));
    let request = send(&mut page);
    assert!(request.own, "the request is for it");
    page.receive(running(Backend::Webgpu), &[]);
    page.receive(
        Reply::Died {
            message: "lost".into(),
        },
        &[],
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    assert_eq!(
        open(&mut page),
        own_files(1),
        "the new worker does not know it"
    );
    let manifest = own_manifest();
    page.receive(Reply::Opened { manifest }, &[]);
    assert_eq!(page.network(), Network::Own(0), "it is the same bundle");
    page.bring(own_files(2));
    let _ = open(&mut page);
    let manifest = own_manifest();
    page.receive(Reply::Opened { manifest }, &[]);
    assert_eq!(
        page.network(),
        Network::Own(1),
        "another bundle, other faces"
    );
}

#[test]
fn a_refused_bundle_leaves_the_page_as_it_was() {
    let mut page = started();
    page.bring(own_files(1));
    open(&mut page);
    let message = "This bundle cannot be used.".to_owned();
    page.receive(
        Reply::Refused {
            message: message.clone(),
        },
        &[],
    );
    assert_eq!(page.refusal, Some(message));
    assert_eq!(
        (page.error.as_deref(), page.network()),
        (None, Network::Site(GanKind::Cgan))
    );
    assert!(!send(&mut page).own);
}
