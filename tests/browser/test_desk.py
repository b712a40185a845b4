"""Two contacts and two citizens at once, one of them right to left; a phone; a lost connection; no script at all."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessible
from tests.browser.test_journey import PHONE, OpenPage, no_sideways_scrolling, sign_in
from tests.conftest import Citizen, Contact, Server

pytestmark = pytest.mark.browser
A_PERSON = {"en": "I want to talk to someone", "ar": "أريد التحدث مع شخص"}
RENT_IN_ARABIC = "لا أستطيع دفع الإيجار هذا الشهر"


def asks(page: Page, server: Server, language: str, question: str) -> None:
    """From the first question to having asked for a person, in Trondheim."""
    page.goto(f"{server.url}/?lang={language}")
    said = page.locator(".message.bot")
    welcome = said.count()
    page.locator("#text").fill(question)
    page.locator("#send").click()
    expect(said).not_to_have_count(welcome)  # the answer has come, not only what stood there before
    page.locator("#text").fill(A_PERSON[language])
    page.locator("#send").click()
    page.locator('button[value="place:trondheim"]').last.click()
    page.locator(".agree input").last.check()
    page.locator('button[value="share:chosen"]').last.click()
    expect(page.locator(".human")).to_be_visible()


def takes(page: Page, words: str) -> None:
    """Take over the waiting conversation in which these words were shared."""
    page.goto(re.sub(r"/desk.*", "/desk", page.url))
    for link in [each.get_attribute("href") for each in page.locator(".cards a.button").all()]:
        page.goto(re.sub(r"/desk.*", str(link), page.url))
        if page.locator(".talk", has_text=words).count():
            page.locator(".talk form[action$=accept] button").click()
            expect(page.locator("#say")).to_be_visible()
            return
    raise AssertionError("nobody with these words is waiting")


def says(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#send").click()


def test_two_contacts_and_two_citizens_at_once_never_see_each_others_words(server: Server, open_page: OpenPage) -> None:
    amal, eva = open_page(**PHONE), open_page(**PHONE)
    samir, ingrid = open_page(), open_page(**PHONE)
    asks(amal, server, "ar", RENT_IN_ARABIC)
    asks(eva, server, "en", "I am behind with the rent and lost my job")
    sign_in(samir, server, "samir", "/desk")
    sign_in(ingrid, server, "ingrid", "/desk")
    assert no_sideways_scrolling(ingrid)
    takes(samir, RENT_IN_ARABIC)
    takes(ingrid, "I am behind with the rent")
    expect(amal.locator(".human")).to_contain_text("Samir (demo)")
    expect(eva.locator(".human")).to_contain_text("Ingrid (demo)")
    says(amal, "شكرا")
    says(eva, "Thank you, Ingrid")
    says(samir, "مرحبا، قرأت ما كتبت")
    says(ingrid, "Hello Eva")
    expect(samir.locator(".message.citizen").last).to_contain_text("شكرا")
    expect(ingrid.locator(".message.citizen").last).to_contain_text("Thank you, Ingrid")
    expect(amal.locator(".message.contact").last).to_contain_text("قرأت")
    expect(eva.locator(".message.contact").last).to_contain_text("Hello Eva")
    expect(samir.locator(".delivery").last).not_to_be_empty()
    for page, foreign in ((amal, "Eva"), (eva, "شكرا"), (samir, "Ingrid"), (ingrid, "شكرا")):
        assert foreign not in page.locator("#conversation").inner_text()
        accessible(page)
        assert no_sideways_scrolling(page)
    assert amal.locator(".message.bot ~ .message.contact ~ .message.bot").count() == 0


def test_while_one_writes_the_other_sees_it_and_a_sent_message_is_marked_when_it_has_arrived(
    server: Server, open_page: OpenPage
) -> None:
    eva, ingrid = open_page(**PHONE), open_page()
    asks(eva, server, "en", "I cannot pay the electricity and the rent")
    sign_in(ingrid, server, "ingrid", "/desk")
    takes(ingrid, "I cannot pay the electricity")
    ingrid.locator("#text").press_sequentially("Hel", delay=20)
    expect(eva.locator("#typing")).to_have_text("Ingrid (demo) is writing …")
    eva.locator("#text").press_sequentially("I w", delay=20)
    expect(ingrid.locator("#typing")).to_contain_text(re.compile("is writing|skriver"))
    expect(eva.locator("#typing")).to_have_text("", timeout=15_000)
    says(ingrid, "Hello")
    expect(eva.locator(".message.contact").last).to_contain_text("Hello")
    expect(ingrid.locator(".delivery").last).to_have_text(re.compile("has reached them|nådd|fram"))


def test_after_a_lost_connection_everything_that_was_written_meanwhile_is_there_once_and_in_order(
    server: Server, open_page: OpenPage
) -> None:
    eva = open_page(**PHONE)
    asks(eva, server, "en", "I have a debt I cannot pay and the rent is late")
    citizen = _same_conversation(server, eva)
    contact = Contact(server, citizen)
    contact.do("accept")
    expect(eva.locator(".human")).to_contain_text("This is a human")
    eva.context.set_offline(True)
    for number in range(3):
        contact.do("say", text=f"Message {number}", client_id=str(number))
    says(eva, "Are you there")
    expect(eva.locator("#error")).not_to_be_empty()  # it is said, and what was written is still there
    expect(eva.locator("#text")).to_have_value("Are you there")
    eva.context.set_offline(False)
    eva.locator("#send").click()
    expect(eva.locator(".message.mine").last).to_contain_text("Are you there")
    expect(eva.locator(".message.contact")).to_have_count(3)
    texts = [each.split("\n")[-1] for each in eva.locator(".message.contact").all_inner_texts()]
    assert texts == ["Message 0", "Message 1", "Message 2"]
    assert [m["text"] for m in citizen.history() if m["author"] == "citizen"].count("Are you there") == 1


def _same_conversation(server: Server, page: Page) -> Citizen:
    """The conversation that a browser has, as a channel sees it."""
    cookie = next(each for each in page.context.cookies() if each["name"] == "rettvis")
    citizen = Citizen(server, language="en")
    citizen.id, citizen.token = str(cookie["value"]).split(".", 1)
    citizen._http.headers["authorization"] = f"Bearer {citizen.token}"
    return citizen


def test_a_contact_who_reads_only_norwegian_answers_in_the_persons_language_with_one_click(
    server: Server, open_page: OpenPage
) -> None:
    persian = Citizen(server, language="fa")  # no contact of the demo speaks it
    persian.write("نمی‌توانم اجاره را بدهم")
    persian.ask_for_a_person()
    persian.pick("barnetrygd")
    ingrid = open_page()
    sign_in(ingrid, server, persian.handoff(server).contact.login, "/desk")
    handoff = persian.handoff(server).id
    ingrid.locator(f'form[action="/desk/{handoff}/accept"] button').click()
    expect(ingrid.locator("#say")).to_be_visible()
    expect(ingrid.locator(".side")).to_contain_text("tolk", ignore_case=True)
    ingrid.locator(".shelf button[name=insert]").first.click()
    inserted = ingrid.locator("#text").input_value()
    assert re.search("[\u0600-\u06ff]", inserted)
    ingrid.locator("#send").click()
    expect(ingrid.locator(".message.contact").last).to_have_attribute("dir", "rtl")
    assert persian.history()[-1]["text"] == inserted
    accessible(ingrid)


def test_everything_of_a_handoff_works_without_script(server: Server, open_page: OpenPage) -> None:
    eva, ingrid = (open_page(**PHONE, java_script_enabled=False) for _ in range(2))
    eva.goto(server.url + "/?lang=en")
    eva.locator("#text").fill("I cannot pay the rent and I have children")
    eva.locator("#send").click()
    eva.locator("#text").fill("I want to talk to someone")
    eva.locator("#send").click()
    eva.locator('button[value="place:trondheim"]').last.click()
    for line in eva.locator(".lines li", has_text="I cannot pay the rent").all():
        line.locator("input[name=passed]").uncheck()
    eva.locator(".agree input").last.check()
    eva.locator('button[value="share:chosen"]').last.click()
    expect(eva.locator(".human")).to_contain_text("You are waiting for a person")

    citizen = _same_conversation(server, eva)
    contact = citizen.handoff(server)
    ingrid.goto(server.url + "/desk")
    ingrid.locator("#login").fill(contact.contact.login)
    ingrid.locator("#password").fill("demo-only")
    ingrid.locator("main button").click()
    ingrid.goto(f"{server.url}/desk/{contact.id}")
    assert "I cannot pay the rent" not in ingrid.locator(".talk").inner_text()
    ingrid.locator(".talk form[action$=accept] button").click()
    ingrid.locator(".shelf form.pick select").select_option("bostotte")
    ingrid.locator(".shelf form.pick button").click()
    ingrid.locator(".shelf button[name=insert]").first.click()
    assert "bostøtte" in ingrid.locator("#text").input_value().lower()
    ingrid.locator("#send").click()
    eva.reload()
    expect(eva.locator(".message.contact")).to_have_count(1)
    expect(eva.locator(".human")).to_contain_text("This is a human")
    eva.locator(".human summary").click()
    eva.locator('.human button[value="bot_back"]').click()
    expect(eva.locator(".human")).to_have_count(0)


def test_the_consent_form_needs_the_tick_and_no_script_can_leave_it_out(server: Server) -> None:
    http = server.client(follow_redirects=True)
    http.post("/say", data={"text": "I cannot pay the rent", "lang": "en", "chosen": "1"})
    http.post("/say", data={"choice": "human"})
    page = http.post("/say", data={"choice": "place:trondheim"}).text
    summary = page.rsplit('name="summary" value="', 1)[1].split('"')[0]
    ticked = {"choice": "share:chosen", "line": ["2", "3"], "passed": ["2"], "summary": summary}
    refused = http.post("/say", data=ticked)
    assert refused.status_code == 422
    assert "Tick that you agree" in refused.text
    old = http.post("/say", data={**ticked, "agree": "1", "summary": "1"})  # a form that shows something else
    assert (old.status_code, "not there any more" in old.text) == (422, True)
    agreed = http.post("/say", data={**ticked, "agree": "1"})
    assert "You are waiting for a person" in agreed.text
    http.post("/delete")


def test_the_desk_can_be_used_with_the_keyboard_alone(server: Server, open_page: OpenPage) -> None:
    citizen = Citizen(server, language="en")
    citizen.write("I cannot pay my debt")
    citizen.ask_for_a_person()
    handoff = citizen.handoff(server)
    page = open_page()
    sign_in(page, server, handoff.contact.login, f"/desk/{handoff.id}")
    page.goto(f"{server.url}/desk/{handoff.id}")
    page.locator(".talk form[action$=accept] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_be_visible()
    page.locator("#text").focus()
    page.keyboard.type("Hello from the keyboard")
    page.keyboard.press("Enter")
    expect(page.locator(".message.contact").last).to_contain_text("Hello from the keyboard")
    page.locator("#close summary").focus()
    page.keyboard.press("Enter")
    page.locator("input[name=outcome][value=met]").focus()
    page.keyboard.press("Space")
    page.locator("#close button").last.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk$"))
    assert citizen.request("GET", "/contact").json()["state"] == "bot"


def test_who_has_seen_it_can_be_read_by_the_person(server: Server, open_page: OpenPage) -> None:
    eva = open_page(**PHONE)
    asks(eva, server, "en", "How do I get help with rent")
    contact = Contact(server, _same_conversation(server, eva))
    contact.page()
    eva.get_by_role("link", name="Who has seen this").click()
    expect(eva.locator("table")).to_contain_text("read it")
    accessible(eva)
    assert no_sideways_scrolling(eva)
