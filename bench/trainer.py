"""The trainer's step in PyTorch: a run's own networks, losses, optimiser and moving average, on the same data.

    PYTHONPATH=python/src python bench/trainer.py --data fer2013.csv --options runs/00000-acgan-fer2013/options.json --steps 40

prints one line of JSON. What is computed stands in the options that native-trainer wrote; what a run set out from, and how its
rates fall, changes no step's cost and is left out. Compare with training/src/{step,losses,penalty,adam,ema,batcher,augmentation}.rs.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import tables
import torch
import torch.nn.functional as F
import training_networks
from game import Game
from seven_faces import EMOTIONS, IMAGE_SIDE
from seven_faces.networks import DiscriminatorOutput

#: Steps before the clock starts: allocators and thread pools settle.
WARM_UP = 0.25
#: How far augmentation of strength 1 goes: radians, share of the size, pixels, share of the contrast, brightness in [-1, 1].
TURN, SCALE, SHIFT, CONTRAST, BRIGHTNESS = 0.17, 0.1, 3.0, 0.3, 0.2


class Data:
    """Training images of a table like fer2013.csv."""

    def __init__(self, path, options, device):
        images, labels = map(torch.from_numpy, tables.arrays((y, x) for split, y, x in tables.rows(path) if split == "Training"))
        self.images = images[:, None].to(device)
        self.labels = F.one_hot(labels, len(EMOTIONS)).float().to(device)
        counts = torch.bincount(labels, minlength=len(EMOTIONS)).double()
        self.shares = counts[labels] ** -options["class_balancing"]
        self.mirror, self.strength = options["mirror"], options["augmentation"]

    def batch(self, size):
        chosen = torch.multinomial(self.shares, size, replacement=True).to(self.images.device)
        images = self.images[chosen].float() / 127.5 - 1
        mirrored = torch.rand(size, 1, 1, 1, device=images.device) < (0.5 if self.mirror else 0)
        images = torch.where(mirrored, images.flip(3), images)
        return (augmented(images, self.strength) if self.strength > 0 else images), self.labels[chosen]


def augmented(images, strength):
    """Turned, scaled, moved and re-lit at random. PyTorch's finest kernel is the cubic one; the trainer's is Lanczos's."""
    turn, scale, x, y, contrast, brightness = strength * (2 * torch.rand(6, len(images), device=images.device) - 1)
    scale, turn = 1 + SCALE * scale, TURN * turn
    moved = [2 * SHIFT / IMAGE_SIDE * shift for shift in (x, y)]
    rows = [scale * turn.cos(), -scale * turn.sin(), moved[0], scale * turn.sin(), scale * turn.cos(), moved[1]]
    grid = F.affine_grid(torch.stack(rows, 1).reshape(-1, 2, 3), images.shape, align_corners=False)
    images = F.grid_sample(images, grid, mode="bicubic", padding_mode="reflection", align_corners=False)
    lit = images * (1 + CONTRAST * contrast)[:, None, None, None] + (BRIGHTNESS * brightness)[:, None, None, None]
    return lit.clamp(-1, 1)


class Trainer:
    def __init__(self, args, options):
        self.options, self.device = options, args.device
        self.game = Game(options["gan"], options["loss"])
        # Channels last: a tenth less time on the CPU, and what a GPU's matrix units want.
        form = {"device": args.device, "memory_format": torch.channels_last}
        self.generator = training_networks.generator(options["generator"]).to(**form)
        self.discriminator = training_networks.discriminator(options["discriminator"]).to(**form)
        self.forward_generator, self.forward_discriminator = self.generator, self.discriminator
        if args.compile:
            self.forward_generator = torch.compile(self.generator)
            self.forward_discriminator = torch.compile(self.discriminator)
        self.average = [parameter.detach().clone() for parameter in self.generator.parameters()]
        self.optimizers = {
            name: torch.optim.Adam(network.parameters(), options[f"{name}_learning_rate"], betas=(0.0, 0.99), fused=True)
            for name, network in (("discriminator", self.discriminator), ("generator", self.generator))
        }
        self.data = Data(args.data, options, args.device)

    def step(self, number):
        """One step of each network."""
        size = self.options["batch"]
        images, labels = self.data.batch(size)
        z = torch.randn(size, self.options["generator"]["latent_size"], device=self.device)
        fakes = self.forward_generator(z, labels)
        loss = self.discriminator_step(number, images, fakes.detach(), labels)
        self.generator_step(images, fakes, labels)
        decay = min(self.options["ema_decay"], (1 + number) / (10 + number))
        torch._foreach_lerp_(self.average, [parameter.detach() for parameter in self.generator.parameters()], 1 - decay)
        return loss

    def discriminator_step(self, number, images, fakes, labels):
        """Moves the discriminator's weights: real and generated images in one pass."""
        output = self.forward_discriminator(torch.cat([images, fakes]))
        real, fake = (DiscriminatorOutput(*half) for half in zip(*(part.split(len(images)) for part in output)))
        loss = self.game.discriminator_loss(real, fake, labels)
        if self.game.penalised(number):
            loss = loss + self.game.penalties(self.discriminator, images, fakes, labels)
        self.update("discriminator", loss)
        return loss.detach()

    def generator_step(self, images, fakes, labels):
        """Moves the generator's weights: the discriminator's ask for no gradients."""
        self.discriminator.requires_grad_(False)
        fake = self.forward_discriminator(fakes)
        self.update("generator", self.game.generator_loss(fake, lambda: self.forward_discriminator(images), labels))
        self.discriminator.requires_grad_(True)

    def update(self, network, loss):
        self.optimizers[network].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[network].step()


def measure(args):
    """Images per second over all steps but the first quarter."""
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    options = json.loads(args.options.read_text())
    options["batch"] = args.batch or options["batch"]
    trainer, first = Trainer(args, options), int(args.steps * WARM_UP)
    for number in range(args.steps):
        if number == first:
            finished(args)
            start = time.perf_counter()
        loss = trainer.step(number)
    finished(args)
    seconds = time.perf_counter() - start
    return {
        "images_per_second": (args.steps - first) * options["batch"] / seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "parameters": [sum(p.numel() for p in n.parameters()) for n in (trainer.generator, trainer.discriminator)],
        "discriminator_loss": loss.item(),
        "torch": torch.__version__,
    }


def finished(args):
    """Waits for a GPU."""
    if args.device == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times the trainer's step in PyTorch.")
    parser.add_argument("--data", required=True, help="a table like fer2013.csv")
    parser.add_argument("--options", required=True, type=Path, help="options.json of a run of native-trainer")
    parser.add_argument("--batch", type=int, help="images per step [default: the run's]")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, but for the penalty")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    print(json.dumps(measure(parser.parse_args())))
