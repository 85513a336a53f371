"""First names that stand for each other: short forms, pet forms, forms of other languages."""

from __future__ import annotations

_NICKNAMES = """
alexander aleksandr alex sasha sascha sandro xander shura|alexandra aleksandra alex sandra sasha sascha lexi ola
|andrew andy drew andreas|andrzej jedrek|anthony tony antonio toni anton antoni|barbara barb babs basia
|benjamin ben benny|agnieszka aga|anna anya anja ania annie|anastasia anastasiya nastya nastja
|aleksey alexei lyosha alyosha ljoscha|bartlomiej bartek|boris borya
|catherine katherine kate cathy kathy katie katja katya katharina kathi|ekaterina katya katja
|charles charlie chuck karl carl carlos|christina tina chris kristina|christopher chris kit|concepcion conchita concha
|daniel dan danny|david dave|deborah debbie deb|dmitry dmitriy dmitrij dima mitya|dolores lola|edward ed eddie ted ned
|elena lena|elizabeth liz beth eliza lisa betty elisabeth elsbeth elzbieta ela|emmanuel manu manuel manolo
|enrique quique|eugene gene evgeny evgeniy jewgenij zhenya shenja|florian flo|francis frank francisco paco franz curro
|frederick fred freddy fritz friedrich frederic|gabriele gaby gabi gabriela|george georg jorge jurgen jerzy jurek
|gregory greg grigory grigoriy grisha|harold harry hal|henry harry hank heinrich heinz|ibrahim ibo|ignacio nacho
|irina ira|ivan vanya wanja|jacob jake jakob jakub kuba|james jim jimmy jamie|jaroslaw jarek|javier javi
|jennifer jenny jen|jessica jess jessie|jesus chuy chus|joanna asia|johann hans johannes hannes|john jack johnny jon
|jonathan jon jonny|joseph joe joey josef pepe jose sepp jozef|joshua josh|katarzyna kasia|kenneth ken kenny
|kimberly kim|konstantin kostya kostja|krzysztof krzysiek|lawrence larry|leonard leo len|magdalena magda lena
|malgorzata gosia|margaret maggie meg peggy greta margarete margarita|maria mary mia marie mariya masha mascha
|matthew matt matthias mateusz|maximilian max maximiliano|mehmet memo
|michael mike mick micha mikhail misha mischa michal miguel|monika moni|natalia natalya natalja natasha natascha
|nicholas nick nico niklas nikolai nikolay nikolaj kolya kolja|nathaniel nathan nat|olga olya olja|pamela pam
|patricia pat patty trish|patrick pat paddy|pavel pasha pascha|peter pete piotr pjotr petr petya pedro|philip phil
|pilar pili|raymond ray|rebecca becky|richard rick dick richie|robert bob rob bobby robbie|ronald ron|rosario charo
|rudolf rudi|samantha sam|samuel sam|sebastian basti seb|sergey sergei sergej seryozha serjoscha|sophia sophie sofia
|sofia zofia zosia|stanislaw staszek stach|stefanie steffi|stephen steve steven stefan|susan sue susie susanne susi
|svetlana sveta sweta|tatiana tatyana tatjana tanya tanja|theodore ted theo|thomas tom tommy tomasz tomek|timothy tim
|ursula uschi|valentina valya|veronica vera|victoria vicky tori|vincent vince|vladimir wladimir vova volodya wowa
|walter walt|wilhelm willi|william bill will billy liam|wojciech wojtek|yulia yuliya julia julija yulya julja
|yuri yuriy jurij yura jura|zachary zach
|zbigniew zbyszek zbych|giorgos georgios george giorgio yorgos|willem wim|jozsef jozef joska|istvan pista|janos jancsi
|giuseppe peppe beppe|jiri jirka|josef pepa|ladislav lada|frantisek franta|vaclav vasek|jaroslav jarda|tomas tom
|alexandros alekos alexis|dimitrios dimitris mitsos|konstantinos kostas|ioannis giannis yiannis|nikolaos nikos
|vasilios vasilis|panagiotis panos|oleksandr aleksandr alexander sasha sashko|mykola kolya|volodymyr vova|serhiy sergiy
|andriy andrii|dmytro dima|jan janek jasiu|cornelis kees cor|hendrik henk|johannes joop|pieter piet
|gerardus gerard gerrit|elisabeth els betje lies|magnus mans|lars lasse|karl kalle|gunnar gunn|ferenc feri|laszlo laci
|sandor sanyi|erzsebet erzsi|katalin kati|francesco franco ciccio|luigi gigi|salvatore toto|antonio toto
|joao joaozinho|jose ze|francisco chico|manuel manel mane|guillaume guy|jacques jack jacquot|mustafa mistik
|yaakov yakov jacob jakob kobi|yosef joseph yossi|david dudi dave|moshe moses moishe|yitzhak isaac itzik
|rachel raquel|sarah sara|avraham abraham avi|shlomo solomon
"""


def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _NICKNAMES.replace("\n", " ").split("|"):
        names = set(line.split())
        for name in names:
            found.setdefault(name, set()).update(names)
    return {name: frozenset(group) for name, group in found.items()}


_SAME = _groups()


def nicknames(token: str) -> frozenset[str]:
    """Other forms that this first name in plain Latin letters goes by, itself left out."""
    return _SAME.get(token, frozenset()) - {token}
