"""Measuring side by side: everybody once a round, so that a machine that slows down slows down for all."""

from statistics import median


def interleaved(rounds, contestants):
    """Calls every contestant once a round, each round beginning with another: name to one value a round."""
    names = list(contestants)
    values = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            values[name].append(contestants[name]())
    return values


def ratio(ours, theirs):
    """The median of the rounds' own ratios."""
    return median(one / other for one, other in zip(ours, theirs))
