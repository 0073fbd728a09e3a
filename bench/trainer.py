"""The trainer's step in PyTorch: the same networks, losses, optimiser and moving average, on the same data.

    python trainer.py --data fer2013.csv --gan acgan --steps 40

prints one line of JSON. Compare with model-core/src/{generator,discriminator,blocks}.rs and
native-trainer/src/{step,losses,adam,ema}.rs; where PyTorch has a fused form of the same thing, it is used.
"""

import argparse
import json
import resource
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

EMOTIONS = 7
FIRST_SIDE = 6
SIDE = 48
LEAK = 0.2
GAIN = 2**0.5
EPSILON = 1e-5
INITIAL_DEVIATION = 0.02
GENERATOR_RATE, DISCRIMINATOR_RATE = 4e-4, 6e-4
CLASS_REAL, CLASS_FAKE, CONTRAST = 1.0, 0.5, 1.0
#: R1, every so many steps, for all of them.
PENALTY, PENALTY_EVERY = 0.2, 16
EMA_LIMIT = 0.999
#: Steps before the clock starts: allocators and thread pools settle.
WARM_UP = 0.25


def initialise(*layers):
    for layer in layers:
        nn.init.normal_(layer.weight, std=INITIAL_DEVIATION)
        nn.init.zeros_(layer.bias)


class ConditionalNorm(nn.Module):
    """Batch normalisation with a row of scales and shifts per emotion."""

    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(EMOTIONS, channels))
        self.shift = nn.Parameter(torch.zeros(EMOTIONS, channels))

    def forward(self, maps, labels):
        maps = F.batch_norm(maps, None, None, training=True, eps=EPSILON)
        return torch.addcmul((labels @ self.shift)[:, :, None, None], maps, (labels @ self.scale)[:, :, None, None])


class Residual(nn.Module):
    """`maps + conv(relu(norm(maps)))`, beginning by adding nothing."""

    def __init__(self, channels):
        super().__init__()
        self.norm = ConditionalNorm(channels)
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)

    def forward(self, maps, labels):
        return maps + self.conv(F.relu(self.norm(maps, labels)))


class Generator(nn.Module):
    def __init__(self, latent, width):
        super().__init__()
        self.start = nn.Linear(latent + EMOTIONS, 4 * width * FIRST_SIDE**2)
        channels = [4 * width, 2 * width, width, width // 2]
        self.norms = nn.ModuleList(map(ConditionalNorm, channels))
        self.convs = nn.ModuleList(nn.Conv2d(of, to, 3, padding=1) for of, to in zip(channels, channels[1:]))
        self.residuals = nn.ModuleList(map(Residual, channels[1:]))
        self.end = nn.Conv2d(channels[-1], 1, 3, padding=1)
        initialise(self.start, *self.convs, self.end)

    def forward(self, z, labels):
        maps = self.start(torch.cat([z, labels], 1)).reshape(len(z), -1, FIRST_SIDE, FIRST_SIDE)
        for stage, norm in enumerate(self.norms):
            maps = F.relu(norm(maps, labels))
            if stage < len(self.convs):
                maps = self.convs[stage](F.interpolate(maps, scale_factor=2))
                maps = self.residuals[stage](maps, labels)
        return torch.tanh(self.end(maps))


class Discriminator(nn.Module):
    def __init__(self, gan, width):
        super().__init__()
        self.gan = gan
        channels = [1, width, 2 * width, 4 * width, 4 * width]
        self.convs = nn.ModuleList(
            nn.Conv2d(of, to, 4, stride=2, padding=1) for of, to in zip(channels, channels[1:])
        )
        self.dense = nn.Linear(9 * 4 * width, 4 * width)
        self.realism = nn.Linear(4 * width, 1)
        self.labels = nn.Linear(4 * width, EMOTIONS)
        initialise(*self.convs, self.realism, self.labels)
        nn.init.zeros_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    def forward(self, images, labels):
        """Validity `[B, 1]`, and by label: validity (cGAN) or class logits (ACGAN) `[B, 7]`."""
        maps = images
        for conv in self.convs:
            maps = F.leaky_relu(conv(maps), LEAK) * GAIN
        features = maps.sum((2, 3)) + F.leaky_relu(self.dense(maps.flatten(1)), LEAK) * GAIN
        realism, by_label = self.realism(features), self.labels(features)
        if self.gan == "acgan":
            return realism, by_label
        by_label = F.log_softmax(by_label, 1) + realism
        return (by_label * labels).sum(1, keepdim=True), by_label


def discriminator_loss(gan, real, fake, labels):
    validity, by_label = real
    loss = F.softplus(-validity).mean() + F.softplus(fake[0]).mean()
    weight = CLASS_REAL if gan == "acgan" else CONTRAST
    return loss + weight * F.cross_entropy(by_label, labels)


def penalty(discriminator, images, labels):
    """R1: half the squared gradient at real images."""
    images = images.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(images, labels)[0].sum(), images, create_graph=True)
    return slope.square().sum((1, 2, 3)).mean() / 2


