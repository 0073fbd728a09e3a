//! The first face and the last ones.

use model_core::config::GanKind;
use web::page::state::Page;
use web::page::task::Step;
use web::page::wanted::{View, Wanted};
use web::protocol::DeviceChoice;

use crate::{finish, started};

#[test]
fn only_a_first_visit_shows_the_first_face() {
    let mut page = Page::new(Wanted::default());
    assert!(page.is_first_face());
    page.want(|wanted| wanted.device = DeviceChoice::Cpu);
    assert!(page.is_first_face(), "whichever device makes it");
    for change in [
        |wanted: &mut Wanted| wanted.seed = 9,
        |wanted: &mut Wanted| wanted.gan = GanKind::Cgan,
        |wanted: &mut Wanted| wanted.truncation = 70,
        |wanted: &mut Wanted| wanted.view = View::Mixer,
    ] {
        let mut page = Page::new(Wanted::default());
        page.want(change);
        assert!(!page.is_first_face());
    }
}

#[test]
fn the_history_holds_the_last_eight_faces_and_leads_back_to_them() {
    let mut page = started();
    for seed in 0..12 {
        page.want(|wanted| wanted.seed = seed);
        finish(&mut page);
    }
    page.want(|wanted| wanted.seed = 9);
    finish(&mut page);
    let seeds: Vec<u64> = page.recent.iter().map(|key| key.seed).collect();
    assert_eq!(seeds, [9, 11, 10, 8, 7, 6, 5, 4], "newest first, each once");
    page.want(|wanted| {
        wanted.view = View::Mixer;
        wanted.gan = GanKind::Cgan;
        wanted.truncation = 60;
    });
    finish(&mut page);
    let (blend, before) = (page.recent[0], page.recent[7]);
    page.go_back_to(before);
    assert_eq!((page.wanted.view, page.large_key()), (View::Face, before));
    page.go_back_to(blend);
    assert_eq!((page.wanted.view, page.large_key()), (View::Mixer, blend));
    assert_eq!(page.next_step(), Step::Wait, "both are in the album");
}
