"""Rights are read with their negation, and all of them."""

from __future__ import annotations

import pytest

from dsr_desk.core.requests import FoundKind, Right
from dsr_desk.intake.model import Passage, Voice
from dsr_desk.intake.rights import rights_in, rights_named
from dsr_desk.intake.text import read_text
from dsr_desk.intake.voices import LETTER

# The letter, the rights that it asks for in the order in which they are to be met, those that it declines.
LETTERS = [
    (
        "I do NOT want you to delete my photos. I only want a copy of the data you hold about me"
        " under GDPR Article 15, i.e. access. Please do not erase or remove anything before that.",
        "access",
        "erasure",
    ),
    ("I do NOT want you to\ndelete my photos, I only want\na copy of my data.", "access", "erasure"),
    ("Please delete nothing but the photos of my face.", "erasure", ""),
    ("Please delete nothing.", "", "erasure"),
    ("Nothing is to be deleted, send me a copy of my data.", "access", "erasure"),
    ("Delete everything and keep nothing.", "erasure", ""),
    ("Sie müssen nichts löschen.", "", "erasure"),
    ("Ich will nichts anderes als die Löschung meiner Fotos.", "erasure", ""),
    ("Löschen Sie alles, vergessen Sie nichts.", "erasure", ""),
    ("Von einer Löschung sehen Sie bitte ab.", "", "erasure"),
    ("U hoeft niets te verwijderen.", "", "erasure"),
    ("Ik wil niets anders dan verwijdering.", "erasure", ""),
    ("איני מבקשת למחוק.", "", "erasure"),
    ("Please opt me back in.", "", "opt-out"),
    ("I opted out last year; opt me in again.", "", "opt-out"),
    ("I want to withdraw my opt-out of the sale.", "", "opt-out"),
    ("Please opt me out of the sale of my data.", "opt-out", ""),
    ("Do not delete anything but my photos.", "erasure", ""),
    ("Do not, under any circumstances, delete my photos.", "", "erasure"),
    ("Do not delete my photos and send me a copy of my data.", "access", "erasure"),
    ("Do not delete my photos but send me a copy of all data.", "access", "erasure"),
    ("Please do not delete, erase or remove my photos.", "", "erasure"),
    ("Please don't forget to delete my photos.", "erasure", ""),
    ("You have not deleted my photos although I asked.", "erasure", ""),
    ("I do not consent to your use of my face and want you to delete my photos.", "erasure", ""),
    ("I do not want you to keep my photos; delete them.", "erasure", ""),
    ("If you do not delete my data I will complain.", "erasure", ""),
    ("I not only want a copy of my data but also its erasure.", "access+erasure", ""),
    ("This is not a request for erasure. I request access to all my personal data.", "access", "erasure"),
    ("I am asking for a copy of my data rather than deletion.", "access", "erasure"),
    ("No deletion please. I object to the use of my face.", "objection", "erasure"),
    ("Do not sell or share my personal information, and delete it.", "erasure+opt-out", ""),
    ("I enclose a copy of my ID. Delete my data.", "erasure", ""),
    ("I no longer have access to my account. Please delete it.", "erasure", ""),
    ("Ich möchte nicht, dass Sie meine Fotos löschen, sondern nur eine Kopie meiner Daten.", "access", "erasure"),
    ("Bitte löschen Sie meine Fotos nicht. Ich verlange Auskunft nach Art. 15 DSGVO.", "access", "erasure"),
    ("Löschen Sie bitte nichts, ich will nur Auskunft.", "access", "erasure"),
    ("Löschen Sie nichts außer meinen Fotos.", "erasure", ""),
    ("Ich bitte um Löschung, keine Auskunft.", "erasure", "access"),
    ("Sie haben meine Bilder noch nicht gelöscht.", "erasure", ""),
    ("Ich möchte, dass meine Daten nicht weiter verarbeitet werden, und bitte um Löschung.", "erasure", ""),
    ("Keine Löschung! Nur eine Kopie meiner Daten.", "access", "erasure"),
    ("Vergessen Sie nicht, meine Fotos zu löschen.", "erasure", ""),
    ("Ne supprimez pas mes photos, je veux seulement une copie de mes données.", "access", "erasure"),
    ("Je ne veux pas que vous supprimiez mes données.", "", "erasure"),
    ("Je demande l'effacement de mes photos.", "erasure", ""),
    ("Ne supprimez rien sauf mes photos.", "erasure", ""),
    ("No borren mis fotos, solo quiero una copia de mis datos.", "access", "erasure"),
    ("No quiero que supriman mis datos.", "", "erasure"),
    ("No soy cliente y solicito la supresión de mis datos.", "erasure", ""),
    ("Non cancellate le mie foto; voglio solo una copia dei miei dati.", "access", "erasure"),
    ("Chiedo la cancellazione dei miei dati ai sensi dell'art. 17 GDPR.", "erasure", ""),
    ("Não apaguem as minhas fotos, quero apenas uma cópia dos meus dados.", "access", "erasure"),
    ("Solicito a eliminação. Com base na LGPD, art. 18.", "erasure", ""),
    ("Verwijder mijn foto's niet, ik wil alleen een kopie van mijn gegevens.", "access", "erasure"),
    ("Ik wil niet dat u mijn gegevens verwijdert. Graag inzage.", "access", "erasure"),
    ("Proszę nie usuwać moich zdjęć, chcę tylko kopię moich danych.", "access", "erasure"),
    ("Nie chcę, żebyście usuwali moje zdjęcia.", "", "erasure"),
    ("Fotoğraflarımı silmeyin, sadece verilerimin bir kopyasını istiyorum.", "access", "erasure"),
    ("Fotoğraflarımın silinmesini talep ediyorum.", "erasure", ""),
    ("Не видаляйте мої фотографії, я хочу лише копію моїх даних.", "access", "erasure"),
    ("Прошу видалити мої фото.", "erasure", ""),
    ("私の写真を削除しないでください。データのコピーを請求します。", "access", "erasure"),
    ("私の写真と個人データの削除を請求します。", "erasure", ""),
    ("削除は希望しません。開示を請求します。", "access", "erasure"),
    ("أطلب حذف صوري.", "erasure", ""),
    ("Under Art. 18 of the LGPD I write.", "", ""),
    ("Under Art. 18 GDPR I write.", "restriction", ""),
    ("Article 17 requires it.", "", ""),
    ("Under articles 15 and 17 of the GDPR", "access+erasure", ""),
    ("Art. 15-22 DSGVO", "", ""),
    ("Under § 1798.105 CCPA", "erasure", ""),
    ("[ ] Access  [x] Deletion", "erasure", ""),
    ("☐ Auskunft ☒ Löschung", "erasure", ""),
    ("Request Type: Delete my personal information\nI am a: Customer", "erasure", ""),
    ("Request: Erase Personal Data\n\nhttps://aurora.example/wp-admin/erase-personal-data.php", "erasure", ""),
    ("I would like a copy of all photos that you hold.", "access", ""),
    ("Ich bitte um Auskunft über meine Bilder.", "access", ""),
    ("I object to the use of my face for training.", "objection", ""),
    ("Hiermit widerspreche ich der Verarbeitung.", "objection", ""),
    ("Please restrict the processing of my data.", "restriction", ""),
    ("Ich bitte, meinen Namen zu berichtigen.", "rectification", ""),
    ("I hereby withdraw my consent.", "withdrawal", ""),
    ("Do not sell my personal information.", "opt-out", ""),
    ("Żądam usunięcia zdjęć.", "erasure", ""),
    ("Yes, please delete everything. GDPR.", "erasure", ""),
    ("Hello, how are you?", "", ""),
    ("I want my photos not to be deleted but restricted.", "restriction", "erasure"),
    ("Neither delete nor restrict my data.", "", "erasure+restriction"),
    ("Please delete my photos, but do not delete my account.", "erasure", "erasure"),
]


