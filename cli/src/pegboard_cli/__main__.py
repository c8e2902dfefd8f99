"""``python -m pegboard_cli`` is the pegboard command."""

from pegboard_cli.main import main

main()
