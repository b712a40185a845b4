"""The whole way through the real Kannel: a phone writes, chooses, asks for a person, and is answered from the desk."""

from urllib.parse import quote_from_bytes

from sqlalchemy import select

from bot.phones.numbers import keyed_hash
from bot.records.database import Database
from bot.records.tables import Handoff, Message, Outgoing, Phone
from tests.conftest import PASSWORD, Server, StaffMember
from tests.sms.conftest import SECRET, Kannel, eventually


class Network:
    """One phone on the real Kannel's fake network."""

    def __init__(self, kannel: Kannel, number: str) -> None:
        self._kannel, self._number = kannel, number
        self._seen = 0

    def send(self, text: str) -> None:
        self._kannel.write(self._number, text)

    def write(self, text: str, until: str) -> str:
        """Write, and read what comes until something has come."""
        self.send(text)
        return self.read(until)

    def read(self, until: str) -> str:
        def come() -> str:
            return "".join(self._kannel.received(self._number)[self._seen :])

        eventually(lambda: until in come() and come())
        found = come()
        self._seen = len(self._kannel.received(self._number))
        return found


def newest_handoff(database: Database) -> Handoff:
    with database.reading() as session:
        found = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
    assert found is not None
    return found


def test_from_a_question_to_a_person_and_back_by_sms(kannel: tuple[Server, Kannel]) -> None:
    server, network = kannel
    database = server.installation.database
    phone = Network(network, "+4790110001")
    assert "2 012 kr" in phone.write("Hvor mye får jeg i barnetrygd?", "MER")
    assert "seks uker" in phone.write("2", "vedtaket")
    assert "3. Trondheim" in phone.write("Jeg vil snakke med et menneske", "Ikke nå")
    assert "1. Ja, del dette" in phone.write("3", "Ikke nå")
    assert "Samir" in phone.write("1", "Samir")

    contact = StaffMember(server, newest_handoff(database).contact.login, PASSWORD)
    handoff = newest_handoff(database)
    assert contact.post(f"/desk/{handoff.id}/accept").status_code == 200
    assert "menneske" in phone.read("stille")
    contact.post(f"/desk/{handoff.id}/say", text="Hei, hva trenger du hjelp til først?")
    assert "Samir (demo): Hei, hva trenger du hjelp til først?" in phone.read("først")
    phone.send("Husleia")
    eventually(lambda: "Husleia" in contact.get(f"/desk/{handoff.id}").text)

    def reported() -> bool:
        return server.installation.desk.delivered_to(handoff.id) > 0

    eventually(reported)

    def all_arrived() -> bool:
        with database.reading() as session:
            return set(session.scalars(select(Outgoing.state))) == {"delivered"}

    eventually(all_arrived)


def test_letters_outside_the_gsm_alphabet_come_and_go_whole(kannel: tuple[Server, Kannel]) -> None:
    server, network = kannel
    phone = Network(network, "+4790110002")
    assert "الأطفال" in phone.write("كم أحصل من إعانة الأطفال؟", "2,012")
    with server.installation.database.reading() as session:
        said = session.scalars(select(Message.text).where(Message.author == "citizen")).all()
    assert "كم أحصل من إعانة الأطفال؟" in said


def test_who_does_not_know_the_secret_is_refused(kannel: tuple[Server, Kannel]) -> None:
    server, _ = kannel
    http = server.client()
    for secret in ("", "guess"):
        asked = http.get("/sms/kannel", params={"secret": secret, "id": "1", "from": "+4790110003", "text": "hei"})
        assert asked.status_code == 403
        assert http.get("/sms/kannel/report", params={"secret": secret, "reference": "x"}).status_code == 403
    with server.installation.database.reading() as session:
        assert session.scalar(select(Phone).where(Phone.hash == keyed_hash("+4790110003"))) is None


def test_what_kannel_brings_by_get_is_understood_too(kannel: tuple[Server, Kannel]) -> None:
    server, network = kannel
    number = "+4790110004"
    words = "Zażółć gęślą jaźń".encode("utf-16-be")
    query = f"secret={SECRET.replace(' ', '%20')}&id=get-1&from=4790110004&coding=2&charset=UTF-16BE&text="
    assert server.client().get(f"/sms/kannel?{query}{quote_from_bytes(words)}").status_code == 200
    network.write("+4790110005", "hei")  # the network takes what waits once a phone is on it
    eventually(lambda: network.received(number))
    with server.installation.database.reading() as session:
        assert "Zażółć gęślą jaźń" in session.scalars(select(Message.text)).all()
