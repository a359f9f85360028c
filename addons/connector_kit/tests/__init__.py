from . import test_kit, test_random_steps, test_random_steps_more
