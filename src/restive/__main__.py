"""`python -m restive` is the command `restive`."""

from restive.cli import main

main()
