"""A TCP proxy that harms connections by a seeded schedule: what networks do, on demand."""

from .plan import CALM, Fate, Plan
from .proxy import FaultProxy

__all__ = ["CALM", "Fate", "FaultProxy", "Plan"]
