"""What reading a file came to, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from governance.models import ParseState, Upload
from governance.readings import error_sentence, warning_sentence


@dataclass(frozen=True)
class Report:
    """`is_settled`: nothing more will happen by itself."""

    upload: Upload
    state: str
    is_settled: bool
    has_failed: bool
    error: str
    warnings: list[str]


def report_of(upload: Upload) -> Report:
    return Report(
        upload,
        upload.parse_state,
        is_settled=upload.parse_state in (ParseState.DONE, ParseState.FAILED),
        has_failed=upload.parse_state == ParseState.FAILED,
        error=error_sentence(upload.error_code, upload.error_facts) if upload.error_code else "",
        warnings=[warning_sentence(warning) for warning in upload.warnings],
    )
