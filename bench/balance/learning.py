"""A classifier trained on one arm, the same way for all, and what it sees in held-out faces."""

import numpy as np
import torch
import torch.nn.functional as F
from arms import inverse_shares
from seven_faces import EMOTIONS, IMAGE_SIDE

MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4
#: Largest learning rates; both fall along half a cosine.
RATES = {"resnet18": 0.05, "cnn": 0.01}
#: Faces are moved by up to so many pixels, and mirrored.
SHIFT = 4
#: Bins of the calibration error (Guo et al. 2017).
BINS = 15
EVALUATED_AT_ONCE = 256


def trained(network, rate, arm, faces, labels, args, seed):
    """Trains for `args.steps` steps of `args.batch` faces."""
    torch.manual_seed(seed)
    network = network.to(args.device).train()
    shares = inverse_shares(labels)
    weights = torch.tensor(shares, dtype=torch.float32, device=args.device) if arm.weighted else None
    chances = torch.tensor(shares[labels] if arm.oversampled else np.ones(len(labels)))
    faces, labels = torch.from_numpy(faces).to(args.device), torch.from_numpy(labels).to(args.device)
    optimizer = torch.optim.SGD(network.parameters(), rate, MOMENTUM, weight_decay=WEIGHT_DECAY, nesterov=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.steps)
    for _ in range(args.steps):
        chosen = torch.multinomial(chances, args.batch, replacement=True).to(args.device)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(moved(signed(faces[chosen]))), labels[chosen], weights).backward()
        optimizer.step()
        falling.step()
    return network.eval()


def signed(faces):
    return faces[:, None].float() / 127.5 - 1


def moved(images):
    """Mirrored and moved at random, each by itself; what comes in at the border is its mirror image."""
    count, device = len(images), images.device
    images = torch.where(torch.rand(count, 1, 1, 1, device=device) < 0.5, images.flip(3), images)
    framed = F.pad(images, [SHIFT] * 4, mode="reflect")
    rows, columns = (torch.randint(2 * SHIFT + 1, (count, 1), device=device) + torch.arange(IMAGE_SIDE, device=device) for _ in "yx")
    return framed[torch.arange(count, device=device)[:, None, None], 0, rows[:, :, None], columns[:, None, :]][:, None]


@torch.inference_mode()
def figures(network, faces, labels, device):
    """Accuracy, macro-F1, recall of each class and expected calibration error, on every held-out face once."""
    batches = torch.from_numpy(faces).split(EVALUATED_AT_ONCE)
    seen = torch.cat([network(signed(batch.to(device))).softmax(1).cpu() for batch in batches]).numpy()
    said, surety = seen.argmax(1), seen.max(1)
    counts = np.zeros((len(EMOTIONS), len(EMOTIONS)), int)  # label by answer
    np.add.at(counts, (labels, said), 1)
    right, asked, answered = counts.diagonal(), counts.sum(1), counts.sum(0)
    bins = np.minimum((surety * BINS).astype(int), BINS - 1)
    apart = [abs((said == labels)[bins == b].mean() - surety[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return {
        "accuracy": right.sum() / counts.sum(),
        "macro_f1": (2 * right / np.maximum(asked + answered, 1)).mean(),
        "calibration_error": sum(apart),
        "recall": dict(zip(EMOTIONS, (right / np.maximum(asked, 1)).tolist())),
    }
