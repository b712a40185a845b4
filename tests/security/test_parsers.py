"""Whatever comes from outside is read, or refused in the way that is declared; nothing else is raised, and nothing hangs.

Read here: what gateways bring, catalogues, the files of editors and their expressions, pictures, what a household tells,
and the headers of browsers. Words that people write are read in tests/screening, tests/bot and tests/sms.
"""

import asyncio
import io
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import Request
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.exceptions import HTTPException

from bot.phones.numbers import NoNumberError
from bot.settings import Settings
from bot.staff import pictures
from bot.staff.person import Unfit
from connectors.numbers import MOST, since
from connectors.sms.gateways import Gateway, Gateways, NotFromGateway, NotUnderstood
from knowledge.eligibility import household
from knowledge.eligibility.language import ExpressionError, parse
from knowledge.eligibility.telling import Misfits, screening
from knowledge.languages import available, preferred, read_catalog
from knowledge.library import Library
from knowledge.source import KnowledgeError, line_of, read
from tests.conftest import Server
from tests.security.conftest import _client
from tests.sms.conftest import SECRET

LIBRARY = Library.load()
FOLDER = Path(__file__).parents[2]
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DEEP = "[" * 20_000


@pytest.fixture(scope="module")
def gateways() -> dict[str, Gateway[Any]]:
    here = Settings("sqlite://", Path(), "k" * 40, address="https://rettvis.example.org")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "SMS": "kannel twilio http",
            "KANNEL_URL": "http://127.0.0.1:9",
            "KANNEL_USERNAME": "rettvis",
            "KANNEL_PASSWORD": SECRET,
            "KANNEL_NUMBER": "26112",
            "KANNEL_SECRET": SECRET,
            "TWILIO_ACCOUNT": "AC1",
            "TWILIO_TOKEN": SECRET,
            "TWILIO_NUMBER": "26112",
            "HTTP_URL": "http://127.0.0.1:9",
            "HTTP_NUMBER": "26112",
            "HTTP_SECRET": SECRET,
            "HTTP_IN_USERNAME": "gateway",
            "HTTP_IN_PASSWORD": SECRET,
        }.items():
            patch.setenv(f"RETTVIS_{name}", value)
        return dict(Gateways.from_environment(here).by_name)


def brought(method: str, query: bytes, headers: dict[str, bytes], body: bytes) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": "/sms/x",
        "query_string": query,
        "headers": [(name.encode(), value) for name, value in headers.items()],
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "app": None,
    }
    return Request(scope, receive)


def read_as_declared(read: Callable[[Request], Any], request: Request) -> None:
    with suppress(NotFromGateway, NotUnderstood, NoNumberError, HTTPException):  # the last of a form that is none
        asyncio.run(read(request))


PARTS = st.sampled_from(["9", "+4791234567", "", "x", "0", "2", "UTF-8", "utf-16-be", "hex", "\x00", "é"]) | st.text(
    max_size=12
)


@MANY
@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.dictionaries(
        st.sampled_from(["id", "from", "text", "udh", "coding", "charset", "reference", "type"]), PARTS
    ),
    odd=st.binary(max_size=12),
    body=st.binary(max_size=40),
    content=st.sampled_from([b"", b"text/plain; charset=rot13", b"text/plain; charset=\xff", b"x; charset=idna"]),
)
def test_kannel_is_read_or_refused(
    gateways: dict[str, Gateway[Any]], method: str, query: dict[str, str], odd: bytes, body: bytes, content: bytes
) -> None:
    whole = urlencode({"secret": SECRET, **query, "text": odd}).encode()
    for what in (gateways["kannel"].inbound, gateways["kannel"].reports):
        read_as_declared(what, brought(method, whole, {"content-type": content}, body))


