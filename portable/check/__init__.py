"""Whether a function will run elsewhere: what each target would refuse, ignore or do otherwise, and who says so."""

from .findings import findings_of, note_of
from .model import Finding, Severity
from .targets import TARGETS

__all__ = ["TARGETS", "Finding", "Severity", "findings_of", "note_of"]
