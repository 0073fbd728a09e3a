//! What is wanted, as an address.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use web::page::address::{sliders_from, sliders_text};
use web::page::expression::Expression;
use web::page::wanted::{Look, View, Wanted};
use web::protocol::DeviceChoice;

use crate::wanted;

#[test]
fn blends_add_up_to_one_and_are_in_the_address() {
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
        let sum: f32 = Expression::Blend(sliders).weights().iter().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sliders:?}: {sum}");
    }
    assert_eq!(Expression::Blend(sliders).strongest(), Emotion::Happy);
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
            classifier: true,
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
