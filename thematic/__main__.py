"""`python -m thematic`: the command line, where the script is not on the path."""

from thematic.cli.app import main

if __name__ == "__main__":
    main()
