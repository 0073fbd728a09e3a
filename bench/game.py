"""The game between the two networks: training/src/losses.rs, model-core/src/{cgan,acgan}.rs and training/src/penalty.rs in PyTorch."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Game:
    """`loss` is that of a run's options."""

    gan: str
    loss: dict

    def __post_init__(self):
        kinds = ("non-saturating", "relativistic")
        if self.gan not in ("cgan", "acgan") or self.loss["adversarial"] not in kinds:
            raise SystemExit(f"the bench plays no {self.gan} with loss.adversarial={self.loss['adversarial']}: it knows {', '.join(kinds)}")

    @property
    def relativistic(self):
        return self.loss["adversarial"] == "relativistic"

    def logit(self, output, labels):
        """The adversarial logit D(x, y), `[B, 1]`."""
        if self.gan == "acgan":
            return output.unconditional_logit
        log_probability = (F.log_softmax(output.label_logits, 1) * labels).sum(1, keepdim=True)
        return output.unconditional_logit + self.loss["label_weight"] * log_probability

    def discriminator_loss(self, real, fake, labels):
        real_logit, fake_logit = self.logit(real, labels), self.logit(fake, labels)
        if self.relativistic:
            game = F.softplus(fake_logit - real_logit).mean()
        else:
            game = F.softplus(-real_logit).mean() + F.softplus(fake_logit).mean()
        return game + self.loss["label_cross_entropy"] * F.cross_entropy(real.label_logits, labels)

    def generator_loss(self, fake, real, labels):
        """`real` is asked for only where generated images are compared with real ones."""
        fake_logit = self.logit(fake, labels)
        loss = F.softplus(self.logit(real(), labels) - fake_logit if self.relativistic else -fake_logit).mean()
        if self.gan == "cgan" or self.loss["label_weight"] == 0:
            return loss
        return loss + self.loss["label_weight"] * F.cross_entropy(fake.label_logits, labels)

    def penalised(self, step):
        return (self.loss["r1"] > 0 or self.loss["r2"] > 0) and step % self.loss["penalty_every"] == 0

    def penalties(self, discriminator, real, fake, labels):
        """R1 and R2 for all the steps that they count for."""
        weights = [(self.loss["r1"], real), (self.loss["r2"], fake)]
        sums = [weight * self.penalty(discriminator, images, labels) for weight, images in weights if weight > 0]
        return self.loss["penalty_every"] * sum(sums)

    def penalty(self, discriminator, images, labels):
        """Half the squared gradient of the adversarial logit. The trainer's, a difference along the gradient, has the same gradient."""
        images = images.detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.logit(discriminator(images), labels).sum(), images, create_graph=True)
        return slope.square().sum((1, 2, 3)).mean() / 2
