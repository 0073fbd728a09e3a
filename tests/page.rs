//! What the page does without a browser: its state machine, its address, its messages, its inference.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use burn::tensor::{Device, Tensor, TensorData};
use model_core::bundle::Describes;
use model_core::config::{GanKind, GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::judge::{Judge, STAGES};
use model_core::latent::latent;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE, to_grey, to_signed};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use web::address::{Look, View, Wanted};
use web::film::{self, Film};
use web::inference::{draw, largest_difference, opinion, point};
use web::mood::{Mood, sliders_from, sliders_text};
use web::morph;
use web::opinion::Opinion;
use web::own_bundle::OwnFiles;
use web::protocol::{Backend, DeviceChoice, Order, Part, Progress, Recipe, Reply, Running};
use web::shot::{Network, Pixels, Shot};
use web::snippet::snippet;
use web::state::{Page, Step, Task};
use web::walk::{self, Walk};

fn wanted() -> Wanted {
    Wanted::from_query("?gan=cgan&emotion=sad&seed=40")
}

/// A page whose worker has started.
fn started() -> Page {
    let mut page = Page::new(wanted());
    page.receive(Reply::Started, &[]);
    page
}

fn send(page: &mut Page) -> Order {
    match page.next_step() {
        Step::Send(order, task) => {
            page.sent(task);
            order
        }
        step => panic!("expected an order, got {step:?}"),
    }
}

fn faces(order: Order, backend: Backend) -> (Reply, Vec<u8>) {
    let pixels = vec![order.emotion.index() as u8; order.count * IMAGE_PIXELS];
    let milliseconds = 20.0;
    (
        Reply::Faces {
            order,
            backend,
            milliseconds,
        },
        pixels,
    )
}

fn deliver(page: &mut Page, order: Order) {
    let (reply, pixels) = faces(order, Backend::Cpu);
    page.receive(reply, &pixels);
}

fn running(backend: Backend) -> Reply {
    let detail = "SwiftShader".into();
    Reply::Running(Running { backend, detail })
}

fn seeds(order: &Order) -> Vec<u64> {
    order.recipes.iter().map(|recipe| recipe.seed).collect()
}

/// Delivers orders until nothing more is asked for.
fn finish(page: &mut Page) -> usize {
    let mut orders = 0;
    while let Step::Send(order, task) = page.next_step() {
        page.sent(task);
        deliver(page, order);
        orders += 1;
        assert!(orders < 100, "the page never has enough");
    }
    orders
}

#[test]
fn a_crowd_is_ordered_in_parts_and_in_order() {
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
    let shots = page.shots();
    assert_eq!(shots.len(), 32);
    assert!(shots.iter().all(|shot| page.album.get(shot).is_some()));
}

#[test]
fn the_seven_are_one_person_in_one_order() {
    let mut page = started();
    page.pace = Some(5.0);
    page.want(|wanted| wanted.view = View::Seven);
    let order = send(&mut page);
    assert_eq!(seeds(&order), [40; 7]);
    for (recipe, emotion) in order.recipes.iter().zip(Emotion::ALL) {
        assert_eq!(recipe.weights, emotion.weights());
    }
}

#[test]
fn both_networks_get_the_same_recipe() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Compare);
    let one = send(&mut page);
    deliver(&mut page, one.clone());
    let other = send(&mut page);
    assert_eq!((one.gan, other.gan), (GanKind::Cgan, GanKind::Acgan));
    assert_eq!(one.recipes, other.recipes);
}

#[test]
fn a_new_expression_of_the_same_person_is_a_passage() {
    let mut page = started();
    finish(&mut page);
    page.pace = Some(10.0);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(page.face_state(), "loading");
    let order = send(&mut page);
    assert!(order.count > 2, "{} faces", order.count);
    let happy = |recipe: &Recipe| recipe.weights[Emotion::Happy.index()];
    let shares: Vec<f32> = order.recipes.iter().map(happy).collect();
    assert!(shares.is_sorted(), "{shares:?}");
    assert_eq!(shares.last(), Some(&1.0));
    deliver(&mut page, order.clone());
    assert_eq!(page.face_state(), "ready");
    assert_eq!(page.passage.len(), order.count);
}

