"""Makes the golden values in losses.rs: `python3 losses.py` with PyTorch installed (any version)."""

import torch
import torch.nn.functional as F

real = torch.tensor([[0.5], [-0.3], [2.0], [1.1]])
fake = torch.tensor([[-0.7], [0.4], [-1.5], [0.0]])
logits = torch.tensor([[0.2, -1.0, 0.5, 2.0, 0.0, -0.4, 0.1], [1.5, 0.3, -0.2, 0.0, -2.0, 0.7, 0.9]])
labels = torch.tensor([3, 5])

print("hinge_discriminator", (F.relu(1 - real).mean() + F.relu(1 + fake).mean()).item())
print("hinge_generator", (-fake.mean()).item())
print("cross_entropy", F.cross_entropy(logits, labels).item())
wrong = 1 - F.one_hot(labels, 7)
right = logits.gather(1, labels[:, None])
print("realism", torch.logsumexp(logits, 1).tolist())
print("hinge matching", (F.relu(1 - right).mean() + ((F.relu(1 + logits) * wrong).sum(1) / 6).mean()).item())

# The logistic losses.
print("non_saturating", (F.softplus(-real).mean() + F.softplus(fake).mean()).item(), F.softplus(-fake).mean().item())
print("non_saturating matching", (F.softplus(-right).mean() + ((F.softplus(logits) * wrong).sum(1) / 6).mean()).item())
print("relativistic", F.softplus(fake - real).mean().item(), F.softplus(real - fake).mean().item())
print("relativistic matching", ((F.softplus(logits - right) * wrong).sum(1) / 6).mean().item())

# Data to data (ReACGAN): attraction up to a cosine of 0.98, repulsion down to 0.02, temperature 0.5.
embedding = F.normalize(torch.tensor([[1.0, 0.2], [0.1, -1.0], [0.9, 0.5], [-1.0, 0.3]]))
proxies = F.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5], [0.3, 0.3], [0.0, -1.0], [1.0, -1.0], [-0.2, -1.0]]))
emotions = torch.tensor([0, 4, 0, 1])
attraction = ((embedding * proxies[emotions]).sum(1) - 0.98).clamp(max=0).div(0.5).exp()
repulsion = (embedding @ embedding.T - 0.02).clamp(min=0).div(0.5).exp()
repulsion = repulsion.masked_fill(emotions[:, None] == emotions, 0).sum(1)
print("data to data", -(attraction / (attraction + repulsion)).log().mean().item())

# Five steps of Adam without first moment on f(w) = sum((w - 1)^2), from w = (0, 3).
weight = torch.tensor([0.0, 3.0], requires_grad=True)
adam = torch.optim.Adam([weight], lr=0.1, betas=(0.0, 0.99), eps=1e-8)
for _ in range(5):
    adam.zero_grad()
    ((weight - 1) ** 2).sum().backward()
    adam.step()
print("adam", weight.tolist())
