"""The command line: ``python -m cnnviz COMMAND``. The same functions as the pages, without a browser.

With ``--json`` one JSON document goes to standard output and nothing else; progress and messages go to standard
error. Exit code 0 is success, 2 bad input (with one clear line), 1 a failure.
"""

from cnnviz.cli import networks, files, training, trained, searching  # noqa: F401, I001  (in the order of the help)
from cnnviz.cli.frame import main

__all__ = ["main"]
