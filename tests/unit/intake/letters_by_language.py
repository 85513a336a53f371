"""Letters in the words of eleven languages, three ways of writing each; what identifies the person is filled in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Invented. `born` is the day in ISO form, `spoken` and `short` as the language writes it."""

    name: str
    email: str
    phone: str
    user: str
    account: str
    born: str
    spoken: str
    short: str
    address: str


PEOPLE = {
    "en": Person("Harriet Marlowe", "harriet.marlowe@example.com", "+44 7700 900456", "hmarlowe7", "AC-20931",
                 "1987-11-23", "23 November 1987", "23/11/1987", "7 Orchard Road, Bristol BS6 5QA"),
    "de": Person("Annegret Süßkind", "a.suesskind@example.org", "0151 23456789", "annisu", "88-4120", "1979-03-30",
                 "30. März 1979", "30.03.1979", "Lindenweg 14, 50674 Köln"),
    "fr": Person("Mathilde Garnier", "mathilde.g@example.org", "06 12 34 56 78", "matou_75", "CL-7741", "1995-02-16",
                 "16 février 1995", "16/02/1995", "24 avenue Jean Jaurès, 69007 Lyon"),
    "es": Person("Andrés Quintana Ruiz", "andres.quintana@example.net", "698 123 456", "aquintana", "ES-44120",
                 "1982-08-09", "9 de agosto de 1982", "09/08/1982", "Avenida de la Paz 12, 41004 Sevilla"),
    "it": Person("Ginevra Colombo", "ginevra.colombo@example.net", "347 123 4567", "gincol", "IT-9910", "1991-06-05",
                 "5 giugno 1991", "05/06/1991", "Via Garibaldi 21, 10122 Torino"),
    "pt": Person("Beatriz Carvalho", "bia.carvalho@example.com", "912 345 678", "biacarv", "PT-3307", "1998-12-01",
                 "1 de dezembro de 1998", "01/12/1998", "Rua das Flores 45, 4050-262 Porto"),
    "nl": Person("Sanne de Vries", "sanne.devries@example.nl", "06 12345678", "sannedv", "NL-5521", "1990-05-17",
                 "17 mei 1990", "17-05-1990", "Kerkstraat 8, 1017 GL Amsterdam"),
    "pl": Person("Katarzyna Wójcik", "k.wojcik@example.org", "+48 601 234 567", "kasiaw", "KL-8830", "1986-10-21",
                 "21 października 1986", "21.10.1986", "ul. Polna 17/3, 31-002 Kraków"),
    "tr": Person("Elif Yıldırım", "elif.yildirim@example.com", "0532 123 45 67", "elifyil", "TR-66120", "1993-09-14",
                 "14 Eylül 1993", "14.09.1993", "Bağdat Caddesi No: 112, 34710 Kadıköy İstanbul"),
    "uk": Person("Тарас Бондаренко", "taras.b@example.net", "+380 50 123 45 67", "tarasb", "UA-4471", "1984-07-08",
                 "8 липня 1984", "08.07.1984", "вул. Шевченка 15, кв. 4, Львів 79000"),
    "ja": Person("佐藤花子", "hanako.sato@example.com", "080-9876-5432", "hana_s", "JP-20815", "1992-11-03",
                 "1992年11月3日", "1992/11/03", "大阪府大阪市北区梅田3-1-3"),
}  # fmt: skip

