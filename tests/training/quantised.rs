//! What is rounded when weights are written.

use model_core::config::GanKind;
use model_core::weights::{NamedTensor, Precision, Weights, written};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::{little, pack, trainer};

#[test]
fn large_tensors_are_integers_with_scales_and_the_rest_is_half_precision() {
    let bundle = pack(&trainer(little(GanKind::Cgan)));
    let file = SafeTensors::deserialize(&bundle.weights).unwrap();
    for (name, tensor) in file.iter() {
        let large = tensor.shape().len() >= 2 && tensor.shape().iter().product::<usize>() >= 1000;
        let expected = if large { Dtype::I8 } else { Dtype::F16 };
        assert_eq!(tensor.dtype(), expected, "{name}");
        if large {
            let scales = file.tensor(&format!("{name}.quantisation_scale")).unwrap();
            assert_eq!(scales.shape()[1], tensor.shape()[1], "{name}");
        }
    }
    let start = file.tensor("start.weight").unwrap();
    assert_eq!(start.dtype(), Dtype::I8, "the largest tensor of all");
}

#[test]
fn a_quantised_number_is_about_half_a_step_away_at_most() {
    // The second place holds zeros alone, the third one large number among small ones.
    let numbers: Vec<f32> = (0..1200)
        .map(|index| match index % 3 {
            0 => (index as f32 - 600.0) / 600.0,
            1 => 0.0,
            _ => f32::from(u8::from(index == 2)) * 100.0 + 0.25,
        })
        .collect();
    let tensor = NamedTensor {
        name: "w".into(),
        shape: vec![400, 3, 1],
        numbers: numbers.clone(),
    };
    let small = written(&[tensor], Precision::Rounded).unwrap();
    assert!(small.len() < 1400, "{}", small.len());
    let back = Weights::read(&small).unwrap();
    assert_eq!(back.names(), ["w"]);
    let back = back.tensor("w").unwrap();
    assert_eq!(back.shape, [400, 3, 1]);
    for (index, (found, expected)) in back.numbers.iter().zip(&numbers).enumerate() {
        let step = [1.0, 0.0, 100.25][index % 3] / 127.0;
        assert!(
            (found - expected).abs() <= 0.57 * step,
            "{index}: {found}, {expected}"
        );
    }
    let integers = TensorView::new(Dtype::I8, vec![400, 3], &[1; 1200]).unwrap();
    let integers = safetensors::serialize([("w", integers)], None).unwrap();
    let error = Weights::read(&integers).unwrap().tensor("w").unwrap_err();
    let error = error.to_string();
    assert!(error.contains("integers without scales"), "{error}");
}

#[test]
fn no_output_of_a_quantised_matrix_has_steps_much_finer_than_most() {
    let numbers: Vec<f32> = (0..1200)
        .map(|index| (index as f32).sin() * [8.0, 1.0, 0.1][index % 3])
        .collect();
    let tensor = NamedTensor {
        name: "w".into(),
        shape: vec![400, 3],
        numbers: numbers.clone(),
    };
    let file = written(&[tensor], Precision::Rounded).unwrap();
    let back = Weights::read(&file).unwrap().tensor("w").unwrap();
    for (index, (found, expected)) in back.numbers.iter().zip(&numbers).enumerate() {
        let step = [8.0, 2.0, 2.0][index % 3] / 127.0;
        assert!((found - expected).abs() <= 0.57 * step, "{index}");
        let steps = found / step;
        assert!((steps - steps.round()).abs() < 0.1, "{index}: {steps}");
    }
}
