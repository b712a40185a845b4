"""Who wanted by SMS to hear of a change is told by SMS."""

from sqlalchemy import select

from bot.records.tables import Message
from tests.conftest import Server, StaffMember
from tests.journeys.test_programme import learning_about
from tests.sms.conftest import Phone


def number_of(server: Server, choice: str) -> str:
    """What to write to pick a choice of the last message that has it."""
    with server.installation.database.reading() as session:
        bodies = session.scalars(select(Message.body).where(Message.author == "bot").order_by(Message.id.desc()))
        offers = [[each["id"] for each in body["choices"]] for body in bodies if body]
    return str(next(ids.index(choice) + 1 for ids in offers if choice in ids))


def test_a_change_is_told_to_the_phone_once_and_leads_to_what_is_new(sms_server: Server, phone: Phone) -> None:
    phone.write("Hvor mye får jeg i barnetrygd?")
    phone.write(number_of(sms_server, "not_helped:barnetrygd"))
    phone.write(number_of(sms_server, "keep_words:no"))
    phone.write(number_of(sms_server, "tell_change:barnetrygd"))
    programme = StaffMember(sms_server, "programme")
    path = learning_about(sms_server, programme, "barnetrygd")
    programme.post(f"{path}/change", kind="entry", words="Skrevet om", topic="barnetrygd")
    programme.post(f"{path}/tell", text_nb="Nå står det hva du kan gjøre hvis du får nei.")
    assert "Nå står det hva du kan gjøre hvis du får nei." in phone.next()
    assert phone.quiet()
    assert "barnetrygd" in phone.write("1").casefold()