def _rights(said: str) -> tuple[Right, ...]:
    return tuple(map(Right, said.split("+"))) if said else ()


@pytest.mark.parametrize(("text", "asked", "declined"), LETTERS)
def test_a_letter_asks_for_what_it_asks_for_and_declines_what_it_declines(text: str, asked: str, declined: str) -> None:
    read = rights_in([Passage(LETTER, text)])
    assert (read[0], read[1]) == (_rights(asked), _rights(declined))


def test_what_is_declined_is_said_and_never_the_right_of_the_request() -> None:
    intake = read_text("I do not want you to delete my photos. I want a copy of my data under the GDPR.")
    assert intake.request.right is Right.ACCESS
    assert intake.request.declined == (Right.ERASURE,)
    assert "note.intake.declined" in {one.code for one in intake.warnings}


def test_a_right_that_is_asked_for_here_and_declined_there_is_to_be_looked_at() -> None:
    intake = read_text("Please delete my photos, but do not delete my account.")
    assert intake.request.right is Right.ERASURE
    assert "note.intake.declined-too" in {one.code for one in intake.warnings}


def test_the_place_of_a_right_is_the_line_on_which_it_stands() -> None:
    (found,) = rights_in([Passage(LETTER, "Dear officer,\nI ask you\nto delete it.", Voice.WRITER, 3)])[2]
    assert (found.kind, str(found.where)) == (FoundKind.RIGHT, "letter, line 5: “delete”")


@pytest.mark.parametrize(
    ("cell", "rights"),
    [
        ("Data Deletion", (Right.ERASURE,)),
        ("Info Request", (Right.ACCESS,)),
        ("DELETE", (Right.ERASURE,)),
        ("Löschung", (Right.ERASURE,)),
        ("Do Not Sell", (Right.OPT_OUT,)),
        ("erasure, access", (Right.ACCESS, Right.ERASURE)),
        ("Access and deletion", (Right.ACCESS, Right.ERASURE)),
        ("Other", ()),
    ],
)
def test_a_cell_names_one_right_or_several(cell: str, rights: tuple[Right, ...]) -> None:
    assert rights_named(cell) == rights


def test_a_text_without_a_full_stop_is_read_as_well() -> None:
    asked, _, _ = rights_in([Passage(LETTER, "word " * 20_000 + "please delete my photos")])
    assert asked == (Right.ERASURE,)
