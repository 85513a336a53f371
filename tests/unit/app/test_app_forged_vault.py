"""An officer forges the vault's tables and seals: whatever she changes is refused, is found, or is in no bundle.

The forger has the database's key, drops its triggers, changes one thing in any table, opens the vault as always and
seals both editions of a finished case.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from dsr_desk.app.case import cases, drafts
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.core.requests import Law
from dsr_desk.evidence.contents.content import EvidenceContent
from dsr_desk.evidence.verifying.verify import verify
from dsr_desk.storage.database import open_encrypted
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.vault_folder import DATABASE
from forgeries import Forgery, Statement, borrowed, carry_out, changes, deletions, exchanges, insertions, some
from hand_made import tables
from quick_keys import make_keys_quick
from unit.app import small_case
from unit.app.small_case import ADA, Small
from unit.app.whole_case import IDENTITY, to_its_end, what_was_sealed


@dataclass(frozen=True)
class World:
    """A folder in which a vault with a finished case lies, a copy of that vault, its key and the size of its log."""

    live: Path
    template: Path
    ref: str
    key: bytes
    size: int

    def restored(self) -> Path:
        """The database, as it was before anybody forged it."""
        shutil.rmtree(self.live / "vault")
        shutil.copytree(self.template, self.live / "vault")
        return self.live / "vault" / DATABASE

    def sealed(self, folder: Path) -> tuple[EvidenceContent, list[Message]]:
        """What a regulator's bundle says of an officer who opens the vault and seals, and what the check says then."""
        with pytest.MonkeyPatch.context() as patch, Desk.open(self.live / "vault", ADA) as desk:
            told = what_was_sealed(Small(desk, self.ref, self.live), folder, patch)
            return self.bare(told.content), desk.vault.problems()

    def bare(self, content: EvidenceContent) -> EvidenceContent:
        """Without what each opening and sealing adds: the entries from there on, and the moment."""
        journal = content.journal
        leaves = tuple(leaf for leaf in journal.leaves if leaf.index < self.size)
        return replace(content, sealed="", journal=replace(journal, leaves=leaves, root=b"", hashes=(), earlier=()))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("forged")
    live = folder / "live"
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        ref = small_case.make(live)
        with Desk.open(live / "vault", ADA) as desk:
            small = to_its_end(Small(desk, ref, live))
            another_case(small)
            what_was_sealed(small, folder / "first", patch)
            key, size = desk.vault._key, desk.vault.log.size
        shutil.copytree(live / "vault", folder / "template")
    return World(live, folder / "template", ref, key, size)


@pytest.fixture(scope="module")
def honest(world: World, tmp_path_factory: pytest.TempPathFactory) -> EvidenceContent:
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        world.restored()
        content, problems = world.sealed(tmp_path_factory.mktemp("honest"))
    assert problems == []
    return content


def another_case(small: Small) -> None:
    """So that there is something to take from elsewhere."""
    read = drafts.understand(small.folder / "letter.txt", [])
    draft = drafts.correct(read, law=Law.EU_GDPR, received=date(2026, 11, 3))
    cases.open_case(small.desk, draft, without_photo=True, confirmed=True)


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["sample", "all"])
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


KINDS: dict[str, Callable[..., Iterator[Forgery]]] = {
    "changed": changes,
    "taken-from-elsewhere": borrowed,
    "deleted": deletions,
    "inserted": insertions,
    "exchanged": exchanges,
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_forged_in_a_table_stands_in_a_bundle_unseen(
    world: World, honest: EvidenceContent, kind: str, long: bool, tmp_path: Path
) -> None:
    with closing(open_encrypted(world.restored(), world.key)) as db:
        names = list(tables(db))
        known = [one for table in names for one in some(KINDS[kind](db, table), 60, anywhere=long)]
    chosen = known if long else list(some(iter(known), 8, anywhere=False))
    assert len(chosen) >= 8
    unseen = {name: said for name, statements in chosen if (said := slips_through(world, honest, statements, tmp_path))}
    assert unseen == {}


def slips_through(world: World, honest: EvidenceContent, statements: list[Statement], folder: Path) -> str:
    """Where a bundle of the forged vault says anything else than an honest one and nothing tells; "" elsewhere."""
    try:
        with closing(open_encrypted(world.restored(), world.key)) as db:
            assert carry_out(db, statements) > 0, statements
    except sqlcipher.IntegrityError:
        return ""  # the database does not even hold such a thing
    shutil.rmtree(folder / "out", ignore_errors=True)
    try:
        content, problems = world.sealed(folder / "out")
    except DeskError:
        return ""
    if content == honest:
        return ""
    (bundle,) = (folder / "out").glob("*.age")
    verified = verify(bundle, identities=[str(IDENTITY)]).ok
    told = problems and not verified
    return "" if told else f"problems in the vault: {len(problems)}; the bundle verifies: {verified}"


def test_nothing_is_sealed_from_a_register_that_was_changed_beside_the_program(world: World, tmp_path: Path) -> None:
    """Sealing reads the registers, so it compares them with the log before."""
    with closing(open_encrypted(world.restored(), world.key)) as db:
        statement = "UPDATE dataset_versions SET facts = replace(facts, 'Example Ltd', 'nobody')"
        assert carry_out(db, [(statement, [])]) > 0
    with pytest.raises(LogDamaged):
        world.sealed(tmp_path / "out")
    assert not (tmp_path / "out").exists()
