from . import test_kit, test_random_steps
