"""`python -m demo.screenshots`: walks the journey on the running site and renews the pictures in docs/img/.

With a folder as argument it also leaves every page of the journey there, at 360 and 1280 px, light and dark, and what
staff see of it. For that it makes a member of staff and a promo code on the site of this machine, new ones each time.
"""

import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo import totp
from demo.run import FOLDER, HERE, ROOT, inputs, running_site, site_and_inbox
from demo.student import JourneyError, Student

PICTURES = ROOT / "docs" / "img"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
Scheme = Literal["light", "dark"]


class Photographer:
    """Looks at the site as the person who is signed in by the cookies of ``person``."""

    def __init__(self, browser: Browser, person: Student, folder: Path | None) -> None:
        self.person = person
        self.folder = folder
        self._browser = browser

    def window(self, width: int, scheme: Scheme) -> BrowserContext:
        """A window of this width and colour scheme, signed in."""
        context = self._browser.new_context(
            base_url=self.person.site, viewport={"width": width, "height": 860}, color_scheme=scheme
        )
        context.add_cookies(
            [{"name": name, "value": value, "url": self.person.site} for name, value in self.person.cookies.items()]
        )
        return context

    def tour(self, name: str, path: str) -> None:
        """One page in all four variants, for a person to look at."""
        if self.folder is None:
            return
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                context = self.window(width, scheme)
                page = context.new_page()
                page.goto(path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)
                context.close()


def wait_until_written(student: Student, document: str, percent: int) -> None:
    """Returns once the document is at least so far."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if student.snapshot(document)["percent"] >= percent:
            return
        time.sleep(0.05)
    raise JourneyError(f"the document did not reach {percent} %")


def picture_of_progress(photographer: Photographer, document: str) -> None:
    """The progress page while sections are being written."""
    context = photographer.window(1280, "light")
    page = context.new_page()
    page.goto(f"/documents/{document}/progress/")
    wait_until_written(photographer.person, document, 15)
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURES / "progress.png")
    context.close()


def picture_of_reader(photographer: Photographer, document: str) -> None:
    """The reader with the card of a citation open."""
    context = photographer.window(1280, "light")
    page: Page = context.new_page()
    page.goto(f"/documents/{document}/read/")
    citation = page.locator("article a.cite").nth(1)
    citation.scroll_into_view_if_needed()
    citation.click()
    page.wait_for_timeout(400)
    page.screenshot(path=PICTURES / "reader.png")
    context.close()


def member_of_staff(site: str, inbox: str) -> Student:
    """Somebody new with all rights, signed in to the administration."""
    address = f"staff.{int(time.time())}@tesigo.example"
    command = [sys.executable, "-m", "local.local_env", sys.executable, "manage.py", "create_staff", address]
    made = subprocess.run([*command, "--generate"], cwd=ROOT, capture_output=True, text=True, check=False)
    password = re.search(r"once: (\S+)", made.stdout)
    if password is None:
        raise JourneyError(f"no member of staff could be made: {made.stderr[-300:]}")
    staff = Student(site, inbox)
    staff.get("/admin/login/?next=/admin/")
    # With the right password the second factor is set up, then the first password is changed.
    page = staff.submit("/admin/login/", {"username": address, "password": password[1]})
    secret = page.get_element_by_id("totp-secret").text_content()
    staff.submit("/totp/activate/", {"code": totp.code(secret)})
    staff.get("/admin/login/?next=/admin/")
    own = secrets.token_urlsafe(15)
    staff.submit("/staff/password/", {"old_password": password[1], "new_password1": own, "new_password2": own})
    staff.get("/admin/")
    return staff


def promo_code(staff: Student) -> str:
    """A new code that takes a fifth off."""
    code = f"DEMO-{int(time.time())}"
    staff.get("/admin/billing/promocode/add/")
    staff.submit("/promocode/add/", {"code": code, "percent": "20"})
    return code


def tour_of_staff(photographer: Photographer, document: str, code: str) -> None:
    """What staff see of the prices, the money and the writing of this document."""
    staff = photographer.person
    prices = staff.get("/admin/billing/pricelist/").xpath("//th[contains(@class,'field-version')]/a/@href")
    job = staff.get(f"/admin/generation/job/?q={document}").xpath("//th[contains(@class,'field-document')]/a/@href")
    photographer.tour("18-admin-price-list", f"{prices[-1].split('?')[0]}?code={code}")
    photographer.tour("19-admin-promo-codes", "/admin/billing/promocode/")
    photographer.tour("20-admin-payments", "/admin/billing/payment/")
    photographer.tour("21-admin-spending", "/admin/generation/attempt/spending/")
    photographer.tour("22-admin-job", job[0])


def main() -> None:
    """Walks and takes the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    for needed in (PICTURES, FOLDER):
        needed.mkdir(parents=True, exist_ok=True)
    site, inbox = site_and_inbox()
    assignment, sources, brief = inputs()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with running_site(site), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        student = Student(site, inbox)
        photographer = Photographer(browser, student, folder)
        photographer.tour("01-landing", "/")
        photographer.tour("02-signin", "/signin/")
        student.sign_in(f"ada.{int(time.time())}@example.org")
        photographer.tour("03-library-empty", "/documents/")
        photographer.tour("04-new", "/documents/new/")
        document = student.describe(**{**brief, "pages": "8"})
        for path, purpose in [
            *((path, "source") for path in sources),
            (assignment or HERE / "assignment.md", "assignment"),
        ]:
            student.upload(document, path, purpose)
        photographer.tour("05-brief", f"/documents/{document}/brief/")
        titles = student.get_outline(document)
        photographer.tour("06-outline", f"/documents/{document}/outline/")
        student.edit_outline(document, first_title=titles[0])
        photographer.tour("07-price", f"/documents/{document}/price/")
        staff = member_of_staff(site, inbox) if folder else None
        code = promo_code(staff) if staff else ""
        if code:
            photographer.tour("07-price-with-code", f"/documents/{document}/price/?code={code}")
            photographer.tour("07-price-unknown-code", f"/documents/{document}/price/?code=NO-SUCH-CODE")
        student.pay(document)
        picture_of_progress(photographer, document)
        photographer.tour("08-progress", f"/documents/{document}/progress/")
        student.watch(document)
        picture_of_reader(photographer, document)
        for name, place in [
            ("09-ready", "progress"), ("10-read", "read"), ("11-citations", "citations"), ("12-take-away", "take-away"),
            ("13-outline-read", "outline"), ("14-brief-read", "brief"),
        ]:  # fmt: skip
            photographer.tour(name, f"/documents/{document}/{place}/")
        photographer.tour("15-library", "/documents/?q=light")
        photographer.tour("16-account", "/account/")
        photographer.tour("16-payments", "/account/payments/")
        photographer.tour("17-missing", "/documents/00000000-0000-4000-8000-000000000000/read/")
        if staff:
            tour_of_staff(Photographer(browser, staff, folder), document, code)
            staff.close()
        student.close()
        browser.close()


if __name__ == "__main__":
    try:
        main()
    except JourneyError as error:
        sys.exit(f"No pictures: {error}")
