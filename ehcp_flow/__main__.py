"""`python -m ehcp_flow` is `ehcp-flow`."""

from ehcp_flow.cli import main

if __name__ == "__main__":
    main()
