"""Real Chromium: no page of the desk or the admin breaks the content security policy."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Page

from config.unfold import NAVIGATION
from tests.browser.conftest import PASSWORD
from tests.desk import world

LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}:${event.lineNumber} ${event.sample}`));
"""
NOT_FOUND = "Failed to load resource"  # a page that answers an error in so small a world
FILES = (".csv", ".pdf", ".xml", ".zip", ".json", ".txt")
NO_PAGES = (
    "document", "document_xml", "document_ubl", "billing_pdf", "billing_xml", "billing_ubl",
    "account_logout", "logout", "jsi18n", None,
)  # fmt: skip
FORMS = [
    "/admin/", "/account/", "/admin/accounts/billingowner/add/", "/admin/accounts/grantee/add/",
    "/admin/auth/user/add/", "/admin/tax/taxrate/add/", "/admin/tax/billingentity/add/",
]  # fmt: skip
PAGES = [str(item["link"]) for section in NAVIGATION for item in section["items"]]


class Watched:
    """A page that keeps what the policy refused, what Alpine could not read, and what broke."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.found = page, base, []
        page.on(
            "console", lambda one: one.type in ("error", "warning") and self.found.append(one.text)
        )
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.add_init_script(LISTEN)

    def visit(self, address: str, *, status: int | None = 200) -> list[str]:
        self.found.clear()
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        assert status in (None, answer.status), f"{address} answered {answer.status}"
        assert "Content-Security-Policy" in {name.title() for name in answer.headers}
        return self.refused()

    def links(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "a[href]", "all => all.map((one) => one.getAttribute('href'))"
        )

    def refused(self) -> list[str]:
        self.page.evaluate("() => new Promise(requestAnimationFrame)")
        found = [one for one in self.found if not one.startswith(NOT_FOUND)]
        return [*found, *self.page.evaluate("window.__violations ?? []")]


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
    yield Watched(context.new_page(), address)
    context.close()


def page_of(address: str) -> str:
    """The name of the page behind a link; empty for downloads, other hosts and what is no page."""
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/") or parts.path.endswith(FILES):
        return ""
    try:
        match = resolve(parts.path)
    except Resolver404:
        return ""
    return "" if match.url_name in NO_PAGES else match.view_name


def test_no_page_breaks_the_policy(watched, catalog, subscription):
    """Every page of the navigation, and one of each kind that any of them leads to."""
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    world.write_invoice(catalog, subscription, [entry])
    world.refuse(subscription, run=world.make_run())

    seen, found = crawled(watched, [*PAGES, *FORMS], must_answer=PAGES)

    assert found == {}
    assert len(seen) > 100


def test_no_page_of_the_portal_breaks_the_policy(watched, catalog, subscription):
    """Every page that the billing owner of a customer is led to."""
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    world.write_invoice(catalog, subscription, [entry])
    owner = User.objects.create_user("olga@acme.example", email="olga@acme.example")
    pays = subscription.customer.billing_owners.filter(is_primary=True)
    if not pays.update(user=owner):
        subscription.customer.billing_owners.create(
            user=owner, name="Olga", email=owner.email, is_primary=True
        )
    client = Client()
    client.force_login(owner)
    watched.page.context.add_cookies([
        {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": watched.base},
    ])  # fmt: skip
    home = reverse("portal:home", args=[subscription.customer.pk])

    seen, found = crawled(watched, [home, reverse("portal:account")], door="portal:")

    assert found == {}
    assert len(seen) > 20


def crawled(
    watched: Watched, start: list[str], *, must_answer: Sequence[str] = (), door: str = ""
) -> tuple[set[str], dict[str, list[str]]]:
    """One page of each kind that is reached from `start`, and what the policy refused on any."""
    waiting = {page_of(address): address for address in start}
    seen, found = set(), {}
    while waiting:
        name, address = waiting.popitem()
        seen.add(name)
        if words := watched.visit(address, status=200 if address in must_answer else None):
            found[address] = words
        for link in watched.links():
            if (to := page_of(link)) and to not in seen and to.startswith(door):
                waiting.setdefault(to, link)
    return seen, found


@pytest.mark.parametrize("place", ["/sign-in/", "/portal/sign-in/", "/pay/nothing/", "/nowhere/"])
def test_pages_without_sign_in_keep_the_policy(watched, place):
    watched.page.context.clear_cookies()

    assert watched.visit(place, status=None) == []


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
