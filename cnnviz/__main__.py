"""``python -m cnnviz``: the same functions without a browser."""

from cnnviz.cli import main

if __name__ == "__main__":
    main()
