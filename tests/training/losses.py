"""Makes the golden values in losses.rs: `python3 losses.py` with PyTorch installed (any version)."""

import torch
import torch.nn.functional as F

# Logits of four real and four generated images.
real = torch.tensor([[0.5], [-0.3], [2.0], [1.1]])
fake = torch.tensor([[-0.7], [0.4], [-1.5], [0.0]])
print("non-saturating", (F.softplus(-real).mean() + F.softplus(fake).mean()).item(), F.softplus(-fake).mean().item())
print("relativistic", F.softplus(fake - real).mean().item(), F.softplus(real - fake).mean().item())

# What a discriminator answers about two real and two generated images, and the labels of both.
real_unconditional, fake_unconditional = torch.tensor([[0.5], [-0.3]]), torch.tensor([[-0.7], [0.4]])
real_labels = torch.tensor([[0.2, -1.0, 0.5, 2.0, 0.0, -0.4, 0.1], [1.5, 0.3, -0.2, 0.0, -2.0, 0.7, 0.9]])
fake_labels = torch.tensor([[-0.6, 0.8, 0.0, 0.4, 1.2, -1.1, 0.3], [0.5, -0.2, 1.0, -0.9, 0.6, 0.0, -1.4]])
labels = torch.tensor([3, 5])
print("cross-entropy", F.cross_entropy(real_labels, labels).item())


def log_probability(logits):
    return F.log_softmax(logits, 1).gather(1, labels[:, None])


def cgan(unconditional, logits, label_weight):
    return unconditional + label_weight * log_probability(logits)


def acgan(unconditional, logits, label_weight):
    return unconditional


# The label weight is 0.5, that of the label cross-entropy 0.8.
for name, logit in [("cgan", cgan), ("acgan", acgan)]:
    print(name, "logit", *(logit(real_unconditional, real_labels, weight).flatten().tolist() for weight in [0.5, 1.0]))
    real, fake = logit(real_unconditional, real_labels, 0.5), logit(fake_unconditional, fake_labels, 0.5)
    label = 0.8 * F.cross_entropy(real_labels, labels)
    graded = 0.5 * F.cross_entropy(fake_labels, labels) if name == "acgan" else torch.zeros(())
    print(name, "generator's label loss", graded.item())
    discriminator = F.softplus(-real).mean() + F.softplus(fake).mean() + label
    print(name, "non-saturating", discriminator.item(), (F.softplus(-fake).mean() + graded).item())
    discriminator = F.softplus(fake - real).mean() + label
    print(name, "relativistic", discriminator.item(), (F.softplus(real - fake).mean() + graded).item())

# Five steps of Adam without first moment on f(w) = sum((w - 1)^2), from w = (0, 3).
weight = torch.tensor([0.0, 3.0], requires_grad=True)
adam = torch.optim.Adam([weight], lr=0.1, betas=(0.0, 0.99), eps=1e-8)
for _ in range(5):
    adam.zero_grad()
    ((weight - 1) ** 2).sum().backward()
    adam.step()
print("adam", weight.tolist())
