"""What each act is called in the journal."""

from __future__ import annotations

from dsr_desk.core.acts import Kind
from dsr_desk.ui.words import tr


def act_name(kind: str) -> str:
    """In the language of the windows. What no version of this program knows is called by its code."""
    return _names().get(kind, kind)


def _names() -> dict[str, str]:
    return {
        Kind.RECEIVED: tr("Request received"),
        Kind.PROPOSED: tr("Request read by the program"),
        Kind.CONFIRMED: tr("Request confirmed"),
        Kind.IDENTITY: tr("Identity check recorded"),
        Kind.REFERENCE: tr("Reference photo added"),
        Kind.SEARCHED: tr("Searched"),
        Kind.DECIDED: tr("Decided"),
        Kind.UNDONE: tr("Taken back"),
        Kind.LINK: tr("Link judged"),
        Kind.SCORE_SHOWN: tr("Score looked at before deciding"),
        Kind.PACKET: tr("Packet made for another officer"),
        Kind.SECOND_REVIEW: tr("Reviewed a second time"),
        Kind.SETTLED: tr("Disagreement settled"),
        Kind.TREATED: tr("Treatment of an item chosen"),
        Kind.DISPOSITION: tr("Fate of a model decided"),
        Kind.OBSERVED: tr("Fate of a model seen"),
        Kind.PLANNED: tr("Deletion planned"),
        Kind.APPROVED: tr("Plan approved"),
        Kind.PLAN_WITHDRAWN: tr("Plan withdrawn"),
        Kind.BEGUN: tr("Action begun"),
        Kind.OUTCOME: tr("Action ended"),
        Kind.DERIVED: tr("Derived dataset version registered"),
        Kind.HANDED_OVER: tr("Plan handed over"),
        Kind.ASKED: tr("Task asked for"),
        Kind.READ_BACK: tr("Read back"),
        Kind.VALIDATED: tr("Outcome confirmed"),
        Kind.SEALING: tr("Sealing begun"),
        Kind.SEALED: tr("Evidence sealed"),
        Kind.TIME_ASKED: tr("Time stamp asked for"),
        Kind.TIME_ATTESTED: tr("Time attested"),
        Kind.LINEAGE_EXPORTED: tr("Lineage exported"),
        Kind.CLOSED: tr("Case ended"),
        Kind.REOPENED: tr("Case reopened"),
        Kind.FORGOTTEN: tr("Content destroyed"),
        Kind.VAULT_CREATED: tr("Vault created"),
        Kind.OFFICER_ADDED: tr("Officer added"),
        Kind.OFFICER_REMOVED: tr("Officer’s access taken away"),
        Kind.RECOVERY_KEY: tr("Recovery code made anew"),
        Kind.CHANGE_PROPOSED: tr("Change of officers or policy proposed"),
        Kind.CHANGE_APPROVED: tr("Change of officers or policy approved"),
        Kind.POLICY: tr("Policy set"),
        Kind.PASSPHRASE_CHANGED: tr("Passphrase changed"),
        Kind.REKEYED: tr("Key of the vault changed"),
        Kind.UNLOCKED: tr("Vault opened"),
        Kind.BACKUP: tr("Backed up"),
        Kind.EPOCH: tr("Restored: a new epoch begins"),
        Kind.CHECKPOINT: tr("Checkpoint written"),
        Kind.CLOCK_CORRECTED: tr("Clock corrected"),
        Kind.ORGANISATION: tr("Facts of the organisation changed"),
        Kind.ORGANISATION_KEY: tr("Key of the organisation changed"),
        Kind.RECIPIENT: tr("Recipient changed"),
        Kind.DATASET: tr("Dataset registered or changed"),
        Kind.INDEX: tr("Index registered or changed"),
        Kind.COLUMNS: tr("Columns of an index corrected"),
        Kind.LINEAGE: tr("Lineage changed"),
        Kind.LIST_LOOKED_UP: tr("Deletion list looked up"),
    }
