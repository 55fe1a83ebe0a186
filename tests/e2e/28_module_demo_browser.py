# SPDX-License-Identifier: MIT
"""The demo as a person meets it, in a browser: the form on the first page, and the documentation, where
items are found, changed, and deleted with the key."""
from browser import Browser, Page, url_of
from cadretest import *
from demo_items import all_items, demo, needs_sqlite


def served():
    if not os.path.exists(os.path.join(SOURCE, "lib", "api", "pages", "swagger-ui-bundle.js")):
        raise Skip("npm has not brought the pages")
    server = demo(api_key="let-me-in").start()
    needs_sqlite(server)
    return server


class Operation:
    """One of Swagger UI's: its box is opened, and it can be tried."""

    def __init__(self, page, name):
        self.page, self.box = page, f"[id$='-{name}']"
        page.click(f"{self.box} .opblock-summary-control")
        page.click(f"{self.box} .try-out__btn")

    def fill(self, parameter, value):
        self.page.type(f"{self.box} tr[data-param-name='{parameter}'] input", value)

    def fill_body(self, text):
        """As React hears it: by the setter of the element itself."""
        self.page.wait(f"!!document.querySelector({json.dumps(self.box + ' textarea')})")
        self.page.run(f"""(e => {{
            Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(
                e, {json.dumps(text)});
            e.dispatchEvent(new Event('input', {{bubbles: true}}));
            e.dispatchEvent(new Event('change', {{bubbles: true}}));
        }})(document.querySelector({json.dumps(self.box + ' textarea')}))""")

    def execute(self):
        """(status, all that is shown of the answer)"""
        self.page.click(f"{self.box} .execute")
        table = f"{self.box} .live-responses-table"
        status = self.page.wait(f"document.querySelector({json.dumps(table)} + "
                                "' tbody .response-col_status').innerText")
        return int(status.split()[0]), self.page.run(
            f"document.querySelector({json.dumps(table)}).innerText")


@case
def the_form_adds_an_item():
    server = served()
    with Browser() as browser:
        page = Page(browser)
        page.open(url_of(server, "/"))
        page.wait("document.body.innerText.includes('It holds 3 items')")
        page.type("form[action=shelf] input[name=name]", "Kettle <b>&amp; cup")
        page.type("form[action=shelf] input[name=price]", "39.90")
        page.click("form[action=shelf] button")
        page.wait("document.body.innerText.includes('It holds 4 items')")
        assert page.run("document.querySelector('table td').innerText") == "Kettle <b>&amp; cup"
        assert page.run("location.pathname") == "/"
        # What the browser itself finds wrong is not sent.
        page.type("form[action=shelf] input[name=name]", "free")
        page.type("form[action=shelf] input[name=price]", "0")
        page.click("form[action=shelf] button")
        assert not page.run("document.querySelector('form[action=shelf]').checkValidity()")
        assert not page.wrong, page.wrong
    assert len(all_items(server)) == 4
    server.stop()


@case
def the_documentation_finds_changes_and_deletes():
    server = served()
    with Browser() as browser:
        page = Page(browser)
        page.open(url_of(server, "/docs"))
        page.wait("document.querySelectorAll('[id^=operations-items-]').length === 6")

        found = Operation(page, "list_items_api_items_get")
        found.fill("q", "tea pot")
        found.fill("max_price", "30")
        status, shown = found.execute()
        assert status == 200 and '"total": 1' in shown and '"id": 1,' in shown, shown

        change = Operation(page, "change_item_api_items__item_id__patch")
        change.fill("item_id", "1")
        change.fill_body('{"price": 19.5, "in_stock": false}')
        status, shown = change.execute()
        assert status == 200 and '"price": 19.5' in shown and '"in_stock": false' in shown, shown

        delete = Operation(page, "delete_item_api_items__item_id__delete")
        delete.fill("item_id", "1")
        assert delete.execute()[0] == 401
        page.wrong.clear()  # the console tells of each 401
        page.click(".auth-wrapper .authorize")
        page.type(".auth-container input", "let-me-in")
        page.click(".modal-ux .authorize")
        page.click(".modal-ux .btn-done")
        page.click(f"{delete.box} .btn-clear")
        page.wait(f"!document.querySelector({json.dumps(delete.box + ' .live-responses-table')})")
        status, shown = delete.execute()
        assert status == 204, (status, shown)
        assert not page.wrong, page.wrong
    assert sorted(all_items(server)) == [2, 3]
    server.stop()


main()
