"""The text of a PDF, read by a process of its own: the document on its input, pages apart by form feeds on its output.

Belongs here: pypdf, within limits. Does not belong here: anything of this project, which the process does not import.
A PDF may be made to be unpacked or drawn without end; then this process dies, and not the one that asked.
"""

from __future__ import annotations

import io
import logging
import sys

MAX_PAGES = 500
MAX_MEMORY = 2 * 1024**3  # address space, of which reading an ordinary document takes a tenth
MAX_SECONDS = 60


def main() -> int:
    """Read one document."""
    try:
        import resource
    except ImportError:  # not on Windows, where the time limit of the caller remains
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    from pypdf import PdfReader  # which itself limits what a stream unpacks to

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if len(reader.pages) > MAX_PAGES:
            raise ValueError(f"{len(reader.pages)} pages, at most {MAX_PAGES}")
        text = "\f".join(page.extract_text() for page in reader.pages)
    except (Exception, RecursionError, MemoryError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
