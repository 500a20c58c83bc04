"""Run `python -m formcheck`."""

from formcheck.cli.app import main

if __name__ == "__main__":
    main()
