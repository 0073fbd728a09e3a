//! What the page does without a browser: its state machine, its address, its messages, its inference.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use burn::tensor::Device;
use model_core::config::{GanKind, GeneratorConfig, UpSampling};
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::{IMAGE_PIXELS, to_grey};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use web::address::Wanted;
use web::inference::{draw, largest_difference};
use web::protocol::{Backend, DeviceChoice, Order, Part, Progress, Recipe, Reply, Running};
use web::state::{GRID, Page, Phase, Step};

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
        Step::Send(order) => {
            page.sent(order.clone());
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

#[test]
fn the_large_face_comes_first_then_the_small_ones_in_fours() {
    let mut page = started();
    let first = send(&mut page);
    assert_eq!((first.seed, first.count), (40, 1));
    assert_eq!(page.face_state(), "loading");
    deliver(&mut page, first);
    assert_eq!(page.face_state(), "ready");
    for chunk in 0..GRID as u64 / 4 {
        let order = send(&mut page);
        assert_eq!((order.seed, order.count), (41 + 4 * chunk, 4));
        deliver(&mut page, order);
    }
    assert_eq!(page.next_step(), Step::Wait);
    assert!((0..GRID).all(|index| page.frame_is_current(index)));
    let seeds: Vec<u64> = page
        .grid
        .iter()
        .flatten()
        .map(|picture| picture.seed)
        .collect();
    assert_eq!(seeds, (41..57).collect::<Vec<_>>());
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
fn a_face_that_nobody_wants_any_more_is_dropped() {
    let mut page = started();
    let old = send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Happy);
    deliver(&mut page, old);
    assert_eq!(page.face, None);
    let order = send(&mut page);
    assert_eq!(
        (order.emotion, order.seed, order.count),
        (Emotion::Happy, 40, 1)
    );
}

#[test]
fn another_emotion_keeps_the_person_and_interrupts_the_small_faces() {
    let mut page = started();
    let first = send(&mut page);
    deliver(&mut page, first);
    let small = send(&mut page);
    page.want(|wanted| wanted.emotion = Emotion::Fear);
    assert_eq!(page.face_state(), "loading");
    assert!(
        page.face.is_some(),
        "the previous face stays until the next is there"
    );
    deliver(&mut page, small);
    let order = send(&mut page);
    assert_eq!(
        (order.emotion, order.seed, order.count),
        (Emotion::Fear, 40, 1)
    );
}

#[test]
fn seeds_go_on_from_zero_after_the_last() {
    let mut page = Page::new(Wanted {
        seed: u64::MAX,
        ..wanted()
    });
    page.receive(Reply::Started, &[]);
    let first = send(&mut page);
    deliver(&mut page, first);
    let order = send(&mut page);
    assert_eq!(order.seed, 0);
    deliver(&mut page, order);
    assert!(page.frame_is_current(0));
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
        send_after_grid(&mut page).device,
        DeviceChoice::Webgpu,
        "a choice tries again"
    );
}

fn send_after_grid(page: &mut Page) -> Order {
    if let Phase::Busy(order) = page.phase.clone() {
        deliver(page, order);
    }
    send(page)
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

#[test]
fn a_worker_that_dies_on_the_cpu_waits_for_a_retry() {
    let mut page = started();
    send(&mut page);
    page.receive(running(Backend::Cpu), &[]);
    let message = "unreachable executed".into();
    page.receive(Reply::Died { message }, &[]);
    assert_eq!((page.face_state(), page.next_step()), ("error", Step::Wait));
    page.retry();
    assert_eq!(page.next_step(), Step::Restart);
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
        "?gan=acgan&emotion=happy&seed=7"
    );
}

#[test]
fn nonsense_in_the_address_keeps_the_defaults() {
    for query in [
        "",
        "?",
        "?seed=-1&gan=&emotion=bored&device=abacus",
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
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let generator = Generator::new(&config, &mut rng, &Device::flex());
    let recipes = [5, 6, 7].map(|seed| Recipe::plain(seed, Emotion::Happy));
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
