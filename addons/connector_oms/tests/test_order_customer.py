from ..lib.documents import BuyerCompany
from .builder import address, customer, order
from .order_case import OrderCase


class TestOrderCustomer(OrderCase):
    """Who bought: found where that is certain, created otherwise, never overwritten."""

    def _person(self, **values):
        return self.env["res.partner"].create({"name": "Jane Doe", "email": "Jane1@Example.com", **values})

    def test_new_customer_with_address(self):
        sale = self.bring(order(1))
        partner = sale.partner_id
        self.assertEqual(partner.name, "Jane Doe")
        self.assertEqual(partner.email_normalized, "jane1@example.com")
        self.assertEqual((partner.city, partner.state_id.code), ("San Francisco", "CA"))
        self.assertEqual(sale.partner_invoice_id, partner)
        self.assertEqual(sale.partner_shipping_id, partner)
        self.assertEqual(partner.integration_binding_ids.external_id, "customer-1")

    def test_customer_found_by_link(self):
        first = self.bring(order(1))
        first.partner_id.email = "changed@example.com"
        second = self.bring(order(2, customer=customer(1)))
        self.assertEqual(second.partner_id, first.partner_id)
        self.assertEqual(first.partner_id.email, "changed@example.com")

    def test_customer_found_by_email_whatever_its_case(self):
        person = self._person(street="9 Own Street")
        sale = self.bring(order(1))
        self.assertEqual(sale.partner_id, person)
        self.assertEqual(person.street, "9 Own Street", "a person's contact is not overwritten")
        self.assertEqual(sale.partner_shipping_id.parent_id, person)
        self.assertEqual(sale.partner_shipping_id.type, "delivery")

    def test_address_is_used_again(self):
        self._person()
        first = self.bring(order(1))
        again = address(street="1  main street", city="SAN FRANCISCO", phone="")
        second = self.bring(order(2, customer=customer(1), shipping_address=again))
        self.assertEqual(second.partner_shipping_id, first.partner_shipping_id)

    def test_other_recipient_is_another_address(self):
        sale = self.bring(order(1, shipping_address=address(name="Bob Roe")))
        self.assertEqual(sale.partner_shipping_id.name, "Bob Roe")
        self.assertEqual(sale.partner_shipping_id.parent_id, sale.partner_id)
        self.assertEqual(sale.partner_invoice_id, sale.partner_id)

    def test_email_of_two_contacts_makes_a_third(self):
        self._person(name="Ann")
        self._person(name="Bob")
        sale = self.bring(order(1))
        self.assertEqual(sale.partner_id.name, "Jane Doe")
        self.assertEqual(sale.state, "sale")
        self.assertIn("jane1@example.com", self.exceptions("customer").cause)

    def test_email_of_two_contacts_told_apart_by_name(self):
        person = self._person()
        self._person(name="Bob")
        self.assertEqual(self.bring(order(1)).partner_id, person)

    def test_email_in_another_company_is_another_customer(self):
        other = self.env["res.company"].create({"name": "Other"})
        person = self._person(company_id=other.id)
        self.assertNotEqual(self.bring(order(1)).partner_id, person)

    def test_email_taken_over_from_another_customer(self):
        """Customer 2 now has the address that customer 1 had when he was linked."""
        first = self.bring(order(1))
        second = self.bring(order(2, customer=customer(2, email="jane1@example.com")))
        self.assertNotEqual(second.partner_id, first.partner_id)

    def test_matching_by_email_switched_off(self):
        self.backend.match_email = False
        person = self._person()
        self.assertNotEqual(self.bring(order(1)).partner_id, person)

    def test_guests_with_one_email_are_one_customer(self):
        guest = {"customer": None, "email": "guest@example.com"}
        sales = self.bring(order(1, **guest), order(2, **guest))
        self.assertEqual(len(sales.partner_id), 1)
        self.assertFalse(sales.partner_id.integration_binding_ids)
        third = self.bring(order(3, **guest))
        self.assertEqual(third.partner_id, sales.partner_id)

    def test_guests_by_policy_one_contact_each(self):
        self.backend.guest_policy = "create"
        guest = {"customer": None, "email": "guest@example.com"}
        self.assertEqual(len(self.bring(order(1, **guest), order(2, **guest)).partner_id), 2)

    def test_guest_and_customer_of_one_batch_are_one(self):
        guest = order(1, customer=None, email="jane2@example.com")
        sales = self.bring(guest, order(2))
        self.assertEqual(len(sales.partner_id), 1)
        self.assertEqual(sales.partner_id.integration_binding_ids.external_id, "customer-2")

    def test_two_customers_of_one_email_in_one_batch(self):
        self._person()
        both = [order(n, customer=customer(n, email="jane1@example.com")) for n in (1, 2)]
        sales = self.bring(*both)
        self.assertEqual(len(sales), 2)
        self.assertEqual(len(sales.partner_id), 2)

    def test_nameless_customer_goes_by_address_then_email_then_number(self):
        nameless = customer(1, name="")
        bare = address(name="")
        sales = self.bring(
            order(1, customer=nameless),
            order(2, customer=customer(2, name=""), billing_address=bare, shipping_address=bare),
            order(3, customer=None, billing_address=bare, shipping_address=bare),
        )
        self.assertEqual(sales.mapped("partner_id.name"), ["Jane Doe", "jane2@example.com", "Guest #3"])

    def test_company_with_buyer_below(self):
        firm = BuyerCompany(external_id="9", name="Acme Inc.", vat="US123")
        buyer = customer(1, company=firm)
        place = address(company="Acme Inc.")
        sale = self.bring(order(1, customer=buyer, billing_address=place, shipping_address=place))
        company = sale.partner_id.parent_id
        self.assertTrue(company.is_company)
        self.assertEqual((company.name, company.vat), ("Acme Inc.", "US123"))
        self.assertEqual(sale.partner_shipping_id.parent_id, company)
        second = self.bring(order(2, customer=customer(2, company=firm), shipping_address=place))
        self.assertEqual(second.partner_id.parent_id, company)
        self.assertEqual(second.partner_shipping_id, sale.partner_shipping_id)

    def test_company_found_by_tax_id(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True, "vat": "US 123"})
        firm = BuyerCompany(external_id="9", name="Acme Inc.", vat="US123")
        sale = self.bring(order(1, customer=customer(1, company=firm)))
        self.assertEqual(sale.partner_id.parent_id, company)

    def test_two_orders_of_a_new_customer_in_one_batch(self):
        sales = self.bring(order(1), order(2, customer=customer(1)))
        self.assertEqual(len(sales.partner_id), 1)

    def test_customers_stay_in_the_company_by_policy(self):
        self.backend.private_customers = True
        self.assertEqual(self.bring(order(1)).partner_id.company_id, self.company)

    def test_language_of_the_buyer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        sale = self.bring(order(1, customer=customer(1, locale="fr-CA")))
        self.assertEqual(sale.partner_id.lang, "fr_FR")

    def test_names_in_any_script(self):
        place = address(name="山田 太郎", city="São Paulo’s — Ñandú", street="Straße 1 😀")
        sale = self.bring(
            order(1, customer=customer(1, name="山田 太郎"), billing_address=place, shipping_address=place)
        )
        self.assertEqual(sale.partner_id.name, "山田 太郎")
        self.assertEqual(sale.partner_shipping_id, sale.partner_id)


