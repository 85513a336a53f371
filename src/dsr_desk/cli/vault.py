"""dsr-desk vault: create, look after, back up, keep two copies apart."""

from __future__ import annotations

import click

from dsr_desk.cli.verbs import Verbs


@click.group(
    cls=Verbs,
    found_in={
        "create": "vault_open.create",
        "info": "vault_open.info",
        "backup": "vault_open.backup",
        "restore": "vault_open.restore",
        "clock-corrected": "vault_open.clock_corrected",
        "rekey": "vault_open.rekey",
        "organisation": "vault_open.organisation",
        "officer": "vault_officers.officer",
        "policy": "vault_officers.policy",
        "changes": "vault_officers.changes",
        "approve-change": "vault_officers.approve_change",
        "recovery-code": "vault_officers.recovery_code",
        "check": "vault_checkpoints.check",
        "checkpoint": "vault_checkpoints.checkpoint",
        "retention": "vault_keeping.retention",
        "forget-due": "vault_keeping.forget_due",
        "backups": "vault_keeping.backups_made",
        "backup-destroyed": "vault_keeping.backup_destroyed",
        "house": "vault_house.house",
        "stated": "required.stated",
        "state": "required.state_for_all",
    },
)
def vault() -> None:
    """The encrypted folder that holds cases, officers, keys, journal and lineage."""
