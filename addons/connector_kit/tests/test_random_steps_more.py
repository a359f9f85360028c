from odoo.tests import tagged

from .random_steps import RandomSteps


@tagged("post_install", "-at_install")
class TestMoreRandomSteps(RandomSteps):
    """A thousand others."""

    def test_steps_24(self):
        self.play(24)

    def test_steps_25(self):
        self.play(25)

    def test_steps_26(self):
        self.play(26)

    def test_steps_27(self):
        self.play(27)