class TestOrderAddress(OrderCase):
    """Where it goes: an address that cannot be sent to holds the order."""

    def test_state_by_name(self):
        place = address(state_code="", state_name="california")
        sale = self.bring(order(1, shipping_address=place))
        self.assertEqual(sale.partner_shipping_id.state_id.code, "CA")

    def test_unknown_state_is_kept_in_text_and_held(self):
        place = address(state_code="ZZ", state_name="Middle Earth")
        sale = self.bring(order(1, shipping_address=place))
        self.assertEqual(sale.integration_hold, "address")
        self.assertEqual(sale.state, "draft")
        self.assertFalse(sale.partner_shipping_id.state_id)
        self.assertEqual(sale.partner_shipping_id.integration_state_text, "Middle Earth")
        self.assertIn("Middle Earth", self.exceptions("address").cause)

    def test_unknown_state_by_mapping(self):
        state = self.env.ref("base.state_us_5")
        self.env["integration.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "state",
                "external_value": "US-ZZ",
                "res_id": state.id,
            }
        )
        sale = self.bring(order(1, shipping_address=address(state_code="ZZ", state_name="Zed")))
        self.assertFalse(sale.integration_hold)
        self.assertEqual(sale.partner_shipping_id.state_id, state)

    def test_no_country(self):
        sale = self.bring(order(1, shipping_address=address(country_code=None)))
        self.assertEqual(sale.integration_hold, "address")

    def test_no_delivery_address(self):
        sale = self.bring(order(1, shipping_address=None))
        self.assertEqual(sale.integration_hold, "address")

    def test_no_delivery_address_needed(self):
        document = order(1, shipping_address=None)
        lines = tuple(entry.model_copy(update={"requires_shipping": False}) for entry in document.lines)
        sale = self.bring(document.model_copy(update={"lines": lines}))
        self.assertFalse(sale.integration_hold)

    def test_billing_address_does_not_hold(self):
        place = address(state_code="ZZ", state_name="Nowhere")
        sale = self.bring(order(1, billing_address=place))
        self.assertFalse(sale.integration_hold)
        self.assertEqual(sale.state, "sale")
