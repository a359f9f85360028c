"""Local partners with real protocols, for tests and for the demo."""
