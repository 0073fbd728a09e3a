//! The address, and the way back.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use web::protocol::FaceParameters;

use crate::chrome::Chrome;
use crate::native::native_parameters;
use crate::shown::{assert_nothing_broken, assert_same_face, shown_face};
use crate::visit::{large, open, search};
use crate::{NEXT_FACE, Visit};

fn wait_for_search(chrome: &Chrome, query: &str) {
    let script = format!("return location.search === '{query}'");
    chrome.wait(&format!("the address is {query}"), &script, NEXT_FACE);
}

/// Where the visit begins.
const FIRST: &str = "?gan=cgan&emotion=fear&seed=5&truncation=70&look=crisp&device=cpu";

#[test]
fn the_address_goes_along_and_back() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let face = |emotion: Emotion, seed: u64| large(&chrome, GanKind::Cgan, emotion, seed);
    open(&chrome, &site, FIRST);
    let shown = face(Emotion::Fear, 5);
    let parameters = FaceParameters {
        truncation: 0.7,
        ..FaceParameters::plain(5, Emotion::Fear)
    };
    let expected = native_parameters(&dist, GanKind::Cgan, &parameters);
    assert_same_face(&shown, &expected, "truncation 70 %");
    assert_eq!(search(&chrome), FIRST);
    chrome.click("emotion-sad");
    face(Emotion::Sad, 5);
    chrome.click("view-seven");
    let seven = "?gan=cgan&emotion=sad&seed=5&view=seven&truncation=70&look=crisp&device=cpu";
    wait_for_search(&chrome, seven);
    chrome.back();
    face(Emotion::Sad, 5);
    chrome.back();
    assert_same_face(&face(Emotion::Fear, 5), &shown, "the first face again");
    wait_for_search(&chrome, FIRST);
    chrome.execute("history.forward()");
    face(Emotion::Sad, 5);
    chrome.back();
    wait_for_search(&chrome, FIRST);
    pick_from_a_crowd(&chrome);
    assert_nothing_broken(&chrome, &site);
}

/// A click on a small face makes it the large one.
fn pick_from_a_crowd(chrome: &Chrome) {
    let (gan, angry) = (GanKind::Cgan, Emotion::Angry);
    chrome.click("emotion-angry");
    large(chrome, gan, angry, 5);
    chrome.click("view-crowd");
    shown_face(chrome, "crowd-3", gan, angry, 8, NEXT_FACE);
    chrome.click("crowd-3");
    large(chrome, gan, angry, 8);
}
