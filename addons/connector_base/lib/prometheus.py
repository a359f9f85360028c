"""The text that Prometheus reads: https://prometheus.io/docs/instrumenting/exposition_formats/"""

from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Family:
    """All samples of one name.

    :param kind: counter, gauge or histogram
    """

    name: str
    kind: str
    help: str
    samples: list = field(default_factory=list)

    def add(self, value, suffix="", **labels):
        """One sample; None is left out."""
        if value is not None:
            self.samples.append((suffix, labels, value))

    def add_histogram(self, bounds, totals, total_sum, **labels):
        """One histogram.

        :param totals: how many stayed under each bound, and last how many there were
        """
        for bound, count in zip((*bounds, "+Inf"), totals, strict=True):
            self.add(count, "_bucket", **labels, le=_number(bound))
        self.add(total_sum, "_sum", **labels)
        self.add(totals[-1], "_count", **labels)


def render(families):
    """The exposition of families; those without samples are left out."""
    lines = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {_escaped(family.help)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        lines += [
            f"{family.name}{suffix}{_labels(labels)} {_number(value)}" for suffix, labels, value in family.samples
        ]
    return "\n".join([*lines, ""])


def _labels(labels):
    if not labels:
        return ""
    pairs = [f'{name}="{_escaped(str(value)).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}"


def _escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value):
    if isinstance(value, str):
        return value
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)