@pytest.mark.parametrize(
    "charset", ["rot13", "hex", "base64", "zlib", "idna", "punycode", "undefined", "unicode_escape"]
)
def test_a_charset_that_is_none_of_texts_is_refused(gateways: dict[str, Gateway[Any]], charset: str) -> None:
    query = urlencode({"secret": SECRET, "id": "1", "from": "91234567", "text": "a", "charset": charset})
    read_as_declared(gateways["kannel"].inbound, brought("GET", query.encode(), {}, b""))


@MANY
@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "id": ANYTHING,
            "from": ANYTHING | st.just("91234567"),
            "text": ANYTHING,
            "status": ANYTHING,
            "udh": ANYTHING | st.just("050003010201"),
            "parts": ANYTHING
            | st.fixed_dictionaries({"reference": ANYTHING, "part": ANYTHING, "of": ANYTHING | st.just(3)}),
        },
    )
    | ANYTHING
)
def test_json_of_any_form_is_read_or_refused(gateways: dict[str, Gateway[Any]], body: object) -> None:
    headers = {"x-secret": SECRET.encode(), "content-type": b"application/json"}
    for what in (gateways["http"].inbound, gateways["http"].reports):
        read_as_declared(what, brought("POST", b"", headers, json.dumps(body).encode()))


@MANY
@given(body=st.binary(max_size=60), basic=st.binary(max_size=30))
@example(DEEP.encode(), b"")
@example(b"\xff\xfe[\x00]\x00", b"\xff")
@example(b"9" * 5_000, b"")
def test_bytes_of_any_kind_are_read_or_refused(gateways: dict[str, Gateway[Any]], body: bytes, basic: bytes) -> None:
    form = b"application/x-www-form-urlencoded"
    for gateway in gateways.values():
        for what in (gateway.inbound, gateway.reports):
            for headers in (
                {"x-secret": SECRET.encode(), "content-type": b"application/json"},
                {"authorization": b"Basic " + basic, "x-secret": basic},
                {"x-twilio-signature": basic, "content-type": form},
                {"x-twilio-signature": basic, "content-type": b"multipart/form-data; boundary=" + basic[:5]},
            ):
                read_as_declared(what, brought("POST", b"secret=%ff", headers, body))


