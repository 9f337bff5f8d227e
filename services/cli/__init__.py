"""The `ioc` command."""
