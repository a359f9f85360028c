"""All defences, each with the patch that takes it away and the tests that have to notice; see ``mutation``."""

from tests.chaos.mutations_business import BUSINESS, DESK
from tests.chaos.mutations_catalogue import BULK, CATALOGUE, GIVING_BACK
from tests.chaos.mutations_ledger import RECEIVING, SENDING, WORKING
from tests.chaos.mutations_policy import KEEPING, POLICY
from tests.chaos.mutations_routing import BRINGING

MUTATIONS = (
    *RECEIVING,
    *WORKING,
    *SENDING,
    *POLICY,
    *KEEPING,
    *BUSINESS,
    *DESK,
    *CATALOGUE,
    *BULK,
    *GIVING_BACK,
    *BRINGING,
)
#: those that the plain run of the tests takes away, one of each kind
SAMPLE = ("signature of webhooks", "rate limit", "breaker opens", "stock is compared before it is set")
