//! The walk as a GIF.

use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use web::page::film;
use web::page::film::Film;
use web::protocol::{Backend, DeviceChoice, Reply};

use crate::{deliver, finish, running, send, started};

#[test]
fn a_film_continues_with_the_next_worker_and_ends_where_the_visitor_must_decide() {
    let mut page = started();
    page.start_film();
    let request = send(&mut page);
    page.receive(running(Backend::Webgpu), &[]);
    deliver(&mut page, request);
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

#[test]
fn a_film_returns_to_its_first_face_and_decodes_to_its_pixels() {
    let mut page = started();
    page.start_film();
    finish(&mut page);
    let film = page.film.clone().expect("the film");
    assert!(film.is_complete());
    let parameters = Film::new(film.start).next(usize::MAX);
    assert_eq!(parameters.len(), film::FACES);
    assert_eq!(
        (parameters[0].seed, parameters[0].toward),
        (40, Some((41, 0.0)))
    );
    let last = parameters
        .last()
        .and_then(|face| face.toward)
        .expect("the last is on the way");
    assert_eq!(last.0, 40, "back to the first person");
    assert_pixels_survive(Film::new(film.start));
}

/// Packs faces of known pixels and reads them again.
fn assert_pixels_survive(mut film: Film) {
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
