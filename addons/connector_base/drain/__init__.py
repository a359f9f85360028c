"""How claimed messages are worked off. Plain classes over an environment, no models."""
