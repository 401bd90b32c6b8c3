"""Everything newskg raises on purpose.

KgError
 ├─ InputError      an article, folder or format that can't be read
 ├─ ModelError      a spaCy pipeline that is missing or lacks a part
 ├─ OntologyError   an ontology, shapes or lexicon file that can't be used
 ├─ FolderError     a graph folder that is missing, damaged, locked, or can't be written
 ├─ ClusterError    a cluster of machines that can't be reached or used
 └─ QueryError      a SPARQL query that is wrong, unknown, or took too long

Each message says what was wrong, where, and what to do about it, in one line.
"""


class KgError(Exception):
    """Base of all errors raised on purpose; the command line prints its message and nothing else."""


class InputError(KgError):
    """Raised when an article, folder or format can't be read."""


class ModelError(KgError):
    """Raised when a spaCy pipeline is not installed or lacks a part that extraction needs."""


class OntologyError(KgError):
    """Raised when an ontology, shapes or lexicon file can't be used; names file and line where known."""


class FolderError(KgError):
    """Raised when a graph folder is missing, damaged, locked by another process, or can't be written."""


class ClusterError(KgError):
    """Raised when a cluster of machines, or the place where it keeps files, can't be reached or used."""


class QueryError(KgError):
    """Raised when a query is wrong (with line and column), unknown, or takes too long."""


def shown(text: str, limit: int = 200) -> str:
    """Return `text` fit for a one-line message: printable, at most `limit` characters."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return line if len(line) <= limit else line[:limit - 1] + "…"
