"""The command line: options in, text and exit codes out.

`app` is the command `formcheck` with its frequent commands; `reports`, `batch`, `live`, `history` and
`authoring` add theirs. `options` are those that several share, `terminal` what is said there and how it is
stopped.

In: arguments. Out: calls of everything else, text, exit codes.
May import: everything. The only importer of Typer.
What a command needs is imported when it runs, so that `formcheck --help` is there at once.
"""
