"""Take a package in."""

from casework.directory import repository
from casework.directory.commands import ImportDirectory
from casework.directory.domain import DirectoryImport
from shared.database import Transaction


async def import_directory(cmd: ImportDirectory, tx: Transaction) -> DirectoryImport:
    await repository.lock_directory(tx, cmd.site)
    made = DirectoryImport(
        site=cmd.site, services=len(cmd.services), imported_by=cmd.by, imported_at=tx.now
    )
    tx.add(made)
    await tx.flush()
    await repository.put_services(tx, made, cmd.services)
    return made
