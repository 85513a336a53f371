"""Invented people for the benchmarks of record search: names of several scripts, households, identifiers.

Given names are common ones; family names are put together from syllables, so that there are hundreds of thousands of
them with few frequent and many rare ones, as among real people. Nobody in here exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

CHUNK = 10_000
FAMILIES = 40_000
"""Family names of each culture. The n-th is about as frequent as 1 / (n + 20)."""


@dataclass(frozen=True)
class Culture:
    """How people of one place are called and reached. `script` is latin, cyrillic, greek or arabic."""

    name: str
    country: str
    prefix: str
    script: str
    weight: int
    given: tuple[str, ...]
    starts: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]
    cities: tuple[str, ...]
    street: str


@dataclass(frozen=True)
class Person:
    """`phone` is in E.164. Members of one household share family name and address, some of them the phone."""

    number: int
    culture: str
    country: str
    script: str
    given: str
    family: str
    email: str
    phone: str
    user_name: str
    account: str
    born: date
    street: str
    city: str
    household: int

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def address(self) -> str:
        return f"{self.street}, {self.city}"


def _culture(
    name: str, country: str, prefix: str, script: str, weight: int, given: str, syllables: str, places: str, street: str
) -> Culture:
    """`syllables` holds starts, middles and ends, `places` cities; parted by bars and blanks."""
    starts, middles, ends = (tuple(part.replace("_", "").split(",")) for part in syllables.split("|"))
    return Culture(
        name,
        country,
        prefix,
        script,
        weight,
        tuple(given.split()),
        starts,
        middles,
        ends,
        tuple(places.split()),
        street,
    )


CULTURES = (
    _culture(
        "german", "DE", "+49", "latin", 20,
        "Anna Jürgen Karin Stefan Sabine Thomas Ursula Michael Petra Wolfgang Heike Matthias Jörg Käthe Lukas Sophie "
        "Maximilian Johanna Friedrich Gabriele Günther Bärbel Elisabeth Johannes Katharina Andreas Susanne Christian",
        "Mü,Schu,Ho,Be,Kö,Wei,Schrö,Zim,Brau,Gro,Kö,Lang,Stein,Acker,Vo,Hein,Fi,Kra,Lud,Ro,Ei,Ba,Ju,Nie,Pe,Tho,Wag,Hü"
        "|,l,hn,s,ber,mer,ren,der,ge,chen,ster,ken,rich,wel,bau|er,mann,meier,inger,bach,hoff,feld,ert,ke,stein,ner,"
        "ler,weiß,burg,haus,smann,thal,itz,au,e,horst,brink,kamp",
        "Hamburg Köln Leipzig Münster Nürnberg Würzburg Bremen Jena", "{}straße",
    ),
    _culture(
        "polish", "PL", "+48", "latin", 10,
        "Łukasz Małgorzata Agnieszka Paweł Michał Grażyna Katarzyna Piotr Zofia Stanisław Wojciech Elżbieta Bożena "
        "Krzysztof Jarosław Magdalena Tomasz Żaneta Kacper Aleksandra",
        "Kowal,Wiś,Woj,Kamiń,Lewan,Zieliń,Szy,Dąb,Kozł,Jan,Mazur,Kraw,Piotr,Grab,Nowa,Pawł,Micha,Król,Wró,Jabł,Stęp,"
        "Gór|,cz,ow,ew,niew,kow,sz,c,iń,ad|ski,icki,ewski,owicz,czyk,ak,ek,arz,iak,ka,ała,oń,uk",
        "Kraków Łódź Wrocław Poznań Gdańsk Rzeszów", "ul. {}owa",
    ),
    _culture(
        "english", "US", "+1", "latin", 25,
        "Robert William Elizabeth James Margaret Jennifer Michael Catherine Richard Susan Thomas Patricia Charles "
        "Barbara Christopher Deborah Joseph Rebecca Andrew Samantha Daniel Victoria Edward Jessica Timothy Emily Noah "
        "Olivia Aidan Chloe",
        "Har,Whit,Black,Stan,Wood,Brad,Hol,Car,Ash,Hunt,Lan,Mor,Pres,Red,Ship,Thorn,Wal,Win,Cross,Ken,Bar,Dal,Ham,Wes,"
        "Fair,Clay,O'Con,Mac,Fitz|,ing,er,ling,ley,bur,wor,den,ster,ble,ridge|ton,son,ford,ley,field,man,by,well,worth,"
        "wood,er,s,land,ham,more,brook,croft,shaw",
        "Springfield Portland Madison Dayton Salem Auburn Denver Boise", "{} Street",
    ),
    _culture(
        "spanish", "ES", "+34", "latin", 12,
        "José María Francisco Carmen Jesús Lucía Ángel Begoña Íñigo Concepción Javier Pilar Andrés Inés Rubén Sofía "
        "Raúl Mónica Martín Belén",
        "Gar,Fer,Rodrí,Gon,Ló,Martí,Sán,Pé,Gó,Her,Jimé,Ruiz,Mo,Álva,Ro,Gutié,Na,Domín,Váz,Ra,Cas,Or,Nú,Igle|,ná,gu,zá,"
        "pe,re,che,me,nan,va,ri,se,to,lla|ez,do,cía,na,nez,rro,les,ales,ano,ero,ola,ejo,ín,ón,eda,osa",
        "Sevilla Málaga León Cádiz Bilbao Gijón", "Calle {}",
    ),
    _culture(
        "french", "FR", "+33", "latin", 8,
        "François Hélène Gérard Chloé Jérôme Élodie Benoît Amélie Stéphane Céline Loïc Zoé Frédéric Aurélie Rémi "
        "Anaïs Étienne Noémie Grégoire Maëlle",
        "Du,Le,Ber,Mo,La,Ga,Rou,Four,Gi,Bon,Fran,Mar,Lam,Cheva,Per,Bou,Mas,Vin,Gau,Rey,Pic,Dela|,mon,ro,che,ber,val,"
        "nar,ri,gne,li,per,sso|in,eau,ier,et,ard,ault,elle,on,ot,and,aux,ux,ais,ère",
        "Lyon Nîmes Besançon Orléans Angers Évreux", "rue {}",
    ),
    _culture(
        "turkish", "TR", "+90", "latin", 6,
        "Ayşe Mehmet Şule Çağlar Gülşen Işıl Özgür Uğur Tuğba Emre Kıvanç Nilüfer İbrahim Zeynep Ömer Büşra",
        "Yıl,Öz,Kay,Çe,Şa,Ay,Do,Kı,Ars,Po,Te,Gü,Ak,Ko,Er,Al,Bo,Sa,Ta,Ün|,dı,de,tür,li,mi,ğa,kı,lu,ra,ba|rım,mir,lan,lat,"
        "kin,oğlu,taş,can,han,kaya,demir,soy,türk,er,gül,su",
        "İzmir Bursa Eskişehir Muğla Kayseri", "{} Sokak",
    ),
    _culture(
        "vietnamese", "VN", "+84", "latin", 4,
        "Hùng Hương Đức Thảo Phượng Tuấn Mỹ Ánh Quốc Ngọc Thủy Dũng Bảo Giang Khánh Trâm",
        "Nguyễn,Trần,Lê,Phạm,Huỳnh,Vũ,Đặng,Bùi,Đỗ,Hồ,Ngô,Dương,Lý|, Văn, Thị, Minh, Hữu, Đình, Thanh, Quang, Kim, Xuân"
        "|_, Anh, Hoà, Lan, Sơn, Tâm, Nhi, Phúc, Long, Yến",
        "Huế Hội-An Vinh Cần-Thơ", "đường {}",
    ),
    _culture(
        "russian", "RU", "+7", "cyrillic", 8,
        "Юлия Иван Екатерина Сергей Наталья Дмитрий Ольга Алексей Ксения Евгений Татьяна Михаил Анастасия Николай "
        "Жанна Владимир Светлана Юрий Людмила Щукарь",
        "Ива,Пет,Сид,Куз,Поп,Вас,Соко,Миха,Нови,Фёд,Моро,Вол,Алек,Лебе,Семё,Его,Пав,Козло,Степ,Ники,Хари,Цвет,Щерба,"
        "Чер,Жу|,но,ро,не,ль,ха,ше,кли,ни,це,че,дю,ло,гра|в,ов,ин,ев,енко,ский,кин,ников,цев,чук,ян,ых,щев,жин",
        "Москва Тверь Казань Пермь Тула", "ул. {}",
    ),
    _culture(
        "greek", "GR", "+30", "greek", 3,
        "Γιώργος Μαρία Ελένη Κωνσταντίνος Σοφία Δημήτρης Χρυσούλα Ξένια Ευάγγελος Θεοδώρα",
        "Παπα,Κων,Νικο,Γεωργ,Δημη,Χρη,Αθα,Βασι,Καρα,Μαυρο,Σταυρο,Χατζη|,δο,λα,στα,τρι,μι,γιαν,θε,ντι|πουλος,άκης,ίδης,"
        "ιάδης,όγλου,άτος,ούδης,νης,λής,κος",
        "Πάτρα Βόλος Χανιά Λάρισα", "οδός {}",
    ),
    _culture(
        "arabic", "EG", "+20", "arabic", 4,
        "محمد أحمد فاطمة يوسف خديجة علي حسن مريم عمر إبراهيم خالد زينب مصطفى سارة طارق ليلى",
        "ال,بن ,أبو ,,عبد ال|حسن,كري,سلي,منص,نجا,شري,حدا,خلي,صال,رشي,زهر,قاس,طاه,فهم,جما,بكر,غان,سعي,نور,هاش"
        "|_,م,ان,ور,ر,ف,د,ل,ح,ي,اوي,ين,ون",
        "القاهرة طنطا أسوان المنصورة", "شارع {}",
    ),
)  # fmt: skip

LATIN_ARABIC = {
    "محمد": ("Mohammed", "Muhammad", "Mohamed"), "أحمد": ("Ahmed", "Ahmad"), "فاطمة": ("Fatima", "Fatma", "Fatimah"),
    "يوسف": ("Yusuf", "Youssef", "Yousef"), "خديجة": ("Khadija", "Khadijah", "Chadidscha"), "علي": ("Ali", "Aly"),
    "حسن": ("Hassan", "Hasan"), "مريم": ("Maryam", "Mariam", "Meryem"), "عمر": ("Omar", "Umar", "Omer"),
    "إبراهيم": ("Ibrahim", "Ebrahim"), "خالد": ("Khaled", "Khalid"), "زينب": ("Zainab", "Zeinab", "Zaynab"),
    "مصطفى": ("Mustafa", "Mostafa", "Moustafa"), "سارة": ("Sara", "Sarah"), "طارق": ("Tariq", "Tarek", "Tarik"),
    "ليلى": ("Layla", "Leila", "Laila"),
}  # fmt: skip
"""How people write these names in Latin letters."""

SHARED_HANDLES = ("sunny", "nomad", "tiger", "luna", "pixel", "maverick", "skywalker", "echo", "ghost", "mango")
TREES = ("Linden", "Ahorn", "Kasztan", "Maple", "Cedar", "Olmo", "Tilleul", "Çınar", "Birk", "Jasmin", "Rosen", "Park")
HOSTS = ("example.com", "example.org", "example.net", "gmail.com", "mail.example", "post.example.org")
FIRST_BIRTH = date(1940, 1, 1)
DAYS_OF_BIRTH = 24_000


def people(count: int, seed: int = 0) -> Iterator[Person]:
    """So many people, always the same for the same seed, each the same however many follow."""
    household = _Household()
    for start in range(0, count, CHUNK):
        draws = np.random.default_rng((seed, start)).random((CHUNK, 12))
        for offset, row in enumerate(draws[: count - start].tolist()):
            yield household.next(start + offset, row)


class _Household:
    """The family that the next people belong to."""

    def __init__(self) -> None:
        self._left = 0
        self._number = 0

    def next(self, number: int, draw: list[float]) -> Person:
        if not self._left:
            self._settle(number, draw)
        self._left -= 1
        culture = self._culture
        given = culture.given[int(draw[0] ** 1.5 * len(culture.given))]
        plain = f"{ascii_name(given)}{number % 97 or ''}".replace(" ", "")
        handle = f"{plain.lower()}.{int(draw[1] * 1e6)}"
        if draw[2] < 0.03:
            handle = SHARED_HANDLES[int(draw[3] * len(SHARED_HANDLES))] + str(int(draw[4] * 90 + 10))
        host = HOSTS[int(draw[5] * len(HOSTS))]
        phone = self._phone if draw[6] < 0.3 else _phone(culture, draw[7])
        return Person(
            number,
            culture.name,
            culture.country,
            culture.script,
            given,
            self._family,
            f"{plain.lower()}.{number:x}@{host}",
            phone,
            handle,
            f"C-{number * 7 + 1000003}",
            FIRST_BIRTH + timedelta(days=int(draw[8] * DAYS_OF_BIRTH)),
            self._street,
            self._city,
            self._number,
        )

    def _settle(self, number: int, draw: list[float]) -> None:
        culture = _BY_WEIGHT[int(draw[9] * len(_BY_WEIGHT))]
        self._culture = culture
        self._number = number
        self._left = 1 + int(draw[10] ** 2 * 4)
        self._family = family_name(culture, int(20 * ((FAMILIES + 20) / 20) ** draw[11]) - 20)
        self._phone = _phone(culture, draw[4])
        tree = TREES[int(draw[3] * len(TREES))]
        self._street = f"{culture.street.format(tree)} {1 + int(draw[5] * 180)}"
        self._city = f"{10000 + int(draw[7] * 89999)} {culture.cities[int(draw[6] * len(culture.cities))]}"


def family_name(culture: Culture, number: int) -> str:
    """The n-th family name of a culture. The last ones repeat where it has fewer syllables than that."""
    number, start = divmod(number, len(culture.starts))
    number, end = divmod(number, len(culture.ends))
    number, middle = divmod(number, len(culture.middles))
    end = (end + start * 5) % len(culture.ends)
    middle = (middle + end + start) % len(culture.middles)
    second = culture.middles[number % len(culture.middles)] if number else ""
    name = culture.starts[start] + culture.middles[middle] + second + culture.ends[end]
    return (
        name if culture.script == "arabic" or " " in name else name[0] + name[1:].lower() if "'" not in name else name
    )


def ascii_name(name: str) -> str:
    """A spelling for addresses of mail, in letters a to z; "user" where nothing is left."""
    return "".join(char for char in name.translate(_PLAIN) if char.isascii() and char.isalpha()) or "user"


def _phone(culture: Culture, draw: float) -> str:
    """A mobile number of the right length that is possible in its country."""
    first, length = _MOBILE[culture.country]
    return f"{culture.prefix}{first}{int(draw * 10**length):0{length}}"


_MOBILE = {
    "DE": ("151", 8), "PL": ("60", 7), "US": ("303", 7), "ES": ("61", 7), "FR": ("61", 7), "TR": ("53", 8),
    "VN": ("90", 7), "RU": ("901", 7), "GR": ("690", 7), "EG": ("100", 7),
}  # fmt: skip
_PLAIN = str.maketrans("äöüÄÖÜßłŁśżąęćńóéèêëíïáúñçşğıİŞÇâîôô", "aouAOUslLszaecnoeeeeiiaunesgiISCaioo")
_BY_WEIGHT = tuple(culture for culture in CULTURES for _ in range(culture.weight))
