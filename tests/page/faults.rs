//! A worker that fails, dies, or is the wrong one.

use web::page::state::Page;
use web::page::task::Step;
use web::protocol::{Backend, DeviceChoice, Reply};

use crate::{deliver, faces, running, send, started, wanted};

#[test]
fn webgpu_that_fails_leads_to_the_cpu_and_says_so() {
    let mut page = started();
    let request = send(&mut page);
    assert_eq!(request.device, DeviceChoice::Auto);
    page.receive(running(Backend::Webgpu), &[]);
    let message = "out of memory".into();
    page.receive(Reply::GpuFailed { message }, &[]);
    let request = send(&mut page);
    assert_eq!(request.device, DeviceChoice::Cpu);
    deliver(&mut page, request);
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
    let request = send(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    let (reply, pixels) = faces(request, Backend::Webgpu);
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
fn a_worker_that_made_something_has_another_chance() {
    let mut page = started();
    for seed in [1, 2, 3] {
        page.want(|wanted| wanted.seed = seed);
        die_at_work(&mut page);
        assert_eq!(page.next_step(), Step::Restart, "the person of seed {seed}");
        page.restarted();
        page.receive(Reply::Started, &[]);
        let request = send(&mut page);
        deliver(&mut page, request);
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
fn a_failed_request_waits_for_a_retry() {
    let mut page = started();
    let request = send(&mut page);
    let message = "No face could be made.".into();
    page.receive(Reply::Failed { message }, &[]);
    assert_eq!(page.next_step(), Step::Wait);
    page.retry();
    assert_eq!(send(&mut page), request);
}

#[test]
fn an_incomplete_picture_is_an_error() {
    let mut page = started();
    let request = send(&mut page);
    let (reply, pixels) = faces(request, Backend::Cpu);
    page.receive(reply, &pixels[1..]);
    assert_eq!(page.face_state(), "error");
}