LETTERS = {
    "en": (
        "Dear Data Protection Officer,\n\nI, {name}, of {address}, hereby ask you to erase every picture of me.\n"
        "My date of birth is {spoken}. I am registered with {email} under the username {user} "
        "(customer no. {account}). You can call me on {phone}. I live at {address}.\n\nYours sincerely,\n\n{name}\n",
        "Hello there,\nplease remove my photos.\n\nFull name: {name}\nE-mail address: {email}\nMobile: {phone}\n"
        "User name: {user}\nMember ID: {account}\nBorn: {spoken}\nPostal address: {address}\n\nThanks a lot\n{name}\n",
        "{name}\n{address}\n\nAurora Imaging Ltd\n12 Harbour Street\nDublin D02 X285\n\nDear Sir or Madam,\n\n"
        "this is {name}, born on {spoken}. I wrote to you from {email} last week. My login is {user}, my account "
        "number is {account}, my phone is {phone}.\n\nKind regards\n{name}\n",
    ),
    "de": (
        "Guten Tag,\n\nich heiße {name}, geboren am {spoken}, wohnhaft in {address}. Bitte löschen Sie alle Bilder "
        "von mir. Registriert bin ich mit {email}, mein Benutzername lautet {user}, meine Kundennummer ist {account}. "
        "Sie erreichen mich unter {phone}.\n\nViele Grüße\n{name}\n",
        "Sehr geehrte Frau Albrecht,\n\nich bitte um Löschung meiner Daten.\n\nName: {name}\nGeburtsdatum: {short}\n"
        "E-Mail-Adresse: {email}\nHandynummer: {phone}\nNutzername: {user}\nKonto-Nr.: {account}\n"
        "Adresse: {address}\n\nHochachtungsvoll\n{name}\n",
        "{name}\n{address}\n\nAurora Bild GmbH\nDatenschutz\nHafenstraße 3\n20457 Hamburg\n\n"
        "Sehr geehrte Damen und Herren,\n\nhiermit verlange ich, {name} (geb. {short}), die Löschung. "
        "Mein Login: {user}; Mitgliedsnummer: {account}; Tel.: {phone}; Mail: {email}.\n\n"
        "Mit freundlichen Grüßen\n\n{name}\n",
    ),
    "fr": (
        "Bonjour,\n\nje soussignée {name}, née le {spoken}, demeurant au {address}, vous demande de supprimer mes "
        "photos. Mon adresse e-mail est {email}, mon identifiant est {user} et mon numéro de client est {account}. "
        "Vous pouvez me joindre au {phone}.\n\nBien cordialement,\n{name}\n",
        "Madame, Monsieur,\n\nmerci d'effacer mes données.\n\nNom et prénom : {name}\nDate de naissance : {short}\n"
        "Courriel : {email}\nTél. : {phone}\nPseudo : {user}\nN° de compte : {account}\nAdresse postale : {address}\n\n"
        "Cordialement\n{name}\n",
        "{name}\n{address}\n\nAurora Images SARL\n5 quai de la Fosse\n44000 Nantes\n\nMadame,\n\n"
        "mon nom est {name} et je suis née à Dijon le {spoken}. Mon compte (nom d'utilisateur : {user}, numéro "
        "client : {account}) est lié à mon courriel {email} et à mon portable {phone}.\n\n"
        "Salutations distinguées\n{name}\n",
    ),
    "es": (
        "Buenos días:\n\nSoy {name}, nacido el {spoken}, con domicilio en {address}. Les pido que borren todas mis "
        "fotos. Mi correo es {email}, mi usuario es {user} y mi número de cliente es {account}. Mi teléfono es "
        "{phone}.\n\nUn saludo,\n{name}\n",
        "Muy señores míos:\n\nsolicito la eliminación de mis datos.\n\nNombre y apellidos: {name}\n"
        "Fecha de nacimiento: {short}\nE-mail: {email}\nMóvil: {phone}\nUsuario: {user}\nN.º de socio: {account}\n"
        "Domicilio: {address}\n\nReciban un cordial saludo\n{name}\n",
        "Estimada Sra. Campos:\n\nyo, {name}, quiero que supriman mis imágenes. Nací el {spoken} y vivo en {address}. "
        "Les escribí desde {email}. Nombre de usuario: {user}, código de cliente: {account}, tel. {phone}\n\n"
        "Muchas gracias\n{name}\n",
    ),
    "it": (
        "Buongiorno,\n\nmi chiamo {name}, nata il {spoken}, residente in {address}. Vi chiedo di cancellare le mie "
        "foto. La mia e-mail è {email}, il mio nome utente è {user}, il codice cliente è {account}. Il mio cellulare è "
        "{phone}.\n\nCordiali saluti\n{name}\n",
        "Spett.le Aurora Immagini,\n\nchiedo la cancellazione dei miei dati.\n\nNome e cognome: {name}\n"
        "Data di nascita: {short}\nIndirizzo e-mail: {email}\nTelefono: {phone}\nUtente: {user}\n"
        "Numero cliente: {account}\nIndirizzo: {address}\n\nDistinti saluti\n{name}\n",
        "Gentile dottoressa Riva,\n\nio sottoscritta {name}, nata a Modena il {spoken}, abito in {address}. Il mio "
        "account: nome utente {user}, n. cliente: {account}, posta elettronica: {email}, cell. {phone}.\n\n"
        "In fede\n{name}\n",
    ),
    "pt": (
        "Exmos. Senhores,\n\nchamo-me {name}, nascida em {spoken}, residente na {address}. Peço o apagamento das "
        "minhas fotografias. O meu e-mail é {email}, o meu nome de utilizador é {user} e o meu número de cliente é "
        "{account}. O meu telemóvel é {phone}.\n\nCom os melhores cumprimentos,\n{name}\n",
        "Olá,\n\nquero a exclusão dos meus dados.\n\nNome completo: {name}\nData de nascimento: {short}\n"
        "E-mail: {email}\nTelefone: {phone}\nUsuário: {user}\nCódigo do cliente: {account}\nEndereço: {address}\n\n"
        "Obrigada\n{name}\n",
        "Prezada Sra. Matos,\n\neu, {name}, solicito que apaguem as minhas imagens. Nasci em {spoken} e moro na "
        "{address}. Login: {user}; número da conta: {account}; telefone: {phone}; correio eletrónico: {email}.\n\n"
        "Atenciosamente\n{name}\n",
    ),
    "nl": (
        "Beste,\n\nmijn naam is {name}, geboren op {spoken}, en ik woon op {address}. Wilt u alle foto's van mij "
        "wissen? Mijn e-mailadres is {email}, mijn gebruikersnaam is {user} en mijn klantnummer is {account}. U kunt "
        "mij bereiken op {phone}.\n\nMet vriendelijke groet,\n{name}\n",
        "Geachte heer, mevrouw,\n\nhierbij verzoek ik om verwijdering van mijn gegevens.\n\nNaam: {name}\n"
        "Geboortedatum: {short}\nE-mail: {email}\nTelefoonnummer: {phone}\nGebruikersnaam: {user}\n"
        "Accountnummer: {account}\nAdres: {address}\n\nHoogachtend,\n{name}\n",
        "Geachte mevrouw Bakker,\n\nik, {name}, wonende te {address}, vraag u mijn foto's te verwijderen. "
        "Ik ben geboren te Utrecht op {spoken}. Inlognaam: {user}, lidnummer: {account}, mobiel: {phone}, "
        "mail: {email}\n\nVriendelijke groeten\n{name}\n",
    ),
    "pl": (
        "Dzień dobry,\n\nnazywam się {name}, urodziłam się {spoken}, mieszkam przy {address}. Proszę o usunięcie moich "
        "zdjęć. Mój e-mail to {email}, mój login to {user}, a numer klienta to {account}. Mój telefon: {phone}.\n\n"
        "Pozdrawiam\n{name}\n",
        "Szanowna Pani,\n\nżądam usunięcia danych.\n\nImię i nazwisko: {name}\nData urodzenia: {short}\n"
        "E-mail: {email}\nTelefon: {phone}\nNazwa użytkownika: {user}\nNumer konta: {account}\n"
        "Adres zamieszkania: {address}\n\nZ wyrazami szacunku\n{name}\n",
        "Szanowni Państwo,\n\nja, niżej podpisana {name}, ur. {short}, zam. {address}, wnoszę o skasowanie fotografii. "
        "Login: {user}, nr klienta: {account}, tel. {phone}, adres mailowy: {email}\n\nZ poważaniem\n{name}\n",
    ),
    "tr": (
        "Merhaba,\n\nbenim adım {name}. {spoken} doğumluyum. Lütfen tüm fotoğraflarımı silin. E-posta adresim {email}, "
        "kullanıcı adım {user}, müşteri numaram {account}. Telefonum {phone}. Adresim: {address}\n\n"
        "Saygılarımla\n{name}\n",
        "Sayın Yetkili,\n\nkişisel verilerimin silinmesini talep ediyorum.\n\nAd Soyad: {name}\nDoğum tarihi: {short}\n"
        "E-posta: {email}\nCep telefonu: {phone}\nKullanıcı adı: {user}\nÜye no: {account}\nAdres: {address}\n\n"
        "Teşekkür ederim\n{name}\n",
        "Sayın Ayşe Demir,\n\nben, {name}, fotoğraflarımın silinmesini istiyorum. Doğum tarihim {short}. "
        "Kullanıcı adı: {user}, hesap no: {account}, tel: {phone}, mail: {email}\nİkamet adresim: {address}\n\n"
        "İyi çalışmalar\n{name}\n",
    ),
    "uk": (
        "Вітаю!\n\nМене звати {name}, я народився {spoken}, проживаю за адресою {address}. Прошу видалити всі мої "
        "фотографії. Моя електронна пошта: {email}, мій логін: {user}, номер клієнта: {account}, мій телефон "
        "{phone}.\n\nЩиро дякую\n{name}\n",
        "Шановні панове!\n\nВимагаю видалення моїх даних.\n\nПрізвище та ім'я: {name}\nДата народження: {short}\n"
        "E-mail: {email}\nМобільний телефон: {phone}\nЛогін: {user}\nНомер рахунку: {account}\n"
        "Адреса проживання: {address}\n\nЗ повагою,\n{name}\n",
        "Шановна пані Ткаченко!\n\nЯ, {name}, {spoken} року народження, прошу стерти мої знімки. "
        "Ім'я користувача: {user}; № клієнта: {account}; тел. {phone}; адреса електронної пошти: {email}\n"
        "Домашня адреса: {address}\n\nЗ найкращими побажаннями\n{name}\n",
    ),
    "ja": (
        "ご担当者様\n\n{name}と申します。私の写真をすべて削除してください。生年月日は{spoken}です。"
        "メールアドレスは {email} 、ユーザー名は {user} 、会員番号は {account} です。電話番号は {phone} です。\n"
        "住所：{address}\n\nよろしくお願いいたします。\n{name}\n",
        "個人データの消去を求めます。\n\n氏名：{name}\n生年月日：{spoken}\nメール：{email}\n携帯電話：{phone}\n"
        "ログインID：{user}\nお客様番号：{account}\nご住所：{address}\n\n敬具\n{name}\n",
        "お問い合わせ窓口 御中\n\n私は{name}です。{spoken}生まれです。顔写真の削除をお願いします。\n"
        "・Eメール: {email}\n・TEL: {phone}\n・アカウント名: {user}\n・顧客番号: {account}\n"
        "・現住所: {address}\n\n以上\n",
    ),
}


def letters() -> list[tuple[str, str, Person]]:
    """(language, letter, person) of all."""
    return [
        (language, text.format(**vars(PEOPLE[language])), PEOPLE[language])
        for language, texts in LETTERS.items()
        for text in texts
    ]
