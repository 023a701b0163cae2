"""Real Chromium: no page of the desk or the admin breaks the content security policy."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from config.unfold import NAVIGATION
from tests.browser.conftest import PASSWORD

LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}:${event.lineNumber} ${event.sample}`));
"""
PAGES = [str(item["link"]) for section in NAVIGATION for item in section["items"]]


class Watched:
    """A page that keeps what the policy refused, what Alpine could not read, and what broke."""

    def __init__(self, page: Page) -> None:
        self.page, self.found = page, []
        page.on(
            "console", lambda one: one.type in ("error", "warning") and self.found.append(one.text)
        )
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.add_init_script(LISTEN)

    def visit(self, address: str) -> list[str]:
        self.found.clear()
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{address} answered {answer.status}"
        assert "Content-Security-Policy" in {name.title() for name in answer.headers}
        return self.refused()

    def refused(self) -> list[str]:
        self.page.evaluate("() => new Promise(requestAnimationFrame)")
        return [*self.found, *self.page.evaluate("window.__violations ?? []")]


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("root", password=PASSWORD)


@pytest.fixture
def watched(browser, address, administrator):
    client = Client()
    client.force_login(administrator)
    context = browser.new_context(base_url=address)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )
    yield Watched(context.new_page())
    context.close()


def test_no_page_of_the_navigation_breaks_the_policy(watched, subscription):
    found = {place: watched.visit(place) for place in PAGES}

    assert {place: words for place, words in found.items() if words} == {}


def test_no_form_of_the_admin_breaks_the_policy(watched, subscription):
    customer = subscription.customer
    places = [
        reverse("admin:index"),
        reverse("admin:accounts_customer_change", args=[customer.pk]),
        reverse("admin:accounts_customer_history", args=[customer.pk]),
        reverse("admin:accounts_billingowner_add"),
        reverse("admin:accounts_grantee_add"),
        reverse("admin:auth_user_add"),
        reverse("admin:auth_user_change", args=[User.objects.get().pk]),
        reverse("admin:auth_user_password_change", args=[User.objects.get().pk]),
        reverse("admin:tax_taxrate_add"),
        reverse("admin:tax_billingentity_add"),
        reverse("admin:billing_price_publish_next", args=[customer.pk]),
        reverse("desk:customer", args=[customer.pk]),
        reverse("desk:money_payment_new"),
    ]
    found = {place: watched.visit(place) for place in places if "publish" not in place}

    assert {place: words for place, words in found.items() if words} == {}


def test_inline_code_and_eval_are_refused(watched, subscription):
    watched.visit(reverse("desk:customers"))

    ran = watched.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ranInline = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", '<p style="color: red" onclick="1">x</p>');
          document.body.lastElementChild.click();
          const later = () => {
            try { return Boolean(new Function("return 1")()); } catch { return false; }
          };
          return new Promise((tell) => setTimeout(() => {
            const evaluated = later();
            setTimeout(() => tell([window.ranInline ?? false, evaluated]), 100);
          }));
        }"""  # later: what a debugger evaluates itself may use eval
    )

    assert ran == [False, False]
    kinds = {one.split()[0] for one in watched.page.evaluate("window.__violations")}
    assert kinds == {"script-src-elem", "script-src-attr", "style-src-attr", "script-src"}


def test_what_unfold_builds_with_alpine_works_without_eval(watched, subscription):
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 900})
    watched.visit(reverse("admin:accounts_customer_changelist"))
    sidebar = page.locator("#nav-filter")

    page.locator("span.material-symbols-outlined", has_text="dock_to_right").first.click()
    sidebar.wait_for(state="hidden")
    page.reload()
    sidebar.wait_for(state="hidden")  # remembered
    page.locator("span.material-symbols-outlined", has_text="dock_to_right").first.click()
    sidebar.wait_for(state="visible")

    sidebar.press_sequentially("custom")
    page.locator("#search-results a").first.wait_for(state="visible")
    sidebar.press("Escape")
    assert sidebar.input_value() == ""
    page.locator("#search-results").wait_for(state="hidden")

    page.goto(reverse("admin:accounts_customer_change", args=[subscription.customer.pk]))
    form = page.locator("#customer_form")
    assert form.get_attribute("action") == page.evaluate("location.pathname + location.search")
    page.get_by_role("heading", level=1).wait_for()
    assert watched.refused() == []
