"""Quantiles out of buckets."""

from addons.connector_base.lib.latency import BOUNDS, cumulative, quantile


def counts(**at):
    row = [0] * (len(BOUNDS) + 1)
    for index, count in at.items():
        row[int(index[1:])] = count
    return row


def test_nothing_has_no_latency():
    assert quantile(counts(), 0.5) is None


def test_a_quantile_lies_within_its_bucket():
    row = counts(_0=50, _3=50)
    assert 0 < quantile(row, 0.25) <= BOUNDS[0]
    assert BOUNDS[2] < quantile(row, 0.95) <= BOUNDS[3]


def test_it_is_interpolated():
    assert quantile(counts(_1=10), 0.5) == (BOUNDS[0] + BOUNDS[1]) / 2


def test_what_lies_beyond_the_last_bound_is_said_to_be_that():
    assert quantile(counts(**{f"_{len(BOUNDS)}": 3}), 0.5) == BOUNDS[-1]


def test_a_higher_share_is_never_faster():
    row = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    values = [quantile(row, share / 100) for share in range(1, 101)]
    assert values == sorted(values)


def test_cumulative_ends_with_all():
    row = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    assert cumulative(row)[-1] == sum(row)
    assert cumulative(row) == sorted(cumulative(row))
