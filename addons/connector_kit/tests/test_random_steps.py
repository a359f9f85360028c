from odoo.tests import tagged

from .random_steps import RandomSteps


@tagged("post_install", "-at_install")
class TestRandomSteps(RandomSteps):
    """A thousand steps."""

    def test_steps_20(self):
        self.play(20)

    def test_steps_21(self):
        self.play(21)

    def test_steps_22(self):
        self.play(22)

    def test_steps_23(self):
        self.play(23)
