"""Set-up of the integration hub: everything `setup/run`, `setup/test`, `setup/bench` and `setup/lint` need."""
