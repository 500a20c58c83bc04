"""Reports and comparisons as one self-contained HTML page.

`views` prepares what the page says and `charts` what it plots, as plain data; `render` puts both into a
template, with scripts, styles and pictures inside, so that the file needs no network and no other file.
`load` reads a report and its pictures back from disk.

In: a report, its pictures, maybe a video. Out: the text of an HTML file.
May import: `report`'s own modules, but not its pictures, and what lies below. The only importer of Jinja.
The folders `assets`, `templates` and `vendor` are part of it.
"""
