use model_core::config::GanKind;

use crate::{little, state, step, trainer};

#[test]
fn equal_seed_options_and_data_give_equal_weights_twice() {
    for gan in GanKind::ALL {
        let train = |seed| {
            let mut options = little(gan);
            options.seed = seed;
            let mut run = trainer(options);
            (0..8).for_each(|_| step(&mut run));
            state(&run)
        };
        let first = train(7);
        assert!(first == train(7), "{gan}: the same run gave other weights");
        assert!(first != train(8), "{gan}: the seed makes no difference");
    }
}
