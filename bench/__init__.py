"""The figures of the main paths, each beside a yardstick of the same run: `make bench`."""
