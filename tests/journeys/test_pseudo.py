"""Every text of the pages goes through the translations: with a pseudo-locale that puts ⟦ ⟧ around each, none is bare."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel import Locale

from bot.records.tables import Staff
from bot.speech import speech
from knowledge.greetings import greetings
from knowledge.languages import LANGUAGES, Catalogue, available, language
from tests.conftest import Citizen, Contact, Server, StaffMember

VOID = frozenset("area br col hr img input link meta source wbr".split())
SAID = frozenset({"aria-label", "title", "placeholder", "alt", "data-failed"})
NAMES = frozenset("Rettvis Nav Trondheim Frøya Nærøysund https".split())
"""What is called the same in every language."""


class Bare(HTMLParser):
    """Gathers what is written on a page, without what stands in another language than the page's on purpose."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._foreign: list[bool] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = given.get("lang", "en") != "en" or "mine" in str(given.get("class")).split()
        if not any(self._foreign) and not foreign:
            self.texts += [str(given[name]) for name in SAID & set(given)]
        if tag not in VOID:
            self._foreign.append(foreign)
            self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._foreign.pop()
            self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and not any(self._foreign):
            self.texts.append(data)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts ⟦ ⟧ around every text that is looked up in a catalogue, translated or not."""
    real = Catalogue.find

    def find(self: Catalogue, message: str, context: str | None = None) -> str:
        return f"⟦{real(self, message, context) or message}⟧"

    def ngettext(self: Catalogue, singular: str, plural: str, number: int) -> str:
        return f"⟦{singular if number == 1 else plural}⟧"

    monkeypatch.setattr(Catalogue, "find", find)
    monkeypatch.setattr(Catalogue, "ngettext", ngettext)


def bare(page: str, data: frozenset[str]) -> Iterator[str]:
    """The words of a page outside ⟦ ⟧ that are neither names nor data."""
    parser = Bare()
    parser.feed(page)
    for text in parser.texts:
        while "⟦" in text:
            shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
            if shorter == text:
                break
            text = shorter
        for known in sorted(data, key=len, reverse=True):
            text = text.replace(known, " ")
        words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES]
        if words:
            yield " ".join(text.split())


@pytest.fixture
def data(server: Server) -> frozenset[str]:
    """What comes from records and knowledge, not from the pages: names, roles, places, numbers."""
    library = server.installation.library
    found = {each.name for each in library.places.values()} | {language(code).autonym for code in available()}
    found |= {line.name for line in library.crisis.lines} | {line.number for line in library.crisis.lines}
    found |= {line.hours for line in library.crisis.lines} | set(library.areas.values())
    found |= {speech("en").language_name(code) for code in (*LANGUAGES, *greetings())}
    english = Locale("en")
    found |= set(english.days["stand-alone"]["abbreviated"].values()) | set(english.months["format"]["wide"].values())
    found |= set(english.months["format"]["abbreviated"].values())
    found |= {entry.checked.by for entry in library.entries.values()}
    found |= {" ".join((law.name, law.section)).strip() for e in library.entries.values() for law in e.law}
    with server.installation.database.reading() as session:
        for each in session.query(Staff):
            found |= {each.name, each.role, each.office or each.name, each.login}
    return frozenset(found)


def test_what_is_bare_is_found_and_what_is_a_name_or_another_language_is_not() -> None:
    page = '<p title="Bare title">⟦In ⟦both⟧⟧ Nav <b lang="ar">نص</b> <i>Left over</i></p><script>let x</script>'
    assert list(bare(page, frozenset())) == ["Bare title", "Left over"]


@pytest.mark.usefixtures("pseudo")
def test_the_citizen_pages_have_no_text_of_their_own(server: Server, data: frozenset[str]) -> None:
    browser = server.client(follow_redirects=True, headers={"accept-language": "en"})
    pages = {path: browser.get(path).text for path in ("/?lang=en", "/topics?lang=en", "/topics?lang=en&q=zzzz")}
    pages["/topics/barnetrygd"] = browser.get("/topics/barnetrygd?lang=en&place=trondheim").text
    for said in ({"text": "How much child benefit do I get?"}, {"choice": "topics"}, {"choice": "delete_my_data"}):
        pages[str(said)] = browser.post("/say", data={"lang": "en", "chosen": "1", **said}).text
    pages["danger"] = browser.post("/say", data={"text": "my husband hits me"}).text
    pages["seen"] = browser.get("/seen").text
    assert {path: list(bare(page, data)) for path, page in pages.items() if list(bare(page, data))} == {}


@pytest.mark.usefixtures("pseudo")
def test_the_staff_pages_have_no_text_of_their_own(server: Server, data: frozenset[str]) -> None:
    browser = server.client(headers={"accept-language": "en"})
    pages = {"/sign-in": browser.get("/sign-in?lang=en").text}
    with server.installation.database.transaction() as session:
        for login in ("ingrid", "programme", "redaktor"):
            staff = session.query(Staff).filter_by(login=login).one()
            staff.languages = ["en", *(code for code in staff.languages if code != "en")]
    citizen = Citizen(server, language="en")
    citizen.write("How much child benefit do I get?")
    citizen.ask_for_a_person()
    contact = Contact(server, citizen)
    contact.do("accept")
    pages["/desk/…"] = contact.page()
    for login, paths in {
        "ingrid": ("/desk", "/me"),
        "programme": ("/learning",),
        "redaktor": ("/curate", "/curate/ar/barnetrygd"),
    }.items():
        member = StaffMember(server, login)
        pages |= {path: member.get(path).text for path in paths}
    written = re.compile(r'<td dir="auto">.*?</td>')  # what people and contacts have written themselves
    pages["/learning"] = written.sub("", pages["/learning"])
    assert {path: list(bare(page, data)) for path, page in pages.items() if list(bare(page, data))} == {}
