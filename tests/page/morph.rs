//! From one expression to another.

use model_core::emotion::Emotion;
use web::page::album::Pixels;
use web::page::morph;
use web::page::task::Step;
use web::protocol::{Backend, FaceParameters, Reply};

use crate::{deliver, finish, running, send, started};

#[test]
fn a_new_expression_of_the_same_person_is_a_morph() {
    let mut page = started();
    finish(&mut page);
    page.ms_per_face = Some(10.0);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(page.face_state(), "loading");
    let request = send(&mut page);
    assert!(request.count > 2, "{} faces", request.count);
    let happy = |face: &FaceParameters| face.weights[Emotion::Happy.index()];
    let shares: Vec<f32> = request.parameters.iter().map(happy).collect();
    assert!(shares.is_sorted(), "{shares:?}");
    assert_eq!(shares.last(), Some(&1.0));
    deliver(&mut page, request.clone());
    assert_eq!(page.face_state(), "ready");
    assert_eq!(page.morph_frames.len(), request.count);
}

#[test]
fn another_person_and_a_still_page_need_no_morph() {
    let mut page = started();
    finish(&mut page);
    page.ms_per_face = Some(10.0);
    page.want(|wanted| wanted.seed = 41);
    assert_eq!(send(&mut page).count, 1, "another person");
    let mut page = started();
    finish(&mut page);
    page.ms_per_face = Some(10.0);
    page.moves = false;
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(send(&mut page).count, 1, "no motion wanted");
}

#[test]
fn a_face_whose_morph_died_with_the_worker_is_shown_without_one() {
    let mut page = started();
    finish(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    page.ms_per_face = None; // As after a restart: the face comes first, and with it the time per face.
    let request = send(&mut page);
    assert_eq!(request.count, 1);
    deliver(&mut page, request);
    page.ms_per_face = Some(10.0);
    assert_eq!(page.face_state(), "loading");
    assert!(send(&mut page).count > 2, "now there is time for a morph");
    let message = "unreachable executed".into();
    page.receive(running(Backend::Cpu), &[]);
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(page.next_step(), Step::Restart);
    page.restarted();
    assert_eq!(page.face_state(), "ready");
}

#[test]
fn a_morph_begins_and_ends_with_its_pictures() {
    let (from, to) = (vec![0u8; 4], vec![200u8; 4]);
    let frames: Vec<Pixels> = vec![vec![100u8; 4].into(), to.clone().into()];
    assert_eq!(morph::moment(&from, &frames, 0.0), from);
    assert_eq!(morph::moment(&from, &frames, 0.5), vec![100; 4]);
    assert_eq!(morph::moment(&from, &frames, 1.0), to);
    let greys: Vec<u8> = (0..=100)
        .map(|time| morph::moment(&from, &frames, f64::from(time) / 100.0)[0])
        .collect();
    assert!(greys.is_sorted(), "{greys:?}");
    assert_eq!(morph::faces(1.0), Some(10));
    assert_eq!(morph::faces(400.0), None, "a slow device dissolves");
}
