"""Who speaks in a letter, and whose the identifiers in it are: nothing of anybody else is proposed for a search."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.message import message as says
from dsr_desk.core.requests import FoundKind, Whose
from dsr_desk.intake.model import NO_HOUSE, House, Intake, Voice
from dsr_desk.intake.registry import parse
from dsr_desk.intake.text import read_text
from dsr_desk.intake.voices import LETTER, voiced

NORA = "Nora Whitfield <nora@example.com>"
HOUSE = House(domains=("aurora.example",), people=("Vera Amt",), phones=("+49 30 23125 099",))


def mail(body: str, sender: str = NORA, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = sender
    made["To"] = "privacy@aurora.example"
    made["Date"] = "Tue, 03 Nov 2026 10:00:00 +0000"
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made


def read(letter: EmailMessage | str, house: House = NO_HOUSE) -> Intake:
    if isinstance(letter, str):
        return read_text(letter, house=house)
    (intake,) = parse(letter.as_bytes(), "letter.eml", house)
    return intake


def of(intake: Intake, whose: Whose) -> set[str]:
    kinds = (FoundKind.NAME, FoundKind.EMAIL, FoundKind.PHONE, FoundKind.USER_NAME, FoundKind.ACCOUNT_ID,
             FoundKind.DATE_OF_BIRTH, FoundKind.ADDRESS)  # fmt: skip
    return {one.value for one in intake.request.found if one.whose is whose and one.kind in kinds}


ATTRIBUTIONS = (
    "On Mon, Nov 2, 2026 at 9:12 AM Aurora Helpdesk <help@aurora.example>\nwrote:",
    "Am 02.11.26 um 09:12 schrieb Aurora Helpdesk:",
    "Le lun. 2 nov. 2026 à 09:12, Aurora <help@aurora.example> a écrit :",
    "El lun, 2 nov 2026 a las 9:12, Aurora (<help@aurora.example>) escribió:",
    "Il giorno lun 2 nov 2026 alle ore 09:12 Aurora <help@aurora.example> ha scritto:",
    "Em seg., 2 de nov. de 2026 às 09:12, Aurora <help@aurora.example> escreveu:",
    "Op ma 2 nov 2026 om 09:12 schreef Aurora <help@aurora.example>:",
    "W dniu 2.11.2026 o 09:12, Aurora pisze:",
    "2 Kas 2026 Pzt 09:12 tarihinde Aurora <help@aurora.example> şunu yazdı:",
    "пн, 2 лист. 2026 р. о 09:12 Aurora <help@aurora.example> пише:",
    "2026年11月2日(月) 9:12 Aurora Helpdesk <help@aurora.example>:",
    "-----Original Message-----\nFrom: Aurora <help@aurora.example>\nSent: Monday, 2 November 2026\nSubject: Re: x",
    "________________________________\nVon: Aurora <help@aurora.example>\nGesendet: 2.11.2026\nAn: Nora\nBetreff: x",
    "De : Aurora <help@aurora.example>\nEnvoyé : lundi 2 novembre 2026\nÀ : Nora\nObjet : x",
    "Kimden: Aurora <help@aurora.example>\nGönderildi: 2 Kasım 2026\nKime: Nora\nKonu: x",
    "差出人: Aurora <help@aurora.example>\n送信日時: 2026年11月2日\n宛先: Nora\n件名: x",
)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_what_the_house_wrote_is_not_the_persons(attribution: str, mark: str) -> None:
    answer = (
        "Dear Nora, our officer is Tobias Brandt.\nPhone: +49 30 23125 099\ndpo@aurora.example\nKind regards\nIda Roth"
    )
    quoted = "\n".join(mark + line for line in answer.split("\n"))
    intake = read(mail(f"Please delete my photos. Username: nora_w92\n\n{attribution}\n\n{quoted}\n"))
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com", "nora_w92"}
    assert "+49 30 23125 099" in of(intake, Whose.HOUSE) | of(intake, Whose.OTHER)


def test_the_persons_own_earlier_letter_is_hers() -> None:
    body = "A reminder.\n\nOn Mon, Oct 5, 2026 at 9:12 AM Nora <nora@example.com> wrote:\n> User name: nora_w92\n"
    assert "nora_w92" in of(read(mail(body)), Whose.SUBJECT)


def test_what_she_writes_below_a_quoted_answer_is_hers() -> None:
    body = "On Mon, 2 Nov 2026 Aurora <help@aurora.example> wrote:\n> Which account?\n\nUser name: nora_w92\n"
    assert "nora_w92" in of(read(mail(body)), Whose.SUBJECT)


def test_a_sentence_that_speaks_of_a_letter_quotes_nothing() -> None:
    text = "You wrote to me on 3 November 2026 from dpo@aurora.example:\nno answer. User name: nora_w92"
    assert [one.voice for one in voiced(LETTER, text)] == [Voice.WRITER]


FORWARDS = (
    "---------- Forwarded message ---------\nFrom: {who}\nDate: 1 Nov 2026\nSubject: x\nTo: kontakt@aurora.example\n\n",
    "Begin forwarded message:\n\nFrom: {who}\nSubject: x\nDate: 1 November 2026\nTo: kontakt@aurora.example\n\n",
    "------ Weitergeleitete Nachricht ------\nBetreff: x\nDatum: 1.11.2026\nVon: {who}\nAn: kontakt@aurora.example\n\n",
    "________________________________\nFrom: {who}\nSent: 1 November 2026\nTo: kontakt@aurora.example\nSubject: x\n\n",
)


@pytest.mark.parametrize("forward", FORWARDS)
def test_of_what_a_colleague_passes_on_the_sender_from_outside_is_the_person(forward: str) -> None:
    body = (
        "Can you take it?\n\nBest\nInes Holt\n+49 30 23125 077\n\n" + forward.format(who=NORA) + "My login is nora_w92."
    )
    intake = read(mail(body, "Ines Holt <ines.holt@aurora.example>", Subject="Fwd: x"))
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com", "nora_w92"}
    assert {"Ines Holt", "+49 30 23125 077", "kontakt@aurora.example"} <= of(intake, Whose.HOUSE)
    assert says("note.mail.passed-on") in intake.warnings


def test_a_pasted_forward_is_the_request_of_its_sender() -> None:
    intake = read("FYI\nInes Holt\n\n" + FORWARDS[0].format(who=NORA) + "My login is nora_w92.")
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com", "nora_w92"}


def test_a_chain_of_attached_forwards_leads_to_its_first_sender() -> None:
    inner = mail("User name: nora_w92", To="kontakt@aurora.example")
    middle = mail("Yours? Regards, Peter Sommer +49 30 23125 077", "support@aurora.example", To="legal@aurora.example")
    middle.add_attachment(inner)
    outer = mail("See below.\nBest\nInes Holt", "Legal <legal@aurora.example>")
    outer.add_attachment(middle)
    intake = read(outer)
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com", "nora_w92"}


def test_what_she_attaches_of_others_is_not_hers() -> None:
    outer = mail("See the attached letter of a friend. User name: nora_w92")
    outer.add_attachment(mail("My user name is foe_1", "Friend Foe <foe@example.org>"))
    assert of(read(outer), Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com", "nora_w92"}


FORM = "First Name: Grace\nLast Name: Adeyemi\nEmail: grace@example.com\nUsername: gracea\n\n--\nSent by Formidable\n"


@pytest.mark.parametrize(
    "sender",
    ["Aurora Website <no-reply@aurora.example>", "WordPress <wordpress@aurora.example>",
     "Grace Adeyemi (Support) <support@aurora.zendesk.com>", "jira@aurora.atlassian.net"],
)  # fmt: skip
def test_of_what_a_program_of_the_house_sends_the_person_is_in_the_text(sender: str) -> None:
    intake = read(mail(FORM, sender))
    assert of(intake, Whose.SUBJECT) == {"Grace Adeyemi", "grace@example.com", "gracea"}
    assert says("note.mail.form") in intake.warnings


def test_a_colleague_who_writes_down_a_call_is_not_the_person() -> None:
    body = "A customer called: Marta Kowalska, marta.k@example.com.\n\nBest\nInes Holt\n+49 30 23125 077"
    intake = read(mail(body, "Ines Holt <ines.holt@aurora.example>"))
    assert of(intake, Whose.SUBJECT) == {"Marta Kowalska", "marta.k@example.com"}


def test_an_employee_who_asks_for_herself_is_the_person() -> None:
    intake = read(mail("My name is Max Muster. Please delete my photos.", "Max Muster <max@aurora.example>"))
    assert of(intake, Whose.SUBJECT) == {"Max Muster", "max@aurora.example"}


def test_a_list_of_the_house_shows_who_wrote_to_it() -> None:
    letter = mail("Delete it.", "'Nora Whitfield' via Privacy <privacy@aurora.example>", Reply_To=NORA)
    assert of(read(letter), Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com"}


LAWYERS = (
    "I write on behalf of my client, Ms Ottilie Brandauer, born 4 May 1988. Her e-mail is ottilie@example.net, her "
    "username is otti88.\n\nYours faithfully\nLaura Stein\nStein & Partners LLP\n+44 20 7946 0018\n",
    "hiermit zeigen wir an, dass wir Frau Ottilie Brandauer vertreten, namens und in Vollmacht unserer Mandantin. "
    "Geburtsdatum: 4. Mai 1988\nE-Mail der Mandantin: ottilie@example.net\nBenutzername: otti88\n\n"
    "Mit freundlichen Grüßen\nLaura Stein\nRechtsanwältin\nTel. 030 23125 010\n",
    "J'agis au nom de ma cliente, Mme Ottilie Brandauer, née le 4 mai 1988. Son adresse e-mail est "
    "ottilie@example.net, son identifiant est otti88.\n\nCordialement\nLaura Stein\nAvocate\n06 12 34 56 78\n",
)


def test_a_japanese_representative_acts_for_another() -> None:
    body = (
        "私は依頼人である田中一郎の代理人、鈴木健太です。写真の削除を請求します。\n依頼人の生年月日：1980年4月1日\n"
        "依頼人のメールアドレス：ichiro@example.com\n"
    )
    intake = read(mail(body, "鈴木健太 <suzuki@law.example>"))
    assert of(intake, Whose.SUBJECT) == {"田中一郎", "1980-04-01", "ichiro@example.com"}


def test_the_letterhead_of_who_acts_is_not_the_clients() -> None:
    body = (
        "Studio Legale Bianchi & Associati\nCorso Italia 5, 20122 Milano\nbianchi@law.example, tel. 02 5555 0101\n\n"
        "In nome e per conto del mio assistito, sig. Marco Esposito, nato il 30 agosto 1982, chiedo la cancellazione.\n"
        "E-mail: m.esposito@example.com\n\nAvv. Paola Bianchi\n"
    )
    assert of(read(body), Whose.SUBJECT) == {"Marco Esposito", "1982-08-30", "m.esposito@example.com"}


@pytest.mark.parametrize(
    "body",
    [
        "I write for my son Leo Keller.\nUser name: leok\n\nMy e-mail: jonas@example.org\nMy name: Jonas Keller\n",
        "Ich schreibe für meinen Sohn Leo Keller.\nBenutzername: leok\n\nMeine E-Mail: jonas@example.org\n",
    ],
)
def test_what_a_parent_calls_hers_is_not_the_childs(body: str) -> None:
    assert of(read(body), Whose.SUBJECT) == {"Leo Keller", "leok"}


@pytest.mark.parametrize("joint", [" of ", ", "])
def test_the_address_behind_a_clients_name_is_the_clients(joint: str) -> None:
    body = f"We act for Mr Samuel Reid{joint}27 Park Road, Bristol BS1 5TR (born 14 June 1978). Delete his photos.\n"
    found = of(read(mail(body, "Harriet Cole <h.cole@law.example>")), Whose.SUBJECT)
    assert found == {"Samuel Reid", "27 Park Road, Bristol BS1 5TR", "1978-06-14"}


def test_an_heir_is_not_the_person_who_died() -> None:
    body = "My late father, Harold Finch, died in May. His email was harold@example.co.uk. Please erase his photos.\n"
    intake = read(mail(f"{body}\nSusan Finch\n", "Susan Finch <susan@example.co.uk>"))
    assert "Harold Finch" in of(intake, Whose.SUBJECT)
    assert not of(intake, Whose.SUBJECT) & {"Susan Finch", "susan@example.co.uk"}


def test_a_day_of_birth_behind_a_childs_name_is_no_address() -> None:
    body = "I am the mother of Ava Ortiz (born 09/24/2013). We live at 88 Elm Street, Sacramento, CA 95814.\n"
    found = of(read(mail(body, "Megan Ortiz <megan@example.com>")), Whose.SUBJECT)
    assert found == {"Ava Ortiz", "2013-09-24", "88 Elm Street, Sacramento, CA 95814"}


def test_who_wrote_what_a_ticket_holds_is_the_person_though_two_headers_are_all() -> None:
    body = (
        "Neues Ticket von help@aurora.example\nBearbeiter: Frank Meier, Durchwahl +49 30 23125 300\n\n"
        "Von: Sabine Krüger <sabine@example.de>\nDatum: 04.11.2026 07:55\n\nGuten Tag,\nich verlange die Löschung. "
        "Benutzername sabkrue, Kundennummer 99812, mobil 0151 23456789.\nViele Grüße\nSabine Krüger\n"
    )
    found = of(read(mail(body, "Helpdesk <help@aurora.example>"), HOUSE), Whose.SUBJECT)
    assert found == {"Sabine Krüger", "sabine@example.de", "sabkrue", "99812", "0151 23456789"}


def test_labels_of_a_client_are_the_clients() -> None:
    body = (
        "Kanzlei Stein\n\nSehr geehrte Damen und Herren,\n\nnamens unserer Mandantin, Frau Petra Neumann, wohnhaft "
        "Ahornweg 3, 04109 Leipzig, verlangen wir die Löschung. Benutzername unserer Mandantin: pneumann79\n\n"
        "Mit freundlichen Grüßen\nDr. Martin Brandt\nRechtsanwalt\n"
    )
    assert of(read(body), Whose.SUBJECT) == {"Petra Neumann", "Ahornweg 3, 04109 Leipzig", "pneumann79"}


@pytest.mark.parametrize("body", LAWYERS)
def test_who_acts_for_another_is_not_searched_for_and_asked_for_the_authority(body: str) -> None:
    intake = read(mail(body, "Laura Stein <stein@law.example>"))
    assert of(intake, Whose.SUBJECT) == {"Ottilie Brandauer", "ottilie@example.net", "otti88", "1988-05-04"}
    assert {"Laura Stein", "stein@law.example"} <= of(intake, Whose.AGENT)
    assert says("note.intake.acting") in intake.warnings


def test_a_parent_acts_for_a_child() -> None:
    body = "My name is Jonas Keller, I write for my son Leo Keller, born 3 May 2015. Call me on +49 151 23456789.\n"
    intake = read(mail(body, "Jonas Keller <jonas@example.org>"))
    assert of(intake, Whose.SUBJECT) == {"Leo Keller", "2015-05-03"}


@pytest.mark.parametrize(
    "text", ["I write on my own behalf.", "My client number is 4711.", "Ich handle im eigenen Namen."]
)
def test_who_speaks_for_herself_acts_for_nobody(text: str) -> None:
    assert says("note.intake.acting") not in read(mail(text)).warnings


def test_what_is_said_of_a_third_person_is_not_hers() -> None:
    body = "My friend Tom Baker (tom@example.org), born 3 May 1990, is too. His username is tommy_b."
    assert of(read(mail(body)), Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com"}


def test_a_name_alone_at_the_end_signs_a_letter() -> None:
    text = "Please delete me, my account is bob77.\nBob Stone\nbob@example.org\n"
    assert of(read(text), Whose.SUBJECT) == {"Bob Stone", "bob77", "bob@example.org"}


def test_a_street_after_an_article_is_an_address() -> None:
    text = "Ich heiße Bob Stein und wohne in der Ringstr. 9, 10115 Berlin. Bitte löschen Sie meine Bilder."
    assert read(text).request.identifiers.addresses == ("Ringstr. 9, 10115 Berlin",)


def test_an_account_may_be_a_name_or_a_number() -> None:
    assert read("My account was emily_c14.").request.identifiers.user_names == ("emily_c14",)
    assert read("My account is 4711-22.").request.identifiers.account_ids == ("4711-22",)


def test_a_help_desk_names_the_writer_above_what_he_wrote() -> None:
    body = "Tom Baker, Nov 4, 2026, 10:58 GMT+1\n\nHi, please delete all. My login is tbaker88.\nThanks, Tom\n"
    assert of(read(mail(body, "Support <support@aurora.example>")), Whose.SUBJECT) == {"Tom Baker", "tbaker88"}


def test_answers_below_questions_are_read() -> None:
    body = "What's your full name?\nGrace Adeyemi\n\nWhat is your email address?\ngrace@example.com\n"
    sent = mail(body, "Typeform <notifications@followups.typeform.com>")
    assert of(read(sent), Whose.SUBJECT) == {"Grace Adeyemi", "grace@example.com"}


CUES = (
    ("I wrote to you from nora.old@example.net in May.", Whose.SUBJECT),
    ("You wrote to me from nora.old@example.net.", Whose.OTHER),
    ("I sent it to nora.old@example.net.", Whose.OTHER),
    ("My lawyer has the address nora.old@example.net.", Whose.OTHER),
    ("You can reach me at nora.old@example.net.", Whose.SUBJECT),
    ("Sie erreichen mich unter nora.old@example.net.", Whose.SUBJECT),
    ("Ich habe mich gewandt an nora.old@example.net.", Whose.OTHER),
    ("See https://x.example/?mail=nora.old@example.net", None),
)


@pytest.mark.parametrize(("text", "whose"), CUES)
def test_the_words_before_an_address_say_whose_it_is(text: str, whose: Whose | None) -> None:
    found = [one.whose for one in read(mail(text)).request.found if one.value == "nora.old@example.net"]
    assert set(found) == ({whose} if whose else set())


def test_an_address_of_which_nothing_is_said_is_another_s() -> None:
    assert of(read(mail("Delete it. tim@work.example")), Whose.OTHER) == {"tim@work.example"}


def test_what_the_vault_knows_as_its_own_is_the_houses() -> None:
    body = "Hello Mr Brandt, Name: Vera Amt\nPhone: +49 30 23125 099\nE-mail: vera@mail.aurora.example\n"
    assert of(read(mail(body), HOUSE), Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com"}


def test_the_office_in_a_private_signature_is_not_hers() -> None:
    body = "Delete it.\n\nKind regards\nNora Whitfield\nData Analyst\nFooBar Ltd\n+44 20 7946 0018\n"
    intake = read(mail(body))
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "nora@example.com"}
    assert "+44 20 7946 0018" in of(intake, Whose.OTHER)


def test_the_addressee_above_a_letter_is_the_house() -> None:
    text = (
        "Nora Whitfield\n12 Kiln Lane\nLeeds LS1 4AB\n\nAurora Imaging Ltd\n7 Quay Street\nDublin D02 X285\n\n"
        "Dear Mr Brandt,\n\nplease delete my photos.\n\nYours\nNora Whitfield\n"
    )
    intake = read(text)
    assert of(intake, Whose.SUBJECT) == {"Nora Whitfield", "12 Kiln Lane, Leeds LS1 4AB"}


def test_an_answer_address_of_somebody_else_is_not_hers() -> None:
    assert of(read(mail("Delete it.", Reply_To="stalker@evil.example")), Whose.OTHER) == {"stalker@evil.example"}


@pytest.mark.parametrize(
    ("sender", "name"),
    [('"Okafor, Daniel" <d@example.com>', "Daniel Okafor"), ('"Nora Whitfield, PhD" <n@example.com>', "Nora Whitfield"),
     ("Ms Nora Whitfield (Leeds) <n@example.com>", "Nora Whitfield"), ('"山田 太郎" <y@example.com>', "山田 太郎")],
)  # fmt: skip
def test_the_name_of_a_sender_is_read_in_the_order_in_which_it_is_said(sender: str, name: str) -> None:
    assert read(mail("Delete it.", sender)).request.identifiers.names == (name,)


def test_a_first_name_alone_gives_way_to_the_whole_name() -> None:
    assert read(mail("My name is Nora Whitfield.", "Nora <nora@example.com>")).request.identifiers.names == (
        "Nora Whitfield",
    )


def test_a_day_of_birth_that_may_be_two_is_kept_as_written_and_asked() -> None:
    intake = read("My name is Nora Whitfield.\nDOB: 03/04/1992")
    assert intake.request.identifiers.dates_of_birth == ("03/04/1992",)
    assert says("note.intake.two-days", value="03/04/1992", days=("1992-04-03", "1992-03-04")) in intake.warnings


@given(st.text(alphabet="> \nOnwrote:<@x.y>From2026-_Fwd", max_size=200))
def test_the_passages_of_a_text_are_the_whole_text(text: str) -> None:
    assert "\n".join(one.text for one in voiced(LETTER, text)) == text


@pytest.mark.parametrize(
    "text",
    ["> " * 3_000 + "x", "On Mon, Nov 2, 2026 at 9:12 AM Ann <ann@example.org> wrote:\n" * 500 + "delete it"],
    ids=["levels of quotes", "answers to answers"],
)
def test_quotes_as_deep_as_nobody_writes_are_read_and_nobodys(text: str) -> None:
    read = voiced(LETTER, text)
    assert "".join(one.text for one in read).replace("\n", "") == text.replace("\n", "")
    assert read[-1].voice is Voice.OTHER


def test_a_name_beside_what_reaches_her_signs_the_letter() -> None:
    letter = b"Please delete my photos under the GDPR.\n\nIda Hart | ida.hart@example.org | +44 7700 900555\n"
    (one,) = parse(letter, "letter.txt")
    assert one.request.identifiers.names == ("Ida Hart",)
    assert one.request.identifiers.emails == ("ida.hart@example.org",)


@pytest.mark.parametrize(
    "added",
    [
        "_" * 47 + "\nTo leave, write to leave@lists.example or call +1 212 555 0199",
        "This e-mail is confidential. Tell security@work.example or +1 212 555 0199 if you are not meant.",
        "Diese E-Mail ist vertraulich. Melden Sie Irrtümer an security@work.example, +1 212 555 0199.",
    ],
)
def test_what_lists_and_offices_add_below_a_letter_is_nobodys(added: str) -> None:
    letter = f"From: Jane Roe <jane@example.org>\n\nPlease delete my photos (GDPR).\n\nJane Roe\n\n{added}\n"
    (one,) = parse(letter.encode(), "letter.eml")
    assert one.request.identifiers.emails == ("jane@example.org",)
    assert one.request.identifiers.phones == ()


@pytest.mark.parametrize(
    ("letter", "hers", "name"),
    [
        (
            "Mein verstorbener Vater Karl Otto hatte ein Konto. Bitte löschen Sie alle Fotos von ihm nach DSGVO. "
            "Seine E-Mail-Adresse war karl@example.de. Sie erreichen mich unter mia@example.org.\n\nMia Otto\n",
            "karl@example.de",
            "Karl Otto",
        ),
        (
            "Je suis la mère de Théo Morel. Je demande l'effacement des photos de mon fils (RGPD). "
            "Son courriel est theo@example.fr.\n\nJulie Morel\n",
            "theo@example.fr",
            "Théo Morel",
        ),
        (
            "We act for Mr Owen Blake and request erasure of his photographs under the GDPR. "
            "His email was owen@example.com.\n\nCarla Reed\nReed Law LLP\n",
            "owen@example.com",
            "Owen Blake",
        ),
    ],
    ids=["heir", "parent", "lawyer"],
)
def test_what_was_anothers_is_his_and_not_that_of_whoever_writes_for_him(letter: str, hers: str, name: str) -> None:
    (one,) = parse(letter.encode(), "letter.txt")
    assert one.request.identifiers.emails == (hers,)
    assert one.request.identifiers.names == (name,)
