"""The clock begins on the day on which a request first came in; a day that is not known is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from dsr_desk.core.requests import FoundKind
from dsr_desk.intake.dates import column_days, readings
from dsr_desk.intake.model import NO_HOUSE, House, Intake
from dsr_desk.intake.registry import parse

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
BERLIN = House(domains=("aurora.example",), zone="Europe/Berlin")


def days_ago(days: int, hour: int = 12) -> datetime:
    return TODAY.replace(hour=hour) - timedelta(days)


def mail(
    sent: datetime | None,
    *received: tuple[str, datetime],
    sender: str = "Mara Keller <mara@example.org>",
    to: str = "privacy@aurora.example",
    text: str = "Please delete my photos under the GDPR.",
    inside: EmailMessage | None = None,
) -> EmailMessage:
    made = EmailMessage()
    for host, moment in received:
        made["Received"] = f"from mail.example.org by {host} with ESMTPS; {format_datetime(moment)}"
    made["From"] = sender
    made["To"] = to
    if sent:
        made["Date"] = format_datetime(sent)
    made.set_content(text)
    if inside is not None:
        made.add_attachment(inside)
    return made


def read(message: EmailMessage, house: House = BERLIN) -> Intake:
    (intake,) = parse(message.as_bytes(), "letter.eml", house)
    return intake


def codes(intake: Intake) -> set[str]:
    return {one.code for one in intake.warnings}


def test_the_earliest_line_of_a_host_of_the_house_is_the_day_of_receipt() -> None:
    hosts = (
        ("store.aurora.example", days_ago(3)),
        ("mx.aurora.example", days_ago(5)),
        ("out.example.org", days_ago(9)),
    )
    intake = read(mail(days_ago(10), *hosts))
    assert intake.request.received == days_ago(5).date()


def test_the_day_is_the_houses_and_not_the_senders() -> None:
    late = datetime(TODAY.year, TODAY.month, 1, 23, 30, tzinfo=UTC) - timedelta(days=40)
    assert read(mail(late, ("mx.aurora.example", late))).request.received == (late + timedelta(days=1)).date()
    tokyo = House(domains=("aurora.example",), zone="America/Los_Angeles")
    assert read(mail(late, ("mx.aurora.example", late)), tokyo).request.received == late.date()


def test_a_host_of_the_house_has_its_own_clock_where_no_zone_is_known() -> None:
    moment = datetime.fromisoformat(f"{days_ago(20).date()}T00:15:00+01:00")
    assert read(mail(moment, ("mx.aurora.example", moment)), NO_HOUSE).request.received == moment.date()


def test_forwards_inside_the_house_do_not_move_the_clock() -> None:
    first = mail(days_ago(30), ("mx.aurora.example", days_ago(30)))
    second = mail(
        days_ago(20),
        ("mx.aurora.example", days_ago(20)),
        sender="support@aurora.example",
        text="See below.",
        inside=first,
    )
    third = mail(
        days_ago(2), ("mx.aurora.example", days_ago(2)), sender="legal@aurora.example", text="Please.", inside=second
    )
    for house in (BERLIN, NO_HOUSE):
        intake = read(third, house)
        assert intake.request.received == days_ago(30).date()
        assert "note.intake.came-first" in codes(intake)
    shown = {one.value for one in intake.request.found if one.kind is FoundKind.RECEIVED}
    assert {days_ago(days).date().isoformat() for days in (30, 20, 2)} <= shown


@pytest.mark.parametrize(
    "block",
    [
        "---------- Forwarded message ---------\nFrom: Mara Keller <mara@example.org>\nDate: {day:%d %B %Y}\n"
        "Subject: my photos\nTo: <hello@aurora.example>\n\n",
        "Von: Mara Keller <mara@example.org>\nGesendet: {day:%d.%m.%Y} 09:12\nAn: hello@aurora.example\n\n",
    ],
)
def test_a_message_in_the_text_of_a_colleagues_counts_as_well(block: str) -> None:
    day = days_ago(30)
    text = "Can you take this?\n\n" + block.format(day=day) + "Please delete my photos under the GDPR.\n"
    outer = mail(days_ago(3), ("mx.aurora.example", days_ago(3)), sender="support@aurora.example", text=text)
    intake = read(outer)
    assert intake.request.received == day.date()
    assert "note.intake.came-first" in codes(intake)


def test_the_day_of_sending_alone_is_proposed_and_said_to_be_one() -> None:
    intake = read(mail(days_ago(7)))
    assert intake.request.received == days_ago(7).date()
    assert "note.intake.only-sent" in codes(intake)
    assert FoundKind.SENT in {one.kind for one in intake.request.found}


@pytest.mark.parametrize(("days", "code"), [(-400, "note.intake.day-ahead"), (20_000, "note.intake.day-old")])
def test_a_day_in_the_future_or_long_ago_is_not_believed(days: int, code: str) -> None:
    intake = read(mail(days_ago(days)))
    assert intake.request.received is None
    assert {code, "note.intake.no-day"} <= codes(intake)


def test_a_mail_without_any_day_is_asked_about_and_not_from_today() -> None:
    intake = read(mail(None))
    assert intake.request.received is None
    assert "note.intake.no-day" in codes(intake)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3 November 2026", [(2026, 11, 3)]),
        ("Nov 3, 2026", [(2026, 11, 3)]),
        ("3. November 2026", [(2026, 11, 3)]),
        ("3 novembre 2026", [(2026, 11, 3)]),
        ("3 de noviembre de 2026", [(2026, 11, 3)]),
        ("3 listopada 2026", [(2026, 11, 3)]),
        ("3 листопада 2026", [(2026, 11, 3)]),
        ("3 Kasım 2026", [(2026, 11, 3)]),
        ("2026年11月3日", [(2026, 11, 3)]),
        ("03.11.2026", [(2026, 11, 3)]),
        ("03/11/2026", [(2026, 11, 3), (2026, 3, 11)]),
        ("13/11/2026", [(2026, 11, 13)]),
        ("2026-11-03", [(2026, 11, 3)]),
        ("31/02/2026", []),
        ("no day", []),
    ],
)
def test_a_written_day_is_read_with_all_that_it_can_mean(text: str, days: list[tuple[int, int, int]]) -> None:
    assert readings(text) == tuple(date(*day) for day in days)


@pytest.mark.parametrize(
    ("cells", "beside", "days"),
    [
        (["11/03/2026", "11/13/2026"], [], ["2026-11-03", "2026-11-13"]),
        (["03/11/2026", "13/11/2026"], [], ["2026-11-03", "2026-11-13"]),
        (["03/11/2026"], [], [None]),
        (["11/03/2026"], ["11/03/2026", "12/18/2026"], ["2026-11-03"]),
        (["Nov 3, 2026", "", "2026-11-04"], [], ["2026-11-03", None, "2026-11-04"]),
    ],
)
def test_a_column_tells_whether_the_month_stands_first(
    cells: list[str], beside: list[str], days: list[str | None]
) -> None:
    assert [day and day.isoformat() for day in column_days(cells, beside)] == days
