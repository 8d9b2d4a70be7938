"""The command line: one module per context; `motma --help` begins in `main`."""
