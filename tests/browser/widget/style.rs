//! The page's own style for the element.

use serde_json::json;

use crate::NEXT_FACE;
use crate::shown::assert_nothing_broken;
use crate::widget::Scene;

#[test]
fn a_pages_own_style_and_placeholder_reach_the_element() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.add(&json!({"controls": "", "size": "100", "theme": "dark"}));
    scene.chrome.execute(
        "const style = new CSSStyleSheet();
         style.replaceSync(`#face { --seven-faces-radius: 50%; --seven-faces-rendering: pixelated; --seven-faces-ink: rgb(1, 2, 3);
             --seven-faces-paper: rgb(4, 5, 6); --seven-faces-empty: rgb(7, 8, 9); --seven-faces-font: monospace; }
           #face.large { width: 300px; --seven-faces-size: 300px; }
           #face::part(frame) { outline: 3px solid rgb(0, 0, 128); } #face::part(emotion) { letter-spacing: 2px; }`);
         document.adoptedStyleSheets = [style];",
    );
    scene.wait_for_state("ready");
    let look = scene.value(
        "(() => {
           const [host, part] = [face, (name) => getComputedStyle(face.shadowRoot.querySelector(`[part~=${name}]`))];
           const frame = part('frame');
           return { scheme: getComputedStyle(host).colorScheme, ink: getComputedStyle(host).color, font: getComputedStyle(host).fontFamily,
             radius: frame.borderTopLeftRadius, outline: frame.outlineColor, empty: frame.backgroundColor,
             rendering: part('face').imageRendering, spacing: part('emotion').letterSpacing };
         })()",
    );
    let expected = json!({"scheme": "dark", "ink": "rgb(1, 2, 3)", "font": "monospace", "radius": "50%", "outline": "rgb(0, 0, 128)",
        "empty": "rgb(7, 8, 9)", "rendering": "pixelated", "spacing": "2px"});
    assert_eq!(look, expected);
    assert_eq!(scene.value("face.getBoundingClientRect().width"), 100);
    scene.chrome.execute("face.className = 'large'");
    let width = scene.value("face.getBoundingClientRect().width");
    assert_eq!(width, 300, "the page's own CSS wins");
    a_placeholder_is_seen_until_the_face_is_there(&scene);
    assert_nothing_broken(&scene.chrome, &scene.site);
}

/// What is written in the element.
fn a_placeholder_is_seen_until_the_face_is_there(scene: &Scene) {
    scene.chrome.execute(
        "const waiting = Object.assign(document.createElement('seven-faces'), { id: 'waiting', innerHTML: '<i id=before>Soon</i>' });
         waiting.style.marginTop = '5000px';
         document.getElementById('here').append(waiting);",
    );
    let seen = "document.getElementById('before').checkVisibility()";
    assert_eq!(scene.value(seen), true, "the placeholder");
    scene
        .chrome
        .execute("document.getElementById('waiting').scrollIntoView()");
    scene.wait_for(
        "its face",
        "document.getElementById('waiting').state === 'ready'",
        NEXT_FACE,
    );
    assert_eq!(
        scene.value(seen),
        false,
        "the face instead of the placeholder"
    );
}
