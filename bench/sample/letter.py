"""The sample subject's letter, in English and in German, as saved e-mails with two photos attached."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bench.sample.members import Member
from dsr_desk.app.sample import LETTER_SENT

OFFICE = "Larkfield Friends, data protection <privacy@example.com>"

_ENGLISH = """Dear data protection officer,

my name is {name}. I joined Larkfield Friends some years ago and put photos of myself there. A friend tells me
that such photos were used to train programs that recognise faces. I never agreed to that.

Under Article 17 GDPR I ask you to delete every photo of me and everything else that you hold about me, wherever
it lies. Please name the models that were made with it, what you will do about them, and show me that it is gone.

So that you can find me:
- my account number is {account}
- my user name is {user_name}; I had an older profile too, whose number I have forgotten
- I use the address {email} and the phone number {phone}

Two photos of me are attached. They are new ones; use them for this search only.

Kind regards,
{name}
"""

_GERMAN = """Sehr geehrte Damen und Herren,

mein Name ist {name}. Vor Jahren habe ich mich bei Larkfield Friends angemeldet und dort Bilder von mir
eingestellt. Nun höre ich, dass mit solchen Bildern Programme trainiert wurden, die Gesichter erkennen. Dem habe
ich nie zugestimmt.

Nach Art. 17 DSGVO bitte ich Sie, alle Bilder von mir und alles andere zu löschen, was Sie über mich gespeichert
haben. Bitte nennen Sie mir die Modelle, die damit entstanden sind, und zeigen Sie mir, dass nichts übrig ist.

Damit Sie mich finden:
- meine Kundennummer lautet {account}
- mein Benutzername ist {user_name}; die Nummer eines älteren Profils habe ich vergessen
- meine Adresse ist {email}, meine Telefonnummer {phone}

Zwei neue Fotos von mir liegen bei. Bitte benutzen Sie sie nur für diese Suche.

Mit freundlichen Grüßen
{name}
"""


def english_letter(sender: Member, photos: Sequence[bytes]) -> bytes:
    """The e-mail as it was saved."""
    return _letter(sender, photos, "Please delete the photos of me", _ENGLISH, "me")


def german_letter(sender: Member, photos: Sequence[bytes]) -> bytes:
    """The same request in German."""
    return _letter(sender, photos, "Bitte um Löschung meiner Bilder", _GERMAN, "ich")


def _letter(sender: Member, photos: Sequence[bytes], subject: str, text: str, stem: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = f'"{sender.name}" <{sender.email}>'
    message["To"] = OFFICE
    message["Subject"] = subject
    message["Date"] = format_datetime(LETTER_SENT)
    message["Message-ID"] = f"<request.{stem}.{sender.number}@example.org>"
    filled = text.format(
        name=sender.name,
        account=sender.account,
        user_name=sender.user_name,
        email=sender.email,
        phone=sender.phone,
    )
    message.set_content(filled, charset="utf-8", cte="quoted-printable")
    for number, photo in enumerate(photos, start=1):
        message.add_attachment(photo, maintype="image", subtype="jpeg", filename=f"{stem}-{number}.jpg")
    message.set_boundary(f"=_larkfield_{stem}")
    return message.as_bytes()
