"""`python -m services.cli` is `ioc`."""

from services.cli.main import main

main()
