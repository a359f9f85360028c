"""Real servers, broken on purpose by seeded schedules; see ``docs/chaos.md``."""
