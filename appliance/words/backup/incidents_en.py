"""What each cause about backups is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause

_FROM = "This is the chief examiner of {venue}"

BACKUP_CAUSES_EN: Mapping[str, Cause] = {
    "backup_failed": Cause(
        place="Backup",
        todo=(
            "Why: {detail:backup_fault}. Every older backup stands, the exam goes on; a technician looks into it, the "
            "box tries again.",
            "Every older backup stands, the exam goes on. A technician looks into it; the box tries again.",
        ),
        script=_FROM + "; backups of the box fail since {since}, older ones stand. The exam goes on.",
        reason="A backup failed, every older one stands: a technician has a look",
    ),
    "backup_late": Cause(
        place="Backup",
        todo="Older backups stand, the exam goes on. A technician looks into it; keep the exam server on "
        "meanwhile.",
        script=_FROM + "; our backup is late, older ones stand. The exam goes on, a technician is on it.",
        reason="No new backup for a while, older ones stand: a technician has a look",
    ),
    "receipt_late": Cause(
        place="Backup",
        todo="A general incident: backups are safe here and go up once the line is back. People may leave. Phone "
        "the province.",
        script=_FROM
        + "; you do not hold our backup yet, what is finished is safe here. It goes up by itself.",
        reason="Not with the province yet; finished backups are safe here and go up by themselves: phone it",
    ),
    "source_incomplete": Cause(
        place="Backup",
        todo=(
            "Why: {detail:source_fault}. Older backups and the other sources stand, the exam goes on; a technician has "
            "a look, the next backup tries again.",
            "Older backups and the other sources stand, the exam goes on. A technician has a look.",
        ),
        script=_FROM + "; one source of our backup is not whole since {since}, older ones stand. The exam goes on.",
        reason=(
            "Source {place} is not whole ({detail:source_fault}): a technician has a look, older backups stand",
            "A source of the backup is not whole: a technician has a look, older backups stand",
        ),
    ),
    "answers_short": Cause(
        place="Backup",
        todo=(
            "Collected of expected: {detail}. Compare with who was absent; if that explains it, note it and close.",
            "Compare with who was absent; if that explains it, note it and close.",
        ),
        script=_FROM + "; our last backup holds fewer answers than expected. We compare with who was absent.",
        reason=(
            "The last backup holds {detail} answers: compare with who was absent",
            "The last backup holds fewer answers than expected: compare with who was absent",
        ),
    ),
    "outbox_full": Cause(
        place="The box",
        todo="What the province does not hold is not deleted. A technician carries backups out or brings the line "
        "up; once it is full only the last backup of a sitting is made.",
        script=_FROM + "; the box has little room left for backups, all of them stand. A technician is on it.",
        reason="Little room left for backups: a technician carries some out, what is not receipted stays",
    ),
    "copy_failed": Cause(
        place="Second copy",
        todo=(
            "Why: {detail:copy_fault}. The backups on the box stand, the exam goes on; a technician has a look, the "
            "copies catch up by themselves.",
            "The backups on the box stand, the exam goes on. A technician has a look; the copies catch up.",
        ),
        script=_FROM + "; the second copy of our backup is behind, the box has all. The exam goes on.",
        reason=(
            "The second copy of the backup is behind ({detail:copy_fault}), the box has all: a technician has a look",
            "The second copy of the backup is behind, the box has all: a technician has a look",
        ),
    ),
}
