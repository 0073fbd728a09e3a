//! The walk from person to person.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::pixels::IMAGE_PIXELS;
use web::page::album::Pixels;
use web::page::expression::Expression;
use web::page::face_key::{FaceKey, Network};
use web::page::state::Page;
use web::page::task::Step;
use web::page::walk;
use web::page::walk::Walk;
use web::page::wanted::View;
use web::protocol::{Backend, DeviceChoice, Reply};

use crate::{deliver, faces, running, send, started};

/// Walks for four seconds, with every request answered by `backend`.
fn stroll(page: &mut Page, backend: Backend) {
    for _ in 0..40 {
        if let Step::Send(request, task) = page.next_step() {
            page.sent(task);
            page.receive(running(backend), &[]);
            deliver(page, request);
        }
        page.walk.tick(100.0);
    }
}

#[test]
fn a_walk_continues_where_it_was_when_the_gpu_is_lost() {
    let message = String::from("device lost");
    let losses = [
        Reply::GpuFailed {
            message: message.clone(),
        },
        Reply::Died { message },
    ];
    for lost in losses {
        let mut page = started();
        page.want(|wanted| wanted.view = View::Walk);
        stroll(&mut page, Backend::Webgpu);
        while page.next_step() == Step::Wait {
            page.walk.tick(100.0);
        }
        let before = (page.walk.people(), page.walk.view());
        assert_eq!(before.0, Some((page.wanted.seed + 1, page.wanted.seed + 2)));
        send(&mut page);
        page.receive(lost, &[]);
        if page.next_step() == Step::Restart {
            page.restarted();
            page.receive(Reply::Started, &[]);
        }
        assert_eq!((page.walk.people(), page.walk.view()), before);
        let request = send(&mut page);
        assert_eq!(request.device, DeviceChoice::Cpu);
        deliver(&mut page, request);
        stroll(&mut page, Backend::Cpu);
        let after = page.walk.people();
        assert!(after > before.0, "{after:?} comes after {:?}", before.0);
    }
}

#[test]
fn a_paused_walk_is_the_walk_from_the_person_who_is_shown() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Walk);
    stroll(&mut page, Backend::Cpu);
    let seed = page.wanted.seed;
    let (people, picture) = (page.walk.people(), page.walk.view());
    assert_eq!(people, Some((seed + 1, seed + 2)), "somebody was passed");
    page.pause_walk();
    assert_eq!(page.wanted.seed, seed + 1, "what the address names");
    assert_eq!(
        (page.walk.people(), page.walk.view()),
        (people, picture),
        "nothing moves"
    );
    stroll(&mut page, Backend::Cpu);
    assert!(page.walk.people() > people, "and the way continues");
    page.want(|wanted| wanted.seed = seed);
    assert_eq!(
        page.walk.people(),
        Some((seed, seed + 1)),
        "another person is another walk"
    );
}

#[test]
fn a_walk_takes_the_rate_that_the_device_can_do() {
    for (milliseconds, rate) in [
        (None, 2.0),
        (Some(1.0), 60.0),
        (Some(5.0), 60.0),
        (Some(20.0), 25.0),
        (Some(100.0), 5.0),
        (Some(1000.0), 2.0),
    ] {
        assert_eq!(walk::rate(milliseconds), rate, "{milliseconds:?} ms a face");
    }
}

#[test]
fn a_walk_is_made_a_little_ahead_and_continues_smoothly() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Walk);
    let mut shown: Vec<Vec<u8>> = Vec::new();
    let mut people = Vec::new();
    let mut asked = 0;
    for _ in 0..600 {
        if let Step::Send(request, task) = page.next_step() {
            // A face whose grey is the position: 40 levels from person to person.
            let pixels = request.parameters.iter().flat_map(|face| {
                let share = face.toward.map_or(0.0, |(_, share)| share);
                let grey = (face.seed - 40) as f32 * 40.0 + share * 40.0;
                vec![grey as u8; IMAGE_PIXELS]
            });
            let pixels: Vec<u8> = pixels.collect();
            page.sent(task);
            asked += request.count;
            let (reply, _) = faces(request, Backend::Cpu);
            page.receive(reply, &pixels);
        }
        page.walk.tick(16.7);
        shown.extend(page.walk.view());
        people.extend(page.walk.people());
    }
    assert_eq!(people.first(), Some(&(40, 41)));
    assert!(
        people.last() > Some(&(43, 44)),
        "ten seconds lead to {:?}",
        people.last()
    );
    let steps: Vec<u8> = shown
        .windows(2)
        .map(|pair| pair[0][0].abs_diff(pair[1][0]))
        .collect();
    assert!(steps.iter().all(|step| *step <= 2), "a jump: {steps:?}");
    assert!(asked < 700, "{asked} faces for ten seconds");
}

#[test]
fn a_walk_keeps_its_way_when_the_emotion_changes() {
    let start = |expression| FaceKey {
        network: Network::Site(GanKind::Cgan),
        expression: Expression::Pure(expression),
        seed: 3,
        truncation: 100,
        device: DeviceChoice::Auto,
    };
    let mut walk = Walk::default();
    walk.begin(start(Emotion::Sad));
    let grey = |count: usize| (0..count).map(|_| Pixels::from(vec![0; IMAGE_PIXELS]));
    let (parameters, segment) = walk.next_segment(Some(5.0)).expect("the first face");
    walk.arrive(segment, grey(parameters.len()));
    walk.begin(start(Emotion::Happy));
    assert!(
        walk.people().is_some() && walk.view().is_some(),
        "the way continues"
    );
    let (parameters, _) = walk.next_segment(Some(5.0)).expect("more faces");
    let happy: Vec<f32> = parameters
        .iter()
        .map(|face| face.weights[Emotion::Happy.index()])
        .collect();
    assert!(
        happy.is_sorted() && happy[0] > 0.0 && happy[0] < 0.2,
        "{happy:?}"
    );
    for face in &parameters {
        assert!((face.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
