//! What the page asks the worker for.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use web::page::state::Page;
use web::page::task::Step;
use web::page::wanted::{View, Wanted};
use web::protocol::Reply;

use crate::{deliver, finish, seeds, send, started, wanted};

#[test]
fn a_crowd_is_requested_in_parts_and_in_order() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Crowd);
    let first = send(&mut page);
    assert_eq!(
        seeds(&first),
        [40, 41, 42, 43],
        "an unknown device gets little"
    );
    deliver(&mut page, first);
    let second = send(&mut page);
    assert_eq!(second.count, 28, "a fast one all the rest");
    deliver(&mut page, second);
    assert_eq!(page.next_step(), Step::Wait);
    let keys = page.keys();
    assert_eq!(keys.len(), 32);
    assert!(keys.iter().all(|key| page.album.get(key).is_some()));
}

#[test]
fn the_seven_are_one_person_in_one_request() {
    let mut page = started();
    page.ms_per_face = Some(5.0);
    page.want(|wanted| wanted.view = View::Seven);
    let request = send(&mut page);
    assert_eq!(seeds(&request), [40; 7]);
    for (face, emotion) in request.parameters.iter().zip(Emotion::ALL) {
        assert_eq!(face.weights, emotion.weights());
    }
}

#[test]
fn both_networks_get_the_same_parameters() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Compare);
    let one = send(&mut page);
    deliver(&mut page, one.clone());
    let other = send(&mut page);
    assert_eq!((one.gan, other.gan), (GanKind::Cgan, GanKind::Acgan));
    assert_eq!(one.parameters, other.parameters);
}

#[test]
fn truncation_and_blend_reach_the_parameters() {
    let mut page = started();
    page.want(|wanted| {
        wanted.view = View::Mixer;
        wanted.truncation = 60;
        wanted.sliders = [0, 0, 0, 30, 0, 10, 0];
    });
    let request = send(&mut page);
    let face = &request.parameters[0];
    assert_eq!(face.truncation, 0.6);
    assert_eq!(face.weights, [0.0, 0.0, 0.0, 0.75, 0.0, 0.25, 0.0]);
}

#[test]
fn one_request_at_a_time() {
    let mut page = Page::new(wanted());
    assert_eq!(page.next_step(), Step::Wait, "the worker has not started");
    page.receive(Reply::Started, &[]);
    send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(page.next_step(), Step::Wait, "a request is under way");
}

#[test]
fn a_face_that_nobody_wants_any_more_is_not_shown() {
    let mut page = started();
    let old = send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    deliver(&mut page, old);
    assert_eq!(page.face, None);
    let request = send(&mut page);
    assert_eq!(request.parameters[0].weights, Emotion::Happy.weights());
}

#[test]
fn what_is_in_the_album_is_there_at_once() {
    let mut page = started();
    finish(&mut page);
    page.want(|wanted| wanted.seed = 41);
    finish(&mut page);
    page.want(|wanted| wanted.seed = 40);
    assert_eq!((page.face_state(), page.next_step()), ("ready", Step::Wait));
    page.make_again();
    assert_eq!(
        seeds(&send(&mut page)),
        [40],
        "unless it is to be made again"
    );
}

#[test]
fn the_seed_after_the_last_is_zero() {
    let mut page = Page::new(Wanted {
        seed: u64::MAX,
        view: View::Crowd,
        ..wanted()
    });
    page.receive(Reply::Started, &[]);
    assert_eq!(seeds(&send(&mut page)), [u64::MAX, 0, 1, 2]);
}

#[test]
fn nothing_is_asked_for_while_the_page_is_hidden() {
    let views = [
        View::Face,
        View::Seven,
        View::Crowd,
        View::Mixer,
        View::Walk,
    ];
    for (view, film) in views
        .map(|view| (view, false))
        .into_iter()
        .chain([(View::Walk, true)])
    {
        let mut page = started();
        page.want(|wanted| wanted.view = view);
        if film {
            page.start_film();
        }
        let under_way = send(&mut page);
        page.hidden = true;
        deliver(&mut page, under_way);
        assert_eq!(page.next_step(), Step::Wait, "{view:?}, film {film}");
        page.hidden = false;
        if !matches!(view, View::Face | View::Mixer) {
            assert!(
                matches!(page.next_step(), Step::Send(..)),
                "{view:?}, film {film}"
            );
        }
    }
}
