//! The code for other pages.

use web::page::face_key::{FaceKey, Network};
use web::page::snippet::snippet;
use web::page::state::Page;
use web::page::wanted::View;

use crate::started;

#[test]
fn the_snippet_is_the_widget_with_what_is_shown() {
    let mut page = started();
    let code = |page: &Page| snippet("https://a.b/c/?gan=cgan#x", &page.large_key());
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
    let own = FaceKey {
        network,
        ..page.large_key()
    };
    assert_eq!(snippet("https://a.b/", &own), None, "nobody else has it");
}