#[test]
fn another_person_and_a_still_page_need_no_passage() {
    let mut page = started();
    finish(&mut page);
    page.pace = Some(10.0);
    page.want(|wanted| wanted.seed = 41);
    assert_eq!(send(&mut page).count, 1, "another person");
    let mut page = started();
    finish(&mut page);
    page.pace = Some(10.0);
    page.moves = false;
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(send(&mut page).count, 1, "no motion wanted");
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
fn truncation_and_blend_reach_the_recipe() {
    let mut page = started();
    page.want(|wanted| {
        wanted.view = View::Mixer;
        wanted.truncation = 60;
        wanted.sliders = [0, 0, 0, 30, 0, 10, 0];
    });
    let order = send(&mut page);
    let recipe = &order.recipes[0];
    assert_eq!(recipe.truncation, 0.6);
    assert_eq!(recipe.weights, [0.0, 0.0, 0.0, 0.75, 0.0, 0.25, 0.0]);
}

#[test]
fn one_order_at_a_time() {
    let mut page = Page::new(wanted());
    assert_eq!(page.next_step(), Step::Wait, "the worker has not started");
    page.receive(Reply::Started, &[]);
    send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    assert_eq!(page.next_step(), Step::Wait, "an order is under way");
}

#[test]
fn a_face_that_nobody_wants_any_more_is_not_shown() {
    let mut page = started();
    let old = send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    deliver(&mut page, old);
    assert_eq!(page.face, None);
    let order = send(&mut page);
    assert_eq!(order.recipes[0].weights, Emotion::Happy.weights());
}

#[test]
fn seeds_go_on_from_zero_after_the_last() {
    let mut page = Page::new(Wanted {
        seed: u64::MAX,
        view: View::Crowd,
        ..wanted()
    });
    page.receive(Reply::Started, &[]);
    assert_eq!(seeds(&send(&mut page)), [u64::MAX, 0, 1, 2]);
}

#[test]
fn webgpu_that_fails_leads_to_the_cpu_and_says_so() {
    let mut page = started();
    let order = send(&mut page);
    assert_eq!(order.device, DeviceChoice::Auto);
    page.receive(running(Backend::Webgpu), &[]);
    let message = "out of memory".into();
    page.receive(Reply::GpuFailed { message }, &[]);
    let order = send(&mut page);
    assert_eq!(order.device, DeviceChoice::Cpu);
    deliver(&mut page, order);
    assert_eq!(page.face_state(), "ready");
    let sentence = page.backend_sentence();
    assert_eq!(
        sentence,
        "CPU (wasm SIMD), because WebGPU failed: out of memory"
    );
    page.want(|wanted| wanted.device = DeviceChoice::Webgpu);
    assert_eq!(
        send(&mut page).device,
        DeviceChoice::Webgpu,
        "a choice tries again"
    );
}

#[test]
fn a_worker_for_the_cpu_is_replaced_by_one_with_webgpu_and_never_the_other_way() {
    let mut page = started();
    page.want(|wanted| wanted.device = DeviceChoice::Cpu);
    assert_eq!(send(&mut page).device, DeviceChoice::Cpu);
    page.restarted();
    assert_eq!(page.started_for, DeviceChoice::Cpu);
    page.want(|wanted| wanted.device = DeviceChoice::Auto);
    assert_eq!(page.next_step(), Step::Wait);
    page.receive(Reply::Started, &[]);
    assert_eq!(page.next_step(), Step::Restart);
    page.restarted();
    page.receive(Reply::Started, &[]);
    assert_eq!(send(&mut page).device, DeviceChoice::Auto);
}

#[test]
fn a_worker_that_dies_on_webgpu_is_replaced_by_one_on_the_cpu() {
    let mut page = started();
    send(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    for _ in 0..2 {
        let message = "device lost".into();
        page.receive(Reply::Died { message }, &[]);
    }
    assert_eq!(page.error, None, "the visitor need not decide");
    assert_eq!(page.next_step(), Step::Restart);
    page.restarted();
    assert_eq!(page.next_step(), Step::Wait);
    page.receive(Reply::Started, &[]);
    assert_eq!(send(&mut page).device, DeviceChoice::Cpu);
}

#[test]
fn a_worker_that_dies_while_idle_on_a_lost_gpu_is_replaced_too() {
    let mut page = started();
    let order = send(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    let (reply, pixels) = faces(order, Backend::Webgpu);
    page.receive(reply, &pixels);
    let message = "device lost".into();
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(
        (page.next_step(), page.error.clone()),
        (Step::Restart, None)
    );
}

/// The worker dies at work, on the CPU.
fn die_at_work(page: &mut Page) {
    send(page);
    page.receive(running(Backend::Cpu), &[]);
    let message = "unreachable executed".into();
    page.receive(Reply::Died { message }, &[]);
}

#[test]
fn a_worker_that_dies_on_the_cpu_is_started_again_once_and_then_waits_for_a_retry() {
    let mut page = started();
    die_at_work(&mut page);
    assert_eq!(
        (page.error.as_ref(), page.next_step()),
        (None, Step::Restart)
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    die_at_work(&mut page);
    assert_eq!((page.face_state(), page.next_step()), ("error", Step::Wait));
    page.retry();
    assert_eq!(page.next_step(), Step::Restart);
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
    let seeds: Vec<u64> = page.recent.iter().map(|shot| shot.seed).collect();
    assert_eq!(seeds, [9, 11, 10, 8, 7, 6, 5, 4], "newest first, each once");
    page.want(|wanted| {
        wanted.view = View::Mixer;
        wanted.gan = GanKind::Cgan;
        wanted.truncation = 60;
    });
    finish(&mut page);
    let (blend, before) = (page.recent[0], page.recent[7]);
    page.go_back_to(before);
    assert_eq!((page.wanted.view, page.large_shot()), (View::Face, before));
    page.go_back_to(blend);
    assert_eq!((page.wanted.view, page.large_shot()), (View::Mixer, blend));
    assert_eq!(page.next_step(), Step::Wait, "both are in the album");
}

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
fn a_face_whose_passage_died_with_the_worker_is_shown_without_one() {
    let mut page = started();
    finish(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    page.pace = None; // As after a restart: the face comes first, and with it a pace.
    let order = send(&mut page);
    assert_eq!(order.count, 1);
    deliver(&mut page, order);
    page.pace = Some(10.0);
    assert_eq!(page.face_state(), "loading");
    assert!(send(&mut page).count > 2, "now there is time for a passage");
    let message = "unreachable executed".into();
    page.receive(running(Backend::Cpu), &[]);
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(page.next_step(), Step::Restart);
    page.restarted();
    assert_eq!(page.face_state(), "ready");
}

#[test]
fn a_worker_that_made_something_has_another_chance() {
    let mut page = started();
    for seed in [1, 2, 3] {
        page.want(|wanted| wanted.seed = seed);
        die_at_work(&mut page);
        assert_eq!(page.next_step(), Step::Restart, "the person of seed {seed}");
        page.restarted();
        page.receive(Reply::Started, &[]);
        let order = send(&mut page);
        deliver(&mut page, order);
    }
}

/// Walks for four seconds, with every order answered by `backend`.
fn stroll(page: &mut Page, backend: Backend) {
    for _ in 0..40 {
        if let Step::Send(order, task) = page.next_step() {
            page.sent(task);
            page.receive(running(backend), &[]);
            deliver(page, order);
        }
        page.walk.tick(100.0);
    }
}

#[test]
fn a_walk_goes_on_where_it_was_when_the_gpu_is_lost() {
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
        let order = send(&mut page);
        assert_eq!(order.device, DeviceChoice::Cpu);
        deliver(&mut page, order);
        stroll(&mut page, Backend::Cpu);
        let after = page.walk.people();
        assert!(after > before.0, "{after:?} comes after {:?}", before.0);
    }
}

#[test]
fn a_paused_walk_is_the_walk_from_the_person_who_is_looked_at() {
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
    assert!(page.walk.people() > people, "and the way goes on");
    page.want(|wanted| wanted.seed = seed);
    assert_eq!(
        page.walk.people(),
        Some((seed, seed + 1)),
        "another person is another walk"
    );
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
fn an_engine_that_never_started_waits_for_a_retry() {
    let mut page = Page::new(wanted());
    let message = "status 404".into();
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(
        (page.error.as_deref(), page.next_step()),
        (Some("status 404"), Step::Wait)
    );
}

#[test]
fn a_failed_order_waits_for_a_retry() {
    let mut page = started();
    let order = send(&mut page);
    let message = "No face could be made.".into();
    page.receive(Reply::Failed { message }, &[]);
    assert_eq!(page.next_step(), Step::Wait);
    page.retry();
    assert_eq!(send(&mut page), order);
}

#[test]
fn a_film_goes_on_with_the_next_worker_and_ends_where_the_visitor_must_decide() {
    let mut page = started();
    page.start_film();
    let order = send(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    deliver(&mut page, order);
    send(&mut page);
    let message = "device lost".to_owned();
    page.receive(
        Reply::Died {
            message: message.clone(),
        },
        &[],
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    let next = send(&mut page);
    assert_eq!(next.device, DeviceChoice::Cpu);
    let faces = page.film.as_ref().map_or(0, |film| film.faces.len());
    assert!(faces > 0, "the faces made so far stay");
    page.receive(running(Backend::Cpu), &[]);
    let died = Reply::Died { message };
    page.receive(died.clone(), &[]);
    assert!(
        page.film.is_some() && page.error.is_none(),
        "one chance more"
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    send(&mut page);
    page.receive(died, &[]);
    assert!(page.film.is_none() && page.error.is_some());
}

/// Asks for the second opinion and says which shot the judge gets.
fn ask_judge(page: &mut Page) -> Shot {
    page.want(|wanted| wanted.opinion = true);
    match page.next_step() {
        Step::Judge(face) => {
            page.sent(Task::Judge(face.shot));
            face.shot
        }
        step => panic!("expected a face to judge, got {step:?}"),
    }
}

fn judged() -> Reply {
    Reply::Judged {
        shares: [0.0, 0.0, 0.125, 0.0, 0.75, 0.0, 0.125],
        accuracy: 0.56,
    }
}

#[test]
fn the_judge_is_asked_only_by_wish_and_once_for_each_large_face() {
    let mut page = started();
    finish(&mut page);
    assert_eq!(page.next_step(), Step::Wait, "nobody asked");
    let shot = ask_judge(&mut page);
    assert_eq!(shot, page.large_shot());
    page.receive(judged(), &[]);
    assert!(page.opinion_is_current());
    let opinion = page.opinion.latest.clone().expect("an opinion");
    assert_eq!(
        (opinion.strongest(), opinion.accuracy),
        (Emotion::Sad, 0.56)
    );
    assert_eq!(page.next_step(), Step::Wait, "the judge has said it");
    page.want(|wanted| wanted.seed = 41);
    assert!(!page.opinion_is_current(), "another face");
    finish(&mut page);
    assert!(matches!(page.next_step(), Step::Judge(_)), "judged anew");
    page.want(|wanted| wanted.view = View::Crowd);
    finish(&mut page);
    assert_eq!(page.next_step(), Step::Wait, "a crowd is not judged");
}

#[test]
fn a_judge_that_cannot_answer_leaves_the_face_and_waits_to_be_asked_again() {
    let mut page = started();
    finish(&mut page);
    ask_judge(&mut page);
    let message = "There is no second opinion: status 404.".to_owned();
    page.receive(
        Reply::Unjudged {
            message: message.clone(),
        },
        &[],
    );
    assert_eq!(page.opinion.error, Some(message));
    assert_eq!((page.face_state(), page.next_step()), ("ready", Step::Wait));
    page.judge_again();
    assert!(matches!(page.next_step(), Step::Judge(_)));
}

#[test]
fn a_worker_that_dies_over_the_judge_is_replaced_and_the_judge_left_alone() {
    let mut page = started();
    finish(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    ask_judge(&mut page);
    let message = "unreachable executed".into();
    page.receive(Reply::Died { message }, &[]);
    assert_eq!(
        (
            page.next_step(),
            page.error.clone(),
            page.gpu_failure.clone()
        ),
        (Step::Restart, None, None)
    );
    page.restarted();
    page.receive(Reply::Started, &[]);
    assert_eq!(page.next_step(), Step::Wait, "until it is asked again");
    let error = page.opinion.error.clone().unwrap_or_default();
    assert!(error.contains("unreachable executed"), "'{error}'");
}

#[test]
fn percents_of_an_opinion_add_up_to_one_hundred() {
    let shot = started().large_shot();
    let percents = |shares| {
        let opinion = Opinion {
            shot,
            shares,
            accuracy: 0.5,
        };
        opinion.percents()
    };
    assert_eq!(percents([1.0 / 7.0; 7]).iter().sum::<u8>(), 100);
    assert_eq!(
        percents([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        [0, 0, 0, 100, 0, 0, 0]
    );
    assert_eq!(
        percents([0.333, 0.333, 0.334, 0.0, 0.0, 0.0, 0.0]),
        [33, 33, 34, 0, 0, 0, 0]
    );
    assert_eq!(
        percents([0.006, 0.004, 0.0, 0.984, 0.0, 0.006, 0.0])
            .iter()
            .sum::<u8>(),
        100
    );
}

#[test]
fn the_page_hears_the_opinion_of_the_judge() {
    let device = Device::flex();
    let judge = Judge::new(4, STAGES, &mut ChaCha8Rng::seed_from_u64(1), &device);
    let grey = |pixel: usize| (pixel * 31 % 251) as u8;
    let face: Vec<u8> = (0..IMAGE_PIXELS).map(grey).collect();
    let shares = now(opinion(&judge, &face, &device)).expect("an opinion");
    let sum: f32 = shares.iter().sum();
    assert!((sum - 1.0).abs() < 1e-5, "{shares:?} add up to {sum}");
    let signed: Vec<f32> = face.iter().map(|&grey| to_signed(grey)).collect();
    let images = Tensor::from_data(
        TensorData::new(signed, [1, 1, IMAGE_SIDE, IMAGE_SIDE]),
        &device,
    );
    let logits = judge.forward(images).logits.into_data();
    let logits = logits.as_slice::<f32>().expect("32-bit numbers");
    let order = |values: &[f32]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
        order
    };
    assert_eq!(order(&shares), order(logits), "the judge's own order");
    let error = now(opinion(&judge, &face[1..], &device)).expect_err("too few pixels");
    assert!(error.to_string().contains("2303 pixels"), "{error}");
}

#[test]
fn the_snippet_is_the_widget_with_what_is_shown() {
    let mut page = started();
    let code = |page: &Page| snippet("https://a.b/c/?gan=cgan#x", &page.large_shot());
    assert_eq!(
        code(&page).as_deref(),
        Some(
            "<script type=\"module\" src=\"https://a.b/c/seven-faces.js\"></script>\n\
             <seven-faces emotion=\"sad\" gan=\"cgan\" seed=\"40\"></seven-faces>"
        )
    );
    page.want(|wanted| {
        wanted.view = View::Mixer;
        wanted.sliders = [0, 0, 0, 75, 0, 25, 0];
        wanted.truncation = 70;
    });
    let blend = code(&page).expect("code");
    assert!(
        blend.contains("emotion=\"happy:75,surprise:25\"") && blend.contains("truncation=\"0.7\""),
        "{blend}"
    );
    page.want(|wanted| wanted.sliders = [0; 7]);
    let even = code(&page).expect("code");
    assert!(even.contains("angry:1,disgust:1,"), "{even}");
    let network = Network::Own(0);
    let own = Shot {
        network,
        ..page.large_shot()
    };
    assert_eq!(snippet("https://a.b/", &own), None, "nobody else has it");
}

fn own_files(tag: u8) -> OwnFiles {
    OwnFiles {
        manifest: [tag].into(),
        weights: [tag].into(),
    }
}

fn own_manifest() -> Box<model_core::bundle::Manifest> {
    let json = include_bytes!("../web/assets/models/cgan/manifest.json");
    Box::new(model_core::bundle::Manifest::parse(json).expect("the shipped manifest is valid"))
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
    let order = send(&mut page);
    assert!(order.own, "the order is for it");
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

#[test]
fn a_walk_is_made_a_little_ahead_and_goes_on_smoothly() {
    let mut page = started();
    page.want(|wanted| wanted.view = View::Walk);
    let mut shown: Vec<Vec<u8>> = Vec::new();
    let mut people = Vec::new();
    let mut asked = 0;
    for _ in 0..600 {
        if let Step::Send(order, task) = page.next_step() {
            // A face whose grey is the position: 40 levels from person to person.
            let pixels = order.recipes.iter().flat_map(|recipe| {
                let share = recipe.toward.map_or(0.0, |(_, share)| share);
                let grey = (recipe.seed - 40) as f32 * 40.0 + share * 40.0;
                vec![grey as u8; IMAGE_PIXELS]
            });
            let pixels: Vec<u8> = pixels.collect();
            page.sent(task);
            asked += order.count;
            let (reply, _) = faces(order, Backend::Cpu);
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
    let start = |mood| Shot {
        network: Network::Site(GanKind::Cgan),
        mood: Mood::Pure(mood),
        seed: 3,
        truncation: 100,
        device: DeviceChoice::Auto,
    };
    let mut walk = Walk::default();
    walk.begin(start(Emotion::Sad));
    let grey = |count: usize| (0..count).map(|_| Pixels::from(vec![0; IMAGE_PIXELS]));
    let (recipes, leg) = walk.next_leg(Some(5.0)).expect("the first face");
    walk.arrive(leg, grey(recipes.len()));
    walk.begin(start(Emotion::Happy));
    assert!(
        walk.people().is_some() && walk.view().is_some(),
        "the way goes on"
    );
    let (recipes, _) = walk.next_leg(Some(5.0)).expect("more faces");
    let happy: Vec<f32> = recipes
        .iter()
        .map(|recipe| recipe.weights[Emotion::Happy.index()])
        .collect();
    assert!(
        happy.is_sorted() && happy[0] > 0.0 && happy[0] < 0.2,
        "{happy:?}"
    );
    for recipe in &recipes {
        assert!((recipe.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_film_returns_to_its_first_face_and_decodes_to_its_pixels() {
    let mut page = started();
    page.start_film();
    finish(&mut page);
    let film = page.film.clone().expect("the film");
    assert!(film.is_complete());
    let recipes = Film::new(film.start).next(usize::MAX);
    assert_eq!(recipes.len(), film::FACES);
    assert_eq!((recipes[0].seed, recipes[0].toward), (40, Some((41, 0.0))));
    let last = recipes
        .last()
        .and_then(|recipe| recipe.toward)
        .expect("the last is on the way");
    assert_eq!(last.0, 40, "back to the first person");
    let mut film = Film::new(film.start);
    let face = |frame: usize| (0..IMAGE_PIXELS).map(move |pixel| (pixel * 7 + frame) as u8);
    film.faces = (0..film::FACES)
        .map(|frame| face(frame).collect())
        .collect();
    let file = film.encode().expect("the film is packed");
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(file.as_slice()).expect("a GIF");
    let side = IMAGE_SIDE * film::SCALE;
    assert_eq!(
        (decoder.width() as usize, decoder.height() as usize),
        (side, side)
    );
    for frame in 0..film::FACES {
        let decoded = decoder
            .read_next_frame()
            .expect("a frame")
            .expect("as many frames");
        let expected: Vec<u8> = face(frame).collect();
        let corner = |pixel: usize| {
            let (x, y) = (pixel % IMAGE_SIDE, pixel / IMAGE_SIDE);
            decoded.buffer[y * film::SCALE * side + x * film::SCALE]
        };
        assert!(
            (0..IMAGE_PIXELS).all(|pixel| corner(pixel) == expected[pixel]),
            "frame {frame}"
        );
    }
    assert!(decoder.read_next_frame().expect("the end").is_none());
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

#[test]
fn blends_add_up_to_one_and_stand_in_the_address() {
    let sliders = [0, 0, 0, 100, 0, 50, 0];
    assert_eq!(sliders_text(&sliders), "0-0-0-100-0-50-0");
    assert_eq!(sliders_from("0-0-0-100-0-50-0"), Some(sliders));
    for text in [
        "",
        "1-2-3",
        "0-0-0-101-0-0-0",
        "a-b-c-d-e-f-g",
        "0-0-0-0-0-0-0-0",
    ] {
        assert_eq!(sliders_from(text), None, "{text}");
    }
    for sliders in [sliders, [0; 7], [100; 7]] {
        let sum: f32 = Mood::Blend(sliders).weights().iter().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sliders:?}: {sum}");
    }
    assert_eq!(Mood::Blend(sliders).strongest(), Emotion::Happy);
}

#[test]
fn an_incomplete_picture_is_an_error() {
    let mut page = started();
    let order = send(&mut page);
    let (reply, pixels) = faces(order, Backend::Cpu);
    page.receive(reply, &pixels[1..]);
    assert_eq!(page.face_state(), "error");
}

#[test]
fn the_address_carries_all_that_is_wanted() {
    let query = "?gan=cgan&emotion=fear&seed=18446744073709551615&device=cpu";
    let wanted = Wanted::from_query(query);
    assert_eq!((wanted.gan, wanted.emotion), (GanKind::Cgan, Emotion::Fear));
    assert_eq!((wanted.seed, wanted.device), (u64::MAX, DeviceChoice::Cpu));
    assert_eq!(wanted.to_query(), query);
    assert_eq!(
        Wanted::default().to_query(),
        "?gan=acgan&emotion=happy&seed=6"
    );
}

#[test]
fn every_view_survives_the_address() {
    for view in View::ALL {
        let wanted = Wanted {
            view,
            seed: 11,
            sliders: [1, 2, 3, 4, 5, 6, 7],
            truncation: 55,
            crowd: 64,
            look: Look::Crisp,
            opinion: true,
            ..wanted()
        };
        let mut read = Wanted::from_query(&wanted.to_query());
        if view != View::Mixer {
            read.sliders = wanted.sliders; // Only where it matters.
        }
        if view != View::Crowd {
            read.crowd = wanted.crowd;
        }
        assert_eq!(read, wanted, "{}", wanted.to_query());
    }
}

#[test]
fn another_place_is_a_step_and_a_slider_is_none() {
    let before = wanted();
    let with = |change: fn(&mut Wanted)| {
        let mut after = before.clone();
        change(&mut after);
        after.is_step_from(&before)
    };
    assert!(with(|wanted| wanted.seed += 1) && with(|wanted| wanted.view = View::Walk));
    assert!(!with(|wanted| wanted.truncation = 1) && !with(|wanted| wanted.sliders[0] = 9));
}

#[test]
fn nonsense_in_the_address_keeps_the_defaults() {
    for query in [
        "",
        "?",
        "?seed=-1&gan=&emotion=bored&device=abacus",
        "?view=door&mix=1-2&people=17&truncation=101&look=odd&opinion=no",
        "?x&=&==&seed",
    ] {
        assert_eq!(Wanted::from_query(query), Wanted::default(), "{query}");
    }
}

#[test]
fn messages_survive_the_journey_with_all_bits_of_a_seed() {
    let order = Order {
        gan: GanKind::Acgan,
        emotion: Emotion::Disgust,
        seed: u64::MAX,
        count: 4,
        device: DeviceChoice::Webgpu,
        own: false,
        recipes: Vec::new(),
    };
    let text = serde_json::to_string(&order).expect("an order is JSON");
    assert_eq!(
        serde_json::from_str::<Order>(&text).expect("JSON is an order"),
        order
    );
    let (reply, _) = faces(order, Backend::Webgpu);
    let text = serde_json::to_string(&reply).expect("a reply is JSON");
    assert_eq!(
        serde_json::from_str::<Reply>(&text).expect("JSON is a reply"),
        reply
    );
}

#[test]
fn an_order_of_seeds_is_an_order_of_plain_recipes() {
    let text =
        r#"{"gan":"cgan","emotion":"fear","seed":18446744073709551615,"count":2,"device":"auto"}"#;
    let order: Order = serde_json::from_str(text).expect("what a widget sends");
    assert_eq!(
        serde_json::to_string(&order).expect("JSON"),
        text,
        "and hears again"
    );
    let recipes = order.recipes().expect("sound");
    assert_eq!(
        recipes,
        [u64::MAX, 0].map(|seed| Recipe::plain(seed, Emotion::Fear))
    );
}

#[test]
fn unsound_orders_are_refused_with_a_reason() {
    let plain = Recipe::plain(1, Emotion::Sad);
    let order = |recipes: Vec<Recipe>, count| Order {
        gan: GanKind::Cgan,
        emotion: Emotion::Sad,
        seed: 1,
        count,
        device: DeviceChoice::Auto,
        own: false,
        recipes,
    };
    let weights = [0.5; 7];
    let long = Some((2, 1.5));
    for (order, word) in [
        (order(Vec::new(), 0), "1 to 64"),
        (order(Vec::new(), 65), "1 to 64"),
        (order(vec![plain.clone()], 2), "1 recipes"),
        (
            order(
                vec![Recipe {
                    weights,
                    ..plain.clone()
                }],
                1,
            ),
            "add up to 1",
        ),
        (
            order(
                vec![Recipe {
                    toward: long,
                    ..plain.clone()
                }],
                1,
            ),
            "out of range",
        ),
        (
            order(
                vec![Recipe {
                    truncation: f32::NAN,
                    ..plain
                }],
                1,
            ),
            "out of range",
        ),
    ] {
        let error = order.recipes().expect_err("unsound");
        assert!(error.contains(word), "'{error}' does not say '{word}'");
    }
}

#[test]
fn the_loader_script_speaks_the_same_language() {
    let part = Part::Engine;
    for (text, total) in [("9000", Some(9000)), ("null", None)] {
        let text = format!(r#"{{"progress":{{"part":"engine","loaded":5,"total":{text}}}}}"#);
        let expected = Reply::Progress(Progress {
            part,
            loaded: 5,
            total,
        });
        assert_eq!(
            serde_json::from_str::<Reply>(&text).expect("a reply"),
            expected
        );
    }
    let died = Reply::Died {
        message: "x".into(),
    };
    assert_eq!(
        serde_json::from_str::<Reply>(r#"{"died":{"message":"x"}}"#).expect("a reply"),
        died
    );
}

#[test]
fn progress_and_backend_are_sentences() {
    let part = Part::Engine;
    let progress = |total| {
        Progress {
            part,
            loaded: 3_140_000,
            total,
        }
        .to_string()
    };
    assert_eq!(
        progress(Some(10_000_000)),
        "Downloading the engine: 3.1 of 10.0 MB"
    );
    assert_eq!(progress(None), "Downloading the engine: 3.1 MB");
    let judge = Progress {
        part: Part::Judge,
        loaded: 629_318,
        total: None,
    };
    assert_eq!(judge.to_string(), "Downloading the judge: 0.6 MB");
    let detail = "you chose it".into();
    let running = Running {
        backend: Backend::Cpu,
        detail,
    };
    assert_eq!(running.to_string(), "CPU (wasm SIMD), because you chose it");
}

/// Runs a future of a device that answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU never makes anybody wait"),
    }
}

#[test]
fn the_page_draws_the_faces_of_the_generator() {
    let config = GeneratorConfig {
        latent_size: 8,
        width: 4,
        up_sampling: UpSampling::Transposed,
        fine_width: 0,
        conditional_norm: true,
        self_modulation: false,
        residual: false,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let generator = Generator::new(&config, &mut rng, &Device::flex());
    let recipes: Vec<Recipe> = (5..8)
        .map(|seed| Recipe::plain(seed, Emotion::Happy))
        .collect();
    let pixels = now(draw(&generator, &recipes)).expect("faces are drawn");
    assert_eq!(pixels.len(), 3 * IMAGE_PIXELS);
    for (index, face) in pixels.chunks_exact(IMAGE_PIXELS).enumerate() {
        let one = generator
            .faces(&[5 + index as u64], &[Emotion::Happy.weights()])
            .into_data();
        let one = one.as_slice::<f32>().expect("32-bit numbers");
        let one: Vec<u8> = one.iter().map(|&value| to_grey(value)).collect();
        assert!(largest_difference(face, &one) <= 1, "face {index}");
    }
    assert_eq!(
        largest_difference(&pixels, &pixels[1..]),
        255,
        "different sizes"
    );
}

#[test]
fn a_way_between_people_keeps_its_distance_from_the_average() {
    let recipe = |share, truncation| Recipe {
        toward: Some((2, share)),
        truncation,
        ..Recipe::plain(1, Emotion::Sad)
    };
    let length = |z: &[f32]| z.iter().map(|value| value * value).sum::<f32>().sqrt();
    let (one, other) = (latent(1, 64), latent(2, 64));
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(close(&point(&recipe(0.0, 1.0), 64), &one));
    assert!(close(&point(&recipe(1.0, 1.0), 64), &other));
    let shortest = length(&one).min(length(&other));
    for step in 0..=10 {
        let middle = length(&point(&recipe(step as f32 / 10.0, 1.0), 64));
        assert!(
            middle > 0.95 * shortest,
            "step {step}: {middle} against {shortest}"
        );
    }
    assert!((length(&point(&recipe(0.0, 0.5), 64)) - length(&one) / 2.0).abs() < 1e-4);
    assert_eq!(
        point(&Recipe::plain(1, Emotion::Sad), 64),
        one,
        "to the bit"
    );
}
