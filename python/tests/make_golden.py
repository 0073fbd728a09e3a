"""Writes golden.npz, golden.json and the bundle in `modulated/`, all made by the trainer:

    python tests/make_golden.py ../target/debug/native-trainer

Needs this package and Pillow. What tests compare the package with is computed by the trainer alone.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from seven_faces import EMOTIONS

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
MODULATED = HERE / "modulated"
#: Name to bundle, first seed, truncation; two faces of each emotion.
SAMPLES = {
    "acgan": (REPOSITORY / "web/assets/models/acgan", 0, 1.0),
    "cgan": (REPOSITORY / "web/assets/models/cgan", 2**64 - 1, 0.5),
    "modulated": (MODULATED, 6, 1.0),
}
#: A generator of every form that the shipped ones have not, small enough for a repository.
RUN = ["--preset=tiny", "--images=640", "--set=generator.width=4", "--set=generator.latent_size=5", "--set=generator.residual=true"]
RUN += ["--set=generator.self_modulation=true", "--set=ema_decay=0.5", "--set=generator_learning_rate=0.01"]
EXPORT = ["--truncation=0.9", "--label-interpolation=0.8"]


def run(trainer, *arguments):
    return subprocess.run([trainer, *map(str, arguments)], check=True, capture_output=True, text=True, cwd=REPOSITORY).stdout


def train(trainer, scratch):
    """The bundle in `modulated/`, of a network that has learned for seconds."""
    run(trainer, "train", "--device=cpu", f"--out={scratch}/runs", *RUN)
    (made,) = Path(scratch, "runs").iterdir()
    run(trainer, "export", made, f"--to={MODULATED}", *EXPORT)


def sampled(trainer, scratch, name):
    """`[7, 2, 48, 48]`"""
    bundle, seed, truncation = SAMPLES[name]
    out = Path(scratch, name)
    options = [f"--bundle={bundle}", f"--seed={seed}", f"--truncation={truncation}", f"--out={out}"]
    run(trainer, "sample", "--device=cpu", "--count=2", *options)
    return np.array([[np.asarray(Image.open(out / emotion / f"{n}.png")) for n in range(2)] for emotion in EMOTIONS])


def measured(trainer, scratch, faces, gan):
    """What discriminator and classifier make of the faces: the ACGAN's as Training images, the cGAN's as PrivateTest."""
    table = Path(scratch, "fer2013.csv")
    lines = ["emotion,pixels,Usage"]
    for name, split in (("acgan", "Training"), ("cgan", "PrivateTest")):
        for label, row in enumerate(faces[name]):
            lines += [f"{label},{' '.join(map(str, face.ravel()))},{split}" for face in row]
    table.write_text("\n".join(lines) + "\n")
    networks = ["--classifier=native-trainer/classifiers/fer2013", f"--discriminator=native-trainer/discriminators/{gan}"]
    report = json.loads(run(trainer, "eval", "--device=cpu", "--json", f"--bundle=web/assets/models/{gan}", f"--data={table}", *networks))
    return {
        "overfitting": {split: report["overfitting"][split] for split in ("training", "held_out")},
        "classifier": report["classifier_on_real"]["counts"],
        "frechet_distance": report["baseline"]["frechet_distance"],
    }


def main():
    trainer = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        train(trainer, scratch)
        faces = {name: sampled(trainer, scratch, name) for name in SAMPLES}
        golden = {gan: measured(trainer, scratch, faces, gan) for gan in ("acgan", "cgan")}
    np.savez_compressed(HERE / "golden.npz", **faces)
    (HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