def generator_loss(gan, fake, labels):
    loss = F.softplus(-fake[0]).mean()
    return loss + CLASS_FAKE * F.cross_entropy(fake[1], labels) if gan == "acgan" else loss


class Data:
    """Training images, labels drawn by the square root of their share."""

    def __init__(self, path, device):
        import pandas

        table = pandas.read_csv(path)
        table = table[table["Usage"] == "Training"]
        images = np.stack([np.fromstring(text, dtype=np.uint8, sep=" ") for text in table["pixels"]])
        self.images = torch.from_numpy(images).reshape(-1, 1, SIDE, SIDE).to(device)
        labels = torch.from_numpy(table["emotion"].to_numpy().copy())
        self.labels = F.one_hot(labels, EMOTIONS).float().to(device)
        self.shares = torch.bincount(labels, minlength=EMOTIONS)[labels].double().rsqrt()

    def batch(self, size):
        chosen = torch.multinomial(self.shares, size, replacement=True).to(self.images.device)
        images = self.images[chosen].float() / 127.5 - 1
        mirrored = torch.rand(size, 1, 1, 1, device=images.device) < 0.5
        return torch.where(mirrored, images.flip(3), images), self.labels[chosen]


class Trainer:
    def __init__(self, args):
        self.args = args
        # Channels last: a tenth less time on the CPU, and what a GPU's matrix units want.
        form = {"device": args.device, "memory_format": torch.channels_last}
        self.generator = Generator(args.latent, args.width).to(**form)
        self.discriminator = Discriminator(args.gan, args.discriminator_width).to(**form)
        self.forward_generator, self.forward_discriminator = self.generator, self.discriminator
        if args.compile:
            self.forward_generator = torch.compile(self.generator)
            self.forward_discriminator = torch.compile(self.discriminator)
        self.average = [parameter.detach().clone() for parameter in self.generator.parameters()]
        self.optimizers = [
            torch.optim.Adam(network.parameters(), rate, betas=(0.0, 0.99), fused=True)
            for network, rate in ((self.discriminator, DISCRIMINATOR_RATE), (self.generator, GENERATOR_RATE))
        ]
        self.data = Data(args.data, args.device)

    def step(self, number):
        gan, size = self.args.gan, self.args.batch
        images, labels = self.data.batch(size)
        fakes = self.forward_generator(torch.randn(size, self.args.latent, device=images.device), labels)

        # The discriminator's step: real and generated images in one pass.
        validity, by_label = self.forward_discriminator(torch.cat([images, fakes.detach()]), torch.cat([labels, labels]))
        real, fake = zip(validity.split(size), by_label.split(size))
        loss = discriminator_loss(gan, real, fake, labels)
        if number % PENALTY_EVERY == 0:
            loss = loss + PENALTY * PENALTY_EVERY * penalty(self.discriminator, images, labels)
        self.update(0, loss)

        # The generator's step: the discriminator's weights ask for no gradients.
        self.discriminator.requires_grad_(False)
        self.update(1, generator_loss(gan, self.forward_discriminator(fakes, labels), labels))
        self.discriminator.requires_grad_(True)

        decay = min(EMA_LIMIT, (1 + number) / (10 + number))
        torch._foreach_lerp_(self.average, [parameter.detach() for parameter in self.generator.parameters()], 1 - decay)
        return loss.detach()

    def update(self, which, loss):
        self.optimizers[which].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers[which].step()


def measure(args):
    """Images per second over all steps but the first quarter."""
    torch.manual_seed(0)
    torch.set_num_threads(args.threads)
    trainer, first = Trainer(args), int(args.steps * WARM_UP)
    for number in range(args.steps):
        if number == first:
            finished(args)
            start = time.perf_counter()
        loss = trainer.step(number)
    finished(args)
    seconds = time.perf_counter() - start
    return {
        "images_per_second": (args.steps - first) * args.batch / seconds,
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
    parser.add_argument("--gan", choices=["acgan", "cgan"], default="acgan")
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--discriminator-width", type=int, default=48)
    parser.add_argument("--compile", action="store_true", help="by torch.compile, but for the penalty")
    parser.add_argument("--latent", type=int, default=64)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    print(json.dumps(measure(parser.parse_args())))
