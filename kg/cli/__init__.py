"""The command ``kg``: options in, tables and files out. The only package that prints; all work is done by the library.

Exit codes: 0 all fine, 1 some articles failed or the answer is no (ASK, validate), 2 wrong use or bad input.
"""

from kg.cli import ask, know, make, take
from kg.cli.common import main

__all__ = ["ask", "know", "main", "make", "take"]
