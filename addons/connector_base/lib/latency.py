"""Latencies kept as counts in fixed buckets, so that sums over time stay cheap and true."""

#: upper bounds in seconds; a last bucket takes what is slower
BOUNDS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400)


def quantile(counts, share):
    """The latency that ``share`` of all stays under, interpolated within its bucket.

    :param counts: how many fell into each bucket: one more than there are ``BOUNDS``
    :param share: 0.5 for the median
    :return: seconds; the highest bound for what lies beyond it; None without any
    """
    total = sum(counts)
    if not total:
        return None
    wanted, seen, lower = share * total, 0, 0.0
    for count, upper in zip(counts, BOUNDS, strict=False):
        if count and seen + count >= wanted:
            return lower + (upper - lower) * (wanted - seen) / count
        seen += count
        lower = upper
    return float(BOUNDS[-1])


def cumulative(counts):
    """How many stayed under each bound, and last how many there were: as Prometheus wants it."""
    totals, seen = [], 0
    for count in counts:
        seen += count
        totals.append(seen)
    return totals