def test_forms_of_any_kind_are_answered_by_the_server_too(guarded: Server) -> None:
    client = guarded.client()
    bodies = (b"", b"--x", b"--x\r\n\r\n", b"%ff=%ff&&==", b"\xff\x00", b"--x\r\nContent-Disposition: x\r\n\r\n")
    for path in ("/say", "/sign-in", "/me/photo"):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"):
            for body in bodies:
                answer = client.post(path, content=body, headers={"content-type": kind})
                assert answer.status_code < 500, (path, kind, body)
    for path in ("/api/v1/screenings", "/api/v1/conversations"):
        answer = client.post(path, content=DEEP, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500
        deep = '{"facts": {"age": ' + "[" * 900 + "]" * 900 + "}}"
        answer = client.post(path, content=deep, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500


def test_an_address_or_a_host_of_any_kind_is_answered(guarded: Server) -> None:
    hosts = (b"[", b"a b", b"\xff", b"x" * 300, b"[::1", b"a:b:c", b"@", b"/", b"")
    for path in (b"/", b"/topics", b"/api/v1/topics", b"/sms/kannel", b"/me", b"/c/x", b"/nothing"):
        for query in (b"", b"?\xff", b"?q=%ff%00", b"?lang=\xd8", b"?" + b"&" * 50):
            lines = _raw(guarded, b"GET " + path + query + b" HTTP/1.1\r\nHost: x\r\n")
            assert lines.split(b" ")[1] < b"500", (path, query)
        for host in hosts:
            lines = _raw(guarded, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n")
            assert lines.split(b" ")[1] < b"500", (path, host)


def _raw(server: Server, head: bytes) -> bytes:
    """The first line of the answer to a request that no client would send."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        return connection.makefile("rb").readline()


def only(expected: type[Exception], do: Callable[[], object]) -> None:
    with suppress(expected):
        do()


PO = st.text(max_size=30) | st.sampled_from(
    [
        'msgid "a"',
        'msgstr "b"',
        'msgstr[0] "b"',
        'msgid_plural "c"',
        'msgctxt "d"',
        "#, fuzzy",
        "#~ msgid",
        '"e\\n"',
        "#:",
    ]
)


@MANY
@given(lines=st.lists(PO, max_size=8), tail=st.binary(max_size=8))
@example(['msgid ""', 'msgstr "Content-Type: text/plain; charset=no-such\\n"'], b"")
@example(['msgid ""', 'msgstr "Plural-Forms: nplurals=9; plural=1/0;\\n"'], b"")
@example(['msgid ""', 'msgstr "POT-Creation-Date: never\\n"'], b"")
@example(['msgid ""', 'msgstr "Plural-Forms: nplurals=x; plural=(((;\\n"'], b"")
def test_a_catalogue_is_read_or_refused_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], tail: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "nb" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "messages.po"
    file.write_bytes("\n".join(lines).encode("utf-8", "replace") + tail)
    only(KnowledgeError, lambda: read_catalog(file))


YAML = st.text(max_size=30) | st.sampled_from(
    [
        "a: b",
        "- a",
        "? b",
        "<<: *a",
        "&a b",
        "*a",
        "!!python/object:os.system x",
        "2026-13-45",
        "{",
        "[",
        "'",
        "|",
        "\t",
        "%x",
    ]
)


@MANY
@given(lines=st.lists(YAML, max_size=6), tail=st.binary(max_size=6))
@example([DEEP], b"")
@example(["{a: " * 5_000], b"")
@example(["a: 1_000", "9999-99-99: x", "? [a]", ": b"], b"")
@example(["x: 0o9", "y: 1e999", "z: .inf", "w: 190:20:30", "v: 2001-01-01t99:99:99Z"], b"")
@example(["!!binary '='", "!!timestamp x", "!!int x"], b"")
@example(["!!int ''"], b"")
@example(["!!set [a]"], b"")
def test_a_file_of_an_editor_is_read_or_refused_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], tail: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "entry.yml"
    file.write_bytes("\n".join(lines).encode("utf-8", "replace") + tail)
    only(KnowledgeError, lambda: read(file))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, 10_000),
    put=YAML | st.text(max_size=10),
    folder=st.sampled_from(["parameters", "entitlements"]),
)
def test_knowledge_with_anything_in_it_is_loaded_without_it_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, put: str, folder: str
) -> None:
    """One line of a file that is ours becomes something else."""
    copy = tmp_path_factory.mktemp("knowledge")
    for each in (FOLDER / "knowledge").iterdir():
        if each.suffix == ".yml" or each.name == "places":
            (copy / each.name).symlink_to(each)
        elif each.name in ("parameters", "entitlements"):
            (copy / each.name).mkdir()
            for file in each.iterdir():
                (copy / each.name / file.name).symlink_to(file)
    files = sorted((copy / folder).glob("*.yml"))
    file = files[place % len(files)]
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[place % len(lines)] = put
    file.unlink()
    file.write_bytes("\n".join(lines).encode("utf-8", "replace"))
    only(KnowledgeError, lambda: Library.load(copy, strict=False))


WORDS = st.sampled_from(
    ["age", "children", "income", "{", "}", "(", ")", "and", "or", "not", "if", "else", "in", "<", ">=", "==", "1", "0.5",
     "'a'", "count", "min", "max", ",", "+", "-", "*", "/", "//", "**", "lambda x: x", "1e999", "0x1f", "1j", "1_0", "...",
     "x.y", "f'{x}'", "\n", ":=", "await", "[", "]", "None", "True", "9" * 30]
)  # fmt: skip


@MANY
@given(text=st.lists(WORDS, max_size=10).map(" ".join) | st.text(max_size=30))
@example("(" * 500 + "1" + ")" * 500)
@example("-" * 5_000 + "1")
@example("1" + "+1" * 5_000)
@example("not " * 3_000 + "True")
@example("9" * 5_000)
@example("\x00")
@example("\ud800")
@example("1e999999999999")
def test_an_expression_is_read_or_refused(text: str) -> None:
    rates = dict.fromkeys(LIBRARY.parameters, "nok")
    for kind in ("truth", "number"):
        only(ExpressionError, lambda kind=kind: parse(text, LIBRARY.vocabulary.named, rates, kind))


def _picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, kind)
    return made.getvalue()


PICTURES = [_picture(kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]


@MANY
@given(
    picture=st.sampled_from(PICTURES) | st.binary(max_size=100),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 10_000),
)
def test_a_picture_is_made_small_or_refused(picture: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    broken = bytearray(picture)
    for place, value in changes:
        if broken:
            broken[place % len(broken)] = value
    for upload in (picture, bytes(broken), picture[: cut % (len(picture) + 1)]):
        try:
            made = pictures.square(upload)
        except Unfit:
            continue
        with Image.open(io.BytesIO(made)) as image:
            assert image.size == (pictures.SIDE, pictures.SIDE)


def test_a_small_file_of_very_many_pixels_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (12_000, 7_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Unfit):
        pictures.square(bomb.getvalue())


@MANY
@given(facts=st.dictionaries(st.sampled_from([*LIBRARY.vocabulary.facts, "x", ""]), ANYTHING, max_size=6))
def test_what_a_household_tells_is_used_or_said_not_to_fit(facts: dict[str, Any]) -> None:
    kept, misfits = household.read(facts, LIBRARY.vocabulary)
    assert set(kept) | {each.fact for each in misfits} | {name for name in facts if facts[name] is None} == set(facts)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    facts=st.dictionaries(st.sampled_from([*LIBRARY.vocabulary.facts]), st.integers(-1, 200) | ANYTHING, max_size=5),
    on=st.dates(),
    skipped=st.lists(st.text(max_size=5), max_size=3),
)
@example({}, date.min, [])
@example({}, date.max, [])
def test_a_screening_comes_of_anything_on_any_day(facts: dict[str, Any], on: date, skipped: list[str]) -> None:
    only(Misfits, lambda: screening(LIBRARY, facts, "nb", on, skipped))


@given(
    told=st.lists(
        st.sampled_from(["nb", "no", "ar-EG", "*", "q=", ";q=0.5", ",", "-", "_", "sr-Latn-RS", "x" * 99]), max_size=9
    ).map(",".join)
    | st.text(max_size=40)
)
def test_any_accept_language_is_one_of_ours(told: str) -> None:
    assert preferred(told) in available()


@given(told=st.none() | st.text(max_size=30) | st.integers().map(str), after=st.integers(0, MOST))
def test_what_a_browser_had_last_is_a_number_that_a_database_knows(told: str | None, after: int) -> None:
    assert 0 <= since(told, after) <= MOST


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(["rettvis", "rettvis_staff"]),
    value=st.binary(max_size=60).map(lambda each: bytes(b for b in each if b > 31 and b != 127)),
    language=st.binary(max_size=30).map(lambda each: bytes(b for b in each if b > 32 and b != 127)),
)
@example("rettvis", b"a.b.c", b"*")
@example("rettvis", b"." * 60, b"")
@example("rettvis_staff", b"eyJzdGFmZiI6IFtdfQ==.x.y", b"")
def test_cookies_and_headers_of_any_kind_open_a_page(guarded: Server, name: str, value: bytes, language: bytes) -> None:
    headers = {"cookie": name.encode() + b"=" + value.strip(), "accept-language": language}
    client = _client(guarded)
    client.cookies.clear()
    for path in ("/", "/me", "/export"):
        assert client.get(path, headers=headers).status_code < 500


def test_the_line_of_a_place_is_found_in_any_file(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a:\n- b\n? [c]\n: d\n")
    assert line_of(file, ("nothing", 3)) == 1
