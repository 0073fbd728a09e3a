"""The classifiers, none of them this project's, on grey faces `[B, 1, 48, 48]` in [-1, 1]."""

import torch.nn as nn
from seven_faces import EMOTIONS


def resnet18():
    """torchvision's (He et al. 2016), with the stem that is usual for small images: a 3x3 convolution, no pooling."""
    from torchvision.models import resnet18 as build

    network = build(weights=None, num_classes=len(EMOTIONS))
    network.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
    network.maxpool = nn.Identity()
    return network


def cnn():
    """A plain network like the one that won the contest for which FER2013 was made (Tang 2013), with a softmax for its SVM."""
    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),  # 24x24
        *(nn.Conv2d(32, 32, 4, padding=1), nn.ReLU(), nn.AvgPool2d(3, 2, 1)),  # 12x12
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.AvgPool2d(3, 2, 1)),  # 6x6
        *(nn.Flatten(), nn.Linear(64 * 6 * 6, 3072), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3072, len(EMOTIONS))),
    )
    for layer in network:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):  # from PyTorch's own first weights it begins to learn later
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return network


CLASSIFIERS = {"resnet18": resnet18, "cnn": cnn}
